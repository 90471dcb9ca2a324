//! A whole number wide enough for any sum of numbers.

use std::fmt::Write as _;

/// Exponent of the last place: below that of the smallest number, 2⁻¹⁰⁷⁴.
const BASE: i32 = -1216;
/// Digits of 32 bits: up to 2¹⁰²⁴ · 2⁶⁴ and beyond.
const DIGITS: usize = 74;
/// Additions after which digits are carried over.
const CARRY: u32 = 1 << 30;

/// A sum of whole numbers times powers of two. Digits may hold more than 32 bits, and be
/// negative, until they are carried over.
#[derive(Clone, Debug)]
pub(super) struct Wide {
    digits: [i64; DIGITS],
    added: u32,
}

impl Default for Wide {
    fn default() -> Self {
        Self {
            digits: [0; DIGITS],
            added: 0,
        }
    }
}

/// Sign and magnitude.
struct Magnitude {
    negative: bool,
    digits: [u32; DIGITS],
}

#[expect(clippy::cast_possible_truncation, reason = "the low 32 bits are meant")]
fn low(x: u128) -> u32 {
    x as u32
}

impl Wide {
    /// Adds a whole number times a power of two.
    pub(super) fn add(&mut self, whole: i128, exponent: i32) {
        // Below the base come only exponents of grids, whose last places are zeros.
        let (whole, exponent) = match exponent - BASE {
            below if below < 0 => (whole >> -below, BASE),
            _ => (whole, exponent),
        };
        let shift = (exponent - BASE).unsigned_abs() as usize;
        let (first, bits) = (shift / 32, shift % 32);
        let sign = if whole < 0 { -1 } else { 1 };
        let magnitude = whole.unsigned_abs();
        // Five digits: 128 bits and up to 31 of the shift.
        let lower = magnitude << bits;
        let upper = if bits == 0 {
            0
        } else {
            magnitude >> (128 - bits)
        };
        let pieces = (0..4)
            .map(|i| low(lower >> (32 * i)))
            .chain(std::iter::once(low(upper)));
        for (i, piece) in pieces.enumerate() {
            if let Some(digit) = self.digits.get_mut(first + i) {
                *digit += sign * i64::from(piece);
            }
        }
        self.count(1);
    }

    fn count(&mut self, additions: u32) {
        self.added += additions;
        if self.added >= CARRY {
            self.carry();
        }
    }

    /// Brings all digits but the last to 32 bits, not negative.
    fn carry(&mut self) {
        let mut carried = 0;
        for digit in &mut self.digits[..DIGITS - 1] {
            let sum = *digit + carried;
            *digit = sum & 0xffff_ffff;
            carried = sum >> 32;
        }
        self.digits[DIGITS - 1] += carried;
        self.added = 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        other.carry();
        for (own, more) in self.digits.iter_mut().zip(other.digits) {
            *own += more;
        }
        self.count(1);
    }

    fn magnitude(&self) -> Magnitude {
        let mut carried = self.clone();
        carried.carry();
        let negative = carried.digits[DIGITS - 1] < 0;
        if negative {
            carried.digits.iter_mut().for_each(|d| *d = -*d);
            carried.carry();
        }
        let digits = carried.digits.map(|d| low(d.unsigned_abs().into()));
        Magnitude { negative, digits }
    }

    /// The nearest number, to even if two are as near.
    pub(super) fn value(&self) -> f64 {
        let magnitude = self.magnitude();
        let Some(top) = magnitude.top() else {
            return 0.0;
        };
        // Last place of the result: 53 bits, fewer near 0.
        let top = i32::try_from(top).unwrap_or(i32::MAX);
        let last = (top - 52).max(-1074 - BASE);
        let last_bit = usize::try_from(last).unwrap_or(0);
        let mut mantissa = magnitude.bits(last_bit);
        let half = last_bit > 0 && magnitude.bit(last_bit - 1);
        let more = last_bit > 1 && magnitude.any_below(last_bit - 1);
        if half && (more || mantissa & 1 == 1) {
            mantissa += 1;
        }
        #[expect(clippy::cast_precision_loss, reason = "at most 2^53, which is exact")]
        let result = scaled(mantissa as f64, last + BASE);
        if magnitude.negative { -result } else { result }
    }

    /// The number exactly, in one way only: an odd hexadecimal whole number and a power of two.
    pub(super) fn digits(&self) -> String {
        let magnitude = self.magnitude();
        let Some(lowest) = magnitude.lowest() else {
            return "0p0".to_owned();
        };
        let top = magnitude.top().unwrap_or(lowest);
        let mut text = String::from(if magnitude.negative { "-" } else { "" });
        let places = (top - lowest) / 4;
        for place in (0..=places).rev() {
            let digit = magnitude.bits(lowest + 4 * place) & 0xf;
            // Writing to a text cannot fail.
            let _ = write!(text, "{digit:x}");
        }
        let exponent = i32::try_from(lowest).unwrap_or(i32::MAX) + BASE;
        let _ = write!(text, "p{exponent}");
        text
    }

    /// What [`Wide::digits`] wrote; `None` for anything else.
    pub(super) fn from_digits(text: &str) -> Option<Self> {
        let (digits, exponent) = text.split_once('p')?;
        let exponent: i32 = exponent.parse().ok()?;
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, digits),
        };
        let longest = DIGITS * 8;
        if digits.is_empty() || digits.len() > longest {
            return None;
        }
        let mut wide = Self::default();
        for (place, digit) in digits.bytes().rev().enumerate() {
            let digit = char::from(digit).to_digit(16)?;
            let exponent = exponent.checked_add(i32::try_from(4 * place).ok()?)?;
            if !(BASE..BASE + 32 * 72).contains(&exponent) {
                if digit == 0 {
                    continue;
                }
                return None;
            }
            wide.add(sign * i128::from(digit), exponent);
        }
        Some(wide)
    }

    /// The number as a whole number of at most 100 bits and a power of two, if it is one.
    pub(super) fn small(&self) -> Option<(i128, i32)> {
        let magnitude = self.magnitude();
        let Some(lowest) = magnitude.lowest() else {
            return Some((0, 0));
        };
        let top = magnitude.top()?;
        if top - lowest >= 100 {
            return None;
        }
        let upper = i128::from(magnitude.bits(lowest + 60));
        let lower = i128::from(magnitude.bits(lowest) & ((1 << 60) - 1));
        let whole = (upper << 60) | lower;
        let exponent = i32::try_from(lowest).ok()? + BASE;
        Some((if magnitude.negative { -whole } else { whole }, exponent))
    }
}

impl Magnitude {
    fn top(&self) -> Option<usize> {
        let i = self.digits.iter().rposition(|&d| d != 0)?;
        Some(32 * i + 31 - self.digits[i].leading_zeros() as usize)
    }

    fn lowest(&self) -> Option<usize> {
        let i = self.digits.iter().position(|&d| d != 0)?;
        Some(32 * i + self.digits[i].trailing_zeros() as usize)
    }

    fn bit(&self, i: usize) -> bool {
        self.digits[i / 32] >> (i % 32) & 1 == 1
    }

    fn any_below(&self, i: usize) -> bool {
        let whole = self.digits[..i / 32].iter().any(|&d| d != 0);
        whole || self.digits[i / 32] & ((1_u32 << (i % 32)) - 1) != 0
    }

    /// The 64 bits from bit `i` upwards.
    fn bits(&self, i: usize) -> u64 {
        let digit = |n: usize| u128::from(self.digits.get(n).copied().unwrap_or(0));
        let n = i / 32;
        let three = digit(n) | digit(n + 1) << 32 | digit(n + 2) << 64;
        let shifted = three >> (i % 32);
        u64::from(low(shifted)) | u64::from(low(shifted >> 32)) << 32
    }
}

/// x · 2ⁿ, where that is a number or too large for one.
fn scaled(x: f64, n: i32) -> f64 {
    let power = |n: i32| f64::from_bits(u64::from((n + 1023).unsigned_abs()) << 52);
    match n {
        ..-1022 => x * power(-1022) * power(n.max(-2044) + 1022),
        -1022..=970 => x * power(n),
        // The number has up to 53 bits; its power may be too large although the result is not.
        _ => x * power(970) * power((n - 970).min(1023)),
    }
}
