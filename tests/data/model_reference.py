"""Value, gradient and second derivatives of every model at random places, from differences with 60 digits:
python model_reference.py > model_reference.json

The formulas are those of the literature, not of the code: integrals and erfc for special functions, no series near 0.
Second derivatives are the lower triangle, row by row. Parameters are in the order of the model.
"""

import json
import platform
import random
from functools import lru_cache

import mpmath
from mpmath import exp, log, mp, mpc, mpf, sqrt

mp.dps = 60
STEP = mpf(10) ** -14
R = random.Random(11)


def u(low, high):
    return R.uniform(low, high)


def bell(x, mean, sigma):
    return exp(-((x - mean) / sigma) ** 2 / 2)


@lru_cache(maxsize=None)
def phi(x):
    """By the line through the saddle point below the maximum, else along the real axis."""
    if x > -1:
        ends = [0] + [mpf(2) ** k / (1 + max(x, 0)) for k in range(-1, 7)] + [150 / (1 + max(x, 0))]
        return mpmath.quad(lambda t: exp(-x * t - t * log(t)) * mpmath.sin(mp.pi * t) if t else mpf(0), ends) / mp.pi
    w = exp(-x - 1)

    def f(h):
        s = mpc(1, h)
        return mpmath.re(exp(w * (s * log(s) - mpc(0, h))))

    d = 1 / sqrt(w)
    return w * exp(-w) / mp.pi * mpmath.quad(f, [0, d, 2 * d, 4 * d, 8 * d, 16 * d, 32 * d + 20 / w, 64 * d + 170 / w])


# where the derivative of phi is 0
MODE = mpf("-0.222782981256408504061824283124805665631655738915632")


def landau(x, norm, mpv, width):
    return norm * phi((x - mpv) / width + MODE) / phi(MODE)


def profile(x, sigma, gamma):
    if sigma == 0:
        return gamma / mp.pi / (x * x + gamma * gamma)
    z = mpc(x, gamma) / (sigma * sqrt(2))
    if abs(z) > 30:
        # by the integral: the mean of Breit-Wigner curves
        terms = [mpmath.fac2(2 * k - 1) * sigma ** (2 * k) / mpc(x, gamma) ** (2 * k + 1) for k in range(60)]
        return mpmath.re(1j / mp.pi * sum(terms))
    with mpmath.workdps(100 + int(abs(z) ** 2)):
        return mpmath.re(exp(-z * z) * mpmath.erfc(-1j * z)) / (sigma * sqrt(2 * mp.pi))


def novosibirsk(x, norm, peak, sigma, eta):
    t = (x - peak) / sigma
    if eta == 0:
        eta = mpf(10) ** -45
    if 1 - eta * t <= mpf(10) ** -7:
        return norm * exp(-15)
    # all digits near eta = 0 by more of them
    with mpmath.workdps(120):
        tau = mpmath.asinh(eta * sqrt(log(4))) / sqrt(log(4))
        return norm * exp(-(log(1 - eta * t) ** 2 / tau**2 + tau**2) / 2)


def tail(t, alpha, n):
    """A (B - t)^(-n) for t < -alpha, as in the thesis."""
    return (n / alpha) ** n * exp(-alpha * alpha / 2) * (n / alpha - alpha - t) ** -n


def crystal_ball(x, norm, mean, sigma, alpha, n, sign=1):
    t = sign * (x - mean) / sigma
    return norm * (tail(t, alpha, n) if t < -alpha else exp(-t * t / 2))


def double_sided(x, norm, mean, sigma, a, n, b, m):
    t = (x - mean) / sigma
    return norm * (tail(t, a, n) if t < -a else tail(-t, b, m) if t > b else exp(-t * t / 2))


def double(x, norm, tail, mean, sigma, ratio):
    return norm * ((1 - tail) * bell(x, mean, sigma) + tail * bell(x, mean, sigma * ratio))


SHAPE = [mpf(round(100 * exp(-(2 * (-1 + mpf(2) / 10 * (i + mpf(1) / 2) - mpf(8) / 10)) ** 2 / 2))) for i in range(20)]


def template(x, norm):
    return norm * (SHAPE[int((x + 1) * 5)] if -1 <= x < 3 else 0)


def moved(x, norm, shift):
    y = x - shift
    if not -1 <= y < 3:
        return mpf(0)
    place = (y + 1) * 5 - mpf(1) / 2
    i = int(mpmath.floor(place))
    low, high = SHAPE[max(i, 0)], SHAPE[min(i + 1, 19)]
    return norm * (low + (high - low) * (place - i))


def bw(x, norm, mean, width):
    return norm / (1 + (2 * (x - mean) / width) ** 2)


def relativistic(x, norm, mass, width):
    return norm * (mass * width) ** 2 / ((x * x - mass * mass) ** 2 + (mass * width) ** 2)


def voigt(x, norm, mean, sigma, gamma):
    return norm * profile(x - mean, sigma, gamma) / profile(mpf(0), sigma, gamma)


def chebyshev(x, *c):
    return sum(ck * mpmath.chebyt(k, (x - 1) / 2) for k, ck in enumerate(c))


def exponential(x, norm, tau):
    return norm * exp(-x / tau)


def plus(f):
    return lambda x, *p: f(x, *p[:-1]) + p[-1]


PEAK = lambda: [u(10, 1000), u(-1, 1), u(0.3, 2)]
CB = lambda: PEAK() + [u(0.4, 2), u(0.7, 6)]
# the same place for the joint as the last digits of numbers allow
AT = {"novosibirsk_peak": [[0.7, 100, 0.2, 0.5, eta] for eta in
                           (0, 1e-12, -1e-9, 9e-8, -1.1e-7, 1e-5, -1e-3, 0.05, -0.12, 0.124, -0.2)]
      + [[-1.3, 100, 0.2, 0.5, eta] for eta in (1e-8, -1e-6, 0.03, -0.33)] + [[3.5, 50, 0.5, 1.5, 0.5], [3.4, 50, 0.5, 1.5, 0.5]],
      "crystal_ball": [[x, 100, 0, 1, 1.5, 3] for x in (-1.5 - 1e-12, -1.5 + 1e-12, -1.5001, -1.4999, -40)]
      + [[-3, 100, 0, 1, 1.5, 99.5]],
      "landau": [[x, 100, 0, 1] for x in (-3.2, -2.5, -1.5, 0, 40, 1000, 1e5, -1e-9)],
      "voigt": [[x, 100, 0.2, s, g] for x, s, g in
                [(0.9, 1, 1e-12), (0.9, 1, 1e-4), (3.9, 1, 1e-6), (0.9, 1e-8, 1), (0.9, 1e-3, 0.3), (0.9, 1, 0), (2.5, 0.3, 0.01),
                 (0.2, 1, 1), (8.2, 0.7, 0.2), (0.7, 0.05, 0.4), (0.7, 0.5, 3)]]}
MODELS = {
    "gaussian": (lambda x, n, m, s: n * bell(x, m, s), PEAK),
    "gaussian_core": (lambda x, n, m, s: n * bell(x, m, s), PEAK),
    "double_gaussian": (double, lambda: [u(10, 1000), u(0, 1), u(-1, 1), u(0.3, 2), u(1, 4)]),
    "novosibirsk_peak": (novosibirsk, lambda: PEAK() + [u(-0.6, 0.6)]),
    "crystal_ball": (crystal_ball, CB),
    "crystal_ball_high": (lambda x, *p: crystal_ball(x, *p, -1), CB),
    "double_sided_crystal_ball": (double_sided, lambda: CB() + [u(0.4, 2), u(0.7, 6)]),
    "landau": (landau, lambda: [u(10, 1000), u(-1, 1), u(0.3, 2)]),
    "exponential": (exponential, lambda: [u(10, 1000), R.choice([-1, 1]) * u(0.5, 4)]),
    "breit_wigner": (bw, PEAK),
    "relativistic_breit_wigner": (relativistic, lambda: [u(10, 1000), u(0.5, 3), u(0.1, 1)]),
    "voigt": (voigt, lambda: PEAK() + [u(0.05, 2)]),
    "constant": (lambda x, c: c, lambda: [u(1, 9)]),
    "line": (lambda x, a, b: a + b * x, lambda: [u(-3, 3), u(-3, 3)]),
    "polynomial_3": (lambda x, *c: sum(ck * x**k for k, ck in enumerate(c)), lambda: [u(-3, 3) for _ in range(4)]),
    "chebyshev_4": (chebyshev, lambda: [u(-3, 3) for _ in range(5)]),
    "template": (template, lambda: [u(0.1, 3)]),
    "interpolated_template": (moved, lambda: [u(0.1, 3), u(-0.5, 0.5)]),
    "gaussian_plus_line": (lambda x, n, m, s, a, b: n * bell(x, m, s) + a + b * x, lambda: PEAK() + [u(1, 9), u(-1, 1)]),
    "gaussian_plus_breit_wigner": (lambda x, n, m, s, k, w: n * bell(x, m, s) + bw(x, k, m, w),
                                   lambda: PEAK() + [u(10, 100), u(0.3, 2)]),
    "line_times_gaussian": (lambda x, a, b, n, m, s: (a + b * x) * n * bell(x, m, s), lambda: [u(1, 9), u(-1, 1)] + PEAK()),
}
for name in ["gaussian", "double_gaussian", "landau", "exponential", "voigt"]:
    f, draw = MODELS[name]
    MODELS[name + "_on_constant"] = (plus(f), lambda draw=draw: draw() + [u(0, 50)])
MODELS["novosibirsk"] = (plus(novosibirsk), lambda: PEAK() + [u(-0.6, 0.6), u(0, 50)])


def derivatives(f, x, p):
    """Central differences; forward where a limit is in the way."""
    x, p = mpf(x), [mpf(v) for v in p]

    def at(*moves):
        q = list(p)
        for i, by in moves:
            q[i] += by
        return f(x, *q)

    def steps(i):
        # at gamma = 0 from one side, to second order
        if f is voigt and i == 3 and p[3] < 2 * STEP:
            return [(0, mpf(-3) / 2), (1, mpf(2)), (2, mpf(-1) / 2)]
        return [(-1, mpf(-1) / 2), (1, mpf(1) / 2)]

    out = [at()]
    for i in range(len(p)):
        out.append(sum(w * at((i, k * STEP)) for k, w in steps(i)) / STEP)
    for i in range(len(p)):
        for j in range(i + 1):
            total = mpf(0)
            for k, w in steps(i):
                for m, v in steps(j):
                    total += w * v * at((i, k * STEP), (j, m * STEP))
            out.append(total / STEP**2)
    return [float(v) for v in out]


def main():
    rows = []
    for name, (f, draw) in MODELS.items():
        places = list(AT.get(name, []))
        while len(places) < len(AT.get(name, [])) + (12 if name in AT else 8):
            p = draw()
            low, high = (0.01, 4) if name == "relativistic_breit_wigner" else (-2, 4)
            places.append([u(low, high)] + p)
        for place in places:
            x, p = float(place[0]), [float(v) for v in place[1:]]
            phi.cache_clear()
            rows.append({"model": name, "x": x, "parameters": p, "results": derivatives(f, x, p)})
    made = f"mpmath {mpmath.__version__}, Python {platform.python_version()}"
    print(f'{{"made_with": "{made}", "cases": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]}")


main()
