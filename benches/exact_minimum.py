"""The exact minimum of a fit, its Hessian errors and its profile (Minos) errors.

Newton's method in 64-bit-mantissa arithmetic (numpy's long double) with derivatives that are exact: a `Jet` carries
value, gradient and Hessian through every operation of a model, written down once for all places.
Steps end when they are below 1e-13 of an error, so that what is called exact is exact to far more
digits than are asked of a fit. Knows neither b2caf nor the programs it is compared with.
"""

import numpy as np

LONG = np.longdouble
if np.finfo(LONG).eps > 1.1e-19:
    raise SystemExit("numpy has no long double of at least 64 bits here: the reference would not be exact enough")


class Jet:
    """A function of n parameters at many places: value (m), gradient (n, m), Hessian (n, n, m)."""

    # numpy leaves `array - jet` to the jet
    __array_ufunc__ = None

    def __init__(self, value, first, second):
        self.value, self.first, self.second = value, first, second

    @classmethod
    def parameters(cls, values, places):
        n = len(values)
        for k, value in enumerate(values):
            first = np.zeros((n, places), LONG)
            first[k] = 1
            yield cls(np.full(places, value, LONG), first, np.zeros((n, n, places), LONG))

    def chain(self, value, slope, bend):
        """f(self) with its first and second derivative."""
        outer = self.first[:, None] * self.first[None, :]
        return Jet(value, slope * self.first, slope * self.second + bend * outer)

    def __add__(self, other):
        if isinstance(other, Jet):
            return Jet(self.value + other.value, self.first + other.first, self.second + other.second)
        return Jet(self.value + other, self.first, self.second)

    def __mul__(self, other):
        if not isinstance(other, Jet):
            return Jet(self.value * other, self.first * other, self.second * other)
        cross = self.first[:, None] * other.first[None, :]
        return Jet(
            self.value * other.value,
            self.value * other.first + other.value * self.first,
            self.value * other.second + other.value * self.second + cross + cross.swapaxes(0, 1),
        )

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        if not isinstance(other, Jet):
            return self * (1 / LONG(other))
        inverse = 1 / other.value
        return self * other.chain(inverse, -inverse**2, 2 * inverse**3)


def exp(a):
    value = np.exp(a.value)
    return a.chain(value, value, value)


def log(a):
    return a.chain(np.log(a.value), 1 / a.value, -1 / a.value**2)


def sqrt(a):
    value = np.sqrt(a.value)
    return a.chain(value, 0.5 / value, -0.25 / (value * a.value))


def sinh(a):
    value = np.sinh(a.value)
    return a.chain(value, np.cosh(a.value), value)


def where(condition, a, b):
    return Jet(*(np.where(condition, x, y) for x, y in zip((a.value, a.first, a.second), (b.value, b.first, b.second))))


def bell(x, mean, sigma):
    pull = (x - mean) / sigma
    return exp(pull * pull * LONG(-0.5))


def gaussian(x, norm, mean, sigma):
    return norm * bell(x, mean, sigma)


def gaussian_constant(x, norm, mean, sigma, level):
    return norm * bell(x, mean, sigma) + level


def gaussian_line(x, norm, mean, sigma, offset, slope):
    return norm * bell(x, mean, sigma) + offset + slope * x


def double_gaussian_constant(x, norm, tail, mean, sigma, ratio, level):
    return norm * ((1 - tail) * bell(x, mean, sigma) + tail * bell(x, mean, sigma * ratio)) + level


def novosibirsk_constant(x, eta, peak, sigma, norm, level):
    root = np.sqrt(np.log(LONG(4)))
    y = eta * root
    tail = -(log(y + sqrt(1 + y * y)) / root)
    width = tail * root
    stretched = 1 + tail * ((x - peak) / sigma) * (sinh(width) / width)
    inside = stretched.value > 1e-7
    safe = where(inside, stretched, stretched * 0 + 1)
    bent = log(safe) / tail
    exponent = where(inside, (bent * bent + tail * tail) * LONG(0.5), tail * 0 + 15)
    return norm * exp(-exponent) + level


class Problem:
    """Half the cost (χ² or Poisson deviance) of one histogram."""

    def __init__(self, model, cost, x, counts, limits):
        self.model, self.cost, self.limits = model, cost, limits
        used = counts > 0 if cost == "chi2" else np.full(len(counts), True)
        self.x, self.y = x[used].astype(LONG), counts[used].astype(LONG)

    def at(self, p):
        """Half the cost, its gradient and its Hessian."""
        jet = self.model(self.x, *Jet.parameters(p, len(self.x)))
        f, y = jet.value, self.y
        if self.cost == "chi2":
            half, push, pull = (f - y) ** 2 / (2 * y), (f - y) / y, 1 / y
        else:
            if not (f > 0).all():
                return LONG("inf"), None, None
            filled = np.where(y > 0, y, 1)
            half, push, pull = f - y + np.where(y > 0, y * np.log(filled / f), 0), 1 - y / f, y / f**2
        gradient = (push * jet.first).sum(1)
        hessian = (pull * jet.first[:, None] * jet.first[None, :] + push * jet.second).sum(2)
        return half.sum(), gradient, hessian

    def free(self, p, gradient):
        """Parameters that are not pushed against a limit."""
        sides = zip(p, gradient, self.limits)
        return [k for k, (v, g, (low, high)) in enumerate(sides) if not (v <= low and g >= 0 or v >= high and g <= 0)]


def solve(matrix, right):
    """Gauss's elimination with pivots, scaled to a unit diagonal, in long double."""
    matrix, right = np.array(matrix, LONG), np.array(right, LONG)
    n = len(matrix)
    scale = 1 / np.sqrt(np.abs(np.diagonal(matrix)))
    matrix, right = matrix * scale[:, None] * scale, (right.T * scale).T
    for k in range(n):
        pivot = k + np.argmax(np.abs(matrix[k:, k]))
        matrix[[k, pivot]], right[[k, pivot]] = matrix[[pivot, k]], right[[pivot, k]]
        for i in range(k + 1, n):
            factor = matrix[i, k] / matrix[k, k]
            matrix[i, k:] -= factor * matrix[k, k:]
            right[i] = right[i] - factor * right[k]
    for k in reversed(range(n)):
        right[k] = (right[k] - matrix[k, k + 1 :] @ right[k + 1 :]) / matrix[k, k]
    return (right.T * scale).T


def minimum(problem, start):
    """Parameters, errors and covariance of the free ones; `None` where Newton's method does not arrive."""
    low, high = (np.array(side, LONG) for side in zip(*problem.limits))
    p = np.clip(np.array(start, LONG), low, high)
    for _ in range(60):
        half, gradient, hessian = problem.at(p)
        if gradient is None:
            return None
        free = problem.free(p, gradient)
        part = hessian[np.ix_(free, free)]
        covariance = solve(part, np.eye(len(free), dtype=LONG))
        diagonal = np.diagonal(covariance)
        if not (diagonal > 0).all():
            return None
        step = np.zeros(len(p), LONG)
        step[free] = -(covariance @ gradient[free])
        if np.abs(step[free] / np.sqrt(diagonal)).max() < 1e-13:
            errors = np.zeros(len(p), LONG)
            errors[free] = np.sqrt(diagonal)
            return p, errors, half
        for _ in range(40):
            trial = np.clip(p + step, low, high)
            if problem.at(trial)[0] <= half * (1 + 1e-15) + 1e-15:
                break
            step = step / 2
        p = trial
    return None


def profile(problem, best, errors, half, k, sign):
    """The distance to where half the cost, with all others free, has risen by one half; `None` beyond a limit.

    Newton's method on the equations: derivatives by all others = 0, half the cost = lowest + ½.
    """
    others = [i for i in range(len(best)) if i != k]
    p = best + 0
    # on the way that the others take, to first order
    _, _, hessian = problem.at(best)
    p[k] += sign * errors[k]
    follow = solve(hessian[np.ix_(others, others)], hessian[others, k])
    p[others] -= follow * sign * errors[k]
    for _ in range(60):
        now, gradient, hessian = problem.at(p)
        if gradient is None:
            return None
        rows = np.vstack([hessian[others], gradient[None]])
        right = np.append(gradient[others], now - half - LONG(0.5))
        # unknowns in units of their errors, equations of comparable size
        rows = rows * errors
        size = np.abs(rows).max(1)
        step = -general(rows / size[:, None], right / size) * errors
        factor = min(1.0, 1.0 / float(np.abs(step / errors).max() + 1e-30))
        p = p + step * factor
        if np.abs(step / errors).max() < 1e-12:
            inside = all(low <= value <= high for value, (low, high) in zip(p, problem.limits))
            return p[k] - best[k] if inside else None
    return None


def general(matrix, right):
    """Gauss's elimination with pivots."""
    matrix, right = np.array(matrix, LONG), np.array(right, LONG)
    n = len(matrix)
    for k in range(n):
        pivot = k + np.argmax(np.abs(matrix[k:, k]))
        matrix[[k, pivot]], right[[k, pivot]] = matrix[[pivot, k]], right[[pivot, k]]
        for i in range(k + 1, n):
            factor = matrix[i, k] / matrix[k, k]
            matrix[i, k:] -= factor * matrix[k, k:]
            right[i] -= factor * right[k]
    for k in reversed(range(n)):
        right[k] = (right[k] - matrix[k, k + 1 :] @ right[k + 1 :]) / matrix[k, k]
    return right
