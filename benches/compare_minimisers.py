"""Our fits beside iminuit and ROOT: agreement and speed, on the same histograms, in one run.

    python3 benches/compare_minimisers.py [--toys 20] [--only WORD] [--no-speed] [--keep FOLDER]

Needs cargo, g++ and a network for pip: iminuit, numpy and ROOT's Python package (with its headers and libraries)
go into a virtual environment in a temporary folder. `benches/root_fit.cpp` is compiled against them.

All start from the same values. Two tables in Markdown:
- agreement: the largest distance of any parameter of any histogram to the exact minimum (`exact_minimum.py`), in
  units of its exact error; the largest relative difference of the errors to those of the exact Hessian; the largest
  difference of the Minos errors to those of the exact profile, in units of the error;
- speed: microseconds per fit on one core, and how often ours fits into theirs.
Nothing is asserted about speed: figures depend on the machine. Our distances are: 1e-6 of an error for values, 1e-4
for Hesse errors, 1e-3 for Minos.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import venv

HERE = pathlib.Path(__file__).resolve().parent
OPEN = (-math.inf, math.inf)
CHANNELS = 8736

# model: name, truth, start, limits of each parameter
GAUSSIAN = [("norm", 300, 200, OPEN), ("mean", 0.4, 0.0, OPEN), ("sigma", 1.1, 1.5, OPEN)]
LEVEL = ("level", 12, 5, OPEN)
MODELS = {
    "gaussian": GAUSSIAN,
    "gaussian_constant": [*GAUSSIAN, LEVEL],
    "gaussian_line": [*GAUSSIAN, ("offset", 30, 20, OPEN), ("slope", -2.5, 0, OPEN)],
    "novosibirsk_constant": [
        ("eta", -0.3, -0.2, OPEN), ("peak", 0.8, 0.5, OPEN), ("sigma", 0.9, 1.2, OPEN), ("norm", 300, 200, OPEN), LEVEL,
    ],
    "double_gaussian_constant": [
        ("norm", 400, 300, OPEN), ("tail", 0.3, 0.2, (0.0, 1.0)), ("mean", 0.4, 0.2, OPEN),
        ("sigma", 0.7, 0.9, OPEN), ("ratio", 2.6, 2.5, (1.0, math.inf)), LEVEL,
    ],
}
BINS, LOW, HIGH = 100, -5.0, 5.0


def changed(model, **changes):
    """The parameters of a model with some of their numbers replaced."""
    rows = [(name, *changes.get(name, (truth, start, limits))) for name, truth, start, limits in MODELS[model]]
    return model, rows


def cases():
    """Name, model, cost, parameters."""
    for model, rows in MODELS.items():
        for cost in ("poisson", "chi2"):
            yield f"{model}/{cost}", model, cost, rows
    few = changed("gaussian", norm=(8, 5, OPEN))
    yield "gaussian few entries/poisson", few[0], "poisson", few[1]
    # a level near its limit: in part of the histograms the data ask for less
    near = changed("gaussian_constant", level=(0.15, 0.5, (0.0, math.inf)))
    yield "gaussian_constant near limit/poisson", near[0], "poisson", near[1]
    near = changed("double_gaussian_constant", tail=(0.05, 0.2, (0.0, 1.0)), ratio=(3.0, 2.5, (1.0, 10.0)))
    yield "double_gaussian_constant near limit/poisson", near[0], "poisson", near[1]


def centres():
    import numpy as np

    return LOW + (HIGH - LOW) * (np.arange(BINS) + 0.5) / BINS


def plain(model):
    """The model for numpy: values only, as someone would write it for iminuit."""
    import numpy as np

    exp = np.exp

    def bell(x, mean, sigma):
        pull = (x - mean) / sigma
        return exp(-0.5 * pull * pull)

    def novosibirsk(x, eta, peak, sigma, norm, level):
        root = math.sqrt(math.log(4))
        tail = -math.asinh(eta * root) / root
        pull = (x - peak) / sigma
        if abs(tail) < 1e-7:
            return norm * exp(-0.5 * pull * pull) + level
        width = tail * root
        stretched = 1 + tail * pull * (math.sinh(width) / width)
        inside = stretched > 1e-7
        bent = np.log(np.where(inside, stretched, 1.0)) / tail
        return norm * exp(-np.where(inside, 0.5 * (bent * bent + tail * tail), 15.0)) + level

    return {
        "gaussian": lambda x, n, m, s: n * bell(x, m, s),
        "gaussian_constant": lambda x, n, m, s, c: n * bell(x, m, s) + c,
        "gaussian_line": lambda x, n, m, s, c, d: n * bell(x, m, s) + c + d * x,
        "double_gaussian_constant": lambda x, n, t, m, s, r, c: n * ((1 - t) * bell(x, m, s) + t * bell(x, m, s * r)) + c,
        "novosibirsk_constant": novosibirsk,
    }[model]


def write(path, chosen, toys, threads=1, seed=20):
    """Draws the histograms and writes the file that all read; gives the contents."""
    import numpy as np

    rng = np.random.default_rng(seed)
    contents = []
    with open(path, "w") as file:
        for name, model, cost, rows in chosen:
            mean = plain(model)(centres(), *(truth for _, truth, _, _ in rows))
            counts = rng.poisson(mean, (toys, BINS)).astype(float)
            contents.append(counts)
            name = name.replace(" ", "_")
            print("case", name, model, cost, BINS, LOW, HIGH, threads, file=file)
            for parameter, _, start, (low, high) in rows:
                print("parameter", parameter, start, low, high, file=file)
            for row in counts:
                print("counts", *row.astype(int), file=file)
    return contents


def lines(command, **environment):
    """What a program prints, one JSON per line, on one core unless it has threads of its own."""
    out = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **environment})
    # Minuit prints remarks of its own
    return [json.loads(line) for line in out.stdout.splitlines() if line.startswith('{"case')]


def bench():
    """Builds our bench and finds its binary."""
    build = subprocess.run(
        ["cargo", "bench", "--bench", "fit", "--no-run", "--no-default-features", "--message-format=json"],
        check=True, stdout=subprocess.PIPE, text=True, cwd=HERE.parent,
    )
    found = [json.loads(line) for line in build.stdout.splitlines()]
    return [l["executable"] for l in found if l.get("target", {}).get("name") == "fit" and l.get("executable")][-1]


def root_program(folder):
    """Compiles the ROOT side against the headers and libraries of its Python package."""
    import importlib.util

    package = pathlib.Path(importlib.util.find_spec("ROOT").origin).parent
    binary = folder / "root_fit"
    libraries = ["-lCore", "-lHist", "-lMathCore", "-lRIO", "-lMatrix"]
    command = ["g++", "-O3", "-std=c++17", f"-I{package / 'include'}", HERE / "root_fit.cpp", "-o", binary]
    subprocess.run([*command, f"-L{package / 'lib'}", f"-Wl,-rpath,{package / 'lib'}", *libraries], check=True)
    return binary


def with_iminuit(chosen, contents, strategy, speed):
    """Results of iminuit as those of the other programs; time without Minos."""
    import numpy as np
    from iminuit import Minuit
    from iminuit.cost import LeastSquares, poisson_chi2

    results = []
    x = centres()
    for (_, model, cost, rows), histograms in zip(chosen, contents):
        f, names, start = plain(model), [row[0] for row in rows], [row[2] for row in rows]

        def fitter(y):
            if cost == "chi2":
                used = y > 0
                measure = LeastSquares(x[used], y[used], np.sqrt(y[used]), f)
                minuit = Minuit(measure, *start, name=names)
            else:
                minuit = Minuit(lambda *p: poisson_chi2(y, f(x, *p)), *start, name=names)
                minuit.errordef = Minuit.LEAST_SQUARES
            for name, _, _, limits in rows:
                minuit.limits[name] = limits
            minuit.strategy = strategy
            return minuit

        best = math.inf
        for _ in range(3 if speed else 0):
            began = time.perf_counter()
            for y in histograms:
                fitter(y).migrad()
            best = min(best, (time.perf_counter() - began) * 1e6 / len(histograms))
        fits = []
        for y in histograms:
            minuit = fitter(y)
            minuit.migrad()
            valid = minuit.valid
            minuit.hesse()
            values, errors = list(minuit.values), list(minuit.errors)
            lower = upper = [None] * len(names)
            try:
                minuit.minos()
                lower = [minuit.merrors[n].lower if minuit.merrors[n].lower_valid else None for n in names]
                upper = [minuit.merrors[n].upper if minuit.merrors[n].upper_valid else None for n in names]
            except RuntimeError:
                pass  # no valid minimum
            fits.append({"values": values, "errors": errors, "lower": lower, "upper": upper, "valid": valid})
        results.append({"us": best, "fits": fits})
    return results


def exact(chosen, contents, ours, theirs):
    """The exact result of each histogram, found from our values and from those of iminuit."""
    import numpy as np

    import exact_minimum

    references = []
    for case, (_, model, cost, rows) in enumerate(chosen):
        found = []
        for toy, y in enumerate(contents[case]):
            limits = [limits for _, _, _, limits in rows]
            problem = exact_minimum.Problem(getattr(exact_minimum, model), cost, centres(), y, limits)
            ends = []
            for side in (ours, theirs):
                fit = side[case]["fits"][toy]
                ends.append(fit and exact_minimum.minimum(problem, fit["values"]))
            arrived = [end for end in ends if end is not None]
            if not arrived:
                found.append(None)
                continue
            p, errors, half = min(arrived, key=lambda end: end[2])
            inside = errors > 0
            other = [end for end in ends if end is None or np.abs((end[0] - p)[inside] / errors[inside]).max() > 1e-9]
            profiles = None
            # the exact profile knows no limits: only where none is within reach
            reach = [min(abs(value - low), abs(high - value)) for value, (low, high) in zip(p, limits)]
            if inside.all() and all(room > 5 * error for room, error in zip(reach, errors)):
                sides = [[exact_minimum.profile(problem, p, errors, half, k, s) for k in range(len(p))] for s in (-1, 1)]
                profiles = [[math.nan if v is None else float(v) for v in side] for side in sides]
            found.append({"p": p, "errors": errors, "profiles": profiles, "same": not other})
        references.append(found)
    return references


def distances(result, references):
    """Largest differences to the exact result over all histograms: values, Hesse errors, Minos errors; valid fits."""
    import numpy as np

    far, hesse, minos, valid, ends = 0.0, 0.0, None, 0, 0
    for fit, reference in zip(result["fits"], references):
        if fit is None or reference is None:
            continue
        valid += fit["valid"]
        ends += bool(fit.get("at_limit"))
        inside = reference["errors"] > 0
        sigma = reference["errors"][inside]
        values, errors = np.array(fit["values"])[inside], np.array(fit["errors"])[inside]
        far = max(far, float(np.abs((values - reference["p"][inside]) / sigma).max()))
        # an error says nothing where the values are not those of the minimum
        hesse = max(hesse, float(np.abs(errors / sigma - 1).max()))
        if reference["profiles"] and fit.get("lower"):
            for have, want in zip((fit["lower"], fit["upper"]), reference["profiles"]):
                pairs = [(h, w, s) for h, w, s in zip(have, want, sigma) if h is not None and not math.isnan(w)]
                minos = max([minos or 0.0, *(float(abs(h - w) / s) for h, w, s in pairs)])
    return far, hesse, minos, valid


def agreement(chosen, sides, references):
    print("| case | program | largest distance to the minimum (σ) | Hesse errors | Minos errors (σ) | valid |")
    print("|---|---|---:|---:|---:|---:|")
    missed = []
    for case, (name, *_) in enumerate(chosen):
        known = [r for r in references[case] if r is not None]
        for side, results in sides.items():
            far, hesse, minos, valid = distances(results[case], references[case])
            shown = "–" if minos is None else f"{minos:.1e}"
            print(f"| {name} | {side} | {far:.1e} | {hesse:.1e} | {shown} | {valid}/{len(references[case])} |")
            if side == "b2caf" and not (far < 1e-6 and hesse < 1e-4 and (minos or 0) < 1e-3):
                missed.append(name)
            name = ""
        if len(known) < len(references[case]) or not all(r["same"] for r in known):
            count = sum(not r["same"] for r in known)
            print(f"{chosen[case][0]}: {len(references[case]) - len(known)} without exact minimum, "
                  f"{count} where the two starts do not end at the same one", file=sys.stderr)
    return missed


def speed(chosen, sides):
    others = [side for side in sides if side != "b2caf"]
    print("\n| µs per fit | b2caf | in a batch |", *(f"{side} | ratio |" for side in others))
    print("|---|---:|---:|" + "---:|---:|" * len(others))
    for case, (name, *_) in enumerate(chosen):
        ours = sides["b2caf"][case]
        row = [f"{ours['us']:.1f}", f"{ours['batch_us']:.1f}"]
        for side in others:
            theirs = sides[side][case]["us"]
            row += [f"{theirs:.0f}", f"{theirs / ours['us']:.0f}"]
        print("|", name, "|", " | ".join(row), "|")


def compare(options):
    import iminuit
    import ROOT

    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="b2caf-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    chosen = [case for case in cases() if options.only in case[0]]
    contents = write(folder / "cases.txt", chosen, options.toys)
    ours, theirs = bench(), root_program(folder)
    pinned = ["taskset", "-c", "0"]
    sides = {"b2caf": lines([*pinned, ours, folder / "cases.txt"], RAYON_NUM_THREADS="1")}
    for strategy in (1, 2):
        sides[f"iminuit, strategy {strategy}"] = with_iminuit(chosen, contents, strategy, not options.no_speed)
    timed = {}
    for minimiser in ("Minuit", "Minuit2"):
        name = f"ROOT {minimiser}"
        timed[name] = lines([*pinned, theirs, minimiser, "", folder / "cases.txt"])
        # E: Hesse and Minos as well
        sides[name] = lines([*pinned, theirs, minimiser, "E", folder / "cases.txt"])
    references = exact(chosen, contents, sides["b2caf"], sides["iminuit, strategy 2"])
    print(f"{options.toys} histograms of {BINS} bins per case; iminuit {iminuit.__version__}, ROOT {ROOT.__version__}\n")
    missed = agreement(chosen, sides, references)
    if not options.no_speed:
        speed(chosen, {**sides, **timed})
        channels = ("channels/poisson", "novosibirsk_constant", "poisson", MODELS["novosibirsk_constant"])
        for threads in (1, 2):
            write(folder / "channels.txt", [channels], CHANNELS, threads)
            [result] = lines([ours, folder / "channels.txt"])
            print(f"\n{CHANNELS} channels, Novosibirsk on a constant, {threads} threads: "
                  f"{result['batch_us'] * CHANNELS * 1e-6:.3f} s, {result['valid']} valid")
    if missed:
        raise SystemExit(f"b2caf is further from the exact result than it should be: {', '.join(missed)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--toys", type=int, default=20)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the files")
    options = parser.parse_args()
    try:
        import iminuit  # noqa: F401
        import ROOT  # noqa: F401
    except ImportError:
        folder = pathlib.Path(tempfile.gettempdir()) / "b2caf-minimisers-venv"
        python = folder / "bin" / "python"
        if not python.exists():
            venv.create(folder, with_pip=True)
            packages = ["iminuit", "numpy", "root==0.1a12"]
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        os.execv(python, [str(python), "-W", "ignore::UserWarning", *sys.argv])
    compare(options)


if __name__ == "__main__":
    main()
