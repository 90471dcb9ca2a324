"""C++ classes with the members, versions and bases that declarations in JSON give (`stdlib/payloads/*.json`)."""

import json
import pathlib
import re

# names that need no declaration of ours
ROOT_HEADERS = {
    "TObject": "TObject.h", "TNamed": "TNamed.h", "TString": "TString.h", "TObjString": "TObjString.h", "TList": "TList.h",
    "THashList": "THashList.h", "TObjArray": "TObjArray.h", "TClonesArray": "TClonesArray.h", "TAxis": "TAxis.h",
    "TArrayC": "TArrayC.h", "TArrayS": "TArrayS.h", "TArrayI": "TArrayI.h", "TArrayF": "TArrayF.h", "TArrayD": "TArrayD.h",
    "TH1": "TH1.h", "TH2": "TH2.h", "TH3": "TH3.h", "TProfile": "TProfile.h", "TProfile2D": "TProfile2D.h",
    "TGraph": "TGraph.h", "TGraphErrors": "TGraphErrors.h", "TGraphAsymmErrors": "TGraphAsymmErrors.h",
    "TVector3": "TVector3.h", "TMatrixTSym": "TMatrixDSym.h", "TMatrixT": "TMatrixD.h", "TF1": "TF1.h",
    "ROOT::Math::LorentzVector": "Math/Vector4D.h", "ROOT::Math::DisplacementVector3D": "Math/Vector3D.h",
    "ROOT::Math::PositionVector3D": "Math/Point3D.h", "ROOT::Math::Rotation3D": "Math/Rotation3D.h",
}
ROOT_HEADERS.update({f"TH{n}{kind}": f"TH{n}.h" for n in "123" for kind in "CSIFD"})
STANDARD = ["array", "deque", "list", "map", "set", "string", "unordered_map", "unordered_set", "utility", "vector"]
NAME = re.compile(r"[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*")


class Refused(Exception):
    """Declarations that cannot be used, and why."""


def read(paths):
    """All declarations of files and folders: (classes by name, names of enums).

    A class may be declared in several files as long as it is the same everywhere."""
    classes, enums = {}, set()
    files = []
    for path in map(pathlib.Path, paths):
        files += sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise Refused(f"no declarations in {', '.join(map(str, paths))}")
    for file in files:
        content = json.loads(file.read_text())
        enums.update(each["name"] for each in content.get("enums", []))
        for each in content["classes"]:
            name = each["name"]
            if name in classes and layout(classes[name]) != layout(each):
                raise Refused(f"{file}: {name} is declared differently in another file")
            classes[name] = each
    return classes, enums


def layout(declared):
    """What decides about bytes."""
    members = [(m["name"], m["type"], m.get("title", "")) for m in declared["members"]]
    return declared.get("version"), declared.get("streaming", "info"), declared.get("bases", []), members


def names(declared):
    """All names of types a class needs."""
    found = set(declared.get("bases", []))
    for member in declared["members"]:
        found.update(NAME.findall(member["type"]))
    return found


def parts(name):
    """Namespaces and the name itself; template arguments stay with the name."""
    head, bracket, arguments = name.partition("<")
    *scopes, last = head.split("::")
    return scopes, last + bracket + arguments


def alone(name, classes, enums, seen=()):
    """Whether ROOT reads objects of the class without a dictionary.

    Old generated streamers are not described in a file, and ROOT does not emulate containers of enums."""
    declared = classes.get(name)
    if declared is None or name in seen:
        return True
    if declared.get("streaming", "info") != "info":
        return False
    if any("<" in m["type"] and enums.intersection(NAME.findall(m["type"])) for m in declared["members"]):
        return False
    return all(alone(used, classes, enums, (*seen, name)) for used in names(declared))


def not_emulated(classes, enums):
    """Containers of the members that ROOT cannot emulate: unordered ones and maps of maps, with what is inside."""
    found = set()
    for declared in classes.values():
        for member in declared["members"]:
            for container in nested(member["type"]):
                ours = any(name in classes or name in enums for name in NAME.findall(container))
                if not ours and ("unordered_" in container or container.count("map<") > 1):
                    found.update(nested(container))
    return sorted(found)


def nested(text):
    """All containers in the spelling of a type, inner ones too."""
    for start in re.finditer(r"\b(vector|list|deque|(unordered_)?(multi)?(map|set))<", text):
        depth = 1
        for end in range(start.end(), len(text)):
            depth += {"<": 1, ">": -1}.get(text[end], 0)
            if depth == 0:
                yield text[start.start() : end + 1]
                break


class Header:
    """Writes the classes in an order in which each finds those it needs, nested ones inside their owner."""

    def __init__(self, classes, enums):
        self.classes, self.enums = classes, enums
        self.done, self.lines = set(), []

    def text(self):
        used = set().union(*(names(c) for c in self.classes.values()), {"TObject"})
        headers = sorted({ROOT_HEADERS[name] for name in used if name in ROOT_HEADERS} | {"Rtypes.h"})
        self.lines = ["#pragma once", *(f"#include <{name}>" for name in STANDARD)]
        self.lines += [f'#include "{name}"' for name in headers]
        # types are spelled without std:: in the declarations, as ROOT does on file
        self.lines.append("using namespace std;")
        for name in sorted(self.enums):
            scopes, last = parts(name)
            if "::".join(scopes) not in self.classes:
                self.inside(scopes, [f"enum {last} : int {{}};"])
        for name in self.classes:
            self.top(name)
        return "\n".join(self.lines) + "\n"

    def inside(self, scopes, lines):
        opened = "".join(f"namespace {scope} {{ " for scope in scopes)
        self.lines += [opened, *lines, "}" * len(scopes)]

    def owner(self, name):
        scopes = "::".join(parts(name)[0])
        return scopes if scopes in self.classes else None

    def top(self, name):
        """A class that is not nested, after all it needs."""
        while owner := self.owner(name):
            name = owner
        if name in self.done:
            return
        self.done.add(name)
        for used in sorted(self.needs(name)):
            self.top(used)
        scopes, last = parts(name)
        self.inside(scopes, [*self.template(last), *self.body(name)])

    def needs(self, name):
        inner = [other for other in self.classes if self.owner(other) == name]
        found = set().union(names(self.classes[name]), *(self.needs(other) for other in inner))
        return {n for n in found if n in self.classes and n != name and n not in inner}

    def virtual(self, name):
        """Whether the class has what ClassDef adds; those of ROOT that are bases all have."""
        declared = self.classes.get(name)
        return declared is None or bool(declared.get("version")) or any(map(self.virtual, declared.get("bases", [])))

    @staticmethod
    def template(last):
        """What goes before a class with template arguments: the arguments need only a name."""
        if "<" not in last:
            return []
        argument = last.partition("<")[2]
        inner = []
        for each in NAME.findall(argument):
            scopes, plain = parts(each)
            kind = "template <class> class" if re.search(rf"\b{plain}\s*<", argument) else "class"
            inner.append(f"{kind} {plain};")
        return [*inner, "template <class>"]

    def body(self, name):
        declared = self.classes[name]
        plain = parts(name)[1].partition("<")[0]
        bases = declared.get("bases", [])
        yield f"class {plain}{' : public ' if bases else ''}{', public '.join(bases)} {{ public:"
        for enum in sorted(self.enums):
            if self.owner(enum) == name:
                yield f"enum {parts(enum)[1]} : int {{}};"
        for other in self.classes:
            if self.owner(other) == name:
                yield from self.body(other)
        for member in declared["members"]:
            kind, dims = re.fullmatch(r"(.*?)((?:\[\d+\])*)", member["type"]).groups()
            title = member.get("title", "")
            yield f"{kind} {member['name']}{dims}{{}};{' //' + title if title else ''}"
        # without a version ROOT streams a class by its checksum
        if version := declared.get("version"):
            macro = "ClassDefOverride" if any(map(self.virtual, bases)) else "ClassDef"
            yield f"{macro}({plain}, {version})"
        yield "};"


def header(classes, enums):
    return Header(classes, enums).text()


def linkdef(classes):
    options = {name: "+" if declared.get("streaming", "info") == "info" else "" for name, declared in classes.items()}
    return linked(f"{name}{option}" for name, option in options.items())


def containers(classes, enums):
    """Header and link file of the containers that ROOT does not emulate."""
    header = "".join(f"#include <{name}>\n" for name in STANDARD) + '#include "TString.h"\nusing namespace std;\n'
    return header, linked(f"{name}+" for name in not_emulated(classes, enums))


def linked(selected):
    lines = ["#ifdef __CLING__", "#pragma link off all globals;", "#pragma link off all functions;"]
    lines += ["#pragma link off all classes;", "#pragma link C++ nestedclasses;"]
    lines += [f"#pragma link C++ class {each};" for each in selected]
    return "\n".join([*lines, "#endif"]) + "\n"
