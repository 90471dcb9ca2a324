"""Errors by profiling, to compare ours with: python minos_reference.py > minos_reference.json

`minos` and `contours` are those of iminuit (strategy 2, tolerance far below the default). `exact` are
the solutions with 30 digits (mpmath) of: the gradient of the cost with respect to all other
parameters is zero, and the cost is that of the minimum plus one.
"""

import json
import platform

import iminuit
import mpmath as mp
import numpy as np

mp.mp.dps = 30
ONE_SIGMA = 1 - float(np.exp(-0.5))  # two parameters within a rise by 1


def gaussian_on_constant(lib, x, p):
    return p[0] * lib.exp(-((x - p[1]) ** 2) / (2 * p[2] ** 2)) + p[3]


def exponential(lib, x, p):
    return p[0] * lib.exp(-x / p[1])


def constant(lib, x, p):
    return p[0] + 0 * x


def rosenbrock(lib, x, p):
    return (1 - x) * p[0] + x * 10 * (p[1] - p[0] ** 2)


def deviance(lib, f, y):
    return sum(2 * (f[i] - y[i]) + (2 * y[i] * lib.log(y[i] / f[i]) if y[i] > 0 else 0) for i in range(len(y)))


def chi2(lib, f, y, error):
    return sum(((f[i] - y[i]) / error[i]) ** 2 for i in range(len(y)) if error[i] > 0)


def binned(model, kind, x, y, error):
    def cost(lib, p):
        f = [model(lib, lib.mpf(float(v)) if lib is mp else v, p) for v in x]
        if lib is np:
            f = np.maximum(f, 1e-300) if kind == "poisson" else np.array(f)
        return deviance(lib, f, y) if kind == "poisson" else chi2(lib, f, y, error)

    return cost


def unbinned_exponential(values, low, high):
    """The density exp(-x/tau) normalised from low to high."""
    def cost(lib, p):
        integral = p[0] * (lib.exp(-low / p[0]) - lib.exp(-high / p[0]))
        return 2 * sum(v / p[0] for v in values) + 2 * len(values) * lib.log(integral)

    return cost


def unbinned_gaussian(values):
    """Over a range so wide that its ends do not matter."""
    def cost(lib, p):
        pulls = sum(((v - p[0]) / p[1]) ** 2 for v in values)
        return pulls + 2 * len(values) * lib.log(p[1] * lib.sqrt(2 * lib.pi))

    return cost


def solve(cost, start, held=None, rise=None):
    """The minimum, or (with `held`) where the profile has risen to `rise`."""
    n = len(start)

    def gradient(p, k):
        def along(v):
            q = list(p)
            q[k] = v
            return cost(mp, q)

        return mp.diff(along, p[k])

    def system(*p):
        p = list(p)
        equations = [gradient(p, k) for k in range(n) if k != held]
        return equations if held is None else equations + [cost(mp, p) - rise]

    found = mp.findroot(system, [mp.mpf(v) for v in start], tol=1e-36, maxsteps=60, verify=False)
    found = [found[k] for k in range(n)] if n > 1 or hasattr(found, "__len__") else [found]
    assert max(abs(v) for v in system(*found)) < 1e-14, (start, held, system(*found))
    return found


def case(name, function, names, start, limits=(), contours=(), exact=True, **data):
    minuit = iminuit.Minuit(lambda p: float(function(np, p)), start, name=names)
    minuit.errordef, minuit.strategy, minuit.tol = 1.0, 2, 1e-4
    for parameter, low, high in limits:
        minuit.limits[parameter] = (low, high)
    for _ in range(3):
        minuit.migrad(ncall=100000)
    minuit.hesse()
    minuit.minos(ncall=100000)
    assert minuit.valid, (name, minuit)
    made = {"case": name, "names": names, "start": list(start), "limits": [list(v) for v in limits], **data}
    made["values"], made["errors"] = list(minuit.values), list(minuit.errors)
    made["minos"] = [
        {"lower": e.lower, "upper": e.upper, "at_lower_limit": e.at_lower_limit, "at_upper_limit": e.at_upper_limit,
         "valid": e.is_valid}
        for e in (minuit.merrors[n] for n in names)
    ]
    made["contours"] = [
        {"a": a, "b": b, "points": [list(map(float, v)) for v in minuit.mncontour(a, b, cl=ONE_SIGMA, size=16)]}
        for a, b in contours
    ]
    made["exact"] = []
    if exact:
        best = solve(function, list(minuit.values))
        rise = function(mp, best) + 1
        for k, parameter in enumerate(names):
            error, ends = minuit.merrors[parameter], []
            for away, limit in ((error.lower, error.at_lower_limit), (error.upper, error.at_upper_limit)):
                if limit:
                    ends.append(None)
                    continue
                # where the others go along: first in steps with the parameter held
                where = list(best)
                for part in (0.5, 1.0):
                    where[k] = best[k] + part * away
                    others = [j for j in range(len(best)) if j != k]

                    def reduced(lib, q, at=where[k], others=others, k=k):
                        p = [at] * (len(others) + 1)
                        for j, v in zip(others, q):
                            p[j] = v
                        return function(lib, p)

                    if others:
                        for j, v in zip(others, solve(reduced, [where[j] for j in others])):
                            where[j] = v
                ends.append(float(solve(function, where, k, rise)[k] - best[k]))
            made["exact"].append(ends)
        made["exact_values"] = [float(v) for v in best]
    return made


def histogram(name, model, kind, bins, low, high, truth, seed, names, **more):
    edges = np.linspace(low, high, bins + 1)
    x = 0.5 * (edges[1:] + edges[:-1])
    y = np.random.default_rng(seed).poisson(model(np, x, truth)).astype(float)
    cost = binned(model, kind, x, y, np.sqrt(y))
    data = {"model": model.__name__, "cost": kind, "low": low, "high": high, "counts": [int(v) for v in y]}
    return case(name, cost, names.split(), truth, **data, **more)


def main():
    few = "norm mean sigma level"
    cases = [
        histogram("peak of few entries", gaussian_on_constant, "poisson", 40, 0.0, 10.0, [6.0, 4.0, 0.8, 1.0], 11, few,
                  contours=[("mean", "sigma"), ("norm", "level")]),
        histogram("peak by chi2", gaussian_on_constant, "chi2", 40, 0.0, 10.0, [40.0, 4.0, 0.8, 12.0], 12, few,
                  contours=[("norm", "sigma")]),
        histogram("peak with limit", gaussian_on_constant, "poisson", 40, 0.0, 10.0, [12.0, 4.0, 0.8, 0.15], 9, few, exact=False,
                  limits=[("level", 0.1, None)], contours=[("sigma", "level")]),
        histogram("lifetime", exponential, "poisson", 30, 0.0, 6.0, [3.0, 1.7], 14, "norm tau",
                  contours=[("norm", "tau")]),
        histogram("counts", constant, "poisson", 10, 0.0, 1.0, [0.7], 15, "c0"),
        case("rosenbrock", binned(rosenbrock, "chi2", [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]), ["a", "b"], [0.5, 0.5],
             contours=[("a", "b")], x=[0.0, 1.0], y=[1.0, 0.0]),
    ]
    random = np.random.default_rng(16)
    values = [round(float(v), 6) for v in random.exponential(1.5, 60) if v < 5.0]
    cases.append(case("unbinned lifetime", unbinned_exponential(values, 0.0, 5.0), ["tau"], [1.5],
                      low=0.0, high=5.0, sample=values))
    values = [round(float(v), 6) for v in random.normal(0.3, 0.7, 12)]
    cases.append(case("unbinned peak", unbinned_gaussian(values), ["mean", "sigma"], [0.3, 0.7],
                      low=-8.0, high=8.0, sample=values, contours=[("mean", "sigma")]))
    made = f"iminuit {iminuit.__version__}, mpmath {mp.__version__}, numpy {np.__version__}, Python {platform.python_version()}"
    print(json.dumps({"made_with": made, "cases": cases}))


main()
