//! Look-ups, and the rows in which they find nothing.

use super::instruction::{Domain, Op};
use super::lower::{Context, Lowering};
use super::values::Id;
use crate::expr::{Expr, Failure, Lookup, Place, Type};

impl Lowering<'_> {
    /// What is found from here on belongs to another output.
    pub(super) fn next_output(&mut self) {
        self.number += 1;
        if !self.lookups.is_empty() {
            // A part that was compiled for another output counts again for this one.
            self.memory.clear();
        }
    }

    pub(super) fn lookup(
        &mut self,
        lookup: &Lookup,
        index: &Expr,
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        let key = self.channel(index, index.place().or(place), context)?;
        let number = self.lookup_number(lookup, place);
        if matches!(lookup, Lookup::Payload(_)) {
            self.note_missed(number, key, place, context)?;
        }
        self.values.result(Op::Lookup(number), &[key], None, place)
    }

    /// A number as that of a channel.
    pub(super) fn channel(
        &mut self,
        index: &Expr,
        place: Place,
        context: Context,
    ) -> Result<Id, Failure> {
        let id = self.lower(index, context)?;
        match self.values.kind(id) {
            Type::Int => Ok(id),
            Type::Float => self
                .values
                .result(Op::ToChannel, &[id], context.guard, place),
            kind => Err(Failure::not_a_channel(kind, place)),
        }
    }

    fn lookup_number(&mut self, lookup: &Lookup, place: Place) -> u32 {
        let known = self.lookups.iter().position(|(other, _)| other == lookup);
        let position = known.unwrap_or_else(|| {
            self.lookups.push((lookup.clone(), place));
            self.lookups.len() - 1
        });
        u32::try_from(position).unwrap_or(u32::MAX)
    }

    /// Notes the rows that come here and have no value: a row counts once for each output.
    fn note_missed(
        &mut self,
        lookup: u32,
        key: Id,
        place: Place,
        context: Context,
    ) -> Result<(), Failure> {
        let mut missed = self
            .values
            .result(Op::Missed(lookup), &[key], None, place)?;
        if let Some(guard) = context.guard {
            missed = self.values.result(Op::And, &[guard, missed], None, place)?;
        }
        match self.values.domain(missed) {
            Domain::Rows => {}
            Domain::One => {
                let fill = Op::Fill(Type::Bool);
                missed = self
                    .values
                    .result_in(Domain::Rows, fill, &[missed], None, place);
            }
            Domain::Elements(array) => {
                let any = Op::Any(array);
                missed = self
                    .values
                    .result_in(Domain::Rows, any, &[missed], None, place);
            }
        }
        let number = self.number;
        let known = self
            .missed
            .iter()
            .position(|(output, other, _)| (*output, *other) == (number, lookup));
        match known {
            Some(position) => {
                let before = self.missed[position].2;
                self.missed[position].2 =
                    self.values.result(Op::Or, &[before, missed], None, place)?;
            }
            None => self.missed.push((number, lookup, missed)),
        }
        Ok(())
    }
}
