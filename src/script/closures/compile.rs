//! Closures in, formulas out.

use std::sync::Arc;

use crate::expr::{Expr, Failure, Formula, Node, Path, Place, SIDES};

use super::super::{Closure, Context};
use super::interpret::{self, Interpreted};
use super::lower::Lowering;
use super::meaning::{Home, Lowered, Meaning, Scope, Stop, failure};
use super::term::Function;
use super::{capture, twins, walk};

/// A formula and, if it is asked row by row, why.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The formula.
    pub formula: Formula,
    /// What could not be compiled, and where; to be said as a warning.
    pub warning: Option<Failure>,
}

/// A closure that was read, with the names it begins with.
pub(super) struct Opened {
    pub(super) function: Function,
    pub(super) scope: Scope,
}

impl Opened {
    /// Whether its last two parameters are the rows of a pair.
    pub(super) fn of_pairs(&self) -> bool {
        let last = self.scope.names.last();
        matches!(last, Some((_, Meaning::Row(_, path, _))) if !path.is_empty())
    }
}

/// A closure over rows, `|c| c.m_time - t0`, as a formula.
///
/// # Errors
/// When it works neither as column code nor row by row, with the place and what to do.
pub fn compile_row(context: &Context, closure: &Closure) -> Result<Compiled, Failure> {
    compile_rows(context, closure, 1)
}

/// A closure over pairs of rows, `|a, b| a.m_time - b.m_time`, as a formula whose paths begin with
/// one of [`SIDES`].
///
/// # Errors
/// As [`compile_row`].
pub fn compile_pair(context: &Context, closure: &Closure) -> Result<Compiled, Failure> {
    compile_rows(context, closure, 2)
}

/// A closure over one row, or over the two of a pair.
fn compile_rows(context: &Context, closure: &Closure, rows: usize) -> Result<Compiled, Failure> {
    let opened = open_rows(context, closure, rows)?;
    let mut lowering = lowering(context, closure);
    let value = lowering
        .body(&opened.scope, &opened.function.body)
        .and_then(|value| lowering.expr(value, opened.function.place));
    match value {
        Ok(expr) => Ok(Compiled {
            formula: Formula::Compiled(expr),
            warning: None,
        }),
        Err(Stop::Wrong(failure)) => Err(failure),
        Err(Stop::Cannot(reason)) => interpret_rows(context, closure, rows, Some(reason)),
    }
}

/// The same, always row by row.
///
/// # Errors
/// When it does not work row by row.
pub fn interpret_row(
    context: &Context,
    closure: &Closure,
    reason: Option<Failure>,
) -> Result<Compiled, Failure> {
    interpret_rows(context, closure, 1, reason)
}

fn interpret_rows(
    context: &Context,
    closure: &Closure,
    rows: usize,
    reason: Option<Failure>,
) -> Result<Compiled, Failure> {
    let opened = open_rows(context, closure, rows)?;
    let function = Interpreted::new(context, closure, &opened, None)?;
    Ok(Compiled {
        formula: Formula::Interpreted(Arc::new(function)),
        warning: reason.map(interpret::slower),
    })
}

/// A model as a formula.
#[derive(Clone, Debug)]
pub struct Curve {
    /// The formula: of the column `x`, or of the columns of a row.
    pub formula: Expr,
    /// Its parameters in order of appearance.
    pub parameters: Vec<String>,
    /// Whether it is asked of rows: the first argument is used by its members, `|t, p| … t.d …`.
    pub of_rows: bool,
}

/// A model `|x, p| …` as a formula in the column `x`, or `|t, p| … t.d …` as one in the columns of
/// a row.
///
/// # Errors
/// When it cannot be compiled: models have no other way.
pub fn compile_model(context: &Context, closure: &Closure) -> Result<Curve, Failure> {
    let number = model_of(context, closure, false);
    let Err(first) = number else { return number };
    match model_of(context, closure, true) {
        Ok(curve) => Ok(curve),
        // what was understood further is what was meant
        Err(second) if reach(&second) > reach(&first) => Err(second),
        Err(_) => Err(first),
    }
}

fn reach(failure: &Failure) -> (u32, u32) {
    (failure.place.line, failure.place.column)
}

fn model_of(context: &Context, closure: &Closure, of_rows: bool) -> Result<Curve, Failure> {
    let mut opened = open(context, closure, 2)?;
    let first = opened.scope.names.iter_mut().nth_back(1);
    if let (false, Some((_, meaning))) = (of_rows, first) {
        let x = Node::Column(Path(vec!["x".to_owned()]), opened.function.place);
        *meaning = Meaning::Expr(Arc::new(x), 0);
    }
    if let Some((_, meaning)) = opened.scope.names.last_mut() {
        *meaning = Meaning::Parameters;
    }
    let mut lowering = lowering(context, closure);
    let formula = lowering
        .body(&opened.scope, &opened.function.body)
        .and_then(|value| lowering.expr(value, opened.function.place))
        .map_err(|stop| no_other_way(stop, "a model"))?;
    Ok(Curve {
        formula,
        parameters: lowering.parameters,
        of_rows,
    })
}

/// A closure over the number of a channel, `|crystal| crate_of.at(crystal)`, as a formula of the
/// column `channel`; and what it calls the channel.
///
/// # Errors
/// When it cannot be compiled: it has no other way.
pub fn compile_channel(context: &Context, closure: &Closure) -> Result<(Expr, String), Failure> {
    let mut opened = open(context, closure, 1)?;
    let mut called = String::new();
    if let Some((name, meaning)) = opened.scope.names.last_mut() {
        let channel = Node::Column(Path(vec!["channel".to_owned()]), opened.function.place);
        *meaning = Meaning::Expr(Arc::new(channel), 0);
        called.clone_from(name);
    }
    let mut lowering = lowering(context, closure);
    let formula = lowering
        .body(&opened.scope, &opened.function.body)
        .and_then(|value| lowering.expr(value, opened.function.place))
        .map_err(|stop| Failure {
            hint: Some(format!(
                "`{called}` is the number of a channel: `|{called}| crate_of.at({called})`"
            )),
            ..stop.failure()
        })?;
    Ok((formula, called))
}

/// A prediction `|row, p| …` as a formula in the columns of the row and parameters.
///
/// # Errors
/// When it cannot be compiled: predictions have no other way.
pub fn compile_equation(context: &Context, closure: &Closure) -> Result<Expr, Failure> {
    model_of(context, closure, true).map(|curve| curve.formula)
}

/// A closure that gives a map, `|c| #{ mean: c.mean }`, as one formula per member.
///
/// # Errors
/// When it gives no map, or other members in other cases.
pub fn compile_map(
    context: &Context,
    closure: &Closure,
) -> Result<Vec<(String, Compiled)>, Failure> {
    let opened = open(context, closure, 1)?;
    let mut lowering = lowering(context, closure);
    let members = lowering
        .body(&opened.scope, &opened.function.body)
        .and_then(|value| members(&mut lowering, value, opened.function.place));
    match members {
        Ok(members) => Ok(members
            .into_iter()
            .map(|(name, expr)| {
                (
                    name,
                    Compiled {
                        formula: Formula::Compiled(expr),
                        warning: None,
                    },
                )
            })
            .collect()),
        Err(Stop::Wrong(failure)) => Err(failure),
        Err(Stop::Cannot(reason)) => interpret_map(context, closure, reason),
    }
}

fn members(
    lowering: &mut Lowering<'_>,
    value: Meaning,
    place: Place,
) -> Lowered<Vec<(String, Expr)>> {
    let words = value.words();
    let Meaning::Map(members) = value else {
        return super::meaning::wrong(
            place,
            format!("the closure must give a map of members, not {words}"),
            "write `#{ member: value }`",
        );
    };
    members
        .into_iter()
        .map(|(name, member)| Ok((name, lowering.expr(member, place)?)))
        .collect()
}

/// Each member asked row by row.
fn interpret_map(
    context: &Context,
    closure: &Closure,
    reason: Failure,
) -> Result<Vec<(String, Compiled)>, Failure> {
    let opened = open(context, closure, 1)?;
    let Some(names) = interpret::members(&opened.function.body) else {
        return Err(Failure {
            hint: Some("end the closure with a map `#{ member: value }`".to_owned()),
            ..reason
        });
    };
    let mut reason = Some(interpret::slower(reason));
    let mut all = Vec::new();
    for name in names {
        let function = Interpreted::new(context, closure, &opened, Some(name.clone()))?;
        let formula = Formula::Interpreted(Arc::new(function));
        all.push((
            name,
            Compiled {
                formula,
                warning: reason.take(),
            },
        ));
    }
    Ok(all)
}

fn no_other_way(stop: Stop, what: &str) -> Failure {
    match stop {
        Stop::Wrong(failure) => failure,
        Stop::Cannot(failure) => Failure {
            hint: failure.hint.or_else(|| {
                Some(format!(
                    "{what} must be a formula: numbers, `let`, `if`, operators, functions"
                ))
            }),
            ..failure
        },
    }
}

/// A compilation of this closure: its own name is known, so that recursion is found.
pub(super) fn lowering<'a>(context: &'a Context, closure: &Closure) -> Lowering<'a> {
    let mut lowering = Lowering::new(context);
    let definition = &closure.definition;
    lowering.calls.push((
        closure.source.id,
        definition.name.to_string(),
        definition.params.len(),
    ));
    lowering
}

/// Reads a closure: captured values get their names, the last parameters become rows.
pub(super) fn open(context: &Context, closure: &Closure, rows: usize) -> Result<Opened, Failure> {
    let function = walk::function(&closure.source, &closure.definition);
    let captured: Vec<_> = closure.pointer.iter_curry().collect();
    let given = function.parameters.len().saturating_sub(captured.len());
    if given != rows {
        return Err(wrong_number(&function, given, rows));
    }
    capture::check(closure, &function)?;
    twins::check(context, closure)?;
    let home = Home {
        source: Arc::clone(&closure.source),
        environment: Arc::clone(&closure.environment),
    };
    let names = function
        .parameters
        .iter()
        .enumerate()
        .map(|(number, name)| {
            let meaning = captured.get(number).map_or_else(
                || Meaning::Row(0, Vec::new(), function.place),
                |value| super::resolve::data_meaning(value.flatten_clone()),
            );
            (name.clone(), meaning)
        })
        .collect();
    Ok(Opened {
        scope: Scope { home, names },
        function,
    })
}

/// The same for a closure over rows: the two of a pair have paths that begin with their side.
fn open_rows(context: &Context, closure: &Closure, rows: usize) -> Result<Opened, Failure> {
    let mut opened = open(context, closure, rows).map_err(|failure| match rows {
        2 if !closure_takes(closure, 2) => Failure {
            hint: Some("rows are pairs here, so write it as `|a, b| …`".into()),
            ..failure
        },
        _ => failure,
    })?;
    if rows == SIDES.len() {
        let sides = SIDES.iter().rev();
        for ((_, meaning), side) in opened.scope.names.iter_mut().rev().zip(sides) {
            *meaning = Meaning::Row(0, vec![(*side).to_owned()], opened.function.place);
        }
    }
    Ok(opened)
}

/// Whether a closure has so many parameters beside what it captured.
fn closure_takes(closure: &Closure, rows: usize) -> bool {
    let captured = closure.pointer.iter_curry().count();
    closure.definition.params.len() == captured + rows
}

fn wrong_number(function: &Function, given: usize, wanted: usize) -> Failure {
    let hint = match (wanted, given) {
        (1, 2) => "rows are no pairs here, so write it as `|row| …`; `|a, b|` comes after \
                   `pairs()`"
            .to_owned(),
        (1, _) => "write it as `|row| …`".to_owned(),
        _ => "write it as `|x, p| …`".to_owned(),
    };
    Failure {
        hint: Some(hint),
        ..failure(
            function.place,
            format!(
                "this closure has {given} parameter{} instead of {wanted}",
                if given == 1 { "" } else { "s" }
            ),
        )
    }
}
