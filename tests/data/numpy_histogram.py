"""Writes numpy_histogram.json: values near edges and what numpy.histogram counts.

    python3 numpy_histogram.py > numpy_histogram.json

Values equal to the high edge are left out: numpy puts them into the last bin, we into the overflow.
"""

import json
import sys

import numpy as np

random = np.random.default_rng(7)
AXES = [
    (10, 0.0, 1.0), (3, 0.0, 0.3), (17, -1.1, 2.3), (6, 0.1, 0.7), (1000, 1e-5, 1e5), (200, -50.0, 50.0),
    (8, 1e15, 1e15 + 64), (49, -1.0, 0.0), (7, -1e-288, 1e-288), (100, 0.0, 1e308), (13, -3e-7, 11.0), (1, 2.0, 2.5),
]


def near(edges):
    picked = edges if len(edges) < 60 else random.choice(edges, 60, replace=False)
    below = np.nextafter(picked, -np.inf)
    above = np.nextafter(picked, np.inf)
    return np.concatenate([picked, below, above])


def case(values, bins, span):
    counts, edges = np.histogram(values, bins=bins, range=span)
    inside = values[(values >= edges[0]) & (values < edges[-1])].astype(np.longdouble)
    return {
        "edges": edges.tolist() if len(edges) < 60 else None,
        "values": values.tolist(),
        "first": int(np.flatnonzero(counts)[0]),
        "counts": np.trim_zeros(counts).tolist(),
        "under": int((values < edges[0]).sum()),
        "over": int((values >= edges[-1]).sum()),
        "mean": float(np.mean(inside)),
        "std": float(np.std(inside)),
    }


cases = []
for bins, low, high in AXES:
    edges = np.linspace(low, high, bins + 1)
    spread = low + (high - low) * random.uniform(-0.1, 1.1, 20) if high < 1e300 else random.uniform(0, high, 20)
    values = np.concatenate([near(edges), spread])
    values = values[values != high]
    cases.append({"bins": bins, "low": low, "high": high, **case(values, bins, (low, high))})

EDGES = [[0.0, 0.1, 0.3, 0.7, 10.0], [-1e300, -1.0, 0.0, 1e-300, 1.0], sorted(random.normal(size=30).tolist())]
variable = []
for edges in EDGES:
    values = np.concatenate([near(np.array(edges)), random.normal(size=20)])
    values = values[values != edges[-1]]
    variable.append(case(values, np.array(edges), None))

json.dump({"numpy": np.__version__, "regular": cases, "variable": variable}, sys.stdout)
print()
