//! Closures that are asked once per channel: `|h| …` and `|h, fit| …`.

use std::marker::PhantomData;

use rhai::Dynamic;

use crate::expr::{Failure, Place, Slice};
use crate::fit::{Fit, Rule, RuleFunction};
use crate::hist::Histogram;

use super::super::{Closure, Context};
use super::callable::Callable;
use super::coded::coded;
use super::meaning::short;
use super::members::{HISTOGRAM, Known, taken};
use super::{compile, identity};

/// What a rule must give, and how it is read from the value of a closure.
struct Wanted<Answer> {
    /// In words: "true or false".
    words: &'static str,
    read: fn(&Dynamic) -> Option<Answer>,
}

/// Makes what a closure gets from a question.
type Arguments<Question> = Box<dyn Fn(&Question) -> Vec<Dynamic> + Send + Sync>;

/// A rule that is asked after each fit.
pub type RefitRule = Rule<(Histogram, Fit), Option<(f64, f64)>>;

/// A closure as a rule.
struct Asked<Question: ?Sized, Answer> {
    callable: Callable,
    /// What it is for, as the script says: `enough_data`.
    name: String,
    arguments: Arguments<Question>,
    wanted: Wanted<Answer>,
    source: String,
    /// What it takes of a fit, beside what every fit has.
    of_fit: Vec<(String, Place)>,
    question: PhantomData<fn(&Question)>,
}

impl<Question: ?Sized, Answer> RuleFunction<Question, Answer> for Asked<Question, Answer> {
    fn ask(&self, question: &Question) -> Result<Answer, Failure> {
        let answer = self.callable.call((self.arguments)(question).into_iter())?;
        (self.wanted.read)(&answer).ok_or_else(|| Failure {
            message: format!(
                "`{}` must give {}, not {}",
                self.name,
                self.wanted.words,
                given(&answer)
            ),
            hint: Some("the last line of the closure is its value".to_owned()),
            place: self.callable.place(),
        })
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn of_fit(&self) -> &[(String, Place)] {
        &self.of_fit
    }
}

/// A rule with any question: `arguments` makes what the closure gets from it, which is `known`.
fn rule<Question: ?Sized + 'static, Answer: 'static>(
    context: &Context,
    closure: &Closure,
    name: &str,
    known: &[Known],
    arguments: impl Fn(&Question) -> Vec<Dynamic> + Send + Sync + 'static,
    wanted: Wanted<Answer>,
) -> Result<Rule<Question, Answer>, Failure> {
    // Reading it finds a wrong number of parameters and captured values that are no plain data.
    let function = compile::open(context, closure, known.len())?.function;
    let own = function.parameters.len() - known.len();
    let parameters = function.parameters[own..].iter().cloned();
    let parameters = parameters.zip(known.iter().copied()).collect();
    let taken = taken(&closure.source, &function.body, parameters)?;
    Ok(Rule(std::sync::Arc::new(Asked {
        callable: Callable::new(closure),
        name: name.to_owned(),
        arguments: Box::new(arguments),
        wanted,
        source: identity::text(context, closure),
        of_fit: taken.of_fit,
        question: PhantomData,
    })))
}

fn histogram(question: &Histogram) -> Vec<Dynamic> {
    vec![Dynamic::from(question.clone())]
}

/// `|h| …` that gives a number, as a start value. `name` is what the script calls it.
///
/// # Errors
/// When the closure has another number of parameters, or captures what is no plain data.
pub fn number_rule(
    context: &Context,
    closure: &Closure,
    name: &str,
) -> Result<Rule<Histogram, f64>, Failure> {
    let wanted = Wanted {
        words: "a number",
        read: number,
    };
    let written = rule(context, closure, name, &[HISTOGRAM], histogram, wanted)?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "whole numbers stand for numbers here"
    )]
    let read = |value: Slice<'_>| match value {
        Slice::Float(values) => values.first().copied(),
        Slice::Int(values) => values.first().map(|number| *number as f64),
        _ => None,
    };
    Ok(coded(context, closure, read, written))
}

/// `|h| …` that gives true or false, as `enough_data`.
///
/// # Errors
/// As [`number_rule`].
pub fn condition_rule(
    context: &Context,
    closure: &Closure,
    name: &str,
) -> Result<Rule<Histogram, bool>, Failure> {
    let wanted = Wanted {
        words: "true or false",
        read: |value| value.as_bool().ok(),
    };
    let written = rule(context, closure, name, &[HISTOGRAM], histogram, wanted)?;
    let read = |value: Slice<'_>| match value {
        Slice::Bool(values) => values.first().copied(),
        _ => None,
    };
    Ok(coded(context, closure, read, written))
}

/// `|h| [low, high]`
///
/// # Errors
/// As [`number_rule`].
pub fn range_rule(
    context: &Context,
    closure: &Closure,
    name: &str,
) -> Result<Rule<Histogram, (f64, f64)>, Failure> {
    let wanted = Wanted {
        words: "an array `[low, high]`",
        read: range,
    };
    rule(context, closure, name, &[HISTOGRAM], histogram, wanted)
}

/// `|h| …` that gives another histogram, as `prepare`.
///
/// # Errors
/// As [`number_rule`].
pub fn histogram_rule(
    context: &Context,
    closure: &Closure,
    name: &str,
) -> Result<Rule<Histogram, Histogram>, Failure> {
    let wanted = Wanted {
        words: "a histogram",
        read: |value| {
            value
                .read_lock::<Histogram>()
                .map(|histogram| histogram.clone())
        },
    };
    rule(context, closure, name, &[HISTOGRAM], histogram, wanted)
}

/// `|h, fit| …` that gives a new range `[low, high]`, or `()` when settled. `bound` makes what the
/// script sees of a fit.
///
/// # Errors
/// As [`number_rule`].
pub fn refit_rule(
    context: &Context,
    closure: &Closure,
    name: &str,
    bound: impl Fn(&Fit) -> Dynamic + Send + Sync + 'static,
) -> Result<RefitRule, Failure> {
    let arguments = move |(histogram, fit): &(Histogram, Fit)| {
        vec![Dynamic::from(histogram.clone()), bound(fit)]
    };
    let wanted = Wanted {
        words: "an array `[low, high]`, or `()` when settled",
        read: |value| {
            if value.is_unit() {
                Some(None)
            } else {
                range(value).map(Some)
            }
        },
    };
    rule(
        context,
        closure,
        name,
        &[HISTOGRAM, Known::Fit],
        arguments,
        wanted,
    )
}

fn number(value: &Dynamic) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "whole numbers stand for numbers here"
    )]
    value
        .as_float()
        .ok()
        .or_else(|| value.as_int().ok().map(|number| number as f64))
}

fn range(value: &Dynamic) -> Option<(f64, f64)> {
    let items = value.read_lock::<rhai::Array>()?;
    match items.as_slice() {
        [low, high] => Some((number(low)?, number(high)?)),
        _ => None,
    }
}

/// What a closure gave, in words.
fn given(answer: &Dynamic) -> String {
    match answer.type_name() {
        "()" => "no value".to_owned(),
        "i64" | "f64" => format!("the number {answer}"),
        "bool" => format!("{answer}"),
        "string" => format!("the text {:?}", answer.to_string()),
        "array" => format!(
            "an array of {}",
            answer.read_lock::<rhai::Array>().map_or(0, |a| a.len())
        ),
        "map" => "a map".to_owned(),
        other => format!("a {}", short(other)),
    }
}
