"""Random formulas with their derivatives from differences of 80 digits:
python derivative_reference.py > derivative_reference.json

A formula is written in prefix form: (add x (mul a 2)). Kept are those with moderate values.
"""

import json
import platform
import random

import mpmath
from mpmath import mp, mpf

mp.dps = 80

ONE = {
    "abs": abs, "sqrt": mpmath.sqrt, "exp": mpmath.exp, "ln": mpmath.log, "log10": mpmath.log10,
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "asin": mpmath.asin,
    "acos": mpmath.acos, "atan": mpmath.atan, "sinh": mpmath.sinh, "cosh": mpmath.cosh,
    "tanh": mpmath.tanh, "floor": mpmath.floor, "neg": lambda a: -a,
}
TWO = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b, "pow": lambda a, b: mpmath.power(a, b),
    "rem": lambda a, b: mpmath.sign(a) * mpmath.fmod(abs(a), abs(b)),
    "atan2": mpmath.atan2, "hypot": mpmath.hypot, "min": min, "max": max,
}


def draw(depth):
    kind = random.random()
    if depth == 0 or kind < 0.12:
        return random.choice(["x", "a", "a", "b", "b", str(random.choice([2, 3, 0.5, -1.5]))])
    if kind < 0.45:
        return [random.choice(list(ONE)), draw(depth - 1)]
    if kind < 0.85:
        return [random.choice(list(TWO)), draw(depth - 1), draw(depth - 1)]
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
    result = ONE[tree[0]](*parts) if len(parts) == 1 else TWO[tree[0]](*parts)
    if isinstance(result, mpmath.mpc):
        raise ValueError("complex")
    return result


def text(tree):
    return tree if isinstance(tree, str) else "(" + " ".join(text(part) for part in tree) + ")"


def main():
    random.seed(7)
    cases = []
    while len(cases) < 250:
        tree = draw(4)
        names = {n: mpf(random.randrange(100, 2900)) / 1024 for n in "xab"}

        def of(a, b):
            return value(tree, {"x": names["x"], "a": a, "b": b})

        at = (names["a"], names["b"])
        try:
            results = [of(*at)]
            for order in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2)):
                results.append(mpmath.diff(of, at, order, h=mpf(10) ** -25))
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
