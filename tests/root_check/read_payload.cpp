// Prints what ROOT finds in payload files: one line of JSON per file, all persistent members.
//
//     read_payload with|without LIBRARY FILE...
//     read_payload checksums LIBRARY CLASS...     (a number per line instead)
//
// LIBRARY is a dictionary, with or without the classes of the payloads; without, ROOT knows them only as the file
// describes them.
// Messages of ROOT from warnings upwards are part of the line, so nothing that ROOT complains about is lost.

#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "RZip.h"
#include "TBufferFile.h"
#include "TClass.h"
#include "TError.h"
#include "TFile.h"
#include "TH1.h"
#include "TKey.h"
#include "TSystem.h"
#include "TVirtualCollectionProxy.h"

#include "printer.h"

namespace {

bool dictionary = false;

void listen(int level, bool, const char *where, const char *what) {
  // said of every class where there is no dictionary, and of pairs even then
  const bool usual = std::strstr(what, dictionary ? "no dictionary for class pair<" : "no dictionary for class");
  if (level < kWarning || usual) return;
  messages.push_back(std::string(where) + ": " + what);
}

// A buffer that remembers the class of each object read through a pointer: an object of a class without
// dictionary cannot say what it is.
class Recorder : public TBufferFile {
public:
  using TBufferFile::TBufferFile;
  std::map<const void *, TClass *> classes;
  bool lost = false;

  // A container that is written member by member can be read only by the class of what it holds, which ROOT
  // does not always find without a dictionary, even where the file describes it.
  Version_t ReadVersion(UInt_t *start, UInt_t *count, const TClass *cl) override {
    const Version_t version = TBufferFile::ReadVersion(start, count, cl);
    if (cl && version > 0 && (version & kStreamedMemberWise)) {
      auto *proxy = cl->GetCollectionProxy();
      lost |= !proxy || !proxy->GetValueClass();
    }
    return version;
  }
  TClass *ReadClass(const TClass *wanted, UInt_t *tag) override {
    TClass *found = TBufferFile::ReadClass(wanted, tag);
    if (!open_.empty()) open_.back() = found;
    return found;
  }
  void *ReadObjectAny(const TClass *wanted) override {
    open_.push_back(nullptr);
    // ROOT refuses an object without dictionary where it knows of TObject only
    void *object = TBufferFile::ReadObjectAny(wanted == TObject::Class() ? nullptr : wanted);
    TClass *found = open_.back();
    open_.pop_back();
    // -1: an object that was read before
    if (object && found && found != reinterpret_cast<TClass *>(-1)) classes[object] = found;
    return object;
  }

private:
  std::vector<TClass *> open_;
};

// The record of a key as it is before compression, with the header of the key in front.
std::vector<char> record(TFile &file, TKey &key) {
  const int head = key.GetKeylen(), packed = key.GetNbytes() - head, size = key.GetObjlen();
  std::vector<char> raw(key.GetNbytes()), whole(head + size);
  if (file.ReadBuffer(raw.data(), key.GetSeekKey(), key.GetNbytes())) return {};
  std::memcpy(whole.data(), raw.data(), head);
  if (packed == size) {
    std::memcpy(whole.data() + head, raw.data() + head, size);
    return whole;
  }
  auto *from = reinterpret_cast<unsigned char *>(raw.data()) + head;
  auto *to = reinterpret_cast<unsigned char *>(whole.data()) + head;
  for (int taken = 0, made = 0; made < size;) {
    int source = 0, target = 0, done = 0;
    if (taken + 9 > packed || R__unzip_header(&source, from + taken, &target) || taken + source > packed) return {};
    if (made + target > size) return {};
    R__unzip(&source, from + taken, &target, to + made, &done);
    if (!done) return {};
    taken += source;
    made += done;
  }
  return whole;
}

void payload(Printer &print, TFile &file, TKey &key) {
  TClass *cl = TClass::GetClass(key.GetClassName());
  if (!cl || !cl->GetStreamerInfo() || (!dictionary && cl->GetState() < TClass::kEmulated)) {
    messages.push_back(std::string("ROOT does not know the class ") + key.GetClassName());
    return;
  }
  std::vector<char> bytes = record(file, key);
  if (bytes.empty()) return messages.push_back("the record of the key is damaged");
  Recorder buffer(TBuffer::kRead, bytes.size(), bytes.data(), false);
  buffer.SetParent(&file);
  buffer.SetBufferOffset(key.GetKeylen());
  auto *object = static_cast<char *>(cl->New());
  buffer.MapObject(object, cl);
  cl->Streamer(object, buffer);
  if (buffer.lost) print.out += ", \"lost\": true";
  if (buffer.Length() != int(bytes.size())) {
    messages.push_back("ROOT read " + std::to_string(buffer.Length()) + " bytes of a record of " +
                       std::to_string(bytes.size()));
  }
  // what is wrong may be without end
  if (!messages.empty()) return;
  if (dictionary) {
    // what is printed is what an experiment's program gets
    TObject *got = file.Get(key.GetName());
    if (!got || got->IsA() != cl) return messages.push_back("Get gives no object of the class of the key");
    object = reinterpret_cast<char *>(got);
  } else {
    print.classes = buffer.classes;
  }
  print.out += ", \"version\": " + std::to_string(cl->GetClassVersion());
  print.out += ", \"checksum\": " + std::to_string(cl->GetCheckSum());
  print.out += ", \"members\": ";
  print.any(cl, object);
}

// A damaged file may ask for more than anyone wants to wait for.
void ten_seconds_more() {
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  const rlimit limit{rlim_t(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 11), RLIM_INFINITY};
  setrlimit(RLIMIT_CPU, &limit);
}

void one(const char *path) {
  ten_seconds_more();
  Printer print;
  messages.clear();
  print.out = "{\"file\": ";
  print.text(path);
  std::unique_ptr<TFile> file(TFile::Open(path));
  if (!file || file->IsZombie()) {
    messages.push_back("ROOT cannot open the file");
  } else {
    if (file->TestBit(TFile::kRecovered)) messages.push_back("ROOT had to recover the file");
    const int count = file->GetListOfKeys()->GetSize();
    print.out += ", \"keys\": " + std::to_string(count);
    if (count) {
      auto &key = static_cast<TKey &>(*file->GetListOfKeys()->First());
      print.out += ", \"key\": ";
      print.text(key.GetName());
      print.out += ", \"title\": ";
      print.text(key.GetTitle());
      print.out += ", \"class\": ";
      print.text(key.GetClassName());
      payload(print, *file, key);
    }
  }
  print.out += ", \"messages\": [";
  for (size_t i = 0; i < messages.size(); i++) {
    if (i) print.out += ", ";
    print.text(messages[i]);
  }
  print.out += "]}\n";
  std::fputs(print.out.c_str(), stdout);
  std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv) {
  const std::string mode = argc > 3 ? argv[1] : "";
  if (mode != "with" && mode != "without" && mode != "checksums") {
    std::fprintf(stderr, "usage: read_payload with|without LIBRARY FILE... or checksums LIBRARY CLASS...\n");
    return 2;
  }
  TH1::AddDirectory(false);
  if (gSystem->Load(argv[2]) < 0) return 3;
  if (mode == "checksums") {
    for (int i = 3; i < argc; i++) {
      TClass *cl = TClass::GetClass(argv[i]);
      std::printf("%u\n", cl ? cl->GetCheckSum() : 0);
    }
    return 0;
  }
  // a crash is one at once, without a long account of it
  gSystem->ResetSignals();
  dictionary = mode == "with";
  SetErrorHandler(listen);
  for (int i = 3; i < argc; i++) one(argv[i]);
  // objects of a damaged file are better not destroyed
  std::fflush(nullptr);
  std::_Exit(0);
}
