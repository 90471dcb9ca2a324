"""How long it takes to read the settings of all official scripts.

    python3 benches/prompt_show.py [program]

Runs `b2caf prompt show --all --json` and, for scale, `python3 -c pass` in turns, and prints the median and the best wall time of
each, with the peak memory. The program is that of `cargo build --release` unless another one is named.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent.parent
TIMES = 31


def run(words):
    """Wall time in milliseconds, peak memory in MB, and what was written."""
    began = time.perf_counter()
    child = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=HERE)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    took = 1000.0 * (time.perf_counter() - began)
    if status != 0:
        sys.exit(f"{words} ended with {status}")
    return took, usage.ru_maxrss / 1024.0, text


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else str(HERE / "target/release/b2caf")
    cases = {
        "b2caf prompt show --all --json": [program, "prompt", "show", "--all", "--json"],
        "python3 -c pass": [sys.executable, "-c", "pass"],
    }
    found = {name: [] for name in cases}
    for _ in range(TIMES):
        for name, words in cases.items():
            found[name].append(run(words))
    scripts = len(json.loads(found["b2caf prompt show --all --json"][0][2]))
    print(f"{scripts} scripts, {TIMES} runs each")
    for name, runs in found.items():
        times = [took for took, _, _ in runs]
        memory = max(peak for _, peak, _ in runs)
        print(f"{name:32} median {statistics.median(times):6.1f} ms  best {min(times):6.1f} ms  peak {memory:5.1f} MB")


if __name__ == "__main__":
    main()
