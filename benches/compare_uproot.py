"""The event loop beside uproot and numpy, on the same files, in one run.

    python3 benches/compare_uproot.py [--rows 4000000] [--repeat 3] [--keep FOLDER]

Needs cargo and a network for pip: uproot goes into a virtual environment in a temporary folder.
Prints one line per compression: seconds of both (the best of all passes), their ratio, and the
peak memory of ours. Nothing is asserted: figures depend on the machine. Both count the same rows,
which is checked.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import venv

HERE = pathlib.Path(__file__).resolve().parent
COLUMNS = ["channel", "time", "energy", "quality"]
CHANNELS, BINS, LOW, HIGH = 8736, 100, -25.0, 25.0


def write(folder, rows):
    """8 columns in baskets of 100,000 rows; times are single precision, as in mdst files."""
    import numpy as np
    import uproot

    rng = np.random.default_rng(5)
    kinds = {"none": None, "zlib": uproot.ZLIB(1), "lz4": uproot.LZ4(4), "zstd": uproot.ZSTD(5)}
    types = {
        "channel": "int32", "time": "float32", "energy": "float32", "quality": "float32",
        "theta": "float64", "phi": "float64", "status": "uint16", "event": "uint32",
    }
    trees, files = {}, {}
    for name, kind in kinds.items():
        files[name] = uproot.recreate(folder / f"{name}.root", compression=kind)
        trees[name] = files[name].mktree("events", types, initial_basket_capacity=64)
    for first in range(0, rows, 100_000):
        size = min(100_000, rows - first)
        part = {
            "channel": rng.integers(1, CHANNELS + 1, size).astype("i4"),
            "time": rng.normal(0.0, 8.0, size).astype("f4"),
            "energy": rng.exponential(1.0, size).astype("f4"),
            "quality": rng.random(size).astype("f4"),
            "theta": rng.random(size), "phi": rng.random(size),
            "status": rng.integers(0, 4, size).astype("u2"),
            "event": np.arange(first, first + size).astype("u4"),
        }
        for tree in trees.values():
            tree.extend(part)
    for file in files.values():
        file.close()
    return {name: folder / f"{name}.root" for name in kinds}


def with_numpy(path, threads):
    """The same loop as fast as numpy does it: bincount over cells instead of histogram2d."""
    import time
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    import uproot

    executor = ThreadPoolExecutor(threads) if threads > 1 else None
    start = time.perf_counter()
    cells = np.zeros(CHANNELS * (BINS + 2), "i8")
    passed = 0
    options = {} if executor is None else {"decompression_executor": executor}
    with uproot.open(path, **options) as file:
        for part in file["events"].iterate(COLUMNS, library="np", step_size=400_000):
            good = (part["energy"] > 0.2) & (part["quality"] < 0.9)
            energy = part["energy"][good].astype("f8")
            dt = part["time"][good].astype("f8") - 0.5 * energy
            channel = part["channel"][good]
            bins = np.clip(np.floor((dt - LOW) * (BINS / (HIGH - LOW))) + 1, 0, BINS + 1)
            place = (channel - 1) * (BINS + 2) + bins.astype("i4")
            cells += np.bincount(place, minlength=len(cells))
            passed += len(dt)
    return time.perf_counter() - start, passed


def ours(program, path, threads):
    out = subprocess.run([program, str(threads), str(path)], check=True, capture_output=True, text=True)
    return json.loads(out.stdout)


def program():
    """Builds the bench and finds its binary."""
    build = subprocess.run(
        ["cargo", "bench", "--bench", "collect", "--no-run", "--no-default-features", "--message-format=json"],
        check=True, stdout=subprocess.PIPE, text=True, cwd=HERE.parent,
    )
    lines = [json.loads(line) for line in build.stdout.splitlines()]
    found = [l["executable"] for l in lines if l.get("target", {}).get("name") == "collect" and l.get("executable")]
    return found[-1]


def compare(options):
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="b2caf-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}.root" for name in ("none", "zlib", "lz4", "zstd")}
    if not all(path.exists() for path in paths.values()):
        print(f"writing {options.rows} rows × 8 columns, four times, to {folder}", file=sys.stderr)
        paths = write(folder, options.rows)
    binary = program()
    print("| file | threads | uproot s | b2caf s | ratio | rows/s (M) | peak MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, path in paths.items():
        for threads in (1, 2):
            theirs, mine, peak = [], [], 0.0
            for _ in range(options.repeat):
                seconds, passed = with_numpy(path, threads)
                theirs.append(seconds)
                result = ours(binary, path, threads)
                mine += result["seconds"]
                peak = max(peak, result["peak_mb"])
                assert result["passed"] == passed, (result["passed"], passed)
            a, b = min(theirs), min(mine)
            print(f"| {name} | {threads} | {a:.3f} | {b:.3f} | {a / b:.1f} | {options.rows / b / 1e6:.0f} | {peak:.0f} |")


def with_uproot():
    """Goes on in an environment that has uproot."""
    try:
        import uproot  # noqa: F401
    except ImportError:
        folder = pathlib.Path(tempfile.gettempdir()) / "b2caf-bench-venv"
        python = folder / "bin" / "python"
        if not python.exists():
            venv.create(folder, with_pip=True)
            packages = ["uproot>=5.7", "numpy", "awkward", "cramjam", "xxhash"]
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        os.execv(python, [str(python), *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the files, used again if they are there")
    options = parser.parse_args()
    with_uproot()
    compare(options)


if __name__ == "__main__":
    main()
