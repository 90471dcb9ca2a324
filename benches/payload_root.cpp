// Payload files written and read with ROOT, timed; what is asked of it is described in compare_payloads.py.
//
//     payload_root write|read FOLDER FILES CHANNELS REPETITIONS
//
// The class is compiled, with a dictionary of its own; nothing is interpreted while it runs.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>

#include "TError.h"
#include "TFile.h"
#include "payloads.h"

namespace {

using Payload = Belle2::ECLCrystalCalib;
const char *name = "ECLCrystalEnergy";

std::string path(const std::string &folder, int file) { return folder + "/" + std::to_string(file) + ".root"; }

void fill(Payload &payload, int file, int channels) {
  payload.m_CalibConst.resize(channels);
  payload.m_CalibConstUnc.resize(channels);
  for (int channel = 0; channel < channels; channel++) {
    const uint32_t mixed = uint32_t(channel) * 2654435761u + uint32_t(file) * 40503u;
    payload.m_CalibConst[channel] = float(0.5 + (mixed >> 8) / 16777216.0);
    payload.m_CalibConstUnc[channel] = float(((mixed >> 16) & 1023) / 1048576.0);
  }
}

void write(const std::string &to, const Payload &payload) {
  std::unique_ptr<TFile> file(TFile::Open((to + "?reproducible=PayloadFile").c_str(), "RECREATE"));
  if (!file || file->WriteObject(&payload, name) <= 0) std::exit(1);
}

double read(const std::string &from, int channels) {
  std::unique_ptr<TFile> file(TFile::Open(from.c_str()));
  std::unique_ptr<Payload> payload(file ? file->Get<Payload>(name) : nullptr);
  if (!payload || payload->m_CalibConst.size() != size_t(channels)) std::exit(1);
  double sum = 0;
  for (const float value : payload->m_CalibConst) sum += value;
  for (const float value : payload->m_CalibConstUnc) sum += value;
  return sum;
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: payload_root write|read FOLDER FILES CHANNELS REPETITIONS\n");
    return 2;
  }
  gErrorIgnoreLevel = kError;
  const std::string what = argv[1], folder = argv[2];
  const int files = std::atoi(argv[3]), channels = std::atoi(argv[4]), repetitions = std::atoi(argv[5]);
  double best = std::numeric_limits<double>::infinity(), sum = 0;
  for (int repetition = 0; repetition < repetitions; repetition++) {
    Payload payload;
    std::chrono::duration<double> took{0};
    sum = 0;
    for (int file = 0; file < files; file++) {
      const std::string at = path(folder, file);
      if (what == "write") fill(payload, file, channels);
      const auto began = std::chrono::steady_clock::now();
      what == "write" ? write(at, payload) : void(sum += read(at, channels));
      took += std::chrono::steady_clock::now() - began;
    }
    best = std::min(best, took.count() / files);
  }
  std::printf("{\"do\": \"%s\", \"seconds_per_file\": %.9g, \"sum\": %.17g}\n", what.c_str(), best, sum);
}
