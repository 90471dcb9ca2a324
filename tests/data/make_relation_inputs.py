"""Writes relations.root and what loops over uproot's values count in it and in files of basf2.

    python make_relation_inputs.py [folder with basf2/mdst*.root]

relations.root is a plain ntuple of two runs. Tracks have the number of their fit, or -1; cells that
of their shower, or -1; one event has so many tracks that its pairs do not fit into one batch.
Everything expected is counted row by row, in the order of the file. Without the folder the
expectations of basf2's files are left as they are.
"""

import hashlib
import json
import math
import pathlib
import sys

import awkward as ak
import numpy as np
import uproot

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE / "relations.root"
CELLS = 40


def write():
    rng = np.random.default_rng(11)
    tracks, fits, cells, showers = [], [], [], []
    for event in range(60):
        count = 160 if event == 17 else int(rng.poisson(4))
        fit_count = count + int(rng.poisson(1))
        places = rng.permutation(fit_count)[:count]
        tracks.append([
            {"fit": int(p) if rng.random() < 0.85 else -1, "p": float(rng.exponential(1.5)),
             "side": int(rng.integers(1, 4))}
            for p in places
        ])
        fits.append([
            {"p": float(rng.exponential(2.0)), "phi": float(rng.uniform(-math.pi, math.pi)),
             "charge": int(rng.choice([-1, 1]))}
            for _ in range(fit_count)
        ])
        shower_count = int(rng.poisson(3))
        showers.append([{"e": float(rng.uniform(1.0, 5.0))} for _ in range(shower_count)])
        cells.append([
            {"id": int(rng.integers(1, CELLS + 1)), "e": float(rng.exponential(0.4)),
             "shower": int(rng.integers(-1, shower_count))}
            for _ in range(30)
        ])
    arrays = {
        "track": (tracks, "var * {fit: int32, p: float64, side: int32}"),
        "fit": (fits, "var * {p: float64, phi: float64, charge: int32}"),
        "cell": (cells, "var * {id: int32, e: float64, shower: int32}"),
        "shower": (showers, "var * {e: float64}"),
    }
    with uproot.recreate(FILE, compression=uproot.ZLIB(6)) as file:
        kinds = {name: ak.types.from_datashape(kind, highlevel=False) for name, (_, kind) in arrays.items()}
        tree = file.mktree(
            "ntuple", {"exp": "int32", "run": "int32", "event": "uint32"} | kinds,
        )
        for first in range(0, 60, 25):
            part = slice(first, first + 25)
            size = len(tracks[part])
            columns = {
                "exp": np.full(size, 7, "i4"),
                "run": rng.choice([3, 4], size).astype("i4"),
                "event": np.arange(first + 1, first + size + 1).astype("u4"),
            }
            for name, (rows, _) in arrays.items():
                columns[name] = ak.Array(rows[part])
            tree.extend(columns)


def events():
    a = uproot.open(FILE)["ntuple"].arrays()
    for row in a:
        row = ak.to_list(row)

        def objects(name):
            members = [key for key in row if key.startswith(name + "_")]
            values = zip(*(row[key] for key in members))
            short = [key[len(name) + 1:] for key in members]
            return [dict(zip(short, v), index=i) for i, v in enumerate(values)]

        yield row["run"], row["event"], {n: objects(n) for n in ("track", "fit", "cell", "shower")}


def mass(a, b):
    return math.sqrt(2.0 * a["p"] * b["p"] * (1.0 - math.cos(a["phi"] - b["phi"])))


def of_pairs():
    """Pairs of tracks with fits of opposite charge, then the tracks of those that are heavy."""
    cuts = [[0, 0] for _ in range(5)]
    rows, singles, sides = [], [], {}

    def count(number, passes):
        cuts[number][0] += 1
        cuts[number][1] += bool(passes)
        return passes

    for run, event, all_ in events():
        good = [t for t in all_["track"] if count(0, t["fit"] >= 0)]
        good = [t for t in good if count(1, t["p"] > 0.4)]
        kept = set()
        for i, a in enumerate(good):
            for b in good[i + 1:]:
                one, two = all_["fit"][a["fit"]], all_["fit"][b["fit"]]
                if not count(2, one["charge"] * two["charge"] < 0):
                    continue
                m = mass(one, two)
                passed, total = sides.get((a["side"], b["side"]), (0, 0))
                sides[a["side"], b["side"]] = (passed + (m > 2.0), total + 1)
                if not count(3, m > 1.0):
                    continue
                rows.append([run, event, a["index"], b["index"], len(all_["track"]), m])
                kept |= {a["index"], b["index"]}
        left = [t for t in good if t["index"] in kept]
        singles += [[run, event, t["index"], t["p"]] for t in left if count(4, t["p"] > 0.6)]
    return {
        "cuts": cuts, "pairs": rows, "singles": singles,
        "sides": [[a, b, *n] for (a, b), n in sorted(sides.items())],
    }


def of_equations(run):
    """Sum of energies over the shower's energy is one, with a factor per cell."""
    matrix = np.zeros((CELLS, CELLS), "longdouble")
    right, entries, count = np.zeros(CELLS, "longdouble"), np.zeros(CELLS, int), 0
    for own, _, all_ in events():
        if own != run:
            continue
        for shower in all_["shower"]:
            terms = {}
            for cell in all_["cell"]:
                if cell["shower"] == shower["index"]:
                    terms[cell["id"]] = terms.get(cell["id"], 0.0) + cell["e"] / shower["e"]
            count += bool(terms)
            for i, a in terms.items():
                right[i - 1] += a
                entries[i - 1] += 1
                for j, b in terms.items():
                    matrix[i - 1, j - 1] += np.longdouble(a) * np.longdouble(b)
    solved = np.linalg.solve(matrix.astype(float), right.astype(float))
    return {
        "equations": count, "entries": entries.tolist(), "solution": solved.tolist(),
        "error": np.sqrt(np.diag(np.linalg.inv(matrix.astype(float)))).tolist(),
    }


def best(tree, container, forward, counts):
    """Of each element the related one with the largest weight, of equal ones the first; else -1."""
    read = lambda name: tree[f"{container}/m_elements/m_elements.{name}"].array().to_list()
    out = []
    for from_, to, weights, count in zip(read("m_from"), read("m_to"), read("m_weights"), counts):
        found = [(-1, 0.0)] * count
        for f, targets, ws in zip(from_, to, weights):
            for t, w in zip(targets, ws):
                row, other = (f, t) if forward else (t, f)
                if found[row][0] < 0 or w > found[row][1]:
                    found[row] = (other, w)
        out.append([n for n, _ in found])
    return out


def of_basf2(path):
    tree = uproot.open(path)["tree"]

    def member(array, name):
        key = next(k for k in tree.keys() if k.split("[")[0] == f"{array}/{array}.{name}")
        return tree[key].array().to_list()

    def joined(partners, array, name, item=None):
        """Rows, rows with a partner, and the sum of a member (or an item of it) of these."""
        chosen = [v[p] for ps, v in zip(partners, member(array, name)) for p in ps if p >= 0]
        values = [float(v if item is None else v[item]) for v in chosen]
        return [sum(map(len, partners)), len(chosen), math.fsum(values)]

    size = lambda array: [len(x) for x in member(array, "fUniqueID")]
    fits = member("Tracks", "m_trackFitIndices")
    relation = lambda name, forward, rows: best(tree, name, forward, size(rows))
    return {
        "md5": hashlib.md5(path.read_bytes()).hexdigest(),
        "pion": joined([[t[2] for t in e] for e in fits], "TrackFitResults", "m_pValue"),
        "proton": joined([[t[4] for t in e] for e in fits], "TrackFitResults", "m_pValue"),
        "forward": joined(relation("ECLClustersToMCParticles", True, "ECLClusters"), "MCParticles", "m_energy"),
        "backward": joined(relation("TracksToECLClusters", False, "ECLClusters"), "Tracks", "m_trackFitIndices", 2),
        "particles": joined(relation("ECLClustersToMCParticles", False, "MCParticles"), "ECLClusters", "m_logEnergy"),
        "named": joined(
            relation("ECLClustersToTracksNamedBremsstrahlung", True, "ECLClusters"), "Tracks", "m_trackFitIndices", 2),
        "positive": joined(member("V0s", "m_trackIndexPositive"), "Tracks", "m_trackFitIndices", 2),
    }


def main():
    if not FILE.exists():
        write()
    target = HERE / "relation_expected.json"
    expected = json.loads(target.read_text()) if target.exists() else {}
    expected["made with"] = {"uproot": uproot.__version__, "numpy": np.__version__, "awkward": ak.__version__}
    expected["pairs"] = of_pairs()
    expected["equations"] = {str(run): of_equations(run) for run in (3, 4)}
    if len(sys.argv) > 1:
        files = sorted((pathlib.Path(sys.argv[1]) / "basf2").glob("mdst*.root"))
        expected["basf2"] = {path.name: of_basf2(path) for path in files}
    lines = [f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in expected.items()]
    target.write_text("{" + ",\n".join(lines) + "}\n")


main()
