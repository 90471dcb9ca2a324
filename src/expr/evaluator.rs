//! Formulas of both kinds, evaluated alike.

use std::sync::Arc;

use smallvec::SmallVec;

use super::scalar::{channel, fits};
use super::{
    Bound, Column, Expr, Failure, Formula, Function, Node, Outputs, Place, Program, RowFunction,
    Schema, Scratch, Slice, Type, UnaryOp, Value, maths,
};

/// What a formula must give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Whatever it gives. A function that is asked row by row gives what it gives for a row of
    /// ones, or of zeros if it fails there.
    Any,
    /// A truth value.
    Condition,
    /// A number; whole numbers become numbers.
    Number,
    /// A whole number, as the number of a channel: a number that is whole is one, too, and NaN is
    /// [`maths::NO_CHANNEL`].
    Whole,
}

impl Wanted {
    /// The type, if it is known beforehand.
    fn kind(self) -> Option<Type> {
        match self {
            Self::Any => None,
            Self::Condition => Some(Type::Bool),
            Self::Number => Some(Type::Float),
            Self::Whole => Some(Type::Int),
        }
    }

    /// Whether a formula of that type will do; numbers are converted before.
    fn check(self, kind: Type, place: Place) -> Result<(), Failure> {
        // A whole number is a number, and becomes one; whether a number is whole shows in its rows.
        let fits = matches!(
            (self, kind),
            (Self::Number, Type::Int) | (Self::Whole, Type::Float)
        );
        let Some(wanted) = self.kind().filter(|w| *w != kind && !fits) else {
            return Ok(());
        };
        let hint = match (self, kind) {
            (Self::Condition, Type::Text) => Some("compare it, as in `x == \"…\"`"),
            (Self::Condition, _) => Some("compare it, as in `x != 0`"),
            (_, Type::Text) => Some("texts can only be compared with == and !="),
            (_, Type::Bool) => Some("a truth value becomes a number with `if x { 1 } else { 0 }`"),
            _ => None,
        };
        Err(Failure {
            message: format!(
                "this must be {}, but is {}",
                wanted.sentence(),
                kind.sentence()
            ),
            hint: hint.map(str::to_owned),
            place,
        })
    }
}

/// Where the values of a formula are found after a run.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// An output of the program.
    Output(usize),
    /// An answer of a function.
    Answer(usize),
}

/// A function that is asked row by row.
#[derive(Clone, Debug)]
struct Asked {
    function: Arc<dyn RowFunction>,
    /// Its inputs among the outputs of the program.
    inputs: std::ops::Range<usize>,
    wanted: Wanted,
    kind: Type,
}

/// Formulas over the same rows, compiled or asked row by row.
#[derive(Clone, Debug)]
pub struct Evaluator {
    program: Program,
    sources: Vec<Source>,
    asked: Vec<Asked>,
    types: Vec<Type>,
}

impl Evaluator {
    /// Formulas with what each must give.
    ///
    /// # Errors
    /// When a name is unknown or types do not fit, with the place in the formula.
    pub fn new(formulas: &[(&Formula, Wanted)], schema: &dyn Schema) -> Result<Self, Failure> {
        let mut outputs: Vec<Expr> = Vec::new();
        let mut sources = Vec::new();
        let mut functions = Vec::new();
        for (formula, wanted) in formulas {
            match formula {
                Formula::Compiled(expr) => {
                    sources.push(Source::Output(outputs.len()));
                    outputs.push(converted(expr, *wanted));
                }
                Formula::Interpreted(function) => {
                    sources.push(Source::Answer(functions.len()));
                    let inputs = function.inputs();
                    let range = outputs.len()..outputs.len() + inputs.len();
                    outputs.extend(inputs);
                    functions.push((Arc::clone(function), range, *wanted));
                }
            }
        }
        let program = compile(&outputs, formulas, &sources, schema)?;
        let asked = functions
            .into_iter()
            .map(|(function, inputs, wanted)| {
                let given = &program.types()[inputs.clone()];
                let kind = wanted.kind().unwrap_or_else(|| probe(&*function, given));
                Asked {
                    function,
                    inputs,
                    wanted,
                    kind,
                }
            })
            .collect::<Vec<_>>();
        let mut types = Vec::new();
        for (source, (formula, wanted)) in sources.iter().zip(formulas) {
            types.push(match (source, formula) {
                (Source::Output(i), Formula::Compiled(expr)) => {
                    wanted.check(program.types()[*i], expr.place())?;
                    program.types()[*i]
                }
                (Source::Answer(i), _) => asked[*i].kind,
                (Source::Output(i), _) => program.types()[*i],
            });
        }
        Ok(Self {
            program,
            sources,
            asked,
            types,
        })
    }

    /// Numbers of the columns it reads, rising; inputs are given in this order.
    #[must_use]
    pub fn columns(&self) -> &[usize] {
        self.program.columns()
    }

    /// Types of the outputs.
    #[must_use]
    pub fn types(&self) -> &[Type] {
        &self.types
    }

    /// Values for `rows` rows, from the columns of [`Evaluator::columns`] in that order.
    ///
    /// # Errors
    /// When a formula fails for a row.
    pub fn evaluate<'a>(
        &self,
        inputs: &[Slice<'a>],
        rows: usize,
        scratch: &'a mut Scratch,
    ) -> Result<Outputs<'a>, Failure> {
        self.program.compute(inputs, &[], rows, scratch)?;
        let mut answers = std::mem::take(&mut scratch.answers);
        answers.clear();
        for asked in &self.asked {
            answers.push(self.ask(asked, inputs, rows, scratch)?);
        }
        scratch.answers = answers;
        let scratch: &'a Scratch = scratch;
        let mut outputs = Outputs {
            slices: SmallVec::new(),
        };
        for source in &self.sources {
            match source {
                Source::Output(i) => {
                    self.program
                        .collect(inputs, scratch, *i..*i + 1, &mut outputs);
                }
                Source::Answer(i) => outputs.slices.push(scratch.answers[*i].slice()),
            }
        }
        Ok(outputs)
    }

    fn ask(
        &self,
        asked: &Asked,
        inputs: &[Slice<'_>],
        rows: usize,
        scratch: &mut Scratch,
    ) -> Result<Column, Failure> {
        let mut given = Outputs {
            slices: SmallVec::new(),
        };
        self.program
            .collect(inputs, scratch, asked.inputs.clone(), &mut given);
        let constants = Arc::clone(&scratch.constants);
        let mut missed = Vec::new();
        let mut answers = Column::empty(asked.kind);
        let mut row = Vec::with_capacity(given.slices.len());
        for i in 0..rows {
            row.clear();
            row.extend(given.slices.iter().filter_map(|slice| slice.value(i)));
            let mut answer = asked.function.call(&row, &constants)?;
            if asked.wanted == Wanted::Whole && answer.kind() == Type::Float {
                answer = Value::Int(channel(&answer, asked.function.place())?);
            }
            missed.extend(constants.take_missed());
            if !fits(&answer, asked.kind) {
                return Err(misfit(&answer, asked));
            }
            match (&mut answers, answer) {
                (Column::Bool(v), Value::Bool(x)) => v.push(x),
                (Column::Int(v), Value::Int(x)) => v.push(x),
                (Column::Float(v), Value::Float(x)) => v.push(x),
                (Column::Float(v), Value::Int(x)) => v.push(maths::to_float(x)),
                (Column::Text(v), Value::Text(x)) => v.push(x),
                _ => debug_assert!(false, "the type was checked"),
            }
        }
        drop(given);
        for member in missed {
            scratch.add_missed(member, 1);
        }
        Ok(answers)
    }
}

/// The formula with its result as a number if that is what is wanted.
fn converted(expr: &Expr, wanted: Wanted) -> Expr {
    match wanted {
        Wanted::Number => {
            let arguments = vec![Arc::clone(expr)];
            Node::Call(Function::ToFloat, arguments, expr.place()).into()
        }
        Wanted::Whole => Node::Unary(UnaryOp::Channel, Arc::clone(expr), expr.place()).into(),
        _ => Arc::clone(expr),
    }
}

/// The program; a failure without a place gets that of its formula, if there is only one.
fn compile(
    outputs: &[Expr],
    formulas: &[(&Formula, Wanted)],
    sources: &[Source],
    schema: &dyn Schema,
) -> Result<Program, Failure> {
    let place = match (formulas, sources) {
        ([(Formula::Compiled(expr), _)], _) => expr.place(),
        ([(Formula::Interpreted(function), _)], _) => function.place(),
        _ => Place::default(),
    };
    Program::compile(outputs, schema)
        .map_err(|failure| misused(formulas, schema).unwrap_or(failure))
        .map_err(|failure| Failure {
            place: failure.place.or(place),
            ..failure
        })
}

/// What a formula gives that cannot be what is wanted of it; `None` if its fault lies inside.
///
/// Asked without the conversion to a number, which the author did not write.
fn misused(formulas: &[(&Formula, Wanted)], schema: &dyn Schema) -> Option<Failure> {
    formulas.iter().find_map(|(formula, wanted)| {
        let Formula::Compiled(expr) = formula else {
            return None;
        };
        let program = Program::compile(&[Arc::clone(expr)], schema).ok()?;
        wanted.check(*program.types().first()?, expr.place()).err()
    })
}

/// The type of what a function answers, found by asking it.
fn probe(function: &dyn RowFunction, given: &[Type]) -> Type {
    let row = |one: bool| -> Vec<Value> {
        let value = |kind: &Type| match kind {
            Type::Bool => Value::Bool(one),
            Type::Int => Value::Int(i64::from(one)),
            Type::Float => Value::Float(if one { 1.0 } else { 0.0 }),
            Type::Text => Value::Text("".into()),
        };
        given.iter().map(value).collect()
    };
    [true, false]
        .into_iter()
        .find_map(|one| {
            let constants = Bound::always(f64::from(u8::from(one)));
            function.call(&row(one), &Arc::new(constants)).ok()
        })
        .map_or(Type::Float, |value| value.kind())
}

fn misfit(answer: &Value, asked: &Asked) -> Failure {
    let (given, wanted) = (answer.kind().sentence(), asked.kind.sentence());
    let hint = (answer.kind() == Type::Float && asked.kind == Type::Int)
        .then(|| "let all branches give numbers: 1.0 instead of 1, or to_float(…)".to_owned());
    Failure {
        message: format!("this must be {wanted} in all rows, but is {given} in one"),
        hint,
        place: asked.function.place(),
    }
}
