"""Fits by iminuit, to compare ours with: python fit_reference.py > fit_reference.json

Histograms are drawn with a fixed seed. Each is fitted by MIGRAD with strategy 2 and a tolerance far
below the default, then HESSE with strategy 2; values come from the last of several MIGRAD calls.
"""

import json
import math
import platform

import iminuit
import numpy as np


def gaussian(x, p):
    return p[0] * np.exp(-0.5 * ((x - p[1]) / p[2]) ** 2)


def gaussian_on_constant(x, p):
    return gaussian(x, p) + p[3]


def double_gaussian(x, p):
    narrow = np.exp(-0.5 * ((x - p[1]) / p[2]) ** 2)
    wide = np.exp(-0.5 * ((x - p[1]) / (p[2] * p[4])) ** 2)
    return p[0] * ((1 - p[3]) * narrow + p[3] * wide)


def exponential_on_constant(x, p):
    return p[0] * np.exp(-x / p[1]) + p[2]


def polynomial(x, p):
    return p[0] + p[1] * x + p[2] * x**2


def novosibirsk(x, p):
    norm, peak, sigma, eta, level = p
    root = math.sqrt(math.log(4.0))
    y = eta * root
    tail = -math.log(y + math.sqrt(1 + y * y)) / root
    pull = (x - peak) / sigma
    stretched = 1 + tail * pull * math.sinh(tail * root) / (tail * root)
    inside = 0.5 * ((np.log(np.maximum(stretched, 1e-300)) / tail) ** 2 + tail**2)
    return norm * np.exp(-np.where(stretched > 1e-7, inside, 15.0)) + level


CASES = [
    ("gaussian", gaussian, (100, -5.0, 5.0), [200.0, 0.3, 1.2], "norm mean sigma"),
    ("gaussian_on_constant", gaussian_on_constant, (100, 0.0, 10.0), [50.0, 4.0, 0.8, 5.0], "norm mean sigma level"),
    ("double_gaussian", double_gaussian, (120, -12.0, 12.0), [800.0, 0.5, 1.0, 0.25, 3.0], "norm mean sigma tail ratio"),
    ("exponential_on_constant", exponential_on_constant, (60, 0.0, 12.0), [300.0, 1.7, 12.0], "norm tau level"),
    ("polynomial", polynomial, (40, -2.0, 2.0), [60.0, 10.0, 5.0], "c0 c1 c2"),
    ("novosibirsk", novosibirsk, (150, 0.25, 1.5), [900.0, 1.0, 0.06, -0.41, 4.0], "norm peak sigma eta level"),
]

NODES, WEIGHTS = np.polynomial.legendre.leggauss(5)


def cost(model, edges, y, kind, integrate):
    centres = 0.5 * (edges[1:] + edges[:-1])
    half = 0.5 * (edges[1:] - edges[:-1])

    def curve(p):
        if not integrate:
            return model(centres, p)
        return sum(0.5 * w * model(centres + n * half, p) for n, w in zip(NODES, WEIGHTS))

    def chi2(p):
        used = y > 0
        return float(np.sum(((curve(p) - y)[used]) ** 2 / y[used]))

    def deviance(p):
        f = np.maximum(curve(p), 1e-300)
        filled = y > 0
        return float(2 * np.sum(f - y) + 2 * np.sum(y[filled] * np.log(y[filled] / f[filled])))

    return chi2 if kind == "chi2" else deviance


def main():
    random = np.random.default_rng(20240917)
    cases = []
    for name, model, (bins, low, high), truth, names in CASES:
        edges = np.linspace(low, high, bins + 1)
        y = random.poisson(model(0.5 * (edges[1:] + edges[:-1]), truth)).astype(float)
        for kind in ("poisson", "chi2"):
            for integrate in (False, True):
                function = cost(model, edges, y, kind, integrate)
                minuit = iminuit.Minuit(function, truth)
                minuit.errordef = 1.0
                minuit.strategy = 2
                minuit.tol = 1e-4
                for _ in range(3):
                    minuit.migrad(ncall=100000)
                minuit.hesse()
                assert minuit.valid and minuit.accurate, (name, kind)
                cases.append({
                    "model": name, "cost": kind, "integrate": integrate,
                    "low": low, "high": high, "counts": [int(v) for v in y],
                    "names": names.split(), "values": list(minuit.values), "errors": list(minuit.errors),
                    "correlation_01": float(minuit.covariance.correlation()[0, 1]),
                    "chi2": float(minuit.fval), "edm": float(minuit.fmin.edm),
                })
    made = f"iminuit {iminuit.__version__}, numpy {np.__version__}, Python {platform.python_version()}"
    print(json.dumps({"made_with": made, "cases": cases}, indent=0))


main()
