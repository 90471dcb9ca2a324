//! Formulas compiled to column code.

use std::collections::BTreeMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::code::{
    Domain, Given, Instruction, Level, Lowered, Lowering, Operand, Registers, elements, run,
};
use super::{
    Bound, Column, Expr, Failure, Lookup, LookupTable, PayloadMember, Place, Schema, Slice, Type,
};

/// Memory that an evaluation reuses; one per thread, good for any program.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) registers: Registers,
    /// Answers of functions that are asked row by row.
    pub(super) answers: Vec<Column>,
    /// Constants in force.
    pub(super) constants: Arc<Bound>,
    /// Rows in which a look-up found nothing.
    missed: BTreeMap<PayloadMember, u64>,
}

impl Scratch {
    /// The constants in force for the rows that come next.
    pub fn bind(&mut self, constants: Bound) {
        self.constants = Arc::new(constants);
    }

    /// Empty memory with the same constants in force.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            constants: Arc::clone(&self.constants),
            ..Self::default()
        }
    }

    /// For each member of a payload, the rows since the last time in which a formula asked it for
    /// a channel that it does not have.
    pub fn take_missed(&mut self) -> BTreeMap<PayloadMember, u64> {
        std::mem::take(&mut self.missed)
    }

    pub(super) fn add_missed(&mut self, member: &PayloadMember, rows: u64) {
        if rows > 0 {
            *self.missed.entry(member.clone()).or_default() += rows;
        }
    }
}

/// Values of the outputs of one evaluation.
#[derive(Debug)]
pub struct Outputs<'a> {
    pub(super) slices: SmallVec<[Slice<'a>; 8]>,
}

impl<'a> Outputs<'a> {
    /// Values of output `i`, one per row.
    ///
    /// # Panics
    /// When there is no such output.
    #[must_use]
    pub fn get(&self, i: usize) -> Slice<'a> {
        self.slices[i]
    }
}

/// A column that a program reads.
#[derive(Clone, Copy, Debug)]
struct Input {
    /// `None` for offsets.
    kind: Option<Type>,
    domain: Domain,
}

/// Formulas compiled to column code: typed, shared parts computed once, what does not depend on
/// the row computed once per evaluation.
///
/// Whole numbers stay whole: `+ - * % **` of two whole numbers fail when the result does not fit
/// in 64 bits, `%` and `div` fail for 0, and `to_int` fails for NaN and what does not fit. They
/// fail only in rows where the script would have come to them: behind `&&` and `||` and in the
/// branches of `if`, other rows do not count. Two whole numbers are compared as such, any other
/// two as numbers. Texts are only compared for equality. Numbers follow IEEE 754.
#[derive(Clone, Debug)]
pub struct Program {
    columns: Vec<usize>,
    inputs: Vec<Input>,
    types: Vec<Type>,
    instructions: Vec<Instruction>,
    needed: [u32; 3],
    outputs: Vec<(Type, Operand)>,
    levels: Vec<Level>,
    parameters: usize,
    lookups: Vec<(Lookup, Place)>,
    /// Numbers of look-ups, and the truth values that say where each found nothing.
    missed: Vec<(u32, Operand)>,
}

impl Program {
    /// Column code for the formulas over the columns of `schema`.
    ///
    /// # Errors
    /// When a name is unknown or types do not fit, with the place in the formula.
    pub fn compile(outputs: &[Expr], schema: &dyn Schema) -> Result<Self, Failure> {
        Self::with_parameters(outputs, schema, &[])
    }

    /// The same for a model: `p.NAME` is the number at the position of `NAME` in `names`.
    ///
    /// # Errors
    /// As [`Program::compile`].
    pub fn with_parameters(
        outputs: &[Expr],
        schema: &dyn Schema,
        names: &[String],
    ) -> Result<Self, Failure> {
        let mut lowering = Lowering::new(schema, names);
        let mut ids = Vec::with_capacity(outputs.len());
        let mut types = Vec::with_capacity(outputs.len());
        for output in outputs {
            let (id, kind) = lowering.output(output)?;
            ids.push(id);
            types.push(kind);
        }
        Ok(Self::from_lowered(
            lowering.finish(&ids),
            types,
            names.len(),
        ))
    }

    fn from_lowered(lowered: Lowered, types: Vec<Type>, parameters: usize) -> Self {
        let Lowered {
            schedule,
            inputs,
            levels,
            lookups,
            missed,
        } = lowered;
        let mut order: Vec<usize> = (0..inputs.len()).collect();
        order.sort_by_key(|&i| inputs[i].0);
        let mut rank = vec![0; inputs.len()];
        for (position, &i) in order.iter().enumerate() {
            rank[i] = u32::try_from(position).unwrap_or(u32::MAX);
        }
        let moved = |operand: &mut Operand| {
            if let Operand::Input(i) = operand {
                *i = rank[*i as usize];
            }
        };
        let mut instructions = schedule.instructions;
        for instruction in &mut instructions {
            instruction.each_operand(moved);
        }
        let mut outputs = schedule.outputs;
        for (_, operand) in &mut outputs {
            moved(operand);
        }
        let own = outputs.len() - missed.len();
        let masks = outputs.split_off(own).into_iter().map(|(_, mask)| mask);
        let level = |l: &Level| Level {
            offsets: rank[l.offsets as usize],
        };
        let input = |&i: &usize| Input {
            kind: inputs[i].1,
            domain: inputs[i].2,
        };
        Self {
            columns: order.iter().map(|&i| inputs[i].0).collect(),
            inputs: order.iter().map(input).collect(),
            types,
            instructions,
            needed: schedule.registers,
            outputs,
            levels: levels.iter().map(level).collect(),
            parameters,
            lookups,
            missed: missed.into_iter().zip(masks).collect(),
        }
    }

    /// Numbers of the columns it reads, rising; inputs are given in this order.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Types of the outputs.
    #[must_use]
    pub fn types(&self) -> &[Type] {
        &self.types
    }

    /// Values for `rows` rows. `inputs` are the columns of [`Program::columns`] in that order,
    /// `parameters` those of [`Program::with_parameters`]. Batches of [`super::BATCH`] rows stay
    /// in the processor's cache.
    ///
    /// # Errors
    /// When a row divides a whole number by 0, or a whole number does not fit in 64 bits; when
    /// inputs do not have the type and length that was promised.
    pub fn evaluate<'a>(
        &self,
        inputs: &[Slice<'a>],
        parameters: &[f64],
        rows: usize,
        scratch: &'a mut Scratch,
    ) -> Result<Outputs<'a>, Failure> {
        self.compute(inputs, parameters, rows, scratch)?;
        let mut outputs = Outputs {
            slices: SmallVec::new(),
        };
        self.collect(inputs, scratch, 0..self.outputs.len(), &mut outputs);
        Ok(outputs)
    }

    /// Fills the registers.
    pub(super) fn compute(
        &self,
        inputs: &[Slice<'_>],
        parameters: &[f64],
        rows: usize,
        scratch: &mut Scratch,
    ) -> Result<(), Failure> {
        self.check(inputs, parameters, rows)?;
        let constants = Arc::clone(&scratch.constants);
        let given = Given {
            inputs,
            parameters,
            tables: &self.tables(&constants)?,
        };
        run(
            &self.instructions,
            self.needed,
            &mut scratch.registers,
            &given,
            &self.levels,
            rows,
        )?;
        self.count_missed(scratch);
        Ok(())
    }

    /// The values of all look-ups.
    fn tables<'t>(
        &'t self,
        constants: &'t Bound,
    ) -> Result<SmallVec<[&'t LookupTable; 4]>, Failure> {
        let table = |(lookup, place): &'t (Lookup, Place)| match lookup {
            Lookup::Fixed(table) => Ok(&**table),
            Lookup::Payload(member) => constants
                .table(member)
                .ok_or_else(|| Failure::not_in_force(member, *place)),
        };
        self.lookups.iter().map(table).collect()
    }

    fn count_missed(&self, scratch: &mut Scratch) {
        for (number, mask) in &self.missed {
            let Operand::Register(register) = mask else {
                continue;
            };
            let rows = scratch.registers.slice(Type::Bool, *register).bools();
            let count = rows.iter().filter(|missed| **missed).count();
            if let Some((Lookup::Payload(member), _)) = self.lookups.get(*number as usize) {
                scratch.add_missed(member, count as u64);
            }
        }
    }

    /// Appends the values of some outputs.
    pub(super) fn collect<'a>(
        &self,
        inputs: &[Slice<'a>],
        scratch: &'a Scratch,
        which: std::ops::Range<usize>,
        outputs: &mut Outputs<'a>,
    ) {
        for (kind, operand) in &self.outputs[which] {
            outputs.slices.push(match operand {
                Operand::Input(i) => inputs[*i as usize],
                Operand::Register(r) => scratch.registers.slice(*kind, *r),
                // Outputs are made in the domain of rows.
                _ => Slice::Float(&[]),
            });
        }
    }

    /// Inputs must be what the program was compiled for: loops rely on it.
    fn check(&self, inputs: &[Slice<'_>], parameters: &[f64], rows: usize) -> Result<(), Failure> {
        let fail = |message: String| {
            Err(Failure {
                message,
                hint: None,
                place: Place::default(),
            })
        };
        if inputs.len() != self.inputs.len() || parameters.len() != self.parameters {
            return fail(format!(
                "a formula of {} columns and {} parameters was given {} and {}",
                self.inputs.len(),
                self.parameters,
                inputs.len(),
                parameters.len()
            ));
        }
        for (i, (slice, input)) in inputs.iter().zip(&self.inputs).enumerate() {
            let wanted = match (input.kind, input.domain) {
                (None, _) => rows + 1,
                (_, Domain::Elements(level)) => elements(&self.levels, inputs, level),
                _ => rows,
            };
            if slice.kind() != input.kind || slice.len() != wanted {
                return fail(format!(
                    "column {} of a formula has {} values of type {:?} instead of {wanted} of {:?}",
                    self.columns[i],
                    slice.len(),
                    slice.kind(),
                    input.kind
                ));
            }
        }
        Ok(())
    }
}
