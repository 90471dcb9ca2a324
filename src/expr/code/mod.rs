//! Column code: what formulas become, and how it runs.
//!
//! Takes trees and a schema, gives a list of instructions over registers and runs it on slices.
//! It does not know who owns the columns.

mod instruction;
mod kernel;
mod lower;
mod lower_call;
mod lower_lookup;
mod lower_reduce;
mod reduce;
mod run;
mod schedule;
mod trap;
mod values;

pub(super) use instruction::{Domain, Instruction, IntOp, Operand};
pub(super) use lower::{Lowered, Lowering};
pub(super) use run::{Given, Level, Registers, elements, run};
use schedule::{Schedule, schedule};
pub(super) use trap::{int_op, int_sentence, to_int_sentence};
