// Any object as JSON, by ROOT's own description of its class in memory.
//
// Singles are printed with an upper-case E, doubles with a lower-case e, so that they can be told apart. Maps and sets
// are marked as such, since what has no order on file is sorted later.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "TArrayC.h"
#include "TArrayD.h"
#include "TArrayF.h"
#include "TArrayI.h"
#include "TArrayS.h"
#include "TClass.h"
#include "TClonesArray.h"
#include "TList.h"
#include "TMatrixDSym.h"
#include "TObjArray.h"
#include "TStreamerElement.h"
#include "TStreamerInfo.h"
#include "TVirtualCollectionProxy.h"

namespace {

// what is wrong with the file at hand
std::vector<std::string> messages;

class Printer {
public:
  std::string out;
  std::map<const void *, TClass *> classes;

  void text(const char *chars, size_t length) {
    out += '"';
    for (size_t i = 0; i < length; i++) {
      const unsigned char c = chars[i];
      if (c == '"' || c == '\\') out += '\\';
      if (c < 0x20) {
        char code[8];
        std::snprintf(code, sizeof code, "\\u%04x", c);
        out += code;
      } else {
        out += chars[i];
      }
    }
    out += '"';
  }
  void text(const std::string &value) { text(value.data(), value.size()); }
  void name(const char *key) {
    text(key);
    out += ": ";
  }

  // an object without its TObject part, bases first, all in one level
  void object(TClass *cl, const char *at) {
    out += '{';
    first_ = true;
    members(cl, at);
    out += '}';
    first_ = false;
  }

  void any(TClass *cl, const char *at) {
    const std::string called = cl->GetName();
    if (cl->GetCollectionProxy()) return collection(cl, at);
    if (called == "TString") {
      const auto &value = *reinterpret_cast<const TString *>(at);
      return text(value.Data(), value.Length());
    }
    if (called == "string") return text(*reinterpret_cast<const std::string *>(at));
    if (called == "TMatrixTSym<double>") return matrix(*reinterpret_cast<const TMatrixDSym *>(at));
    if (called == "TClonesArray") return clones(*reinterpret_cast<const TClonesArray *>(at));
    if (called == "TObjArray") return array(*reinterpret_cast<const TObjArray *>(at));
    if (cl->InheritsFrom(TList::Class())) {
      const auto &list = *reinterpret_cast<const TList *>(at);
      return objects(list.begin(), list.end());
    }
    if (numbers(cl, at)) return;
    if (called.rfind("array<", 0) == 0) {
      // one member, which is the array
      auto *only = static_cast<TStreamerElement *>(cl->GetStreamerInfo()->GetElements()->At(0));
      return element(only, at);
    }
    if (called.rfind("pair<", 0) == 0) return pair(cl, at);
    object(cl, at);
  }

  void clones(const TClonesArray &array) {
    out += "{\"class\": ";
    text(array.GetClass() ? array.GetClass()->GetName() : "");
    out += ", \"fName\": ";
    text(array.GetName());
    out += ", \"objects\": [";
    for (int i = 0; i < array.GetEntriesFast(); i++) {
      if (i) out += ", ";
      any(array.GetClass(), reinterpret_cast<const char *>(array.UncheckedAt(i)));
    }
    out += "]}";
  }

private:
  bool first_ = true;

  TClass *actual(TClass *declared, const void *at) {
    const auto found = classes.find(at);
    return found != classes.end() ? found->second : declared->GetActualClass(at);
  }

  void next() {
    if (!first_) out += ", ";
    first_ = false;
  }

  void members(TClass *cl, const char *at) {
    auto *info = cl->GetStreamerInfo();
    if (!info) {
      messages.push_back(std::string("no description of ") + cl->GetName());
      return;
    }
    for (TObject *each : *info->GetElements()) {
      auto *part = static_cast<TStreamerElement *>(each);
      if (part->TestBit(TStreamerElement::kCache) || part->GetType() == TStreamerInfo::kArtificial) continue;
      const char *where = at + part->GetOffset();
      if (part->IsBase()) {
        TClass *base = part->GetClassPointer();
        if (base == TObject::Class()) continue;
        if (base->InheritsFrom("TArray")) {
          next();
          name("fArray");
          numbers(base, where);
        } else {
          members(base, where);
        }
        continue;
      }
      next();
      name(part->GetName());
      element(part, where);
      first_ = false;
    }
  }

  void element(TStreamerElement *part, const char *at) {
    int type = part->GetType();
    TClass *cl = part->GetClassPointer();
    const int length = part->GetArrayLength();
    using Info = TStreamerInfo;
    if (type > Info::kOffsetP && type < Info::kOffsetP + 20) {
      // a counter in the same object; its offset is what the element calls its method
      const char *base = at - part->GetOffset();
      const int count = *reinterpret_cast<const int *>(base + part->GetMethod());
      return repeat(count, type - Info::kOffsetP, *reinterpret_cast<char *const *>(at));
    }
    if (type == Info::kCharStar) {
      const char *chars = *reinterpret_cast<char *const *>(at);
      return chars ? text(chars) : void(out += "null");
    }
    if (!cl && type > Info::kOffsetL && type < Info::kOffsetP) return repeat(length, type - Info::kOffsetL, at);
    if (!cl) {
      number(type, at);
      return;
    }
    if (type >= Info::kOffsetL + Info::kObject && type < Info::kSkip) type -= Info::kOffsetL;
    const bool pointer = type == Info::kObjectp || type == Info::kObjectP || type == Info::kAnyp || type == Info::kAnyP;
    const size_t step = pointer ? sizeof(void *) : cl->Size();
    if (length) out += '[';
    for (int i = 0; i < std::max(length, 1); i++) {
      if (i) out += ", ";
      const char *where = at + i * step;
      if (pointer) where = *reinterpret_cast<char *const *>(where);
      where ? any(pointer ? actual(cl, where) : cl, where) : void(out += "null");
    }
    if (length) out += ']';
  }

  void collection(TClass *cl, const char *at) {
    TVirtualCollectionProxy *proxy = cl->GetCollectionProxy();
    const int kind = proxy->GetCollectionType();
    const bool map = kind == ROOT::kSTLmap || kind == ROOT::kSTLmultimap || kind == ROOT::kSTLunorderedmap ||
                     kind == ROOT::kSTLunorderedmultimap;
    const bool set = kind == ROOT::kSTLset || kind == ROOT::kSTLmultiset || kind == ROOT::kSTLunorderedset ||
                     kind == ROOT::kSTLunorderedmultiset;
    out += map ? "{\"$map\": [" : set ? "{\"$set\": [" : "[";
    TVirtualCollectionProxy::TPushPop inside(proxy, const_cast<char *>(at));
    const unsigned count = proxy->Size();
    for (unsigned i = 0; i < count; i++) {
      if (i) out += ", ";
      const char *where = static_cast<const char *>(proxy->At(i));
      if (TClass *value = proxy->GetValueClass()) {
        if (proxy->HasPointers()) where = *reinterpret_cast<char *const *>(where);
        any(value, where);
      } else {
        number(proxy->GetType(), where);
      }
    }
    out += map || set ? "]}" : "]";
  }

  void pair(TClass *cl, const char *at) {
    out += '[';
    bool later = false;
    for (TObject *each : *cl->GetStreamerInfo()->GetElements()) {
      if (later) out += ", ";
      later = true;
      auto *part = static_cast<TStreamerElement *>(each);
      element(part, at + part->GetOffset());
    }
    out += ']';
  }

  void matrix(const TMatrixDSym &value) {
    out += "{\"fNrows\": " + std::to_string(value.GetNrows()) + ", \"fNcols\": " + std::to_string(value.GetNcols()) +
           ", \"fRowLwb\": " + std::to_string(value.GetRowLwb()) + ", \"fColLwb\": " +
           std::to_string(value.GetColLwb()) + ", \"fNelems\": " + std::to_string(value.GetNoElements()) +
           ", \"full\": ";
    repeat(value.GetNoElements(), TStreamerInfo::kDouble, reinterpret_cast<const char *>(value.GetMatrixArray()));
    out += '}';
  }

  void array(const TObjArray &value) {
    std::string held;
    for (TObject *each : value) {
      if (each && held.empty()) held = actual(TObject::Class(), each)->GetName();
    }
    out += "{\"class\": ";
    text(held);
    out += ", \"fLowerBound\": " + std::to_string(value.LowerBound()) + ", \"fName\": ";
    // without a name it gives that of its class
    text(std::strcmp(value.GetName(), "TObjArray") ? value.GetName() : "");
    out += ", \"objects\": ";
    objects(value.begin(), value.end());
    out += '}';
  }

  template <class Iterator> void objects(Iterator from, const Iterator &to) {
    out += '[';
    for (bool later = false; from != to; ++from, later = true) {
      if (later) out += ", ";
      TObject *each = *from;
      each ? any(actual(TObject::Class(), each), reinterpret_cast<const char *>(each)) : void(out += "null");
    }
    out += ']';
  }

  template <class A> bool numbers_of(TClass *cl, const char *at, int type) {
    if (cl != A::Class()) return false;
    const auto &array = *reinterpret_cast<const A *>(at);
    repeat(array.GetSize(), type, reinterpret_cast<const char *>(array.GetArray()));
    return true;
  }
  bool numbers(TClass *cl, const char *at) {
    using Info = TStreamerInfo;
    return numbers_of<TArrayF>(cl, at, Info::kFloat) || numbers_of<TArrayD>(cl, at, Info::kDouble) ||
           numbers_of<TArrayI>(cl, at, Info::kInt) || numbers_of<TArrayS>(cl, at, Info::kShort) ||
           numbers_of<TArrayC>(cl, at, Info::kChar);
  }

  void repeat(int count, int type, const char *at) {
    out += '[';
    size_t step = 0;
    for (int i = 0; i < count; i++) {
      if (i) out += ", ";
      step = number(type, at);
      at += step;
    }
    out += ']';
  }

  void real(double value, const char *format) {
    if (!std::isfinite(value)) {
      out += std::isnan(value) ? "\"nan\"" : value > 0 ? "\"inf\"" : "\"-inf\"";
      return;
    }
    char digits[40];
    std::snprintf(digits, sizeof digits, format, value);
    out += digits;
  }

  template <class T> size_t whole(const char *at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    out += std::to_string(value);
    return sizeof value;
  }
  template <class T> size_t broken(const char *at, const char *format) {
    T value;
    std::memcpy(&value, at, sizeof value);
    real(value, format);
    return sizeof value;
  }

  // gives the size in memory
  size_t number(int type, const char *at) {
    switch (type) {
    case kChar_t: return whole<signed char>(at);
    case kUChar_t: return whole<unsigned char>(at);
    case kShort_t: return whole<short>(at);
    case kUShort_t: return whole<unsigned short>(at);
    case kInt_t: case kCounter: return whole<int>(at);
    case kUInt_t: case kBits: return whole<unsigned>(at);
    case kLong_t: return whole<long>(at);
    case kULong_t: return whole<unsigned long>(at);
    case kLong64_t: return whole<long long>(at);
    case kULong64_t: return whole<unsigned long long>(at);
    case kFloat_t: case kFloat16_t: return broken<float>(at, "%.8E");
    case kDouble_t: case kDouble32_t: return broken<double>(at, "%.16e");
    case kBool_t: out += *at ? "true" : "false"; return sizeof(bool);
    }
    messages.push_back("a number of unknown type " + std::to_string(type));
    out += "null";
    return 1;
  }
};

} // namespace
