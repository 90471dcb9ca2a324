//! Sums of numbers that do not depend on the order.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wide::Wide;

/// Binary places kept below the last place of the first number.
const BELOW: i32 = 24;
/// Binary places above the grid at which a number may begin: 53 bits more still leave room for
/// sums in 128 bits.
const ABOVE: i32 = 70;
/// No number came yet.
const UNSET: i16 = i16::MIN;

/// The exact sum of numbers, rounded only when it is asked for: the same bits for any order,
/// number of threads, and division into jobs.
///
/// Numbers are whole multiples of powers of two. Those near the first one in size are summed in
/// 128 bits; what does not fit goes into an accumulator as wide as all numbers together.
#[derive(Clone, Debug)]
pub struct ExactSum {
    near: i128,
    far: Option<Box<Wide>>,
    /// Exponent of the last place of `near`.
    grid: i16,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self {
            near: 0,
            far: None,
            grid: UNSET,
        }
    }
}

/// A finite number as a whole number of 53 bits and the exponent of its last place.
#[inline]
#[expect(clippy::cast_possible_wrap, reason = "53 and 11 bits")]
fn parts(x: f64) -> (i64, i32) {
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let hidden = u64::from(exponent != 0) << 52;
    let magnitude = (fraction | hidden) as i64;
    let signed = if x.is_sign_negative() {
        -magnitude
    } else {
        magnitude
    };
    (signed, exponent.max(1) - 1075)
}

impl ExactSum {
    /// Adds a number; `false`, and nothing added, if it is not finite.
    #[inline]
    pub fn add(&mut self, x: f64) -> bool {
        if !x.is_finite() {
            return false;
        }
        let (mantissa, exponent) = parts(x);
        if mantissa != 0 {
            if self.grid == UNSET {
                self.start(exponent);
            }
            self.place(i128::from(mantissa), exponent);
        }
        true
    }

    #[expect(clippy::cast_possible_truncation, reason = "exponents are above -1100")]
    fn start(&mut self, exponent: i32) {
        self.grid = (exponent - BELOW) as i16;
    }

    /// Adds a whole number of at most 53 bits times a power of two.
    #[inline]
    fn place(&mut self, mantissa: i128, exponent: i32) {
        let shift = exponent - i32::from(self.grid);
        let near = if (0..=ABOVE).contains(&shift) {
            Some(mantissa << shift)
        } else if shift < 0 && mantissa.trailing_zeros() >= shift.unsigned_abs() {
            Some(mantissa >> -shift)
        } else {
            None
        };
        match near.and_then(|n| self.near.checked_add(n)) {
            Some(sum) => self.near = sum,
            None => self.place_far(mantissa, exponent),
        }
    }

    #[cold]
    fn place_far(&mut self, mantissa: i128, exponent: i32) {
        self.far.get_or_insert_default().add(mantissa, exponent);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        if self.grid == UNSET {
            self.grid = other.grid;
        }
        if let Some(far) = &other.far {
            self.far.get_or_insert_default().merge(far);
        }
        if other.near == 0 {
            return;
        }
        let same = self.grid == other.grid;
        match self.near.checked_add(other.near).filter(|_| same) {
            Some(sum) => self.near = sum,
            None => self.place_far(other.near, i32::from(other.grid)),
        }
    }

    /// The sum, correctly rounded; infinite if it is too large for a number.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.total().value()
    }

    fn total(&self) -> Wide {
        let mut total = self.far.as_deref().cloned().unwrap_or_default();
        if self.near != 0 {
            total.add(self.near, i32::from(self.grid));
        }
        total
    }
}

impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        self.total().digits() == other.total().digits()
    }
}

/// Written exactly: a hexadecimal whole number and a power of two, `-1a3p-52`.
impl Serialize for ExactSum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.total().digits())
    }
}

impl<'de> Deserialize<'de> for ExactSum {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        let far = Wide::from_digits(&text).ok_or_else(|| {
            serde::de::Error::custom(format!("{text} is no exact sum, as 1a3p-52 would be"))
        })?;
        let mut sum = Self::default();
        match far.small() {
            Some((0, _)) => {}
            // The grid leaves room for smaller numbers, as if the sum were the first number.
            Some((whole, exponent)) => {
                let highest = 128 - whole.unsigned_abs().leading_zeros();
                let spare = 100_i32.saturating_sub_unsigned(highest).clamp(0, BELOW);
                sum.start(exponent + BELOW - spare);
                sum.near = whole << spare;
            }
            None => sum.far = Some(Box::new(far)),
        }
        Ok(sum)
    }
}
