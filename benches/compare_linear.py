"""Dense linear systems beside numpy (LAPACK, OpenBLAS) in one session.

    python3 benches/compare_linear.py [--size 8736] [--repeat 2]

Needs cargo and a network for pip: numpy goes into a virtual environment in a temporary folder.
Prints one line per method and number of threads: seconds of both (the best of all passes), their
ratio, our peak memory, and whether the bits of our solution are those of one thread. The matrices
are not the same ones, which does not matter for the time. Only the bits are asserted: figures
depend on the machine.
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

THEIRS = """
import sys, time
import numpy as np
size, method = int(sys.argv[1]), sys.argv[2]
a = np.random.default_rng(5).random((size, size)) - 0.5
b = np.random.default_rng(6).random(size)
if method == "cholesky":
    a = np.tril(a) + np.tril(a, -1).T
    a[np.diag_indices(size)] = size
start = time.perf_counter()
if method == "cholesky":
    np.linalg.cholesky(a)  # without the solution, which is a small part
else:
    np.linalg.solve(a, b)
print(time.perf_counter() - start)
"""


def program():
    """Builds the bench and finds its binary."""
    build = subprocess.run(
        ["cargo", "bench", "--bench", "linear", "--no-run", "--no-default-features", "--message-format=json"],
        check=True, stdout=subprocess.PIPE, text=True, cwd=HERE.parent,
    )
    lines = [json.loads(line) for line in build.stdout.splitlines()]
    found = [l["executable"] for l in lines if l.get("target", {}).get("name") == "linear" and l.get("executable")]
    return found[-1]


def theirs(size, threads, method):
    names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]
    environment = os.environ | {name: str(threads) for name in names}
    command = [sys.executable, "-c", THEIRS, str(size), method]
    out = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(out.stdout)


def ours(binary, size, threads, method):
    command = [binary, str(size), str(threads), method]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def compare(options):
    binary = program()
    print("| method | size | threads | numpy s | b2caf s | ratio | peak MB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for method in ("lu", "cholesky"):
        bits = set()
        for threads in (1, 2):
            passes = range(options.repeat)
            numpy_seconds = min(theirs(options.size, threads, method) for _ in passes)
            results = [ours(binary, options.size, threads, method) for _ in passes]
            bits |= {result["bits"] for result in results}
            seconds = min(result["seconds"] for result in results)
            peak = max(result["peak_mb"] for result in results)
            ratio = numpy_seconds / seconds
            print(f"| {method} | {options.size} | {threads} | {numpy_seconds:.2f} | {seconds:.2f} | {ratio:.2f} | {peak:.0f} |")
        assert len(bits) == 1, bits


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=8736)
    parser.add_argument("--repeat", type=int, default=2)
    options = parser.parse_args()
    try:
        import numpy  # noqa: F401
    except ImportError:
        folder = pathlib.Path(tempfile.gettempdir()) / "b2caf-bench-numpy"
        python = folder / "bin" / "python"
        if not python.exists():
            venv.create(folder, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", "numpy"], check=True)
        os.execv(python, [str(python), *sys.argv])
    compare(options)


if __name__ == "__main__":
    main()
