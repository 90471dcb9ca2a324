"""Fits of every cost, at the exact minimum: python cost_reference.py > cost_reference.json

Data are drawn with a fixed seed and rounded, so that the file holds exactly what was fitted. Each is
fitted by iminuit with its own cost where it has one (LeastSquares, ExtendedBinnedNLL, UnbinnedNLL,
ExtendedUnbinnedNLL, sums of them), and finished by Newton's method in 40 digits on the cost as it is
defined, with integrals in closed form or by mpmath's quadrature. Errors are those of the Hessian there.
"""

import json
import platform
import sys

import iminuit
import numpy as np
import scipy.special
from iminuit import cost as minuit_cost
from mpmath import mp, mpf

mp.dps = 40
random = np.random.default_rng(20260211)


class Numbers:
    """The functions that formulas may use, for mpmath."""

    exp, ln, max, min = mp.exp, mp.log, max, min


def curve(formula, names):
    code = compile(formula, formula, "eval")
    tools = {name: value for name, value in vars(Numbers).items() if not name.startswith("_")}

    def value(x, p):
        row = x if isinstance(x, dict) else {"x": x}
        return eval(code, {**tools, **row, **dict(zip(names, p))})

    return value


def own(names, wanted):
    at = [names.index(name) for name in wanted]
    return lambda p: [p[k] for k in at]


# Parts: each gives the cost for mpmath numbers, and a cost of iminuit for floats.

def bins(part, f):
    """Poisson deviance or chi2 of bins; `integral` is the closed form of the integral over x."""
    edges, y = part["edges"], part["contents"]
    mask = part.get("mask") or [True] * len(y)
    low, high = part.get("range") or (-1e300, 1e300)
    variances = part.get("variances")
    whole = part.get("antiderivative")
    total = None
    if variances and part["cost"] == "poisson":
        inside = [i for i in range(len(y)) if low <= (edges[i] + edges[i + 1]) / 2 <= high]
        total = mp.fsum(map(mpf, (y[i] for i in inside))) / mp.fsum(map(mpf, (variances[i] for i in inside)))

    def value(p):
        sum = mpf(0)
        for i, content in enumerate(y):
            a, b = mpf(edges[i]), mpf(edges[i + 1])
            centre = (a + b) / 2
            if not mask[i] or not low <= centre <= high:
                continue
            m = (whole(b, p) - whole(a, p)) / (b - a) if whole else f(centre, p)
            n = mpf(content)
            variance = mpf(variances[i]) if variances else n
            if part["cost"] == "chi2":
                if variance > 0:
                    sum += (m - n) ** 2 / variance
                continue
            scale = (n / variance if n > 0 and variance > 0 else total) if variances else 1
            sum += scale * 2 * (m - n + (n * mp.log(n / m) if n > 0 else 0))
        return sum

    return value


def points(part, f):
    def value(p):
        sum = mpf(0)
        for i, x in enumerate(part["x"]):
            variance = mpf(part["sigma"][i]) ** 2
            if "x_errors" in part:
                slope = part["slope"](mpf(x), p)
                variance += (mpf(part["x_errors"][i]) * slope) ** 2
            sum += (f(mpf(x), p) - mpf(part["y"][i])) ** 2 / variance
        return sum

    return value


def values(part, f):
    low, high = map(mpf, part["range"])
    inside = [mpf(x) for x in part["values"] if low <= x <= high]

    def value(p):
        integral = part["integral"](low, high, p)
        logs = mp.fsum(mp.log(f(x, p)) for x in inside)
        if part["cost"] == "extended":
            return 2 * integral - 2 * logs
        return 2 * len(inside) * mp.log(integral) - 2 * logs

    return value


def rows(part, f):
    table = part["columns"]
    count = len(next(iter(table.values())))
    all = [{name: mpf(column[i]) for name, column in table.items()} for i in range(count)]
    return lambda p: -2 * mp.fsum(f(row, p) for row in all)


KINDS = {"bins": bins, "points": points, "values": values, "rows": rows}


def polish(function, p, scale, free):
    """Newton's method with differences of 40 digits; the minimum and its errors."""
    p = [mpf(v) for v in p]
    n = len(free)
    for _ in range(12):
        h = [mpf(scale[k]) * mpf("1e-9") for k in free]

        def at(*moves):
            q = list(p)
            for i, direction in moves:
                q[free[i]] += direction * h[i]
            return function(q)

        here = at()
        up, down = [at((i, 1)) for i in range(n)], [at((i, -1)) for i in range(n)]
        gradient = mp.matrix([(up[i] - down[i]) / (2 * h[i]) for i in range(n)])
        hessian = mp.matrix(n, n)
        for i in range(n):
            hessian[i, i] = (up[i] - 2 * here + down[i]) / h[i] ** 2
            for j in range(i):
                mixed = at((i, 1), (j, 1)) - at((i, 1), (j, -1)) - at((i, -1), (j, 1)) + at((i, -1), (j, -1))
                hessian[i, j] = hessian[j, i] = mixed / (4 * h[i] * h[j])
        step = mp.lu_solve(hessian, -gradient)
        for i in range(n):
            p[free[i]] += step[i]
        if max(abs(step[i] / mpf(scale[free[i]])) for i in range(n)) < mpf("1e-12"):
            break
    else:
        raise RuntimeError("no minimum")
    covariance = 2 * hessian**-1
    for i in range(n):
        assert covariance[i, i] > 0
    return p, covariance, function(p)


def solve(name, names, start, parts, fixed=(), limits=None, minuit=None, close=0.05):
    numbers = []
    for part in parts:
        place = own(names, part["names"])
        f = curve(part["formula"], part["names"])
        function = KINDS[part["kind"]](part, f)
        numbers.append(lambda p, function=function, place=place: function(place(p)))
    total = lambda p: mp.fsum(part(p) for part in numbers)
    free = [k for k, name_ in enumerate(names) if name_ not in fixed]
    def plain(*p):
        found = total([mpf(v) for v in p])
        return float(found) if isinstance(found, mpf) else 1e10

    engine = minuit(parts) if minuit else plain
    fit = iminuit.Minuit(engine, *start, name=names)
    if not minuit:
        fit.errordef = 1
    for key in fixed:
        fit.fixed[key] = True
    for key, limit in (limits or {}).items():
        fit.limits[key] = limit
    fit.strategy, fit.tol = 2, 1e-4
    fit.migrad(ncall=100000)
    fit.migrad(ncall=100000)
    fit.hesse()
    assert fit.valid, (name, fit)
    p, covariance, cost = polish(total, list(fit.values), list(fit.errors), free)
    errors = [0.0] * len(names)
    for i, k in enumerate(free):
        errors[k] = float(mp.sqrt(covariance[i, i]))
        assert abs(float(p[k]) - fit.values[k]) < 2e-2 * errors[k], (name, names[k], fit.values[k], p[k])
        assert abs(errors[k] / fit.errors[k] - 1) < close, (name, names[k], fit.errors[k], errors[k])
    kept = {"kind", "formula", "names", "edges", "contents", "variances", "mask", "range", "cost", "integrate",
            "x", "y", "sigma", "x_errors", "values", "columns"}
    print(name, [float(v) for v in p], errors, file=sys.stderr)
    return {
        "name": name, "names": names, "start": start, "fixed": list(fixed),
        "limits": {k: list(v) for k, v in (limits or {}).items()},
        "parts": [{k: v for k, v in part.items() if k in kept} for part in parts],
        "values": [float(v) for v in p], "errors": errors, "cost": float(cost),
        "correlation_01": float(covariance[0, 1] / mp.sqrt(covariance[0, 0] * covariance[1, 1])),
    }


GAUSS = "norm*exp(-0.5*((x-mean)/sigma)**2)"
BELL = "exp(-0.5*((x-mean)/sigma)**2)"


def area(a, b, mean, sigma):
    """Integral of exp(-(x-mean)²/2σ²)."""
    root = mp.sqrt(2)
    return sigma * mp.sqrt(mp.pi / 2) * (mp.erf((b - mean) / (root * sigma)) - mp.erf((a - mean) / (root * sigma)))


def area_np(a, b, mean, sigma):
    erf = scipy.special.erf
    root = np.sqrt(2.0)
    return sigma * np.sqrt(np.pi / 2) * (erf((b - mean) / (root * sigma)) - erf((a - mean) / (root * sigma)))


def gauss_bins(n, low, high, truth, level=0.0):
    edges = [round(v, 9) for v in np.linspace(low, high, n + 1).tolist()]
    centres = 0.5 * (np.array(edges[1:]) + np.array(edges[:-1]))
    norm, mean, sigma = truth
    return edges, random.poisson(norm * np.exp(-0.5 * ((centres - mean) / sigma) ** 2) + level).tolist()


def rounded(values, digits=6):
    return [round(float(v), digits) for v in values]


def main():
    cases = []

    # points, with and without errors of the places
    x = rounded(np.linspace(0.2, 9.8, 25), 4)
    truth = 12.0 * np.exp(-np.array(x) / 2.5) + 1.5
    sigma = rounded(0.1 + 0.02 * truth, 4)
    moved = np.array(x) + random.normal(0, 0.08, 25)
    y = rounded(12.0 * np.exp(-moved / 2.5) + 1.5 + random.normal(0, sigma), 4)
    part = {"kind": "points", "formula": "a*exp(-x/tau)+c", "names": ["a", "tau", "c"], "x": x, "y": y, "sigma": sigma}
    cases.append(solve("points", part["names"], [10.0, 2.0, 1.0], [part], minuit=lambda parts: minuit_cost.LeastSquares(
        np.array(x), np.array(y), np.array(sigma), lambda x, a, tau, c: a * np.exp(-x / tau) + c)))
    wide = dict(part, x_errors=[0.08 if i % 3 else 0.0 for i in range(25)], slope=lambda x, p: -p[0] / p[1] * mp.exp(-x / p[1]))
    cases.append(solve("points with errors of the places", part["names"], [10.0, 2.0, 1.0], [wide]))

    # bins: masked, in a range, with a fixed and a bounded parameter
    edges, counts = gauss_bins(60, -6.0, 6.0, (80.0, 0.4, 1.1), 6.0)
    part = {"kind": "bins", "formula": GAUSS + "+level", "names": ["norm", "mean", "sigma", "level"], "edges": edges,
            "contents": counts, "cost": "poisson", "range": [-4.5, 5.0],
            "mask": [i % 7 != 3 and not 40 <= i < 44 for i in range(60)]}
    cases.append(solve("masked bins in a range", part["names"], [60.0, 0.0, 1.0, 5.0], [part],
                       limits={"sigma": [0.5, 3.0], "level": [0.0, 100.0]}))
    cases.append(solve("a parameter held", part["names"], [60.0, 0.3, 1.0, 5.0], [part], fixed=["mean"]))

    # the integral over wide bins, beside the centre
    edges, counts = gauss_bins(14, -4.0, 4.0, (900.0, 0.2, 1.0))
    part = {"kind": "bins", "formula": GAUSS, "names": ["norm", "mean", "sigma"], "edges": edges, "contents": counts, "cost": "poisson"}
    cases.append(solve("wide bins at the centre", part["names"], [800.0, 0.0, 1.1], [part]))
    whole = dict(part, integrate=True, antiderivative=lambda x, p: p[0] * area(mpf(-60), x, p[1], p[2]))
    width = edges[1] - edges[0]
    cases.append(solve("wide bins by the integral", part["names"], [800.0, 0.0, 1.1], [whole],
                       minuit=lambda parts: minuit_cost.ExtendedBinnedNLL(
                           np.array(counts), np.array(edges), lambda x, norm, mean, sigma: norm * area_np(-60.0, x, mean, sigma) / width)))

    # chi2 leaves empty bins out
    edges, counts = gauss_bins(40, -6.0, 6.0, (25.0, 0.0, 1.3))
    assert 0 in counts
    part = {"kind": "bins", "formula": GAUSS, "names": ["norm", "mean", "sigma"], "edges": edges, "contents": counts, "cost": "chi2"}
    cases.append(solve("chi2 with empty bins", part["names"], [20.0, 0.1, 1.1], [part]))

    # sums of weights, some bins empty
    def weighted(n, low, high, entries):
        x, w = random.normal(0.3, 1.2, entries), random.gamma(4.0, 0.3, entries)
        edges = [round(v, 9) for v in np.linspace(low, high, n + 1).tolist()]
        sums, _ = np.histogram(x, edges, weights=w)
        squares, _ = np.histogram(x, edges, weights=w * w)
        return edges, rounded(sums, 5), rounded(squares, 5)

    edges, sums, squares = weighted(24, -2.0, 2.6, 1500)
    assert min(sums) > 0
    part = {"kind": "bins", "formula": GAUSS, "names": ["norm", "mean", "sigma"], "edges": edges, "contents": sums,
            "variances": squares, "cost": "poisson", "integrate": True, "antiderivative": lambda x, p: p[0] * area(mpf(-60), x, p[1], p[2])}
    width = edges[1] - edges[0]
    cases.append(solve("sums of weights", part["names"], [100.0, 0.2, 1.1], [part],
                       minuit=lambda parts: minuit_cost.ExtendedBinnedNLL(
                           np.array([sums, squares]).T, np.array(edges), lambda x, norm, mean, sigma: norm * area_np(-60.0, x, mean, sigma) / width)))
    edges, sums, squares = weighted(40, -6.0, 6.0, 200)
    assert 0 in sums
    part = {"kind": "bins", "formula": GAUSS, "names": ["norm", "mean", "sigma"], "edges": edges, "contents": sums,
            "variances": squares, "cost": "poisson"}
    cases.append(solve("sums of weights with empty bins", part["names"], [20.0, 0.2, 1.1], [part]))

    # single values: a range that cuts the bell
    drawn = random.normal(0.4, 1.0, 700)
    inside = rounded(drawn[(drawn > -1.0) & (drawn < 1.8)], 6)
    part = {"kind": "values", "formula": BELL, "names": ["mean", "sigma"], "values": inside, "range": [-1.0, 1.8],
            "cost": "unbinned", "integral": lambda a, b, p: area(a, b, p[0], p[1])}
    cases.append(solve("a bell cut by the range", part["names"], [0.2, 0.8], [part], minuit=lambda parts: minuit_cost.UnbinnedNLL(
        np.array(inside), lambda x, mean, sigma: np.exp(-0.5 * ((x - mean) / sigma) ** 2) / area_np(-1.0, 1.8, mean, sigma))))

    # a very narrow peak in a wide range
    drawn = np.concatenate([random.normal(503.217, 0.004, 150), random.uniform(0.0, 1000.0, 350)])
    inside = rounded(drawn, 6)
    formula = "signal*exp(-0.5*((x-mean)/sigma)**2)/(sigma*2.5066282746310002)+(1-signal)/1000"
    part = {"kind": "values", "formula": formula, "names": ["signal", "mean", "sigma"], "values": inside, "range": [0.0, 1000.0],
            "cost": "unbinned", "integral": lambda a, b, p: p[0] * area(a, b, p[1], p[2]) / (p[2] * mpf("2.5066282746310002")) + (1 - p[0]) * (b - a) / 1000}
    cases.append(solve("a narrow peak in a wide range", part["names"], [0.3, 503.217, 0.004], [part]))

    # a Crystal Ball: its slope is continuous, its curvature jumps
    alpha, power = mpf("1.2"), mpf(3)

    def ball(a, b, p):
        mean, sigma = p
        knot, shift = mean - alpha * sigma, power / alpha - alpha
        height = (power / alpha) ** power * mp.exp(-(alpha**2) / 2)

        def tail(x):
            return height * sigma / (power - 1) * (shift - (x - mean) / sigma) ** (1 - power)

        return tail(knot) - tail(a) + area(knot, b, mean, sigma)

    drawn = np.concatenate([random.normal(5.28, 0.02, 550), 5.256 - 0.04 * random.pareto(2.0, 150)])
    inside = rounded(drawn[(drawn > 5.0) & (drawn < 5.4)], 6)
    low, high = "(min(x,mean-1.2*sigma)-mean)/sigma", "(max(x,mean-1.2*sigma)-mean)/sigma"
    formula = f"(2.5/(1.3-{low}))**3*exp(-0.5*({high})**2)"
    part = {"kind": "values", "formula": formula, "names": ["mean", "sigma"], "values": inside, "range": [5.0, 5.4],
            "cost": "unbinned", "integral": lambda a, b, p: ball(a, b, p)}
    cases.append(solve("a density whose curvature jumps", part["names"], [5.279, 0.02], [part]))

    # an exponential to the left of mean − σ, a bell to the right: the slope jumps. The Hessian then
    # is not what errors come from (where the kink passes a value, the gradient jumps): they are those of the
    # information, the integral of (∂f)²/f for a normalised f
    def tail(a, b, p):
        mean, sigma, slope = p
        knot = mean - sigma
        left = (1 - mp.exp(slope * (a - knot))) / slope * mp.exp(mpf(-1) / 2)
        return left + area(knot, b, mean, sigma)

    drawn = np.concatenate([random.normal(5.28, 0.02, 1600), 5.27 - random.exponential(0.05, 800)])
    inside = rounded(drawn[(drawn > 5.0) & (drawn < 5.4)], 6)
    knot = "(mean-sigma)"
    formula = f"exp(-0.5*((max(x,{knot})-mean)/sigma)**2)*exp(slope*(min(x,{knot})-{knot}))"
    part = {"kind": "values", "formula": formula, "names": ["mean", "sigma", "slope"], "values": inside,
            "range": [5.0, 5.4], "cost": "unbinned", "integral": tail}
    kinked = solve("a density with a kink", part["names"], [5.276, 0.02, 26.0], [part], close=0.5)
    kinked["kinked"] = True
    density = curve(formula, part["names"])
    p = [mpf(v) for v in kinked["values"]]
    h = [mpf(v) * mpf("1e-12") for v in p]

    def slopes(x):
        def log(k, move):
            q = list(p)
            q[k] += move * h[k]
            return mp.log(density(x, q)) - mp.log(tail(mpf(5), mpf("5.4"), q))
        return [(log(k, 1) - log(k, -1)) / (2 * h[k]) for k in range(3)]

    total = tail(mpf(5), mpf("5.4"), p)
    ends = [mpf(5), p[0] - p[1], p[0], mpf("5.4")]
    information = mp.matrix(3, 3)
    for i in range(3):
        for j in range(i + 1):
            mp.dps = 30
            product = lambda x: slopes(x)[i] * slopes(x)[j] * density(x, p) / total
            information[i, j] = information[j, i] = len(inside) * mp.quad(product, ends)
            mp.dps = 40
    inverse = information**-1
    kinked["errors"] = [float(mp.sqrt(inverse[k, k])) for k in range(3)]
    kinked["correlation_01"] = float(inverse[0, 1] / mp.sqrt(inverse[0, 0] * inverse[1, 1]))
    print("information", kinked["errors"], kinked["correlation_01"], file=sys.stderr)
    cases.append(kinked)

    # an extended likelihood
    drawn = np.concatenate([random.normal(1.2, 0.3, 260), random.uniform(-2.0, 4.0, 340)])
    inside = rounded(drawn, 6)
    formula = GAUSS + "+level"
    part = {"kind": "values", "formula": formula, "names": ["norm", "mean", "sigma", "level"], "values": inside,
            "range": [-2.0, 4.0], "cost": "extended", "integral": lambda a, b, p: p[0] * area(a, b, p[1], p[2]) + p[3] * (b - a)}

    def extended(parts):
        def density(x, norm, mean, sigma, level):
            total = norm * area_np(-2.0, 4.0, mean, sigma) + level * 6.0
            return total, norm * np.exp(-0.5 * ((x - mean) / sigma) ** 2) + level
        return minuit_cost.ExtendedUnbinnedNLL(np.array(inside), density)

    cases.append(solve("an extended likelihood", part["names"], [300.0, 1.0, 0.4, 50.0], [part], minuit=extended))

    # strongly correlated parameters from a bad start
    drawn = np.concatenate([random.power(2.2, 250) * 4.0, random.uniform(0.0, 4.0, 150)])
    inside = rounded(drawn, 6)
    formula = "1+a*x+b*x**2+c*x**3"
    part = {"kind": "values", "formula": formula, "names": ["a", "b", "c"], "values": inside, "range": [0.0, 4.0],
            "cost": "unbinned", "integral": lambda u, v, p: (v - u) + p[0] * (v**2 - u**2) / 2 + p[1] * (v**3 - u**3) / 3 + p[2] * (v**4 - u**4) / 4}
    cases.append(solve("correlated parameters", part["names"], [20.0, -2.0, 0.5], [part]))

    # rows of a table with errors of their own
    count = 300
    e1, e2 = rounded(random.uniform(0.5, 2.0, count), 4), rounded(random.uniform(0.5, 2.0, count), 4)
    common = random.normal(0.0, 1.5, count)
    d1, d2 = rounded(0.3 + common + random.normal(0, e1), 4), rounded(0.3 - 0.4 * common + random.normal(0, e2), 4)
    formula = "-0.5*ln((s*s+e1*e1)*(k*k*s*s+e2*e2)-(k*s*s)**2)-0.5*((k*k*s*s+e2*e2)*(d1-m)**2+(s*s+e1*e1)*(d2-m)**2-2*k*s*s*(d1-m)*(d2-m))/((s*s+e1*e1)*(k*k*s*s+e2*e2)-(k*s*s)**2)"
    part = {"kind": "rows", "formula": formula, "names": ["m", "s", "k"], "columns": {"d1": d1, "d2": d2, "e1": e1, "e2": e2}}
    cases.append(solve("rows of a table", part["names"], [0.0, 1.0, -0.2], [part]))

    # several at once
    edges, first = gauss_bins(30, -4.0, 4.0, (60.0, 0.5, 0.9))
    _, second = gauss_bins(30, -4.0, 4.0, (25.0, 0.5, 1.4))
    one = {"kind": "bins", "formula": "n1*exp(-0.5*((x-mean)/s1)**2)", "names": ["n1", "mean", "s1"], "edges": edges, "contents": first, "cost": "poisson"}
    two = dict(one, formula="n2*exp(-0.5*((x-mean)/s2)**2)", names=["n2", "mean", "s2"], contents=second)
    cases.append(solve("two histograms with a common mean", ["n1", "mean", "s1", "n2", "s2"], [50.0, 0.3, 1.0, 20.0, 1.2], [one, two]))

    x = rounded(np.linspace(0.5, 8.0, 12), 4)
    y = rounded(3.0 * (1 - np.exp(-np.array(x) / 1.7)) + random.normal(0, 0.1, 12), 4)
    edges = [round(v, 9) for v in np.linspace(0.0, 10.0, 41).tolist()]
    centres = 0.5 * (np.array(edges[1:]) + np.array(edges[:-1]))
    counts = random.poisson(40 * np.exp(-centres / 1.7)).tolist()
    one = {"kind": "bins", "formula": "norm*exp(-x/tau)", "names": ["norm", "tau"], "edges": edges, "contents": counts, "cost": "poisson"}
    two = {"kind": "points", "formula": "top*(1-exp(-x/tau))", "names": ["top", "tau"], "x": x, "y": y, "sigma": [0.1] * 12}
    cases.append(solve("a histogram and points", ["norm", "tau", "top"], [30.0, 1.5, 2.5], [one, two]))

    inside = rounded([v for v in random.exponential(1.7, 300) if v < 10.0], 6)
    three = {"kind": "values", "formula": "exp(-x/tau)", "names": ["tau"], "values": inside, "range": [0.0, 10.0],
             "cost": "unbinned", "integral": lambda a, b, p: p[0] * (mp.exp(-a / p[0]) - mp.exp(-b / p[0]))}
    cases.append(solve("values and points", ["tau", "top"], [1.5, 2.5], [three, dict(two, range=None)]))

    made = f"iminuit {iminuit.__version__}, numpy {np.__version__}, Python {platform.python_version()}, 40 digits"
    print(json.dumps({"made_with": made, "cases": cases}, separators=(",", ":")).replace('{"name"', '\n{"name"'))


main()
