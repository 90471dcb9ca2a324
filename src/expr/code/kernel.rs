//! The loops over a batch.

use std::sync::Arc;

use super::instruction::{Compare, Float1, Float2, Instruction, IntOp, Op, Operand};
use super::reduce;
use super::run::{Given, Level, Registers, View};
use super::trap::{failure, int_op, int_sentence, to_int_sentence};
use crate::expr::{Failure, Place, Type, maths, special, wide};

/// An operand: one value for each row, or the same for all.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arg<'a, T> {
    Many(&'a [T]),
    One(T),
}

impl<T: Copy> Arg<'_, T> {
    fn at(self, i: usize) -> Option<T> {
        match self {
            Self::Many(values) => values.get(i).copied(),
            Self::One(value) => Some(value),
        }
    }
}

/// Fills `out` with a function of one operand.
#[inline(always)]
pub(super) fn map1<A: Copy, R: Copy>(out: &mut [R], a: Arg<'_, A>, f: impl Fn(A) -> R) {
    match a {
        Arg::Many(a) => {
            for (o, &a) in out.iter_mut().zip(a) {
                *o = f(a);
            }
        }
        Arg::One(a) => out.fill(f(a)),
    }
}

/// Fills `out` with a function of two operands.
#[inline(always)]
fn map2<A: Copy, B: Copy, R: Copy>(
    out: &mut [R],
    a: Arg<'_, A>,
    b: Arg<'_, B>,
    f: impl Fn(A, B) -> R,
) {
    match (a, b) {
        (Arg::Many(a), Arg::Many(b)) => {
            for ((o, &a), &b) in out.iter_mut().zip(a).zip(b) {
                *o = f(a, b);
            }
        }
        (Arg::Many(a), Arg::One(b)) => map1(out, Arg::Many(a), |a| f(a, b)),
        (Arg::One(a), b) => map1(out, b, |b| f(a, b)),
    }
}

/// Fills `out` with `a` where the condition holds, else with `b`.
#[inline(always)]
fn select<R: Copy>(out: &mut [R], condition: Arg<'_, bool>, a: Arg<'_, R>, b: Arg<'_, R>) {
    let condition = match condition {
        Arg::Many(condition) => condition,
        Arg::One(true) => return map1(out, a, |a| a),
        Arg::One(false) => return map1(out, b, |b| b),
    };
    let rows = out.iter_mut().zip(condition);
    match (a, b) {
        (Arg::Many(a), Arg::Many(b)) => {
            for ((o, &c), (&a, &b)) in rows.zip(a.iter().zip(b)) {
                *o = if c { a } else { b };
            }
        }
        (Arg::Many(a), Arg::One(b)) => {
            for ((o, &c), &a) in rows.zip(a) {
                *o = if c { a } else { b };
            }
        }
        (Arg::One(a), Arg::Many(b)) => {
            for ((o, &c), &b) in rows.zip(b) {
                *o = if c { a } else { b };
            }
        }
        (Arg::One(a), Arg::One(b)) => {
            for (o, &c) in rows {
                *o = if c { a } else { b };
            }
        }
    }
}

#[inline(always)]
fn float1(out: &mut [f64], f: Float1, a: Arg<'_, f64>) {
    match f {
        Float1::Neg => map1(out, a, |x| -x),
        Float1::Abs => map1(out, a, f64::abs),
        Float1::Sqrt => map1(out, a, maths::sqrt),
        Float1::Exp => map1(out, a, maths::exp),
        Float1::Ln => map1(out, a, maths::ln),
        Float1::Log10 => map1(out, a, maths::log10),
        Float1::Sin => map1(out, a, maths::sin),
        Float1::Cos => map1(out, a, maths::cos),
        Float1::Tan => map1(out, a, maths::tan),
        Float1::Asin => map1(out, a, maths::asin),
        Float1::Acos => map1(out, a, maths::acos),
        Float1::Atan => map1(out, a, maths::atan),
        Float1::Sinh => map1(out, a, maths::sinh),
        Float1::Cosh => map1(out, a, maths::cosh),
        Float1::Tanh => map1(out, a, maths::tanh),
        Float1::Floor => map1(out, a, f64::floor),
        Float1::Ceil => map1(out, a, f64::ceil),
        Float1::Round => map1(out, a, maths::round),
        Float1::Ln1p => map1(out, a, maths::ln_1p),
        Float1::Asinh => map1(out, a, maths::asinh),
        Float1::Erf => map1(out, a, maths::erf),
        Float1::Erfc => map1(out, a, maths::erfc),
        Float1::Ln1pRel => map1(out, a, special::ln1prel),
        Float1::AsinhRel => map1(out, a, special::asinhrel),
        Float1::Landau(order) => map1(out, a, |x| special::landau(order, x)),
    }
}

#[inline(always)]
fn float2(out: &mut [f64], f: Float2, a: Arg<'_, f64>, b: Arg<'_, f64>) {
    match f {
        Float2::Add => map2(out, a, b, |x, y| x + y),
        Float2::Sub => map2(out, a, b, |x, y| x - y),
        Float2::Mul => map2(out, a, b, |x, y| x * y),
        Float2::Div => map2(out, a, b, |x, y| x / y),
        Float2::Rem => map2(out, a, b, |x, y| x % y),
        Float2::Pow => map2(out, a, b, maths::pow),
        Float2::Min => map2(out, a, b, maths::min),
        Float2::Max => map2(out, a, b, maths::max),
        Float2::Atan2 => map2(out, a, b, maths::atan2),
        Float2::Hypot => map2(out, a, b, maths::hypot),
        Float2::Ln1pRel(n) => map2(out, a, b, |x, r| special::ln1prel_slope(n, x, r)),
        Float2::AsinhRel(n) => map2(out, a, b, |x, r| special::asinhrel_slope(n, x, r)),
    }
}

/// Fills `out` with a function of three operands.
#[inline(always)]
fn map3(out: &mut [f64], [a, b, c]: [Arg<'_, f64>; 3], f: impl Fn(f64, f64, f64) -> f64) {
    if let [Arg::One(a), Arg::One(b), Arg::One(c)] = [a, b, c] {
        return out.fill(f(a, b, c));
    }
    for (i, o) in out.iter_mut().enumerate() {
        if let (Some(a), Some(b), Some(c)) = (a.at(i), b.at(i), c.at(i)) {
            *o = f(a, b, c);
        }
    }
}

#[inline(always)]
fn compare<T: Copy + PartialOrd>(out: &mut [bool], c: Compare, a: Arg<'_, T>, b: Arg<'_, T>) {
    match c {
        Compare::Lt => map2(out, a, b, |x, y| x < y),
        Compare::Le => map2(out, a, b, |x, y| x <= y),
        Compare::Gt => map2(out, a, b, |x, y| x > y),
        Compare::Ge => map2(out, a, b, |x, y| x >= y),
        Compare::Eq => map2(out, a, b, |x, y| x == y),
        Compare::Ne => map2(out, a, b, |x, y| x != y),
    }
}

/// A text operand: texts are not copied.
enum Texts<'a> {
    Many(&'a [Arc<str>]),
    One(&'a str),
}

fn texts<'a>(view: &View<'a, '_>, operand: &'a Operand) -> Texts<'a> {
    match operand {
        Operand::Text(text) => Texts::One(text),
        other => Texts::Many(view.texts(other)),
    }
}

fn compare_texts(out: &mut [bool], c: Compare, a: &Texts<'_>, b: &Texts<'_>) {
    let equal = c == Compare::Eq;
    match (a, b) {
        (Texts::Many(a), Texts::Many(b)) => {
            for ((o, a), b) in out.iter_mut().zip(*a).zip(*b) {
                *o = (a == b) == equal;
            }
        }
        (Texts::Many(a), Texts::One(b)) | (Texts::One(b), Texts::Many(a)) => {
            for (o, a) in out.iter_mut().zip(*a) {
                *o = (**a == **b) == equal;
            }
        }
        (Texts::One(a), Texts::One(b)) => out.fill((a == b) == equal),
    }
}

/// Fills `out` with whole numbers; whether one of them has no result where `guard` is true.
#[inline]
fn try_ints(
    out: &mut [i64],
    a: Arg<'_, i64>,
    b: Arg<'_, i64>,
    guard: Arg<'_, bool>,
    f: impl Fn(i64, i64) -> (i64, bool),
) -> bool {
    let mut any = false;
    match (a, b, guard) {
        (Arg::Many(a), Arg::Many(b), Arg::One(true)) => {
            for ((o, &a), &b) in out.iter_mut().zip(a).zip(b) {
                let (value, bad) = f(a, b);
                *o = value;
                any |= bad;
            }
        }
        (Arg::Many(a), Arg::One(b), Arg::One(true)) => {
            for (o, &a) in out.iter_mut().zip(a) {
                let (value, bad) = f(a, b);
                *o = value;
                any |= bad;
            }
        }
        _ => {
            for (i, o) in out.iter_mut().enumerate() {
                if let (Some(a), Some(b), Some(live)) = (a.at(i), b.at(i), guard.at(i)) {
                    let (value, bad) = f(a, b);
                    *o = value;
                    any |= bad & live;
                }
            }
        }
    }
    any
}

fn int(
    out: &mut [i64],
    op: IntOp,
    a: Arg<'_, i64>,
    b: Arg<'_, i64>,
    guard: Arg<'_, bool>,
    place: Place,
) -> Result<(), Failure> {
    // The operation is named in each arm so that each gets a loop of its own.
    let any = match op {
        IntOp::Add => try_ints(out, a, b, guard, |x, y| int_op(IntOp::Add, x, y)),
        IntOp::Sub => try_ints(out, a, b, guard, |x, y| int_op(IntOp::Sub, x, y)),
        IntOp::Mul => try_ints(out, a, b, guard, |x, y| int_op(IntOp::Mul, x, y)),
        other => try_ints(out, a, b, guard, |x, y| int_op(other, x, y)),
    };
    if !any {
        return Ok(());
    }
    for i in 0..out.len() {
        if let (Some(x), Some(y), Some(true)) = (a.at(i), b.at(i), guard.at(i))
            && int_op(op, x, y).1
        {
            return Err(failure(int_sentence(op, x, y), place));
        }
    }
    Ok(())
}

/// Fills `out` with the whole numbers that `f` makes; what it cannot make fails where `guard` is
/// true.
fn to_int(
    out: &mut [i64],
    a: Arg<'_, f64>,
    guard: Arg<'_, bool>,
    f: impl Fn(f64) -> Option<i64>,
    fails: impl Fn(f64) -> Failure,
) -> Result<(), Failure> {
    for (i, o) in out.iter_mut().enumerate() {
        let (Some(x), Some(live)) = (a.at(i), guard.at(i)) else {
            continue;
        };
        *o = match f(x) {
            Some(value) => value,
            None if live => return Err(fails(x)),
            None => 0,
        };
    }
    Ok(())
}

wide! {
    /// Computes an instruction that gives numbers.
    pub(super) fn floats(i: &Instruction, view: &View<'_, '_>, out: &mut [f64]) {
        floats_of(i, view, out);
    }
}

#[inline(always)]
fn floats_of(i: &Instruction, view: &View<'_, '_>, out: &mut [f64]) {
    let [a, b, c] = &i.operands;
    match i.op {
        Op::Float1(f) => float1(out, f, view.floats(a)),
        Op::Float2(f) => float2(out, f, view.floats(a), view.floats(b)),
        Op::Voigt(n, imaginary) => {
            let all = [view.floats(a), view.floats(b), view.floats(c)];
            map3(out, all, |x, sigma, gamma| {
                special::voigt(n, imaginary, x, sigma, gamma)
            });
        }
        Op::PowWhole => map2(out, view.floats(a), view.ints(b), maths::pow_whole),
        Op::ToFloat => map1(out, view.ints(a), maths::to_float),
        Op::Lookup(n) => {
            let table = view.table(n);
            map1(out, view.ints(a), |key| {
                table.map_or(f64::NAN, |t| t.at(key))
            });
        }
        Op::Select(_) => select(out, view.bools(a), view.floats(b), view.floats(c)),
        Op::Fill(_) => map1(out, view.floats(a), |x| x),
        Op::Spread(_, n) => reduce::spread(out, view.offsets(n), view.floats(a)),
        Op::SumFloat(n) => reduce::fold(out, view.offsets(n), view.floats(a), reduce::sum),
        Op::Largest(n) => reduce::fold(out, view.offsets(n), view.floats(a), |v| {
            reduce::extreme(v, maths::max)
        }),
        Op::Smallest(n) => reduce::fold(out, view.offsets(n), view.floats(a), |v| {
            reduce::extreme(v, maths::min)
        }),
        _ => debug_assert!(false, "{:?} gives no numbers", i.op),
    }
}

/// Computes an instruction that gives whole numbers.
pub(super) fn ints(i: &Instruction, view: &View<'_, '_>, out: &mut [i64]) -> Result<(), Failure> {
    let [a, b, c] = &i.operands;
    match i.op {
        Op::Int(op) => {
            let guard = view.bools(&i.guard);
            return int(out, op, view.ints(a), view.ints(b), guard, i.place);
        }
        Op::ToInt => {
            let fails = |x| failure(to_int_sentence(x), i.place);
            let guard = view.bools(&i.guard);
            return to_int(out, view.floats(a), guard, maths::to_int, fails);
        }
        Op::ToChannel => {
            let fails = |x| Failure::no_channel(x, i.place);
            let guard = view.bools(&i.guard);
            return to_int(out, view.floats(a), guard, maths::to_channel, fails);
        }
        Op::SumInt(n) => {
            let guard = view.bools(&i.guard);
            return reduce::sum_ints(out, view.offsets(n), view.ints(a), guard, i.place);
        }
        Op::IntMin => map2(out, view.ints(a), view.ints(b), i64::min),
        Op::IntMax => map2(out, view.ints(a), view.ints(b), i64::max),
        Op::Select(_) => select(out, view.bools(a), view.ints(b), view.ints(c)),
        Op::Fill(_) => map1(out, view.ints(a), |x| x),
        Op::Spread(_, n) => reduce::spread(out, view.offsets(n), view.ints(a)),
        Op::Len(n) => reduce::lengths(out, view.offsets(n)),
        Op::Count(n) => reduce::fold(out, view.offsets(n), view.bools(a), reduce::count),
        _ => debug_assert!(false, "{:?} gives no whole numbers", i.op),
    }
    Ok(())
}

wide! {
    /// Computes an instruction that gives truth values.
    pub(super) fn bools(i: &Instruction, view: &View<'_, '_>, out: &mut [bool]) {
        bools_of(i, view, out);
    }
}

#[inline(always)]
fn bools_of(i: &Instruction, view: &View<'_, '_>, out: &mut [bool]) {
    let [a, b, c] = &i.operands;
    match i.op {
        Op::IsNan => map1(out, view.floats(a), f64::is_nan),
        Op::CompareFloat(how) => compare(out, how, view.floats(a), view.floats(b)),
        Op::CompareInt(how) => compare(out, how, view.ints(a), view.ints(b)),
        Op::CompareBool(how) => compare(out, how, view.bools(a), view.bools(b)),
        Op::CompareText(how) => compare_texts(out, how, &texts(view, a), &texts(view, b)),
        Op::And => map2(out, view.bools(a), view.bools(b), |x, y| x & y),
        Op::Or => map2(out, view.bools(a), view.bools(b), |x, y| x | y),
        Op::Not => map1(out, view.bools(a), |x| !x),
        Op::Missed(n) => {
            let table = view.table(n);
            map1(out, view.ints(a), |key| {
                table.is_some_and(|t| t.get(key).is_none())
            });
        }
        Op::Select(_) => select(out, view.bools(a), view.bools(b), view.bools(c)),
        Op::Fill(_) => map1(out, view.bools(a), |x| x),
        Op::Spread(_, n) => reduce::spread(out, view.offsets(n), view.bools(a)),
        Op::Any(n) => reduce::fold(out, view.offsets(n), view.bools(a), |v| v.contains(&true)),
        _ => debug_assert!(false, "{:?} gives no truth values", i.op),
    }
}

/// The constant that an operation on constants gives; `dead` if it must not fail.
pub(super) fn fold(
    op: Op,
    constants: &[Operand],
    dead: bool,
    place: Place,
) -> Result<Option<Operand>, Failure> {
    if matches!(
        op,
        Op::Fill(_) | Op::Spread(..) | Op::Lookup(_) | Op::Missed(_)
    ) {
        return Ok(None);
    }
    let operand = |i: usize| {
        let filler = || Operand::filler(op.takes()[i]);
        constants.get(i).cloned().unwrap_or_else(filler)
    };
    let instruction = Instruction {
        op,
        operands: [operand(0), operand(1), operand(2)],
        guard: Operand::Bool(!dead),
        register: 0,
        domain: super::instruction::Domain::One,
        place,
    };
    let (registers, levels): (_, [Level; 0]) = (Registers::default(), []);
    let view = View::new(&registers, &Given::default(), &levels);
    Ok(match op.gives() {
        Type::Float => {
            let mut out = [0.0];
            floats(&instruction, &view, &mut out);
            Some(Operand::Float(out[0]))
        }
        Type::Int => {
            let mut out = [0];
            ints(&instruction, &view, &mut out)?;
            Some(Operand::Int(out[0]))
        }
        Type::Bool => {
            let mut out = [false];
            bools(&instruction, &view, &mut out);
            Some(Operand::Bool(out[0]))
        }
        Type::Text => None,
    })
}
