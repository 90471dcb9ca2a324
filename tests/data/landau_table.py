"""Polynomials for Landau's density and its first derivatives: python landau_table.py > landau_table.rs

L_n(x) = (1/pi) int_0^inf t^n exp(-x t - t ln t) sin(pi t) dt, so that L_0 is the density and dL_n/dx = -L_(n+1).
Integrals with 40 digits, interpolated at Chebyshev points, written as powers of t in -1 ... 1.
"""

from mpmath import cos, exp, log, mp, mpc, mpf, pi, quad, re, sin, sqrt

mp.dps = 40


def direct(n, x):
    return quad(lambda t: t**n * exp(-x * t - t * log(t)) * sin(pi * t) if t else mpf(0),
                [0, 0.5, 1, 2, 4, 8, 16, 40, 80]) / pi


def saddle(n, u):
    """K_n(u) with L_n = (-1)^n u^(n + 1/2) exp(-u) K_n(u), u = exp(-x - 1): along the line through the saddle."""
    def f(h):
        s = mpc(1, h)
        return re(s**n * exp(u * (s * log(s) - mpc(0, h))))
    w = 1 / sqrt(u)
    ends = [0, w, 2 * w, 4 * w, 8 * w, 16 * w, 32 * w + 4 / u, 40 * w + 90 / u]
    return sqrt(u) / pi * quad(f, ends)


def tail(n, w):
    """G_n with L_n = G_n(1/w) / w^(n + 2), x = w + ln w; t = s/w."""
    def f(s):
        return s**n * exp(-s - s * log(s) / w) * sin(pi * s / w) * w if s else mpf(0)
    return quad(f, [0, 0.5, 1, 2, 4, 8, 16, 32, 64, 120, 200]) / pi


def piece(f, low, high, tolerance=mpf(10) ** -18):
    """Coefficients of powers of t = (2 z - low - high)/(high - low), as few as are needed."""
    N = 48
    nodes = [cos(pi * (k + mpf(1) / 2) / N) for k in range(N)]
    values = [f((low + high) / 2 + (high - low) / 2 * t) for t in nodes]
    cheb = [2 * sum(v * cos(j * pi * (k + mpf(1) / 2) / N) for k, v in enumerate(values)) / N for j in range(N)]
    cheb[0] /= 2
    size = max(abs(v) for v in values)
    keep = max(j for j in range(N) if abs(cheb[j]) > tolerance * size) + 1
    # powers
    t0, t1 = [mpf(1)], [mpf(0), mpf(1)]
    out = [mpf(0)] * keep
    for j in range(keep):
        for i, c in enumerate(t0):
            out[i] += cheb[j] * c
        t2 = [mpf(0)] + [2 * c for c in t1]
        for i, c in enumerate(t0):
            t2[i] -= c
        t0, t1 = t1, t2
    return out


def rows(name, pieces):
    """One table per order."""
    lines = []
    for coefficients in pieces:
        lines.append("    &[")
        numbers = [repr(float(c)) for c in coefficients]
        for i in range(0, len(numbers), 3):
            lines.append("        " + ", ".join(numbers[i:i + 3]) + ",")
        lines.append("    ],")
    return [f"pub(super) const {name}: [&[f64]; 3] = ["] + lines + ["];", ""]


PIECES = [("BELOW", -1.75, 0.5), ("AROUND", 0.5, 3), ("ABOVE", 3, 9)]

if __name__ == "__main__":
    print("//! Coefficients of the pieces of Landau's density and its derivatives, lowest power first; one row for")
    print("//! each derivative. Made by `tests/data/landau_table.py`.")
    print()
    print("/// Of K(1/u), 1/u from 0 to 1/2.")
    print("#[rustfmt::skip]")
    print("\n".join(rows("LEFT", [piece(lambda z: saddle(n, 1 / z), mpf(0), mpf(1) / 2) for n in range(3)])))
    for name, low, high in PIECES:
        print(f"/// Of L(x), x from {low} to {high}.")
        print("#[rustfmt::skip]")
        print("\n".join(rows(name, [piece(lambda x: direct(n, x), mpf(low), mpf(high)) for n in range(3)])))
    print("/// Of G(1/w), 1/w from 0 to 1/7.")
    print("#[rustfmt::skip]")
    print("\n".join(rows("RIGHT", [piece(lambda z: tail(n, 1 / z), mpf(0), mpf(1) / 7) for n in range(3)])).rstrip())
