//! Derivatives of the special functions.

use std::f64::consts::FRAC_2_SQRT_PI;
use std::sync::Arc;

use crate::expr::build::{add, call, is_zero, mul, neg, number};
use crate::expr::{Expr, Failure, Function, Node, Place, special};

/// The derivative of a call of a special function; `None` for all others.
///
/// # Errors
/// Where a derivative is of an order that is not there.
pub(super) fn of_call(
    whole: &Expr,
    function: Function,
    arguments: &[Expr],
    slopes: &[Expr],
) -> Result<Option<Expr>, Failure> {
    use Function as F;
    let higher = |order: u8, by: u8, highest: u8| {
        order
            .checked_add(by)
            .filter(|n| *n <= highest)
            .ok_or_else(|| Failure {
                message: format!("{} has no further derivative", function.name()),
                hint: Some("fits need the second derivatives of a model, not more".into()),
                place: whole.place(),
            })
    };
    Ok(Some(match (function, arguments, slopes) {
        (F::Erf, [u], [du]) => mul(&bell(u), du),
        (F::Erfc, [u], [du]) => neg(&mul(&bell(u), du)),
        (F::Landau(order), [u], [du]) => {
            let next = F::Landau(higher(order, 1, special::HIGHEST_OF_LANDAU)?);
            neg(&mul(&call(next, u), du))
        }
        (F::Ln1pRel(order) | F::AsinhRel(order), [u, ..], [du, ..]) => {
            let n = higher(order, 1, 2)?;
            let value = arguments.get(1).unwrap_or(whole);
            let next = match function {
                F::Ln1pRel(_) => F::Ln1pRel(n),
                _ => F::AsinhRel(n),
            };
            mul(&made(next, &[u, value], whole.place()), du)
        }
        (F::Voigt(order, imaginary), [x, sigma, gamma], [dx, dsigma, dgamma]) => {
            let part = |by, imaginary| -> Result<Expr, Failure> {
                let next = F::Voigt(higher(order, by, special::HIGHEST_OF_VOIGT)?, imaginary);
                Ok(made(next, &[x, sigma, gamma], whole.place()))
            };
            // dF/dgamma = iF′: the real part of that is -Im F′, the imaginary part Re F′
            let by_gamma = part(1, !imaginary)?;
            let by_gamma = if imaginary { by_gamma } else { neg(&by_gamma) };
            let mut sum = mul(&part(1, imaginary)?, dx);
            sum = add(&sum, &mul(&by_gamma, dgamma));
            if is_zero(dsigma) {
                return Ok(Some(sum));
            }
            add(&sum, &mul(&mul(sigma, &part(2, imaginary)?), dsigma))
        }
        _ => return Ok(None),
    }))
}

/// 2/√π exp(−u²)
fn bell(u: &Expr) -> Expr {
    let bell = call(Function::Exp, &neg(&mul(u, u)));
    mul(&number(FRAC_2_SQRT_PI), &bell)
}

fn made(function: Function, arguments: &[&Expr], place: Place) -> Expr {
    let arguments = arguments
        .iter()
        .map(|argument| Arc::clone(argument))
        .collect();
    Arc::new(Node::Call(function, arguments, place))
}
