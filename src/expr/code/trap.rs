//! Operations on whole numbers that may have no result, and what is said then.

use super::instruction::IntOp;
use crate::expr::{Failure, Place, maths};

/// The result and whether there is none; branch-free where the machine can do several at once.
#[inline]
pub(in crate::expr) fn int_op(op: IntOp, a: i64, b: i64) -> (i64, bool) {
    match op {
        IntOp::Add => a.overflowing_add(b),
        IntOp::Sub => a.overflowing_sub(b),
        IntOp::Mul => a.overflowing_mul(b),
        IntOp::Div => wrapped(a.checked_div(b)),
        IntOp::Rem => wrapped(a.checked_rem(b)),
        IntOp::Pow => wrapped(maths::pow_int(a, b)),
        IntOp::Neg => a.overflowing_neg(),
        IntOp::Abs => a.overflowing_abs(),
    }
}

fn wrapped(result: Option<i64>) -> (i64, bool) {
    (result.unwrap_or(0), result.is_none())
}

/// Why an operation on whole numbers has no result.
pub(in crate::expr) fn int_sentence(op: IntOp, a: i64, b: i64) -> (String, Option<String>) {
    let large = |text: String| {
        let message = format!("{text} does not fit in a whole number of 64 bits");
        (message, Some("calculate with to_float(…)".to_owned()))
    };
    let zero = |text: String| {
        let hint = "ask for the divisor first, as in `if n != 0 { … } else { … }`";
        (text, Some(hint.to_owned()))
    };
    match op {
        IntOp::Add => large(format!("{a} + {b}")),
        IntOp::Sub => large(format!("{a} - {b}")),
        IntOp::Mul => large(format!("{a} * {b}")),
        IntOp::Neg => large(format!("-({a})")),
        IntOp::Abs => large(format!("abs({a})")),
        IntOp::Div if b == 0 => zero(format!("div({a}, 0): division by zero")),
        IntOp::Rem if b == 0 => zero(format!("{a} % 0: division by zero")),
        IntOp::Div => large(format!("div({a}, {b})")),
        IntOp::Rem => large(format!("{a} % {b}")),
        IntOp::Pow if b < 0 => (
            format!("{a} ** {b} is no whole number"),
            Some("write to_float(…) ** …".to_owned()),
        ),
        IntOp::Pow => large(format!("{a} ** {b}")),
    }
}

/// Why a number cannot become a whole one.
pub(in crate::expr) fn to_int_sentence(x: f64) -> (String, Option<String>) {
    (
        format!("{x} cannot become a whole number"),
        Some("ask first, as in `if is_nan(x) { -1 } else { to_int(x) }`".to_owned()),
    )
}

/// A sentence and a hint as a failure.
pub(super) fn failure((message, hint): (String, Option<String>), place: Place) -> Failure {
    Failure {
        message,
        hint,
        place,
    }
}
