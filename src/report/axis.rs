//! Axes of drawings: a range of numbers on a stretch of paper, and round numbers beside it.

/// Larger numbers are drawn as this one: a range that is no number has no places.
const LARGEST: f64 = 1e300;

/// Room left on both sides of the data, as a part of their range.
const MARGIN: f64 = 0.05;

/// A range of numbers on a stretch of paper.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    /// Where `low` and `high` are drawn.
    from: f64,
    to: f64,
}

impl Axis {
    /// An axis that begins and ends exactly there.
    pub(super) fn exact(low: f64, high: f64, from: f64, to: f64) -> Self {
        Self {
            low,
            high,
            from,
            to,
        }
    }

    /// An axis for these numbers with some room on both sides; those that are not finite do not count.
    pub(super) fn around(numbers: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let finite = numbers.filter(|number| number.is_finite());
        let finite = finite.map(|number| number.clamp(-LARGEST, LARGEST));
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), one| {
            (low.min(one), high.max(one))
        });
        if low > high {
            return Self::exact(-1.0, 1.0, from, to);
        }
        let range = match high - low {
            range if range > 0.0 => MARGIN * range,
            // All the same: a tenth around it, or one around zero.
            _ if low == 0.0 => 1.0,
            _ => 0.1 * low.abs(),
        };
        Self::exact(low - range, high + range, from, to)
    }

    /// How far the range reaches.
    pub(super) fn range(&self) -> f64 {
        self.high - self.low
    }

    /// Where a number is drawn.
    pub(super) fn place(&self, number: f64) -> f64 {
        let number = number.clamp(-LARGEST, LARGEST);
        self.from + (number - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Round numbers in the range, about `wanted` of them or none, with their texts.
    pub(super) fn ticks(&self, wanted: usize) -> Vec<(f64, String)> {
        let step = step((self.high - self.low) / wanted as f64);
        if !step.is_finite() || step <= 0.0 {
            return Vec::new();
        }
        // A number that is at the end but for rounding counts.
        let slack = 1e-6;
        let first = (self.low / step - slack).ceil();
        let numbers: Vec<f64> = (0..)
            .map(|place| (first + f64::from(place)) * step)
            .take_while(|number| *number <= self.high + slack * step)
            .take(10 * wanted)
            .collect();
        let largest = numbers.iter().fold(0.0, |all: f64, one| all.max(one.abs()));
        let written = numbers.iter().map(|number| label(*number, step, largest));
        numbers.iter().copied().zip(written).collect()
    }
}

/// The next round step from `rough` on: 1, 2 or 5 with zeros.
fn step(rough: f64) -> f64 {
    let size = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * size);
    let fitting = steps.into_iter().find(|step| *step >= rough * (1.0 - 1e-9));
    fitting.unwrap_or(10.0 * size)
}

/// A multiple of `step` with as many digits as the step has.
#[expect(clippy::cast_possible_truncation, reason = "exponents are small")]
#[expect(clippy::cast_sign_loss, reason = "it is not negative")]
fn label(number: f64, step: f64, largest: f64) -> String {
    let places = (-(step.log10() + 1e-9).floor()).max(0.0) as usize;
    // 0 and -0, and what is left of a sum that should be 0.
    if number.abs() < step / 2.0 {
        return "0".into();
    }
    if largest < 1e6 && places <= 5 {
        return format!("{number:.places$}");
    }
    let digits = (number.abs().log10() + 1e-9).floor() - (step.log10() + 1e-9).floor();
    let digits = digits.max(0.0) as usize;
    format!("{number:.digits$e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64) -> Vec<String> {
        let ticks = Axis::exact(low, high, 0.0, 1.0).ticks(5);
        ticks.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_numbers_with_the_digits_they_need() {
        for (low, high, expected) in [
            (0.0, 1.0, "0 0.2 0.4 0.6 0.8 1.0"),
            (-1.0, 1.0, "-1.0 -0.5 0 0.5 1.0"),
            (0.5, 8736.5, "2000 4000 6000 8000"),
            (0.999, 1.001, "0.9990 0.9995 1.0000 1.0005 1.0010"),
            (0.0, 3e-8, "0 1e-8 2e-8 3e-8"),
            (1.5e7, 2.5e7, "1.6e7 1.8e7 2.0e7 2.2e7 2.4e7"),
        ] {
            assert_eq!(labels(low, high).join(" "), expected, "{low} to {high}");
        }
    }

    #[test]
    fn there_is_an_axis_for_any_numbers() {
        for numbers in [
            &[][..],
            &[0.0],
            &[2.0, 2.0],
            &[f64::NAN, 1.0],
            &[f64::INFINITY],
            &[-f64::MAX, f64::MAX],
        ] {
            let axis = Axis::around(numbers.iter().copied(), 100.0, 0.0);
            assert!(!axis.ticks(4).is_empty(), "{numbers:?}");
            for number in numbers.iter().filter(|number| number.is_finite()) {
                assert!((0.0..=100.0).contains(&axis.place(*number)), "{numbers:?}");
            }
        }
        assert_eq!(Axis::exact(0.0, 10.0, 100.0, 0.0).place(2.5), 75.0);
    }
}
