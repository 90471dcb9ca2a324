// Fits of given histograms with TH1::Fit, timed: what benches/fit.rs does, with ROOT.
//
//     root_fit MINIMISER OPTION FILE
//
// prints one line of JSON per case: microseconds per fit (the best of several repetitions of all
// histograms), then values, errors and Minos errors of each fit. The file is described in fit.rs.
// Models are built in (`gaus`) or compiled functions; nothing is interpreted while it fits.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "Fit/Fitter.h"
#include "Math/MinimizerOptions.h"
#include "TError.h"
#include "TF1.h"
#include "TFitResult.h"
#include "TH1D.h"

namespace {

double bell(double x, double mean, double sigma) {
  const double pull = (x - mean) / sigma;
  return std::exp(-0.5 * pull * pull);
}

double gaussian_constant(const double *x, const double *p) {
  return p[0] * bell(x[0], p[1], p[2]) + p[3];
}

double gaussian_line(const double *x, const double *p) {
  return p[0] * bell(x[0], p[1], p[2]) + p[3] + p[4] * x[0];
}

// norm, tail, mean, sigma, ratio, level
double double_gaussian_constant(const double *x, const double *p) {
  const double narrow = (1 - p[1]) * bell(x[0], p[2], p[3]);
  const double wide = p[1] * bell(x[0], p[2], p[3] * p[4]);
  return p[0] * (narrow + wide) + p[5];
}

// eta, peak, sigma, norm, level
double novosibirsk_constant(const double *x, const double *p) {
  static const double root_log_four = std::sqrt(std::log(4.0));
  const double tail = -std::asinh(p[0] * root_log_four) / root_log_four;
  const double pull = (x[0] - p[1]) / p[2];
  double exponent = 0.5 * pull * pull;
  if (std::abs(tail) >= 1e-7) {
    const double width = tail * root_log_four;
    const double inside = 1 + tail * pull * std::sinh(width) / width;
    const double bent = inside > 1e-7 ? std::log(inside) / tail : 0;
    exponent = inside > 1e-7 ? 0.5 * (bent * bent + tail * tail) : 15;
  }
  return p[3] * std::exp(-exponent) + p[4];
}

struct Case {
  std::string name, model, cost;
  int bins;
  double low, high;
  std::vector<std::string> names;
  std::vector<double> start, lower, upper;
  std::vector<std::unique_ptr<TH1D>> histograms;
};

double number(std::istream &line) {
  std::string word;
  line >> word;
  return std::strtod(word.c_str(), nullptr);
}

std::vector<Case> read(const char *path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  std::string text, kind, threads;
  while (std::getline(file, text)) {
    std::istringstream line(text);
    line >> kind;
    if (kind == "case") {
      Case next;
      line >> next.name >> next.model >> next.cost >> next.bins >> next.low >> next.high;
      cases.push_back(std::move(next));
      continue;
    }
    Case &last = cases.back();
    if (kind == "parameter") {
      std::string name;
      line >> name;
      last.names.push_back(name);
      last.start.push_back(number(line));
      last.lower.push_back(number(line));
      last.upper.push_back(number(line));
    } else if (kind == "counts") {
      auto histogram = std::make_unique<TH1D>("h", "", last.bins, last.low, last.high);
      double total = 0;
      for (int i = 1; i <= last.bins; i++) {
        const double count = number(line);
        histogram->SetBinContent(i, count);
        total += count;
      }
      histogram->SetEntries(total);
      last.histograms.push_back(std::move(histogram));
    }
  }
  return cases;
}

TF1 function(const Case &c) {
  const int n = c.start.size();
  using C = double (*)(const double *, const double *);
  const C compiled = c.model == "gaussian_constant"          ? gaussian_constant
                     : c.model == "gaussian_line"            ? gaussian_line
                     : c.model == "double_gaussian_constant" ? double_gaussian_constant
                                                             : novosibirsk_constant;
  TF1 f = c.model == "gaussian"
              ? TF1("f", "gaus", c.low, c.high)
              : TF1("f", compiled, c.low, c.high, n);
  for (int k = 0; k < n; k++) {
    // one side may be open; as TF1 has it, equal limits are none
    if (std::isfinite(c.lower[k]) || std::isfinite(c.upper[k])) f.SetParLimits(k, c.lower[k], c.upper[k]);
  }
  return f;
}

void write(std::ostream &line, const char *name, const std::vector<double> &values) {
  line << '"' << name << "\": [";
  for (size_t i = 0; i < values.size(); i++) {
    line << (i ? ", " : "");
    std::isfinite(values[i]) ? line << values[i] : line << "null";
  }
  line << "], ";
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: root_fit MINIMISER OPTION FILE\n");
    return 2;
  }
  gErrorIgnoreLevel = kFatal;
  TH1::AddDirectory(false);
  ROOT::Math::MinimizerOptions::SetDefaultMinimizer(argv[1], "Migrad");
  for (auto &c : read(argv[3])) {
    // B: start values and limits are those given, for built-in functions too
    const std::string option = (c.cost == "chi2" ? "Q0B" : "LQ0B") + std::string(argv[2]);
    TF1 f = function(c);
    const auto one = [&](TH1D &histogram) {
      f.SetParameters(c.start.data());
      // what an earlier fit left is a step size for the next
      f.SetParErrors(std::vector<double>(c.start.size(), 0.0).data());
      return histogram.Fit(&f, option.c_str());
    };
    using clock = std::chrono::steady_clock;
    const auto began = clock::now();
    double best = std::numeric_limits<double>::infinity();
    for (int times = 0; times < 5 || clock::now() - began < std::chrono::milliseconds(500); times++) {
      const auto start = clock::now();
      for (auto &histogram : c.histograms) one(*histogram);
      const std::chrono::duration<double, std::micro> took = clock::now() - start;
      best = std::min(best, took.count() / c.histograms.size());
    }
    std::ostringstream line;
    line.precision(17);
    line << "{\"case\": \"" << c.name << "\", \"us\": " << best << ", \"fits\": [";
    const std::string keep = option + "S";
    for (size_t i = 0; i < c.histograms.size(); i++) {
      f.SetParameters(c.start.data());
      f.SetParErrors(std::vector<double>(c.start.size(), 0.0).data());
      const auto result = c.histograms[i]->Fit(&f, keep.c_str());
      std::vector<double> values, errors, lower, upper;
      for (size_t k = 0; k < c.start.size(); k++) {
        values.push_back(result->Parameter(k));
        errors.push_back(result->ParError(k));
        const bool minos = result->HasMinosError(k);
        lower.push_back(minos ? result->LowerError(k) : NAN);
        upper.push_back(minos ? result->UpperError(k) : NAN);
      }
      line << (i ? ", {" : "{");
      write(line, "values", values);
      write(line, "errors", errors);
      write(line, "lower", lower);
      write(line, "upper", upper);
      line << "\"valid\": " << (result->IsValid() ? "true" : "false") << "}";
    }
    // on a line of its own: Minuit prints remarks, too
    std::printf("\n%s]}\n", line.str().c_str());
    std::fflush(stdout);
  }
}
