//! Numbers as people read them: value and error rounded together, thousands kept apart, times.

use std::time::Duration;

pub use crate::calibrate::words::{counted, grouped, plural};

/// Decimal places, and digits before the point, that are still written out.
const WRITTEN_OUT: i32 = 7;

/// A value and its error, rounded together: `0.512 ± 0.013`.
///
/// The rule of the Particle Data Group: of the first three digits of the error, 100 … 354 keep
/// two digits, 355 … 949 one, 950 … 999 become 1000 and keep two. Without a usable error the
/// value stands alone, with six digits.
#[must_use]
pub fn with_error(value: f64, error: f64) -> String {
    let (Some(last), true) = (last_digit(error), value.is_finite()) else {
        return alone(value);
    };
    let size = exponent(value).max(exponent(error));
    if last < -WRITTEN_OUT || size >= WRITTEN_OUT {
        let scale = 10_f64.powi(size);
        let (value, error) = (value / scale, error / scale);
        let last = last - size;
        return format!(
            "({} ± {})e{size}",
            rounded(value, last),
            rounded(error, last)
        );
    }
    format!("{} ± {}", rounded(value, last), rounded(error, last))
}

/// A number that stands alone, with six significant digits at most.
#[must_use]
pub fn alone(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let size = exponent(value);
    if value != 0.0 && !(-5..WRITTEN_OUT).contains(&size) {
        return format!("{value:.3e}");
    }
    let text = rounded(value, (size - 5).min(0));
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}

/// A part of a whole: `20.5 %`; `–` of nothing.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "one decimal place is shown")]
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".into();
    }
    format!("{:.1} %", 100.0 * part as f64 / whole as f64)
}

/// A time: `0.41 s`, `12.6 s`, `3:07`, `1:02:45`.
#[must_use]
pub fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 9.995 {
        return format!("{seconds:.2} s");
    }
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = duration.as_secs() + u64::from(duration.subsec_millis() >= 500);
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        return format!("{hours}:{minutes:02}:{seconds:02}");
    }
    format!("{minutes}:{seconds:02}")
}

/// Position of the last digit of an error that is kept: −3 is the third decimal place. `None`
/// for what is no error.
fn last_digit(error: f64) -> Option<i32> {
    if !error.is_finite() || error <= 0.0 {
        return None;
    }
    // Three digits and an exponent; rounding 9.996 gives 1.00 and the next exponent.
    let text = format!("{error:.2e}");
    let (mantissa, size) = text.split_once('e')?;
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let size: i32 = size.parse().ok()?;
    match digits.parse::<u32>().ok()? {
        100..=354 => Some(size - 1),
        // From 950 on the error becomes 1000: two digits end at the same place as one did.
        _ => Some(size),
    }
}

/// Decimal exponent of a number; 0 for 0.
fn exponent(value: f64) -> i32 {
    if (1e-9..1e15).contains(&value.abs()) {
        let size = value.abs().log10();
        // So far from a power of ten a logarithm that is good to fifteen digits cannot mistake it.
        if (size - size.round()).abs() > 1e-9 {
            #[expect(clippy::cast_possible_truncation, reason = "between -9 and 15")]
            return size.floor() as i32;
        }
    }
    let text = format!("{value:e}");
    let size = text.split_once('e').and_then(|(_, size)| size.parse().ok());
    size.unwrap_or(0)
}

/// A number without digits after position `last`.
fn rounded(value: f64, last: i32) -> String {
    let text = if last <= 0 {
        let places = usize::try_from(-last).unwrap_or(0);
        format!("{value:.places$}")
    } else {
        let step = 10_f64.powi(last);
        format!("{:.0}", (value / step).round() * step)
    };
    // A small negative number that is rounded away is no -0.
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|c| matches!(c, '0' | '.')) => digits.into(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponent_is_that_of_the_shortest_digits_also_beside_powers_of_ten() {
        for power in -12..=17 {
            let exact: f64 = format!("1e{power}").parse().unwrap();
            for factor in [1.0, 1.5, 9.999_999, 9.999_999_999_999] {
                let value = exact * factor;
                for value in [value.next_down(), value, value.next_up(), -value] {
                    let text = format!("{value:e}");
                    let expected: i32 = text.split_once('e').unwrap().1.parse().unwrap();
                    assert_eq!(exponent(value), expected, "{value:e}");
                }
            }
        }
        assert_eq!(exponent(0.0), 0);
    }
}
