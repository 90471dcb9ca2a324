//! Calls of functions and powers.

use super::instruction::{Float1, Float2, IntOp, Op, Operand};
use super::lower::{Context, Lowering, fail, no_number};
use super::values::Id;
use crate::expr::{Expr, Failure, Function, Place, Type};

/// Larger constant powers are computed row by row instead of written out as products.
const LARGEST_PRODUCT: u64 = 64;

impl Lowering<'_> {
    pub(super) fn call(
        &mut self,
        function: Function,
        arguments: &[Expr],
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        let name = function.name();
        if arguments.len() != function.arguments() {
            let message = format!(
                "{name} takes {} values, not {}",
                function.arguments(),
                arguments.len()
            );
            return fail(message, None, place);
        }
        let mut ids = [0; 3];
        for (id, argument) in ids.iter_mut().zip(arguments) {
            *id = self.lower(argument, context)?;
            let kind = self.values.kind(*id);
            if !matches!(kind, Type::Int | Type::Float) {
                return no_number(name, kind, argument.place().or(place));
            }
        }
        let [a, b, c] = ids;
        match function {
            Function::Abs if self.values.kind(a) == Type::Int => {
                let op = Op::Int(IntOp::Abs);
                self.values.result(op, &[a], context.guard, place)
            }
            Function::Pow => self.power(name, a, b, place, context),
            Function::Div => self.whole_division(a, b, place, context),
            Function::Min => self.smaller(Op::IntMin, Float2::Min, a, b, place),
            Function::Max => self.smaller(Op::IntMax, Float2::Max, a, b, place),
            Function::ToFloat => self.as_float(a, place),
            Function::ToInt => self.whole_number(a, place, context),
            Function::IsNan => match self.values.kind(a) {
                Type::Int => Ok(self.values.bool(false)),
                _ => self.values.result(Op::IsNan, &[a], None, place),
            },
            Function::Atan2 => self.float2(Float2::Atan2, a, b, place),
            Function::Hypot => self.float2(Float2::Hypot, a, b, place),
            Function::Ln1pRel(n @ 1..) => self.float2(Float2::Ln1pRel(n), a, b, place),
            Function::AsinhRel(n @ 1..) => self.float2(Float2::AsinhRel(n), a, b, place),
            Function::Voigt(order, imaginary) => {
                let mut all = [a, b, c];
                for id in &mut all {
                    *id = self.as_float(*id, place)?;
                }
                let op = Op::Voigt(order, imaginary);
                self.values.result(op, &all, None, place)
            }
            _ => {
                let a = self.as_float(a, place)?;
                let op = Op::Float1(float1(function));
                self.values.result(op, &[a], None, place)
            }
        }
    }

    fn float2(&mut self, f: Float2, a: Id, b: Id, place: Place) -> Result<Id, Failure> {
        let a = self.as_float(a, place)?;
        let b = self.as_float(b, place)?;
        self.values.result(Op::Float2(f), &[a, b], None, place)
    }

    fn smaller(
        &mut self,
        ints: Op,
        floats: Float2,
        a: Id,
        b: Id,
        place: Place,
    ) -> Result<Id, Failure> {
        match (self.values.kind(a), self.values.kind(b)) {
            (Type::Int, Type::Int) => self.values.result(ints, &[a, b], None, place),
            _ => self.float2(floats, a, b, place),
        }
    }

    fn whole_division(
        &mut self,
        a: Id,
        b: Id,
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        if [a, b].iter().any(|&id| self.values.kind(id) != Type::Int) {
            let message = "div needs two whole numbers".to_owned();
            let hint = "use / for numbers, or to_int(…) to cut them";
            return fail(message, Some(hint), place);
        }
        let op = Op::Int(IntOp::Div);
        self.values.result(op, &[a, b], context.guard, place)
    }

    fn whole_number(&mut self, a: Id, place: Place, context: Context) -> Result<Id, Failure> {
        match self.values.kind(a) {
            Type::Int => Ok(a),
            _ => self.values.result(Op::ToInt, &[a], context.guard, place),
        }
    }

    /// Whole numbers stay whole, as in the script; a number to a whole power is a product.
    pub(super) fn power(
        &mut self,
        what: &str,
        a: Id,
        b: Id,
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        match (self.values.kind(a), self.values.kind(b)) {
            (Type::Int, Type::Int) => {
                let op = Op::Int(IntOp::Pow);
                self.values.result(op, &[a, b], context.guard, place)
            }
            (Type::Float, Type::Int) => match self.values.constant(b) {
                Some(Operand::Int(n)) if n.unsigned_abs() <= LARGEST_PRODUCT => {
                    self.product(a, n, place)
                }
                _ => self.values.result(Op::PowWhole, &[a, b], None, place),
            },
            (Type::Int | Type::Float, Type::Float) => self.float2(Float2::Pow, a, b, place),
            (Type::Int | Type::Float, kind) | (kind, _) => no_number(what, kind, place),
        }
    }

    /// The multiplications of [`crate::expr::maths::pow_whole`], in the same order.
    fn product(&mut self, a: Id, n: i64, place: Place) -> Result<Id, Failure> {
        let multiply = Op::Float2(Float2::Mul);
        let mut left = n.unsigned_abs();
        let mut square = a;
        let mut result = None;
        loop {
            if left & 1 == 1 {
                result = Some(match result {
                    None => square,
                    Some(r) => self.values.result(multiply, &[r, square], None, place)?,
                });
            }
            left >>= 1;
            if left == 0 {
                break;
            }
            square = self
                .values
                .result(multiply, &[square, square], None, place)?;
        }
        let one = self.values.float(1.0);
        let result = result.unwrap_or(one);
        if n < 0 {
            let divide = Op::Float2(Float2::Div);
            return self.values.result(divide, &[one, result], None, place);
        }
        Ok(result)
    }
}

/// The function of one number that a call means; those with rules of their own are dealt with
/// before.
fn float1(function: Function) -> Float1 {
    match function {
        Function::Sqrt => Float1::Sqrt,
        Function::Exp => Float1::Exp,
        Function::Ln => Float1::Ln,
        Function::Log10 => Float1::Log10,
        Function::Sin => Float1::Sin,
        Function::Cos => Float1::Cos,
        Function::Tan => Float1::Tan,
        Function::Asin => Float1::Asin,
        Function::Acos => Float1::Acos,
        Function::Atan => Float1::Atan,
        Function::Sinh => Float1::Sinh,
        Function::Cosh => Float1::Cosh,
        Function::Tanh => Float1::Tanh,
        Function::Floor => Float1::Floor,
        Function::Ceil => Float1::Ceil,
        Function::Round => Float1::Round,
        Function::Ln1p => Float1::Ln1p,
        Function::Asinh => Float1::Asinh,
        Function::Erf => Float1::Erf,
        Function::Erfc => Float1::Erfc,
        Function::Ln1pRel(_) => Float1::Ln1pRel,
        Function::AsinhRel(_) => Float1::AsinhRel,
        Function::Landau(order) => Float1::Landau(order),
        Function::Abs
        | Function::Atan2
        | Function::Hypot
        | Function::Pow
        | Function::Voigt(..)
        | Function::Min
        | Function::Max
        | Function::IsNan
        | Function::Div
        | Function::ToInt
        | Function::ToFloat => Float1::Abs,
    }
}
