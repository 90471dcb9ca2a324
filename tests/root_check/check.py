"""Payload files read by ROOT itself and compared with the values that were meant.

    python3 tests/root_check/check.py compare FOLDER      pairs NAME.root + NAME.json, or files with one expected.json
    python3 tests/root_check/check.py dump FILE...        what ROOT reads, one line of JSON per file
    python3 tests/root_check/check.py checksums           ROOT's checksum of each declared class is the declared one
    python3 tests/root_check/check.py faults FOLDER       seeds faults into such a folder; each must be found
    python3 tests/root_check/check.py install             nothing but installing and building

Options: --classes PATH (file or folder of declarations, may be repeated; default stdlib/payloads), --root FOLDER (a
virtual environment for ROOT; default $B2CAF_ROOT, else a folder in the user's cache).
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

import declarations
import environment
import faults
import notation

# what a damaged file may take; its time is bounded by the reading program
MEMORY = 3 << 29
PROJECT = pathlib.Path(__file__).resolve().parents[2]


def bounded():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Judge:
    """ROOT with and without a dictionary of the declared classes."""

    def __init__(self, root, paths):
        self.root = root
        self.classes, self.enums = declarations.read(paths)
        self.reader = root.reader()
        self.library = root.payloads(self.classes, self.enums)
        self.containers = root.containers(self.classes, self.enums)

    def read(self, files, dictionary=True):
        """What ROOT finds in each file, in order; a file that ends the reading program says so in its messages."""
        left, found = list(map(str, files)), []
        while left:
            mode = ["with", self.library] if dictionary else ["without", self.containers]
            done = self.run([*mode, *left])
            lines = done.stdout.splitlines(keepends=True)
            # a line that is cut off is that of the file at fault
            found += [notation.parse(line) for line in lines if line.endswith("\n")]
            left = list(map(str, files))[len(found) :]
            if left:
                last = (done.stderr.strip().splitlines() or ["no word"])[-1]
                found.append({"file": left.pop(0), "messages": [f"ROOT ended with {done.returncode}: {last}"]})
        return found

    def run(self, arguments):
        # where a dictionary finds its header
        named = {**os.environ, "ROOT_INCLUDE_PATH": str(pathlib.Path(arguments[1]).parent)}
        command = [self.reader, *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "errors": "replace"}
        return subprocess.run(command, **pipes, env=named, preexec_fn=bounded)

    def checksums(self):
        """(class, declared, ROOT's) of all classes that declare a checksum."""
        names = [name for name, declared in self.classes.items() if declared.get("checksum")]
        lines = self.run(["checksums", self.library, *names]).stdout.splitlines()
        for name, line in zip(names, lines, strict=True):
            yield name, int(self.classes[name]["checksum"], 16), int(line)

    def alone(self, name):
        return declarations.alone(name, self.classes, self.enums)

    def compare(self, cases, report=lambda line: None):
        """Reads each (file, expected) both ways; numbers of passed and failed readings, and of those not possible."""
        passed = failed = impossible = 0

        def judged(way, cases, found):
            nonlocal passed, failed, impossible
            for (file, want), got in zip(cases, found, strict=True):
                # where ROOT lost its place it would in files of its own, too
                if got.get("lost"):
                    impossible += 1
                    continue
                wrong = list(notation.failures(want, got))
                passed, failed = passed + (not wrong), failed + bool(wrong)
                for line in wrong:
                    report(f"{file.name} {way}: {line}")

        found = self.read([file for file, _ in cases])
        judged("with dictionary", cases, found)
        possible = [case for case, got in zip(cases, found) if self.alone(got.get("class"))]
        impossible += len(cases) - len(possible)
        judged("without dictionary", possible, self.read([file for file, _ in possible], dictionary=False))
        return passed, failed, impossible


def pairs(folder):
    """Each .root file of a folder with what is expected of it."""
    together = folder / "expected.json"
    expected = {}
    if together.exists():
        entries = json.loads(together.read_text())
        expected = {entry["file"]: entry for name, entry in entries.items() if not name.startswith("_")}
    cases = []
    for file in sorted(folder.glob("*.root")):
        beside = file.with_suffix(".json")
        if beside.exists():
            cases.append((file, json.loads(beside.read_text())))
        elif file.name in expected:
            cases.append((file, expected[file.name]))
        else:
            raise SystemExit(f"{file}: no {beside.name} beside it says what is expected")
    missing = {path.stem for path in folder.glob("*.json")} - {file.stem for file, _ in cases} - {"expected", "classes"}
    missing |= {pathlib.Path(name).stem for name in expected} - {file.stem for file, _ in cases}
    if missing or not cases:
        raise SystemExit(f"{folder}: no payload file for {', '.join(sorted(missing)) or 'anything'}")
    return cases


def compare(judge, options):
    began = time.monotonic()
    passed, failed, impossible = judge.compare(pairs(options.folder), print)
    took = time.monotonic() - began
    print(f"{impossible} files are of a kind that ROOT reads with a dictionary only; {took:.1f} s")
    print(f"{passed} passed, {failed} failed")
    return bool(failed)


def dump(judge, options):
    wrong = False
    for got in judge.read(options.files, not options.without_dictionary):
        wrong |= bool(got["messages"])
        print(json.dumps(got))
    return wrong


def checksums(judge, options):
    found = list(judge.checksums())
    wrong = [each for each in found if each[1] != each[2]]
    for name, declared, ours in wrong:
        print(f"{name}: declared {declared:#010x}, ROOT has {ours:#010x}")
    print(f"{len(found) - len(wrong)} passed, {len(wrong)} failed")
    return bool(wrong)


def seeded(judge, options):
    found, missed = faults.run(judge, pairs(options.folder), print)
    print(f"{found} passed, {missed} failed")
    return bool(missed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--classes", action="append", type=pathlib.Path, help="declarations (file or folder)")
    parser.add_argument("--root", type=pathlib.Path, help="virtual environment for ROOT")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("compare").add_argument("folder", type=pathlib.Path)
    commands.add_parser("faults").add_argument("folder", type=pathlib.Path)
    dumping = commands.add_parser("dump")
    dumping.add_argument("files", nargs="+", type=pathlib.Path)
    dumping.add_argument("--without-dictionary", action="store_true")
    commands.add_parser("checksums")
    commands.add_parser("install")
    options = parser.parse_args()
    paths = options.classes or [PROJECT / "stdlib" / "payloads"]
    own = getattr(options, "folder", pathlib.Path()) / "classes.json"
    if options.command in ("compare", "faults") and own.exists():
        paths.append(own)
    try:
        judge = Judge(environment.Root(options.root), paths)
    except declarations.Refused as error:
        sys.exit(str(error))
    run = {"compare": compare, "dump": dump, "checksums": checksums, "faults": seeded, "install": lambda *_: False}
    sys.exit(int(run[options.command](judge, options)))


if __name__ == "__main__":
    main()
