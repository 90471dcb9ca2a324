//! Reductions over the arrays of an event.

use super::instruction::{Domain, Op};
use super::lower::{Array, Context, Lowering, fail, no_number, not_a_condition};
use super::values::Id;
use crate::expr::{Expr, Failure, Path, Place, Reduction, Type};

impl Lowering<'_> {
    pub(super) fn reduce(
        &mut self,
        how: Reduction,
        path: &Path,
        body: Option<&Expr>,
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        if context.array.is_some() {
            let message = format!("{path} is an array inside an array");
            let hint = "only arrays of the event can be reduced";
            return fail(message, Some(hint), place);
        }
        let array = self.array(path, place)?;
        let Some(body) = body else {
            if how == Reduction::Len {
                let len = Op::Len(array);
                return Ok(self.values.result_in(Domain::Rows, len, &[], None, place));
            }
            let message = format!("a reduction of {path} needs a closure");
            return fail(message, None, place);
        };
        // Even what does not depend on the element counts only where there are elements.
        let everywhere = self.values.bool(true);
        let guard = context.guard.unwrap_or(everywhere);
        let guard = Some(self.values.spread(array, guard));
        let inside = Context {
            guard,
            array: Some(array),
            ..context
        };
        let id = self.lower(body, inside)?;
        let (op, id) = self.reduction(how, array, id, body.place().or(place))?;
        let id = self.all_elements(array, id);
        let guard = context.guard.filter(|_| op.traps());
        Ok(self.values.result_in(Domain::Rows, op, &[id], guard, place))
    }

    /// A value as one per element.
    fn all_elements(&mut self, array: u32, id: Id) -> Id {
        match self.values.domain(id) {
            Domain::Elements(_) => id,
            Domain::One | Domain::Rows => self.values.spread(array, id),
        }
    }

    /// The instruction for a reduction of that value, and the value as it takes it.
    fn reduction(
        &mut self,
        how: Reduction,
        array: u32,
        id: Id,
        place: Place,
    ) -> Result<(Op, Id), Failure> {
        let kind = self.values.kind(id);
        match how {
            Reduction::Count | Reduction::Any if kind != Type::Bool => not_a_condition(kind, place),
            Reduction::Len | Reduction::Count => Ok((Op::Count(array), id)),
            Reduction::Any => Ok((Op::Any(array), id)),
            _ if kind == Type::Bool && how == Reduction::Sum => {
                let message = "sum needs numbers, this is a truth value".to_owned();
                fail(message, Some("count(…) counts where it is true"), place)
            }
            _ if !matches!(kind, Type::Int | Type::Float) => no_number("a reduction", kind, place),
            Reduction::Sum if kind == Type::Int => Ok((Op::SumInt(array), id)),
            Reduction::Sum => Ok((Op::SumFloat(array), id)),
            Reduction::Max => Ok((Op::Largest(array), self.as_float(id, place)?)),
            Reduction::Min => Ok((Op::Smallest(array), self.as_float(id, place)?)),
        }
    }

    /// Number of an array of the event.
    fn array(&mut self, path: &Path, place: Place) -> Result<u32, Failure> {
        let number = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
        if let Some(known) = self.arrays.iter().position(|a| a.path == *path) {
            return Ok(number(known));
        }
        let schema = self.schema;
        let elements = schema.elements(path).map_err(|unknown| unknown.at(place))?;
        let offsets = self.input_position(elements.offsets, None, Domain::Rows);
        self.arrays.push(Array {
            path: path.clone(),
            offsets,
            schema: elements.schema,
        });
        Ok(number(self.arrays.len() - 1))
    }
}
