"""Special functions at random places, with 60 digits: python special_reference.py > special_reference.json

Landau's density is checked against scipy.stats.landau (Boost), its integral is the plain one along the real axis.
"""

import json
import platform
import random

import mpmath
import scipy
from mpmath import mp, mpc, mpf
from scipy.stats import landau as scipys

mp.dps = 60

# width and shift of the convention of CERNLIB
second = scipys(loc=float(mpmath.log(mp.pi / 2)), scale=float(mp.pi / 2))


def landau(n, x):
    def f(t):
        return t**n * mpmath.exp(-x * t - t * mpmath.log(t)) * mpmath.sin(mp.pi * t) if t else mpf(0)

    u = mpmath.exp(-x - 1)
    scale = 1 / (1 + abs(x)) if x > 0 else mpf(1)
    ends = [0] + [scale * mpf(2) ** k for k in range(-1, 8)]
    ends = sorted(set(ends + [u / 2, u, 2 * u, 4 * u, 8 * u + 30]))
    return mpmath.quad(f, ends) / mp.pi


def faddeeva(x, sigma, gamma):
    """F and its first four derivatives in x."""
    if sigma == 0:
        zeta = mpc(x, gamma)
        return [mpc(0, 1) / mp.pi * (-1) ** n * mpmath.factorial(n) / zeta ** (n + 1) for n in range(5)]
    width = sigma * mpmath.sqrt(2)
    z = mpc(x, gamma) / width
    if abs(z) > 30:
        zeta = mpc(x, gamma)
        terms = [mpmath.fac2(2 * k - 1) * sigma ** (2 * k) for k in range(60)]

        def far(n, k):
            return (-1) ** n * mpmath.factorial(2 * k + n) / mpmath.factorial(2 * k) / zeta ** (2 * k + n + 1)

        return [1j / mp.pi * sum(t * far(n, k) for k, t in enumerate(terms)) for n in range(5)]
    with mpmath.workdps(int(80 + abs(z) ** 2 / 2 + 10 * mpmath.log(abs(z) + 1))):
        w = [mpmath.exp(-z * z) * mpmath.erfc(-1j * z)]
        w.append(2j / mpmath.sqrt(mp.pi) - 2 * z * w[0])
        for n in range(2, 5):
            w.append(-2 * (z * w[n - 1] + (n - 1) * w[n - 2]))
        return [w[n] / (mpmath.sqrt(mp.pi) * width ** (n + 1)) for n in range(5)]


def ratio(f, n, x):
    return mpmath.diff(lambda t: f(t) / t, x, n, h=mpf(10) ** -18) if x else None


def main():
    random.seed(3)
    out = {"landau": [], "voigt": [], "ln1prel": [], "asinhrel": []}
    places = [-3.6, -3, -2.5, -1.75, -1.7, -1.6931, -0.22278298, 0, 0.5, 0.49999, 3, 8.999, 9, 50, 1e3, 1e5]
    for x in places + [random.uniform(-3.5, 12) for _ in range(30)] + [random.uniform(2, 6) ** 4 for _ in range(10)]:
        if x > 1e4:
            mp.dps = 40
        values = [float(landau(n, mpf(x))) for n in range(3)]
        mp.dps = 60
        assert abs(values[0] / second.pdf(x) - 1) < 1e-10, (x, values, second.pdf(x))
        out["landau"].append([x] + values)
    voigt = [(0, 1, 0), (0, 1, 1), (0, 2, 1e-9), (3, 1, 0), (12, 1, 0), (9, 1, 1e-9), (5, 1, 1e-5), (1, 0, 1), (1, 1e-9, 1),
             (1, 1e-3, 0.3), (0, 1e-7, 2), (1e-3, 1, 1e-3), (-2, 0.5, 0.25), (30, 1, 12), (0.3, 1e3, 1), (11.3, 1, 0.01),
             (11.32, 1, 1e-4), (3.5355, 1, 0), (1e4, 2, 3), (0, 1, 8.8858), (0, 1, 12), (1, 1, 11), (0, 1, 3.5355), (6, 1, 6)]
    for _ in range(90):
        voigt.append((random.uniform(-12, 12), random.uniform(0.3, 1.5), random.choice([0, 1e-8, 1e-3, 0.1, 0.5, 2, 9])))
    for place in voigt:
        values = faddeeva(*[mpf(p) for p in place])
        out["voigt"].append([float(p) for p in place] + [float(p) for v in values for p in (v.real, v.imag)])
    for x in [1e-9, -1e-7, 1e-4, 0.124, 0.126, -0.124, -0.126, -0.9, -0.99999, 3, 1e3] + [random.uniform(-0.4, 0.6) for _ in range(10)]:
        out["ln1prel"].append([x] + [float(ratio(lambda t: mpmath.log(1 + t), n, mpf(x))) for n in range(3)])
    for x in [1e-9, -1e-7, 1e-4, 0.249, 0.251, -0.249, -0.251, -5, 1e3] + [random.uniform(-2, 2) for _ in range(10)]:
        out["asinhrel"].append([x] + [float(ratio(mpmath.asinh, n, mpf(x))) for n in range(3)])
    made = f"mpmath {mpmath.__version__}, scipy {scipy.__version__}, Python {platform.python_version()}"
    rows = ",\n".join(f'"{name}": [\n' + ",\n".join(json.dumps(row) for row in table) + "\n]" for name, table in out.items())
    print(f'{{\n"made_with": "{made}",\n{rows}\n}}')


main()
