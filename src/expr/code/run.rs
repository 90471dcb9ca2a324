//! Running column code on a batch.

use std::sync::Arc;

use super::instruction::{Domain, Instruction, Operand};
use super::kernel::{Arg, bools, floats, ints};
use crate::expr::{Failure, LookupTable, Slice, Type};

/// An array of the event: where the offsets of its elements are among the inputs.
#[derive(Clone, Copy, Debug)]
pub(in crate::expr) struct Level {
    pub(in crate::expr) offsets: u32,
}

/// Intermediate results, kept from one batch to the next.
#[derive(Debug, Default)]
pub(in crate::expr) struct Registers {
    pub(super) floats: Vec<Vec<f64>>,
    pub(super) ints: Vec<Vec<i64>>,
    pub(super) bools: Vec<Vec<bool>>,
}

impl Registers {
    /// The values of a register.
    pub(in crate::expr) fn slice(&self, kind: Type, register: u32) -> Slice<'_> {
        let r = register as usize;
        match kind {
            Type::Float => Slice::Float(of(&self.floats, r)),
            Type::Int => Slice::Int(of(&self.ints, r)),
            Type::Bool => Slice::Bool(of(&self.bools, r)),
            Type::Text => Slice::Text(&[]),
        }
    }

    fn reserve(&mut self, needed: [u32; 3]) {
        let [floats, ints, bools] = needed.map(|n| n as usize);
        if self.floats.len() < floats {
            self.floats.resize_with(floats, Vec::new);
        }
        if self.ints.len() < ints {
            self.ints.resize_with(ints, Vec::new);
        }
        if self.bools.len() < bools {
            self.bools.resize_with(bools, Vec::new);
        }
    }
}

fn of<T>(registers: &[Vec<T>], r: usize) -> &[T] {
    registers.get(r).map_or(&[], Vec::as_slice)
}

/// What a program is given besides its rows.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::expr) struct Given<'g, 'a> {
    pub(in crate::expr) inputs: &'g [Slice<'a>],
    pub(in crate::expr) parameters: &'g [f64],
    pub(in crate::expr) tables: &'g [&'g LookupTable],
}

/// What an instruction reads.
pub(super) struct View<'s, 'a> {
    registers: &'s Registers,
    given: Given<'s, 'a>,
    levels: &'s [Level],
}

impl<'s, 'a> View<'s, 'a> {
    pub(super) fn new(
        registers: &'s Registers,
        given: &Given<'s, 'a>,
        levels: &'s [Level],
    ) -> Self {
        Self {
            registers,
            given: *given,
            levels,
        }
    }

    fn input(&self, i: u32) -> Slice<'a> {
        let missing = Slice::Float(&[]);
        self.given
            .inputs
            .get(i as usize)
            .copied()
            .unwrap_or(missing)
    }

    pub(super) fn floats(&self, operand: &Operand) -> Arg<'s, f64> {
        let single = |r: u32| of(&self.registers.floats, r as usize).first();
        match operand {
            Operand::Float(value) => Arg::One(*value),
            Operand::Parameter(i) => Arg::One(
                self.given
                    .parameters
                    .get(*i as usize)
                    .copied()
                    .unwrap_or(f64::NAN),
            ),
            Operand::Single(r) => Arg::One(single(*r).copied().unwrap_or(f64::NAN)),
            Operand::Register(r) => Arg::Many(of(&self.registers.floats, *r as usize)),
            Operand::Input(i) => Arg::Many(self.input(*i).floats()),
            _ => Arg::Many(&[]),
        }
    }

    pub(super) fn ints(&self, operand: &Operand) -> Arg<'s, i64> {
        let single = |r: u32| of(&self.registers.ints, r as usize).first();
        match operand {
            Operand::Int(value) => Arg::One(*value),
            Operand::Single(r) => Arg::One(single(*r).copied().unwrap_or(0)),
            Operand::Register(r) => Arg::Many(of(&self.registers.ints, *r as usize)),
            Operand::Input(i) => Arg::Many(self.input(*i).ints()),
            _ => Arg::Many(&[]),
        }
    }

    pub(super) fn bools(&self, operand: &Operand) -> Arg<'s, bool> {
        let single = |r: u32| of(&self.registers.bools, r as usize).first();
        match operand {
            Operand::Bool(value) => Arg::One(*value),
            Operand::Single(r) => Arg::One(single(*r).copied().unwrap_or(false)),
            Operand::Register(r) => Arg::Many(of(&self.registers.bools, *r as usize)),
            Operand::Input(i) => Arg::Many(self.input(*i).bools()),
            _ => Arg::Many(&[]),
        }
    }

    pub(super) fn texts(&self, operand: &Operand) -> &'s [Arc<str>] {
        match operand {
            Operand::Input(i) => match self.input(*i) {
                Slice::Text(texts) => texts,
                _ => &[],
            },
            _ => &[],
        }
    }

    pub(super) fn offsets(&self, level: u32) -> &'s [usize] {
        offsets(self.levels, self.given.inputs, level)
    }

    pub(super) fn table(&self, number: u32) -> Option<&'s LookupTable> {
        self.given.tables.get(number as usize).copied()
    }
}

fn offsets<'a>(levels: &[Level], inputs: &[Slice<'a>], level: u32) -> &'a [usize] {
    let input = levels.get(level as usize).map(|l| l.offsets as usize);
    match input.and_then(|i| inputs.get(i)) {
        Some(Slice::Offsets(offsets)) => offsets,
        _ => &[],
    }
}

/// Number of elements of all rows at hand.
pub(in crate::expr) fn elements(levels: &[Level], inputs: &[Slice<'_>], level: u32) -> usize {
    match offsets(levels, inputs, level) {
        [first, .., last] => last.saturating_sub(*first),
        _ => 0,
    }
}

/// Computes all instructions in order.
pub(in crate::expr) fn run(
    instructions: &[Instruction],
    needed: [u32; 3],
    registers: &mut Registers,
    given: &Given<'_, '_>,
    levels: &[Level],
    rows: usize,
) -> Result<(), Failure> {
    registers.reserve(needed);
    for instruction in instructions {
        let length = match instruction.domain {
            Domain::One => 1,
            Domain::Rows => rows,
            Domain::Elements(level) => elements(levels, given.inputs, level),
        };
        let r = instruction.register as usize;
        // A register is never read by the instruction that writes it, so it can be taken out.
        match instruction.op.gives() {
            Type::Float => {
                let mut out = std::mem::take(&mut registers.floats[r]);
                out.resize(length, 0.0);
                floats(instruction, &View::new(registers, given, levels), &mut out);
                registers.floats[r] = out;
            }
            Type::Int => {
                let mut out = std::mem::take(&mut registers.ints[r]);
                out.resize(length, 0);
                ints(instruction, &View::new(registers, given, levels), &mut out)?;
                registers.ints[r] = out;
            }
            Type::Bool => {
                let mut out = std::mem::take(&mut registers.bools[r]);
                out.resize(length, false);
                bools(instruction, &View::new(registers, given, levels), &mut out);
                registers.bools[r] = out;
            }
            Type::Text => debug_assert!(false, "texts are not computed"),
        }
    }
    Ok(())
}
