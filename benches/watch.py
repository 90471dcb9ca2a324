"""What a save costs under `b2caf watch`: 8736 channels, 4 million rows, at a terminal.

    python3 benches/watch.py [--program target/release/b2caf] [--rows 4000000] [--repeat 5] [--keep FOLDER]

Writes one file as `compare_uproot.py` does (which gets uproot), starts the watch with a terminal for what it says, and saves the
script with another model, payload, and cut in turns. Prints for each kind of save the median of the clock from outside (from the
save until the report is there), what the watch says it took, what of that was reading and fitting, and the rest. Nothing
is asserted: figures depend on the machine.
"""

import argparse
import json
import os
import pathlib
import pty
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import compare_uproot

HERE = pathlib.Path(__file__).resolve().parent
SCRIPT = """import "std/models" as models;
export const settings = CalibrationSettings(#{
    name: "Watch bench", expert_username: "mmuster", subsystem: "example", description: "A bench.",
    input_data_formats: ["cdst"], input_data_names: ["cosmics"],
});
fn get_calibrations(input_data, kwargs) {
    let collector = Collector("Times", #{ tree: "events" })
        .select("energetic", |e| e.energy > %(cut)s && e.quality < 0.9)
        .histogram("dt", |e| e.time - 0.5 * e.energy, regular(100, -25.0, 25.0, "ns"))
        .per_channel("channel", |e| e.channel, 1..=8736);
    let algorithm = Algorithm("Offsets")
        .fit("dt", models::gaussian().limits("sigma", 0.1, %(limit)s))
        .payload("Offsets", "ECLCrystalCalib", |c| #{
            m_CalibConst: if c.ok { %(sign)s * c.mean } else { 0.0 }, m_CalibConstUnc: if c.ok { c.mean_error } else { -1.0 },
        });
    [Calibration("times", #{ collector: collector, algorithms: [algorithm], input_files: input_data.cosmics })]
}
"""
BEFORE = {"cut": "0.2", "limit": "50.0", "sign": "1.0"}


class Watch:
    def __init__(self, program, folder):
        self.folder = folder
        self.values = dict(BEFORE)
        self.save()
        own, terminal = pty.openpty()
        self.process = subprocess.Popen(
            [program, "watch", "bench.rhai", "--input", "data.json", "--json"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=terminal, text=True,
        )
        os.close(terminal)
        self.said = ""
        threading.Thread(target=self.listen, args=(own,), daemon=True).start()
        self.round()

    def listen(self, terminal):
        while True:
            try:
                self.said += os.read(terminal, 65536).decode(errors="replace")
            except OSError:
                return

    def save(self):
        new = self.folder / "bench.rhai.new"
        new.write_text(SCRIPT % self.values)
        new.replace(self.folder / "bench.rhai")

    def round(self):
        line = json.loads(self.process.stdout.readline())
        if line["exit"] != 0:
            sys.exit(f"a round failed: {line}")
        return line

    def edit(self, **values):
        """Milliseconds from outside, what the watch said, and what of that was reading and fitting."""
        self.values.update(values)
        began = time.perf_counter()
        self.save()
        line = self.round()
        outside = 1000.0 * (time.perf_counter() - began)
        time.sleep(0.3)
        told = re.findall(r"in ([0-9.]+) s \(reading ([0-9.]+) s, fitting ([0-9.]+) s\)", self.said)[-1]
        _, reading, fitting = (1000.0 * float(number) for number in told)
        return outside, float(line["took_ms"]), reading, fitting


def measure(options):
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="b2caf-watch-"))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "zlib.root"
    if not file.exists():
        file = compare_uproot.write(folder, options.rows)["zlib"]
    (folder / "data.json").write_text(json.dumps({"cosmics": [[file.name, [1, 1]]]}))
    watch = Watch(options.program.resolve(), folder)
    found = {"model": [], "payload": [], "cut": []}
    for number in range(options.repeat):
        found["model"].append(watch.edit(limit=f"{60 + number}.0"))
        found["payload"].append(watch.edit(sign=f"{2 + number}.0"))
        found["cut"].append(watch.edit(cut=f"0.{21 + number}"))
    watch.process.terminate()
    size = (folder / "watch_results" / "report.html").stat().st_size
    print(f"{options.rows} rows, 8736 channels, report of {size / 1e6:.1f} MB, median of {options.repeat} saves, in ms")
    print("| saved | clock from outside | said by the watch | reading | fitting | rest |")
    print("|---|---:|---:|---:|---:|---:|")
    for kind, rounds in found.items():
        outside, told, reading, fitting = (statistics.median(column) for column in zip(*rounds))
        rest = statistics.median(o - r - f for o, _, r, f in rounds)
        print(f"| {kind} | {outside:.0f} | {told:.0f} | {reading:.0f} | {fitting:.0f} | {rest:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=HERE.parent / "target/release/b2caf")
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the file, used again if it is there")
    options = parser.parse_args()
    compare_uproot.with_uproot()
    measure(options)


if __name__ == "__main__":
    main()
