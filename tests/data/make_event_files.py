"""Writes the small files with events of tests/data/events: tree `tree` with exp, run and event.

    python make_event_files.py

whole.root holds all events, part_1.root to part_5.root hold the same ones one after the other.
Runs 7,1 and 7,2 lie in several parts, and those of parts 3 and 4 come in turns.
"""

import pathlib

import numpy as np
import uproot

HERE = pathlib.Path(__file__).resolve().parent / "events"

rng = np.random.default_rng(7)
PARTS = [
    np.full(60, 1),
    np.full(15, 1),
    rng.choice([1, 2], 70),
    rng.choice([2, 3], 45),
    np.full(110, 3),
]


def write(name, runs, events, basket):
    with uproot.recreate(HERE / name, compression=uproot.ZLIB(6)) as file:
        tree = file.mktree("tree", {"exp": "int32", "run": "int32", "event": "uint32", "x": "float64"})
        for first in range(0, len(runs), basket):
            part = slice(first, first + basket)
            tree.extend({
                "exp": np.full(len(runs[part]), 7, "i4"),
                "run": runs[part].astype("i4"),
                "event": events[part].astype("u4"),
                "x": np.sqrt(events[part]).astype("f8"),
            })


HERE.mkdir(exist_ok=True)
runs = np.concatenate(PARTS)
events = np.arange(1, len(runs) + 1)
write("whole.root", runs, events, 64)
first = 0
for number, part in enumerate(PARTS, 1):
    here = slice(first, first + len(part))
    write(f"part_{number}.root", runs[here], events[here], 1000)
    first += len(part)
