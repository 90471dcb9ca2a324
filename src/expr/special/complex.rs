//! The little that is needed of complex numbers.

use std::ops::{Add, Mul, Sub};

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

impl Complex {
    pub(super) const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    pub(super) fn times(self, factor: f64) -> Self {
        Self::new(self.re * factor, self.im * factor)
    }

    pub(super) fn times_i(self) -> Self {
        Self::new(-self.im, self.re)
    }

    /// 1 / self, for numbers whose square is neither too large nor too small.
    pub(super) fn inverse(self) -> Self {
        let size = self.re * self.re + self.im * self.im;
        Self::new(self.re / size, -self.im / size)
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.re + other.re, self.im + other.im)
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.re - other.re, self.im - other.im)
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self::new(
            self.re * other.re - self.im * other.im,
            self.re * other.im + self.im * other.re,
        )
    }
}
