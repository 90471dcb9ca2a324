//! The interval as upstream computes with it, odd corners included.
//!
//! For reading what upstream wrote and for comparing with it. Everything else uses [`IoV`]: `IoV::try_from`
//! refuses what is no proper interval, [`Interval::repaired`] makes one of it the way upstream would.

use std::cmp::Ordering;
use std::fmt;

use super::{Error, ExpRun, IoV};

/// Four numbers as they are, sensible or not; the order is that of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// First experiment, or a negative number.
    pub exp_low: i32,
    /// First run in it.
    pub run_low: i32,
    /// Last experiment, or a negative number for ever.
    pub exp_high: i32,
    /// Last run in it, or a negative number for its end.
    pub run_high: i32,
}

/// Which of two overlapping intervals gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trim {
    /// The one that starts first ends earlier.
    Older,
    /// The one that starts later starts even later.
    Younger,
}

/// Why a text is no interval, even when read with leniency.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Not four numbers joined by commas.
    #[error("`{0}` is no interval: four whole numbers joined by commas are needed")]
    NotFourNumbers(String),
    /// A number that is too large.
    #[error("a number in `{0}` is beyond {max}", max = i32::MAX)]
    TooLarge(String),
}

impl Interval {
    /// The interval without any run.
    pub const EMPTY: Self = Self {
        exp_low: -1,
        run_low: -1,
        exp_high: -1,
        run_high: -1,
    };

    /// Reads a text: blanks in front are skipped, the next blank ends it, and what follows the digits of a
    /// number is ignored. Nothing is put in order.
    ///
    /// # Errors
    /// [`ReadError`] when there are not four numbers, or one is too large.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let wrong = || ReadError::NotFourNumbers(text.to_owned());
        let word = text.split_ascii_whitespace().next().unwrap_or_default();
        let mut numbers = Vec::new();
        for part in word.split(',') {
            let sign = usize::from(part.starts_with(['+', '-']));
            let digits = part[sign..].bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 {
                return Err(wrong());
            }
            let number = part[..sign + digits].parse();
            numbers.push(number.map_err(|_| ReadError::TooLarge(text.to_owned()))?);
        }
        let four: [i32; 4] = numbers.try_into().map_err(|_| wrong())?;
        Ok(Self::from(four))
    }

    /// The interval that is compared: runs without an experiment dropped, ends in the wrong order swapped.
    #[must_use]
    pub fn normalised(self) -> Self {
        let ordered = self.without_stray_runs();
        if ordered.is_backwards() {
            return Self {
                exp_low: ordered.exp_high,
                run_low: ordered.run_high,
                exp_high: ordered.exp_low,
                run_high: ordered.run_low,
            };
        }
        ordered
    }

    /// As an interval, put right the way upstream does: ends swapped, runs without an experiment dropped.
    /// `None` if it is empty.
    #[must_use]
    pub fn repaired(self) -> Option<IoV> {
        let iov = self.normalised();
        let end = |exp: i32, run: i32| match exp {
            ..0 => ExpRun::new(-1, -1),
            _ => ExpRun::new(exp, run.max(-1)),
        };
        let low = end(iov.exp_low, iov.run_low);
        IoV::new(low, end(iov.exp_high, iov.run_high)).ok()
    }

    /// Whether both ends are open, which counts as no run at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.exp_low < 0 && self.exp_high < 0
    }

    /// Whether `other` lies inside as a whole; the empty interval lies in every one.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.overlap(other) == other.normalised()
    }

    /// Whether an event of `run` lies inside.
    #[must_use]
    pub fn contains_event(&self, run: ExpRun) -> bool {
        let own = self.normalised();
        !own.is_empty() && own.beside_low(run).is_ge() && own.beside_high(run).is_le()
    }

    /// Whether the two share a run.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        !self.overlap(other).is_empty()
    }

    /// What the two share, possibly [`Interval::EMPTY`].
    #[must_use]
    pub fn overlap(&self, other: &Self) -> Self {
        let (mut own, other) = (self.normalised(), other.normalised());
        if own.is_empty() || other.is_empty() {
            return Self::EMPTY;
        }
        if own.beside_low(other.low()).is_gt() {
            (own.exp_low, own.run_low) = other.low().into();
        }
        if own.beside_high(other.high()).is_lt() {
            (own.exp_high, own.run_high) = other.high().into();
        }
        own.cleaned()
    }

    /// Both without their overlap; `None` if the older one would be cut in two. An open end is handled as
    /// the number −1, so that a younger interval behind it starts at 0,0.
    #[must_use]
    pub fn trim_overlap(self, other: Self, which: Trim) -> Option<(Self, Self)> {
        let (a, b) = (self.normalised(), other.normalised());
        if !a.overlaps(&b) {
            return Some((a, b));
        }
        let a_is_older = a.beside_low(b.low()).is_ge();
        let (mut older, mut younger) = if a_is_older { (a, b) } else { (b, a) };
        match which {
            Trim::Older if older.beside_high(younger.high()).is_lt() => return None,
            Trim::Older => {
                let ExpRun { exp, run } = younger.low();
                let end = if run > 0 {
                    (exp, run - 1)
                } else {
                    (exp.saturating_sub(1), -1)
                };
                (older.exp_high, older.run_high) = end;
                older = older.cleaned();
            }
            Trim::Younger => {
                let ExpRun { exp, run } = older.high();
                let start = if run < 0 {
                    (exp.saturating_add(1), 0)
                } else {
                    (exp, run.saturating_add(1))
                };
                (younger.exp_low, younger.run_low) = start;
                younger = younger.cleaned();
            }
        }
        Some(if a_is_older {
            (older, younger)
        } else {
            (younger, older)
        })
    }

    const fn low(&self) -> ExpRun {
        ExpRun::new(self.exp_low, self.run_low)
    }

    const fn high(&self) -> ExpRun {
        ExpRun::new(self.exp_high, self.run_high)
    }

    /// On which side of the low end `at` lies: less is outside.
    fn beside_low(&self, at: ExpRun) -> Ordering {
        if at == self.low() {
            return Ordering::Equal;
        }
        let outside = self.exp_low >= 0 && at < self.low();
        if outside {
            Ordering::Less
        } else {
            Ordering::Greater
        }
    }

    /// On which side of the high end `at` lies: greater is outside.
    fn beside_high(&self, at: ExpRun) -> Ordering {
        if at == self.high() {
            return Ordering::Equal;
        }
        let later_run = self.run_high >= 0 && (at.run > self.run_high || at.run < 0);
        let later = at.exp < 0 || at.exp > self.exp_high || (at.exp == self.exp_high && later_run);
        if self.exp_high >= 0 && later {
            Ordering::Greater
        } else {
            Ordering::Less
        }
    }

    const fn is_backwards(&self) -> bool {
        let runs =
            self.exp_low == self.exp_high && self.run_high >= 0 && self.run_low > self.run_high;
        self.exp_low >= 0 && self.exp_high >= 0 && (self.exp_low > self.exp_high || runs)
    }

    fn without_stray_runs(mut self) -> Self {
        if self.exp_low < 0 && self.run_low >= 0 {
            self.run_low = -1;
        }
        if self.exp_high < 0 && self.run_high >= 0 {
            self.run_high = -1;
        }
        self
    }

    /// After an end was moved: in the wrong order it is empty.
    fn cleaned(self) -> Self {
        let own = self.without_stray_runs();
        if own.is_backwards() { Self::EMPTY } else { own }
    }
}

impl From<[i32; 4]> for Interval {
    fn from([exp_low, run_low, exp_high, run_high]: [i32; 4]) -> Self {
        Self {
            exp_low,
            run_low,
            exp_high,
            run_high,
        }
    }
}

impl From<Interval> for [i32; 4] {
    fn from(iov: Interval) -> Self {
        [iov.exp_low, iov.run_low, iov.exp_high, iov.run_high]
    }
}

impl From<IoV> for Interval {
    fn from(iov: IoV) -> Self {
        Self::from(<[i32; 4]>::from(iov))
    }
}

/// Refuses what is empty, backwards, or has a run without an experiment.
impl TryFrom<Interval> for IoV {
    type Error = Error;

    fn try_from(iov: Interval) -> Result<Self, Error> {
        Self::try_from(<[i32; 4]>::from(iov))
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.low(), self.high())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Interval {
        Interval::read(text).unwrap()
    }

    #[test]
    fn odd_corners_are_kept() {
        let empty = Interval::EMPTY;
        assert!(empty.contains(&empty) && of("1,1,1,10").contains(&empty));
        assert!(!empty.overlaps(&empty));
        assert_eq!(of("2,9,2,1").normalised(), of("2,1,2,9"));
        assert_eq!(of("-1,5,2,3").normalised(), of("-1,-1,2,3"));
        assert!(!of("1,0,1,-1").contains(&of("1,-1,1,-1")));
        assert!(of("1,-1,1,-1").contains(&of("1,0,1,3")));
        let (older, younger) = (of("0,0,-1,-1"), of("2,10,2,10"));
        assert_eq!(older.trim_overlap(younger, Trim::Older), None);
        let trimmed = older.trim_overlap(younger, Trim::Younger);
        assert_eq!(trimmed, Some((older, of("0,0,2,10"))));
    }

    #[test]
    fn lenient_reading() {
        let four = Interval::from([1, 2, 3, 4]);
        for text in ["1,2,3,4", "\t 1,2,3,4 rubbish", "1x,2.7,3e9,+4"] {
            assert_eq!(of(text), four);
        }
        for text in ["", "1,2,3", "1, 2,3,4", "--1,2,3,4", "1,2,3,4,", "a,2,3,4"] {
            let error = Interval::read(text).unwrap_err();
            assert!(matches!(error, ReadError::NotFourNumbers(_)), "{text}");
        }
        let error = Interval::read("99999999999,0,1,1").unwrap_err();
        assert!(matches!(error, ReadError::TooLarge(_)));
    }

    fn number() -> impl Strategy<Value = i32> {
        prop_oneof![any::<i32>(), -2..5, Just(i32::MAX), Just(i32::MIN)]
    }

    proptest! {
        #[test]
        fn any_numbers_do_no_harm(a in [number(), number(), number(), number()],
                                  b in [number(), number(), number(), number()]) {
            let (one, two) = (Interval::from(a), Interval::from(b));
            for which in [Trim::Older, Trim::Younger] {
                let _ = one.trim_overlap(two, which);
            }
            prop_assert_eq!(one.overlaps(&two), two.overlaps(&one));
            prop_assert_eq!(one.repaired().is_none(), one.normalised().is_empty());
            if let (Some(one), Some(two)) = (one.repaired(), two.repaired()) {
                let left = one.trim(&two);
                prop_assert_eq!(left == Ok(Some(one)), !one.overlaps(&two));
                let _ = super::super::gaps(&[one, two]);
            }
        }
    }
}
