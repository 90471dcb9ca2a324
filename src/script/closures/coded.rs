//! Rules over one histogram as column code: `|h| max(h.std, 0.3 * h.bin_width)`.
//!
//! They are asked for each of thousands of channels, several times. What formulas cannot say, and
//! what fails, is left to the engine, which knows the words for it.

use std::cell::RefCell;
use std::sync::Arc;

use crate::expr::{
    Columns, Failure, Formula, Place, Program, Scratch, Slice, Type, payload_members,
};
use crate::fit::{Rule, RuleFunction};
use crate::hist::Histogram;

use super::super::{Closure, Context};
use super::compile::compile_row;

/// A number that a histogram has.
#[derive(Clone, Copy)]
pub enum HistogramNumber {
    /// A whole number.
    Int(fn(&Histogram) -> i64),
    /// A number.
    Float(fn(&Histogram) -> f64),
}

/// The numbers that a histogram has, by the names that scripts know.
pub const HISTOGRAM_NUMBERS: [(&str, HistogramNumber); 12] = [
    whole_of("entries", |h| whole(h.entries())),
    number_of("maximum", Histogram::maximum),
    number_of("mode", Histogram::mode),
    number_of("mean", Histogram::mean),
    number_of("std", Histogram::std),
    number_of("bin_width", Histogram::bin_width),
    number_of("low", Histogram::low),
    number_of("high", Histogram::high),
    number_of("floor", Histogram::floor),
    number_of("fwhm", Histogram::fwhm),
    number_of("width_low", Histogram::width_low),
    number_of("width_high", Histogram::width_high),
];

const fn whole_of(
    name: &'static str,
    of: fn(&Histogram) -> i64,
) -> (&'static str, HistogramNumber) {
    (name, HistogramNumber::Int(of))
}

const fn number_of(
    name: &'static str,
    of: fn(&Histogram) -> f64,
) -> (&'static str, HistogramNumber) {
    (name, HistogramNumber::Float(of))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "saturates, and no histogram has so many"
)]
fn whole(entries: f64) -> i64 {
    entries.round() as i64
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// A rule as column code, and the same as it was written.
pub(super) struct Coded<Answer> {
    program: Program,
    /// The numbers it takes, in the order of the columns of the code.
    taken: Vec<HistogramNumber>,
    read: fn(Slice<'_>) -> Option<Answer>,
    written: Rule<Histogram, Answer>,
}

/// The rule as code, if formulas can say it; else as it was written.
pub(super) fn coded<Answer: 'static>(
    context: &Context,
    closure: &Closure,
    read: fn(Slice<'_>) -> Option<Answer>,
    written: Rule<Histogram, Answer>,
) -> Rule<Histogram, Answer> {
    let Some((program, taken)) = code(context, closure) else {
        return written;
    };
    Rule(Arc::new(Coded {
        program,
        taken,
        read,
        written,
    }))
}

fn code(context: &Context, closure: &Closure) -> Option<(Program, Vec<HistogramNumber>)> {
    let Ok(Formula::Compiled(expr)) = compile_row(context, closure).map(|one| one.formula) else {
        return None;
    };
    // Their values belong to a run, which nobody names here.
    if !payload_members(&expr).is_empty() {
        return None;
    }
    let columns = HISTOGRAM_NUMBERS.map(|(name, number)| match number {
        HistogramNumber::Int(_) => (name, Type::Int),
        HistogramNumber::Float(_) => (name, Type::Float),
    });
    let program = Program::compile(&[expr], &Columns::new(columns)).ok()?;
    let columns = program.columns().iter();
    let taken = columns.map(|column| HISTOGRAM_NUMBERS[*column].1).collect();
    Some((program, taken))
}

impl<Answer> Coded<Answer> {
    fn quickly(&self, question: &Histogram) -> Option<Answer> {
        let values = self.taken.iter().map(|number| match number {
            HistogramNumber::Int(of) => ([of(question)], [f64::NAN]),
            HistogramNumber::Float(of) => ([0], [of(question)]),
        });
        let values: Vec<([i64; 1], [f64; 1])> = values.collect();
        let both = values.iter().zip(&self.taken);
        let slices = both.map(|((int, float), number)| match number {
            HistogramNumber::Int(_) => Slice::Int(int),
            HistogramNumber::Float(_) => Slice::Float(float),
        });
        let slices: Vec<Slice<'_>> = slices.collect();
        SCRATCH.with_borrow_mut(|scratch| {
            let outputs = self.program.evaluate(&slices, &[], 1, scratch).ok()?;
            (self.read)(outputs.get(0))
        })
    }
}

impl<Answer> RuleFunction<Histogram, Answer> for Coded<Answer> {
    fn ask(&self, question: &Histogram) -> Result<Answer, Failure> {
        match self.quickly(question) {
            Some(answer) => Ok(answer),
            None => self.written.0.ask(question),
        }
    }

    fn source(&self) -> &str {
        self.written.0.source()
    }

    fn of_fit(&self) -> &[(String, Place)] {
        self.written.0.of_fit()
    }
}
