//! A model as it was described: a formula in `x` and named parameters.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::expr::{Expr, Failure, Place};
use crate::hist::Histogram;

use super::Fit;

/// A question about one histogram (or fit), asked once per channel.
pub trait RuleFunction<Question: ?Sized, Answer>: Send + Sync {
    /// The answer.
    ///
    /// # Errors
    /// When the rule itself fails.
    fn ask(&self, question: &Question) -> Result<Answer, Failure>;
    /// The text it was written as, with all captured values: its identity.
    fn source(&self) -> &str;
    /// What it takes of a fit beside what every fit has: parameters and their errors, with the
    /// places where it says so, as far as its text shows them.
    fn of_fit(&self) -> &[(String, Place)] {
        &[]
    }
}

/// A shared [`RuleFunction`].
pub struct Rule<Question: ?Sized, Answer>(pub Arc<dyn RuleFunction<Question, Answer>>);

impl<Question: Sync, Answer: Send> Rule<Question, Answer> {
    /// The answers to many questions, in their order, asked on all cores.
    ///
    /// # Errors
    /// The first question that has no answer, by its place, and why; those behind it need not
    /// have been asked.
    pub fn ask_each(&self, questions: &[&Question]) -> Result<Vec<Answer>, (usize, Failure)> {
        let first = AtomicUsize::new(usize::MAX);
        let ask = |(at, question): (usize, &&Question)| {
            // An endless loop is cut off late: once is enough.
            if at > first.load(Ordering::Relaxed) {
                return None;
            }
            let answer = self.0.ask(question);
            if answer.is_err() {
                first.fetch_min(at, Ordering::Relaxed);
            }
            Some(answer)
        };
        let questions = questions.par_iter().enumerate();
        let answers: Vec<_> = questions.map(ask).collect();
        let answers = answers.into_iter().flatten().enumerate();
        answers
            .map(|(at, answer)| answer.map_err(|failure| (at, failure)))
            .collect()
    }
}

impl<Q: ?Sized, A> Clone for Rule<Q, A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Q: ?Sized, A> fmt::Debug for Rule<Q, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.source())
    }
}

/// Where a parameter starts.
#[derive(Clone, Debug)]
pub enum Start {
    /// Nothing was said: 0 if the model is linear in the parameter, an error otherwise.
    Unset,
    /// A number.
    Value(f64),
    /// Asked of each histogram.
    Histogram(Rule<Histogram, f64>),
}

/// One parameter of a model.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name, as used in the formula.
    pub name: String,
    /// Where it starts.
    pub start: Start,
    /// Lower and upper limit; `None` is open.
    pub limits: (Option<f64>, Option<f64>),
    /// Whether it is held at its start value.
    pub fixed: bool,
}

/// A formula in `x` with named parameters, and how a fit of it begins and moves.
#[derive(Clone, Debug)]
pub struct Model {
    /// Name for messages.
    pub name: String,
    /// The formula; `x` is the column `x`, parameters are [`crate::expr::Node::Parameter`].
    pub formula: Expr,
    /// Whether it is a formula of the columns of a row instead, and gives the logarithm of the
    /// density of the row.
    pub of_rows: bool,
    /// Parameters in order of appearance.
    pub parameters: Vec<Parameter>,
    /// Parameters that a fit which ends at a limit of theirs holds there, to be done again without them.
    pub held_at_limit: Vec<String>,
    /// Low and high end of the first fit; the whole histogram if not given.
    pub range: Option<Rule<Histogram, (f64, f64)>>,
    /// The histogram that is fitted instead.
    pub prepare: Option<Rule<Histogram, Histogram>>,
    /// How often, and with which new range, a fit is repeated; `None` as an answer is "settled".
    pub refit: Option<Refit>,
}

impl Model {
    /// Names of the parameters in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.parameters.iter().map(|p| p.name.clone()).collect()
    }
}

/// After each fit: how often at most, and the rule that gives a new range or `None` when settled.
#[derive(Clone, Debug)]
pub struct Refit {
    /// Fits after the first one at most.
    pub times: u32,
    /// The new range.
    pub rule: Rule<(Histogram, Fit), Option<(f64, f64)>>,
}
