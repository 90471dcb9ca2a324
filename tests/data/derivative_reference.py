"""Random formulas with their derivatives from differences of 50 digits:
python derivative_reference.py > derivative_reference.json

A formula is written in prefix form: (add x (mul a 2)). Kept are those with moderate values.
"""

import json
import platform
import random

import mpmath
from mpmath import mp, mpf

mp.dps = 50


def near(a):
    if isinstance(a, mpmath.mpc) or abs(a) > 8:
        raise ValueError("far")
    return a


ONE = {
    "abs": abs, "sqrt": mpmath.sqrt, "exp": mpmath.exp, "ln": mpmath.log, "log10": mpmath.log10,
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "asin": mpmath.asin,
    "acos": mpmath.acos, "atan": mpmath.atan, "sinh": mpmath.sinh, "cosh": mpmath.cosh,
    "tanh": mpmath.tanh, "floor": mpmath.floor, "neg": lambda a: -a,
    "erf": lambda a: mpmath.erf(near(a)), "erfc": lambda a: mpmath.erfc(near(a)),
    "ln_1p": lambda a: mpmath.log(1 + a), "asinh": mpmath.asinh,
    "ln1prel": lambda a: mpmath.log(1 + a) / a, "asinhrel": lambda a: mpmath.asinh(a) / a, "landau": None,
}
TWO = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "pow": lambda a, b: mpmath.power(a, b),
    "rem": lambda a, b: mpmath.sign(a) * mpmath.fmod(abs(a), abs(b)),
    "atan2": mpmath.atan2, "hypot": mpmath.hypot, "min": min, "max": max,
}


def landau(x):
    """Along the real axis; between -1 and 6, where this is quick."""
    if isinstance(x, mpmath.mpc) or not -1 < x < 6:
        raise ValueError("far")
    ends = [0] + [mpf(2) ** k / (1 + max(x, 0)) for k in range(-1, 8)]
    return mpmath.quad(lambda t: mpmath.exp(-x * t - t * mpmath.log(t)) * mpmath.sin(mp.pi * t) if t else t, ends) / mp.pi


def voigt(x, sigma, gamma):
    if any(isinstance(p, mpmath.mpc) for p in (x, sigma, gamma)) or gamma <= 0:
        raise ValueError("no profile")
    sigma = abs(sigma)
    z = mpmath.mpc(x, gamma) / (sigma * mpmath.sqrt(2))
    if abs(z) > 12:
        raise ValueError("far")
    with mpmath.workdps(200):
        w = mpmath.exp(-z * z) * mpmath.erfc(-1j * z)
    return mpmath.re(w) / (sigma * mpmath.sqrt(2 * mp.pi))


ONE["landau"] = landau


def draw(depth):
    kind = random.random()
    if depth == 0 or kind < 0.12:
        return random.choice(["x", "a", "a", "b", "b", str(random.choice([2, 3, 0.5, -1.5]))])
    if kind < 0.45:
        name = random.choice(list(ONE))
        # this one is slow
        return [name if name != "landau" or random.random() < 0.2 else "erf", draw(depth - 1)]
    if kind < 0.8:
        return [random.choice(list(TWO)), draw(depth - 1), draw(depth - 1)]
    if kind < 0.84:
        return ["voigt", draw(depth - 1), draw(depth - 1), draw(depth - 1)]
    if kind < 0.92:
        return ["if", ["lt", draw(depth - 1), draw(depth - 1)], draw(depth - 1), draw(depth - 1)]
    name = "l" + str(random.randrange(10**6))
    return ["let", name, draw(depth - 1), use(name, draw(depth - 1))]


def use(name, tree):
    """Puts the local value in place of some leaves."""
    if isinstance(tree, str):
        return name if random.random() < 0.4 else tree
    if tree[0] == "let":
        return ["let", tree[1], use(name, tree[2]), use(name, tree[3])]
    return [tree[0]] + [use(name, part) for part in tree[1:]]


def value(tree, names):
    if isinstance(tree, str):
        return names[tree] if tree in names else mpf(tree)
    if tree[0] == "if":
        left, right = value(tree[1][1], names), value(tree[1][2], names)
        return value(tree[2] if left < right else tree[3], names)
    if tree[0] == "let":
        return value(tree[3], {**names, tree[1]: value(tree[2], names)})
    parts = [value(part, names) for part in tree[1:]]
    function = voigt if len(parts) == 3 else ONE[tree[0]] if len(parts) == 1 else TWO[tree[0]]
    result = function(*parts)
    if isinstance(result, mpmath.mpc):
        raise ValueError("complex")
    return result


def text(tree):
    return tree if isinstance(tree, str) else "(" + " ".join(text(part) for part in tree) + ")"


def main():
    random.seed(7)
    cases = []
    while len(cases) < 260:
        tree = draw(4)
        names = {n: mpf(random.randrange(100, 2900)) / 1024 for n in "xab"}

        def of(a, b):
            return value(tree, {"x": names["x"], "a": a, "b": b})

        at = (names["a"], names["b"])
        try:
            results = [of(*at)]
            for order in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2)):
                results.append(mpmath.diff(of, at, order, h=mpf(10) ** -15))
        except (ValueError, ZeroDivisionError, TypeError, OverflowError):
            continue
        if any(isinstance(r, mpmath.mpc) for r in results):
            continue
        sizes = [abs(r) for r in results]
        if max(sizes) > 1e3 or sizes[1] + sizes[2] < 1e-3 or "a" not in text(tree):
            continue
        cases.append({
            "formula": text(tree), "x": float(names["x"]), "a": float(at[0]), "b": float(at[1]),
            "results": [float(r) for r in results],
        })
    made = f"mpmath {mpmath.__version__}, Python {platform.python_version()}"
    print(json.dumps({"made_with": made, "cases": cases}, indent=0))


main()
