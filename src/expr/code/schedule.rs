//! From values to instructions: what is not needed is left out, registers are used again.

use std::collections::BTreeMap;

use super::instruction::{Domain, Instruction, Operand};
use super::values::{Definition, Id, Values};
use crate::expr::Type;

/// Instructions, the registers they need (numbers, whole numbers, truth values), and where the
/// outputs are afterwards.
#[derive(Clone, Debug)]
pub(in crate::expr) struct Schedule {
    pub(in crate::expr) instructions: Vec<Instruction>,
    pub(in crate::expr) registers: [u32; 3],
    pub(in crate::expr) outputs: Vec<(Type, Operand)>,
}

/// Registers of one type that are free, by what they hold.
#[derive(Default)]
struct Free {
    made: u32,
    free: BTreeMap<Domain, Vec<u32>>,
}

impl Free {
    fn take(&mut self, domain: Domain) -> u32 {
        let again = self.free.get_mut(&domain).and_then(Vec::pop);
        again.unwrap_or_else(|| {
            self.made += 1;
            self.made - 1
        })
    }

    fn give(&mut self, domain: Domain, register: u32) {
        self.free.entry(domain).or_default().push(register);
    }
}

/// Position of a type's registers.
fn bank(kind: Type) -> usize {
    match kind {
        Type::Float => 0,
        Type::Int => 1,
        Type::Bool | Type::Text => 2,
    }
}

/// What a value reads.
fn reads(definition: &Definition) -> impl Iterator<Item = Id> + '_ {
    let (operands, guard) = match definition {
        Definition::Result {
            operands, guard, ..
        } => (operands.as_slice(), *guard),
        _ => (&[][..], None),
    };
    operands.iter().copied().chain(guard)
}

/// For each value the last one that reads it; `None` if nothing needs it. Outputs are needed to
/// the end. What may fail is needed even if nothing reads it: the script would fail, too.
fn last_use(values: &Values, outputs: &[Id]) -> Vec<Option<usize>> {
    let end = values.all.len();
    let mut last: Vec<Option<usize>> = vec![None; end];
    for &output in outputs {
        last[output as usize] = Some(end);
    }
    for i in (0..end).rev() {
        let definition = &values.all[i].definition;
        if let Definition::Result { op, guard, .. } = definition {
            let dead = guard.is_some_and(|g| values.known_bool(g) == Some(false));
            if op.traps() && !dead && last[i].is_none() {
                last[i] = Some(i);
            }
        }
        if last[i].is_some() {
            for read in reads(definition) {
                let known = &mut last[read as usize];
                *known = Some(known.map_or(i, |l| l.max(i)));
            }
        }
    }
    last
}

/// Instructions for the outputs, which must be in the domain of rows or inputs.
pub(in crate::expr) fn schedule(values: &Values, outputs: &[Id]) -> Schedule {
    let last = last_use(values, outputs);
    let mut banks: [Free; 3] = Default::default();
    let mut placed: Vec<Option<u32>> = vec![None; values.all.len()];
    let mut instructions = Vec::new();
    for (i, value) in values.all.iter().enumerate() {
        let Definition::Result {
            op,
            operands,
            guard,
        } = &value.definition
        else {
            continue;
        };
        if last[i].is_none() {
            continue;
        }
        let register = banks[bank(value.kind)].take(value.domain);
        placed[i] = Some(register);
        let takes = op.takes();
        let operand = |position: usize| match operands.get(position) {
            Some(&id) => operand(values, &placed, id),
            None => Operand::filler(takes[position]),
        };
        instructions.push(Instruction {
            op: *op,
            operands: [operand(0), operand(1), operand(2)],
            guard: guard.map_or(Operand::Bool(true), |g| self::operand(values, &placed, g)),
            register,
            domain: value.domain,
            place: value.place,
        });
        let mut ended: Vec<usize> = reads(&value.definition).map(|id| id as usize).collect();
        ended.push(i);
        ended.sort_unstable();
        ended.dedup();
        for id in ended.into_iter().filter(|&id| last[id] == Some(i)) {
            if let Some(register) = placed[id] {
                let value = &values.all[id];
                banks[bank(value.kind)].give(value.domain, register);
            }
        }
    }
    let output = |&id: &Id| (values.kind(id), operand(values, &placed, id));
    Schedule {
        instructions,
        registers: banks.map(|b| b.made),
        outputs: outputs.iter().map(output).collect(),
    }
}

fn operand(values: &Values, placed: &[Option<u32>], id: Id) -> Operand {
    if let Some(constant) = values.constant(id) {
        return constant;
    }
    let value = &values.all[id as usize];
    match (&value.definition, placed[id as usize]) {
        (Definition::Parameter(n), _) => Operand::Parameter(*n),
        (Definition::Input(n), _) => Operand::Input(*n),
        (_, Some(register)) if value.domain == Domain::One => Operand::Single(register),
        (_, register) => Operand::Register(register.unwrap_or(u32::MAX)),
    }
}

impl Operand {
    /// An operand that is not read.
    pub(super) fn filler(kind: Type) -> Self {
        match kind {
            Type::Float => Self::Float(0.0),
            Type::Int => Self::Int(0),
            Type::Bool => Self::Bool(false),
            Type::Text => Self::Text("".into()),
        }
    }
}
