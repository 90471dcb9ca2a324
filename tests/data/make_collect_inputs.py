"""Writes the small ROOT files of tests/collect.rs and what uproot and numpy count in them.

    python make_collect_inputs.py [folder with basf2/mdst.root]

The files are plain ntuples (columns exp, run, event, x, k, good and the array hit_t, hit_ch with
the counter nhit). Without the folder the expectation of mdst.root is left as it is.
"""

import hashlib
import json
import pathlib
import sys

import awkward as ak
import numpy as np
import uproot

HERE = pathlib.Path(__file__).resolve().parent


def ntuple(path, seed, runs, events, compression):
    """Events of several runs, not in the order of runs, in baskets of uneven size."""
    rng = np.random.default_rng(seed)
    with uproot.recreate(path, compression=compression) as file:
        tree = file.mktree(
            "ntuple",
            {
                "exp": "int32", "run": "int32", "event": "uint32",
                "x": "float64", "k": "int16", "good": "bool",
                "hit": ak.types.from_datashape("var * {t: float32, ch: int32}", highlevel=False),
            },
            initial_basket_capacity=4,
        )
        first = 1 + 10000 * seed
        for size in events:
            counts = rng.poisson(2.0, size)
            total = counts.sum()
            hits = ak.unflatten(
                ak.zip({
                    "t": rng.normal(3.0, 5.0, total).astype("f4"),
                    "ch": rng.integers(0, 12, total).astype("i4"),
                }),
                counts,
            )
            tree.extend({
                "exp": np.full(size, 7, "i4"),
                "run": rng.choice(runs, size).astype("i4"),
                "event": np.arange(first, first + size).astype("u4"),
                "x": np.where(rng.random(size) < 0.01, np.nan, rng.normal(0.0, 1.0, size)),
                "k": rng.integers(-5, 6, size).astype("i2"),
                "good": rng.random(size) < 0.7,
                "hit": hits,
            })
            first += size


def histogram(values, bins, low, high):
    """Underflow, bins, overflow; a bin holds its low edge, a value equal to the high edge is over."""
    values = np.asarray(values, "f8")
    edges = low + np.arange(bins + 1) * ((high - low) / bins)
    edges[-1] = high
    cells = np.searchsorted(edges, values[~np.isnan(values)], side="right")
    return np.bincount(cells, minlength=bins + 2).tolist()


def by_channel(channels, values, first, last, bins, low, high):
    """Channels with entries: number and cells."""
    return {
        str(c): histogram(values[channels == c], bins, low, high)
        for c in range(first, last + 1)
        if (channels == c).any()
    }


def square(t, x):
    """Cells with entries of a histogram in two dimensions, as [time, x, entries]; x may be NaN."""
    cells = {}
    for a, b in zip(np.asarray(t, "f8"), np.asarray(x, "f8")):
        i = int(np.digitize(a, np.linspace(-10.0, 10.0, 5)))
        j = 4 if np.isnan(b) else int(np.digitize(b, [-1.0, 0.5, 2.0]))
        cells[i, j] = cells.get((i, j), 0) + 1
    return [[i, j, n] for (i, j), n in sorted(cells.items())]


def profile(x, y, bins, low, high):
    """Mean of y and error of the mean per bin of x; NaN in y are left out."""
    cells = np.digitize(x, np.linspace(low, high, bins + 1))
    out = []
    for cell in range(1, bins + 1):
        values = y[(cells == cell) & ~np.isnan(y)]
        out.append([len(values), float(np.mean(values)), float(np.std(values) / np.sqrt(len(values)))])
    return out


def of_ntuples(paths):
    arrays = [uproot.open(p)["ntuple"].arrays() for p in paths]
    all_ = ak.concatenate(arrays)
    out = {"entries": [len(a) for a in arrays], "runs": {}}
    for run in sorted(set(ak.to_list(all_["run"]))):
        a = all_[all_["run"] == run]
        chosen = a[a["good"] & (a["nhit"] > 0)]
        t, ch = chosen["hit_t"], chosen["hit_ch"]
        t = ak.values_astype(t, "f8")
        shifted = t - 0.5 * chosen["k"]
        early = shifted < 8.0
        flat, channels = ak.to_numpy(ak.flatten(shifted[early])), ak.to_numpy(ak.flatten(ch[early]))
        out["runs"][str(run)] = {
            "events": len(a),
            "x": histogram(ak.to_numpy(a["x"]), 20, -2.0, 2.0),
            "x_nan": int(np.isnan(ak.to_numpy(a["x"])).sum()),
            "cuts": [
                [len(a), len(chosen)],
                [int(ak.count(t)), int(ak.sum(early))],
            ],
            "t": histogram(flat, 25, -10.0, 10.0),
            "t_by_channel": by_channel(channels, flat, 1, 10, 25, -10.0, 10.0),
            "outside": int(((channels < 1) | (channels > 10)).sum()),
            "square": square(flat, ak.to_numpy(ak.flatten((chosen["x"] + 0 * t)[early]))),
            "profile": profile(ak.to_numpy(a["k"]), ak.to_numpy(a["x"]), 11, -5.5, 5.5),
            "efficiency": {
                str(k): [int(ak.sum(a["good"][a["k"] == k])), int(ak.sum(a["k"] == k))] for k in range(-2, 3)
            },
            "sum_of_t": float(np.sum(flat.astype("longdouble"))),
            "hits_after_zero": int(ak.sum(ak.sum(ak.values_astype(a["hit_t"], "f8") > 0, axis=1))),
            "first_events": ak.to_list(a["event"][:5]),
        }
    return out


def of_mdst(path):
    tree = uproot.open(path)["tree"]
    member = lambda name: tree[f"ECLClusters/ECLClusters.{name}"].array()
    energy, ratio, time, cell = (
        ak.values_astype(member(n), "f8") for n in ("m_logEnergy", "m_E1oE9", "m_time", "m_maxECellId")
    )
    background = tree["EventLevelTrackingInfo/m_nCDCHitsNotAssigned"].array()
    quiet = background < 300
    first = quiet
    passed = energy[first] > -2.0
    second = passed & (ratio[first] < 0.9)
    times = ak.to_numpy(ak.flatten(time[first][second]))
    cells = ak.to_numpy(ak.flatten(cell[first][second])).astype("i8")
    square = [(times >= 0) & (times < 5), ak.to_numpy(ak.flatten(energy[first][second])) < -1.0]
    return {
        "md5": hashlib.md5(pathlib.Path(path).read_bytes()).hexdigest(),
        "entries": int(tree.num_entries),
        "cuts": [
            [len(quiet), int(ak.sum(first))],
            [int(ak.count(energy[first])), int(ak.sum(passed))],
            [int(ak.sum(passed)), int(ak.sum(second))],
        ],
        "time": histogram(times, 60, -30.0, 30.0),
        "by_cell": by_channel(cells, times, 1, 8736, 4, -30.0, 30.0),
        "square": int((square[0] & square[1]).sum()),
        "energy_per_event": [float(x) for x in ak.to_list(ak.max(energy, axis=1))[:10]],
        "clusters_per_event": ak.to_list(ak.num(energy))[:10],
    }


def main():
    paths = [HERE / "ntuple_a.root", HERE / "ntuple_b.root"]
    ntuple(paths[0], 1, [3, 4], [130, 17, 83], uproot.ZLIB(1))
    ntuple(paths[1], 2, [4, 5], [90, 90], uproot.LZ4(1))
    target = HERE / "collect_expected.json"
    expected = json.loads(target.read_text()) if target.exists() else {}
    expected["made with"] = {"uproot": uproot.__version__, "numpy": np.__version__, "awkward": ak.__version__}
    expected["ntuples"] = of_ntuples(paths)
    if len(sys.argv) > 1:
        expected["mdst.root"] = of_mdst(pathlib.Path(sys.argv[1]) / "basf2" / "mdst.root")
    # One line per file and run.
    text = json.dumps(expected, separators=(",", ":")).replace('"events"', '\n"events"')
    target.write_text(text.replace('"mdst.root"', '\n"mdst.root"') + "\n")


if __name__ == "__main__":
    main()
