//! The values of a formula while it is compiled: each different one exists once.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::instruction::{Domain, Float2, Op, Operand};
use super::kernel::fold;
use super::trap::failure;
use crate::expr::{Failure, Place, Type};

/// Number of a value.
pub(super) type Id = u32;

/// How a value comes about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Definition {
    Float(u64),
    Int(i64),
    Bool(bool),
    Text(Arc<str>),
    Parameter(u32),
    Input(u32),
    Result {
        op: Op,
        operands: SmallVec<[Id; 3]>,
        guard: Option<Id>,
    },
}

/// A value with what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Defined {
    pub(super) definition: Definition,
    pub(super) kind: Type,
    pub(super) domain: Domain,
    pub(super) place: Place,
}

/// All values, in an order in which they can be computed.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) all: Vec<Defined>,
    known: HashMap<(Definition, Domain), Id>,
}

impl Values {
    pub(super) fn kind(&self, id: Id) -> Type {
        self.all[id as usize].kind
    }

    pub(super) fn domain(&self, id: Id) -> Domain {
        self.all[id as usize].domain
    }

    /// The value with that definition, made if it is new.
    pub(super) fn define(
        &mut self,
        definition: Definition,
        kind: Type,
        domain: Domain,
        place: Place,
    ) -> Id {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let key = (definition, domain);
        if let Some(&id) = self.known.get(&key) {
            return id;
        }
        self.all.push(Defined {
            definition: key.0.clone(),
            kind,
            domain,
            place,
        });
        self.known.insert(key, next);
        next
    }

    pub(super) fn float(&mut self, value: f64) -> Id {
        let definition = Definition::Float(value.to_bits());
        self.define(definition, Type::Float, Domain::One, Place::default())
    }

    pub(super) fn int(&mut self, value: i64) -> Id {
        let definition = Definition::Int(value);
        self.define(definition, Type::Int, Domain::One, Place::default())
    }

    pub(super) fn bool(&mut self, value: bool) -> Id {
        let definition = Definition::Bool(value);
        self.define(definition, Type::Bool, Domain::One, Place::default())
    }

    /// The constant that a value is, if it is one.
    pub(super) fn constant(&self, id: Id) -> Option<Operand> {
        match &self.all[id as usize].definition {
            Definition::Float(bits) => Some(Operand::Float(f64::from_bits(*bits))),
            Definition::Int(value) => Some(Operand::Int(*value)),
            Definition::Bool(value) => Some(Operand::Bool(*value)),
            Definition::Text(text) => Some(Operand::Text(Arc::clone(text))),
            _ => None,
        }
    }

    pub(super) fn known_bool(&self, id: Id) -> Option<bool> {
        match self.all[id as usize].definition {
            Definition::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The result of an operation in the domain of its operands; a constant if they all are.
    pub(super) fn result(
        &mut self,
        op: Op,
        operands: &[Id],
        guard: Option<Id>,
        place: Place,
    ) -> Result<Id, Failure> {
        if let Some(simple) = self.simple(op, operands) {
            return Ok(simple);
        }
        let guard = guard.filter(|&g| op.traps() && self.known_bool(g) != Some(true));
        let dead = guard.is_some_and(|g| self.known_bool(g) == Some(false));
        match self.folded(op, operands, dead, place) {
            Ok(Some(id)) => return Ok(id),
            // It only counts in some rows, perhaps in none.
            Err(failure) if guard.is_none() => return Err(failure),
            Ok(None) | Err(_) => {}
        }
        let ids = operands.iter().chain(guard.iter());
        let domain = ids
            .map(|&id| self.domain(id))
            .fold(Domain::One, Domain::with);
        let mut operands: SmallVec<[Id; 3]> = SmallVec::from_slice(operands);
        let text = |&&id: &&Id| self.kind(id) == Type::Text && self.domain(id) == Domain::Rows;
        if domain > Domain::Rows && operands.iter().find(text).is_some() {
            let message = "texts of the event cannot be compared with those of elements";
            return Err(failure((message.to_owned(), None), place));
        }
        for id in &mut operands {
            *id = self.spread_to(domain, *id);
        }
        if matches!(op, Op::Float2(Float2::Add | Float2::Mul)) {
            // a + b and b + a are the same number
            operands.sort_unstable();
        }
        let guard = guard.map(|g| self.spread_to(domain, g));
        Ok(self.result_in(domain, op, &operands, guard, place))
    }

    /// The value as one that can be used beside those of `domain`.
    pub(super) fn spread_to(&mut self, domain: Domain, id: Id) -> Id {
        match (domain, self.domain(id)) {
            (Domain::Elements(array), Domain::Rows) => self.spread(array, id),
            _ => id,
        }
    }

    /// The value of each row for the elements of its array.
    pub(super) fn spread(&mut self, array: u32, id: Id) -> Id {
        let op = Op::Spread(self.kind(id), array);
        let domain = Domain::Elements(array);
        self.result_in(domain, op, &[id], None, Place::default())
    }

    /// The result of an operation in a domain that is not that of its operands.
    pub(super) fn result_in(
        &mut self,
        domain: Domain,
        op: Op,
        operands: &[Id],
        guard: Option<Id>,
        place: Place,
    ) -> Id {
        let definition = Definition::Result {
            op,
            operands: SmallVec::from_slice(operands),
            guard,
        };
        self.define(definition, op.gives(), domain, place)
    }

    /// What an operation of truth values comes to without being done.
    fn simple(&mut self, op: Op, operands: &[Id]) -> Option<Id> {
        match (op, operands) {
            (Op::And, &[a, b]) => match (self.known_bool(a), self.known_bool(b)) {
                (Some(false), _) | (_, Some(true)) => Some(a),
                (Some(true), _) | (_, Some(false)) => Some(b),
                _ => (a == b).then_some(a),
            },
            (Op::Or, &[a, b]) => match (self.known_bool(a), self.known_bool(b)) {
                (Some(true), _) | (_, Some(false)) => Some(a),
                (Some(false), _) | (_, Some(true)) => Some(b),
                _ => (a == b).then_some(a),
            },
            (Op::Select(_), &[condition, a, b]) => match self.known_bool(condition) {
                Some(true) => Some(a),
                Some(false) => Some(b),
                None => (a == b).then_some(a),
            },
            _ => None,
        }
    }

    /// The constant that an operation on constants gives.
    fn folded(
        &mut self,
        op: Op,
        operands: &[Id],
        dead: bool,
        place: Place,
    ) -> Result<Option<Id>, Failure> {
        let constants: Option<SmallVec<[Operand; 3]>> =
            operands.iter().map(|&id| self.constant(id)).collect();
        let Some(constants) = constants.filter(|c| !c.is_empty()) else {
            return Ok(None);
        };
        Ok(match fold(op, &constants, dead, place)? {
            Some(Operand::Float(value)) => Some(self.float(value)),
            Some(Operand::Int(value)) => Some(self.int(value)),
            Some(Operand::Bool(value)) => Some(self.bool(value)),
            _ => None,
        })
    }
}
