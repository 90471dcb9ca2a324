#!/usr/bin/env python3
"""Writes the small ROOT files of this example, and the truth behind them.

    pip install uproot awkward numpy
    python3 make_data.py            # writes run0001/ run0002/ run0003/ and truth.json here

A counter of 120 channels sees cosmic rays in three runs of experiment 7. Each channel has a
time offset of its own (Gaussian, 2 ns wide); a hit is smeared by 0.8 ns around the time of its
event plus that offset. A tenth of the hits is noise, flat in time. Channel 77 is dead. Hits below
0.3 GeV are noise only and ten times as frequent there as above; one event in five comes from a
random trigger (trigger = 2) and holds nothing but noise.
"""

import json
import pathlib

import awkward as ak
import numpy as np
import uproot

CHANNELS, DEAD = 120, 77
RUNS, FILES_PER_RUN, EVENTS_PER_FILE = (1, 2, 3), 2, 930
RESOLUTION, NOISE, WINDOW = 0.8, 0.10, 15.0  # ns, fraction, ns

here = pathlib.Path(__file__).resolve().parent
random = np.random.default_rng(20260207)
offsets = random.normal(0.0, 2.0, CHANNELS)

event_number = 0
for run in RUNS:
    folder = here / f"run{run:04d}"
    folder.mkdir(exist_ok=True)
    for part in range(FILES_PER_RUN):
        trigger = np.where(random.random(EVENTS_PER_FILE) < 0.2, 2, 1).astype(np.int32)
        hits_per_event = random.poisson(6.0, EVENTS_PER_FILE)
        n = int(hits_per_event.sum())
        event_of_hit = np.repeat(np.arange(EVENTS_PER_FILE), hits_per_event)
        # The clock of the event is not known to better than this; hits are relative to it.
        t0 = np.round(random.normal(0.0, 5.0, EVENTS_PER_FILE) * 32) / 32
        channel = random.integers(1, CHANNELS + 1, n)
        channel[channel == DEAD] = DEAD + 1
        soft = random.random(n) < 0.25
        energy = np.where(soft, random.uniform(0.02, 0.3, n), 0.3 + random.exponential(0.8, n))
        noise = soft | (random.random(n) < NOISE) | (trigger[event_of_hit] == 2)
        time = np.where(
            noise,
            random.uniform(-WINDOW, WINDOW, n),
            random.normal(offsets[channel - 1], RESOLUTION),
        )
        # Digitised as a detector would: the centre of a tick of 1/32 ns, and 1/128 GeV.
        time = (np.floor((time + t0[event_of_hit]) * 32) + 0.5) / 32
        energy = np.round(energy * 128) / 128
        events = {
            "exp": np.full(EVENTS_PER_FILE, 7, np.int32),
            "run": np.full(EVENTS_PER_FILE, run, np.int32),
            "event": np.arange(event_number, event_number + EVENTS_PER_FILE, dtype=np.int32),
            "trigger": trigger,
            "t0": t0.astype(np.float32),
            "hits": ak.unflatten(
                ak.zip(
                    {
                        "channel": channel.astype(np.int16),
                        "time": time.astype(np.float32),
                        "energy": energy.astype(np.float32),
                    }
                ),
                hits_per_event,
            ),
        }
        event_number += EVENTS_PER_FILE
        with uproot.recreate(folder / f"hits_{part}.root", compression=uproot.ZLIB(9)) as file:
            tree = file.mktree("tree", {name: ak.type(ak.Array(values)).content for name, values in events.items()})
            tree.extend(events)

truth = {"resolution": RESOLUTION, "dead": [DEAD], "offsets": [round(x, 9) for x in offsets.tolist()]}
(here / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
