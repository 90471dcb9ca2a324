"""Payload files written and read by us and by ROOT, in one run: time per file on one core.

    python3 benches/compare_payloads.py COMMAND... [--files 1000] [--channels 8736] [--repetitions 5] [--root FOLDER]

COMMAND is our program. It is called, as `benches/payload_root.cpp` is, with

    COMMAND... write|read FOLDER FILES CHANNELS REPETITIONS

and writes, or reads, FOLDER/<n>.root for n from 0 to FILES - 1: payload `ECLCrystalEnergy` of class
`Belle2::ECLCrystalCalib`, where with x = (channel * 2654435761 + n * 40503) mod 2^32, channel counting from 0,
`m_CalibConst` is 0.5 + (x >> 8) / 2^24 and `m_CalibConstUnc` ((x >> 16) & 1023) / 2^20, computed as doubles and
rounded to floats. Such numbers hardly shrink, as real ones. It prints one line of JSON

    {"do": "write", "seconds_per_file": 0.0005, "sum": 0}

with the best of the repetitions of all files; only writing or reading counts, not making the numbers. After reading,
`sum` is that of all values in double precision: per file first all `m_CalibConst`, then all `m_CalibConstUnc`, then the
sums of the files. Further lines that are not such JSON are passed over.

Both programs also read what the other wrote, and the sums must be those of the values. Files are written to memory
where the machine has /dev/shm. Needs g++ and a network for pip, as tests/root_check, whose dictionary is used.
"""

import argparse
import json
import pathlib
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
    return root.program(HERE / "payload_root.cpp", *options)


def call(program, what, folder, options):
    command = ["taskset", "-c", "0", *program, what, folder, options.files, options.channels, options.repetitions]
    out = subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True).stdout
    return next(json.loads(line) for line in out.splitlines() if line.startswith('{"do"'))


def expected(options):
    import struct

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
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--root", type=pathlib.Path, help="virtual environment for ROOT")
    parser.add_argument("--classes", type=pathlib.Path, default=HERE.parent / "stdlib" / "payloads")
    options = parser.parse_args()
    theirs = root_program(environment.Root(options.root), [options.classes])
    programs = {"b2caf": options.command, "ROOT": [theirs]}
    memory = "/dev/shm" if pathlib.Path("/dev/shm").is_dir() else None
    total = expected(options)
    times = {}
    with tempfile.TemporaryDirectory(prefix="b2caf-payloads-", dir=memory) as top:
        folders = {name: pathlib.Path(top) / name for name in programs}
        for name, program in programs.items():
            folders[name].mkdir()
            times[name] = [call(program, "write", folders[name], options)["seconds_per_file"]]
        for name, program in programs.items():
            for writer, folder in folders.items():
                read = call(program, "read", folder, options)
                if abs(read["sum"] / total - 1) > 1e-12:
                    sys.exit(f"{name} reads {read['sum']} from what {writer} wrote, {total} was meant")
                if writer == "ROOT":
                    times[name].append(read["seconds_per_file"])
        sizes = {name: sum(f.stat().st_size for f in folder.iterdir()) / options.files for name, folder in folders.items()}
    print(f"{options.files} files of 2 x {options.channels} floats, one core, best of {options.repetitions}\n")
    print("| ms per file | b2caf | ROOT | ratio |\n|---|---:|---:|---:|")
    for row, what in enumerate(("write", "read what ROOT wrote")):
        ours, other = times["b2caf"][row], times["ROOT"][row]
        print(f"| {what} | {ours * 1e3:.3f} | {other * 1e3:.3f} | {other / ours:.1f} |")
    print(f"\nbytes per file: b2caf {sizes['b2caf']:.0f}, ROOT {sizes['ROOT']:.0f}")


if __name__ == "__main__":
    main()
