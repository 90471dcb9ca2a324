"""Payload files written and read by us and by ROOT, in one run: time per file on one core.

    python3 benches/compare_payloads.py COMMAND... [--files 1000] [--channels 8736] [--rounds 3] [--repetitions 2] [--root FOLDER]

COMMAND is our program. It is called, as `benches/payload_root.cpp` is, with

    COMMAND... write|read FOLDER FILES CHANNELS REPETITIONS

and writes, or reads, FOLDER/<n>.root for n from 0 to FILES - 1: payload `ECLCrystalEnergy` of class
`Belle2::ECLCrystalCalib`, where with x = (channel * 2654435761 + n * 40503) mod 2^32, channel counting from 0,
`m_CalibConst` is 0.5 + (x >> 8) / 2^24 and `m_CalibConstUnc` ((x >> 16) & 1023) / 2^20, computed as doubles and
rounded to floats; like real constants they shrink only by part. It prints one line of JSON

    {"do": "write", "seconds_per_file": 0.0005, "sum": 0}

with the best of the repetitions of all files; only writing or reading counts, not making the numbers. After reading,
`sum` is that of all values in double precision: per file first all `m_CalibConst`, then all `m_CalibConstUnc`, then the
sums of the files. Further lines that are not such JSON are passed over.

Both programs also read what the other wrote, and the sums must be those of the values. Files are written to memory
where the machine has /dev/shm. Needs g++ and a network for pip, as tests/root_check, whose dictionary is used.
"""

import argparse
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "root_check"))
sys.dont_write_bytecode = True

import declarations
import environment


def root_program(root, paths):
    library = root.payloads(*declarations.read(paths))
    where = library.parent
    options = ["-O3", f"-I{where}", f"-L{where}", f"-Wl,-rpath,{where}", "-Wl,--no-as-needed", "-lpayloads"]
    return root.program(HERE / "payload_root.cpp", *options), where


def call(program, what, folder, options, include):
    command = ["taskset", "-c", "0", *program, what, folder, options.files, options.channels, options.repetitions]
    # where ROOT's dictionary finds its header
    named = {**os.environ, "ROOT_INCLUDE_PATH": str(include)}
    out = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True, env=named).stdout
    found = [json.loads(line) for line in out.splitlines() if line.startswith('{"do"')]
    if not found:
        sys.exit(f"{program[0]} {what} prints no line of JSON as described")
    return found[-1]


def keep(best, name, what, line):
    best[name, what] = min(best.get((name, what), line["seconds_per_file"]), line["seconds_per_file"])


def expected(options):
    def single(value):
        return struct.unpack("f", struct.pack("f", value))[0]

    total = 0.0
    for file in range(options.files):
        mixed = [(channel * 2654435761 + file * 40503) % 2**32 for channel in range(options.channels)]
        inner = 0.0
        for x in mixed:
            inner += single(0.5 + (x >> 8) / 2**24)
        for x in mixed:
            inner += ((x >> 16) & 1023) / 2**20
        total += inner
    return total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="+", help="our program")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--channels", type=int, default=8736)
    parser.add_argument("--rounds", type=int, default=3, help="how often the programs take turns")
    parser.add_argument("--repetitions", type=int, default=2, help="within a turn")
    parser.add_argument("--root", type=pathlib.Path, help="virtual environment for ROOT")
    parser.add_argument("--classes", type=pathlib.Path, default=HERE.parent / "stdlib" / "payloads")
    options = parser.parse_args()
    theirs, include = root_program(environment.Root(options.root), [options.classes])
    programs = {"b2caf": options.command, "ROOT": [theirs]}
    memory = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
    total = expected(options)
    best = {}
    with tempfile.TemporaryDirectory(prefix="b2caf-payloads-", dir=memory) as top:
        folders = {name: pathlib.Path(top) / name for name in programs}
        for folder in folders.values():
            folder.mkdir()
        # in turns, so that a busy machine is busy for both
        for _ in range(options.rounds):
            for name, program in programs.items():
                keep(best, name, "write", call(program, "write", folders[name], options, include))
            for writer, folder in folders.items():
                for name, program in programs.items():
                    read = call(program, "read", folder, options, include)
                    if abs(read["sum"] / total - 1) > 1e-12:
                        sys.exit(f"{name} reads {read['sum']} from what {writer} wrote, {total} was meant")
                    keep(best, name, f"read what {writer} wrote", read)
        sizes = {name: sum(f.stat().st_size for f in folder.iterdir()) / options.files for name, folder in folders.items()}
    print(f"{options.files} files of 2 x {options.channels} floats, one core, best of {options.rounds * options.repetitions}\n")
    print("| ms per file | b2caf | ROOT | ratio |\n|---|---:|---:|---:|")
    for what in ("write", *(f"read what {writer} wrote" for writer in programs)):
        ours, other = best["b2caf", what], best["ROOT", what]
        print(f"| {what} | {ours * 1e3:.3f} | {other * 1e3:.3f} | {other / ours:.1f} |")
    print(f"\nbytes per file: b2caf {sizes['b2caf']:.0f}, ROOT {sizes['ROOT']:.0f}")


if __name__ == "__main__":
    main()
