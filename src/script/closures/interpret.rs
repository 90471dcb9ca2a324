//! Closures that are asked row by row.

use std::fmt;
use std::sync::Arc;

use rhai::Dynamic;

use crate::expr::{Bound, Expr, Failure, Path, PayloadMember, Place, RowFunction, SIDES, Value};

use super::super::{Closure, Context};
use super::callable::Callable;
use super::compile::{self, Opened};
use super::identity;
use super::meaning::{dynamic, scalar, short};
use super::row::{Layout, Row};
use super::search::Search;
use super::term::{Kind, Term};

/// A closure that is asked row by row.
pub(super) struct Interpreted {
    callable: Callable,
    inputs: Vec<Expr>,
    columns: Vec<(Path, Place)>,
    lookups: Vec<(PayloadMember, Place)>,
    layout: Arc<Layout>,
    /// Whether it is asked of the two rows of a pair.
    pairs: bool,
    /// The member that is taken from the map that the closure gives.
    member: Option<String>,
    source: String,
}

impl Interpreted {
    pub(super) fn new(
        context: &Context,
        closure: &Closure,
        opened: &Opened,
        member: Option<String>,
    ) -> Result<Self, Failure> {
        let mut search = Search::new(compile::lowering(context, closure));
        search.closure_body(&opened.scope, &opened.function.body)?;
        let reads = search.finish()?;
        let mut source = identity::text(context, closure);
        if let Some(member) = &member {
            source = format!("{source}.{member}");
        }
        Ok(Self {
            callable: Callable::new(closure),
            inputs: reads.inputs,
            columns: reads.columns,
            lookups: reads.lookups,
            layout: Arc::new(reads.layout),
            pairs: opened.of_pairs(),
            member,
            source,
        })
    }

    fn failure(&self, message: String, hint: &str) -> Failure {
        Failure {
            message,
            hint: Some(hint.to_owned()),
            place: self.callable.place(),
        }
    }
}

impl fmt::Debug for Interpreted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl RowFunction for Interpreted {
    fn columns(&self) -> &[(Path, Place)] {
        &self.columns
    }

    fn inputs(&self) -> Vec<Expr> {
        self.inputs.clone()
    }

    fn lookups(&self) -> &[(PayloadMember, Place)] {
        &self.lookups
    }

    fn call(&self, row: &[Value], constants: &Arc<Bound>) -> Result<Value, Failure> {
        let row = Row::new(&self.layout, row.iter().map(dynamic));
        let constants = (!self.lookups.is_empty()).then_some(constants);
        let mut answer = if self.pairs {
            let rows = SIDES.iter().map(|side| Dynamic::from(row.inside(side)));
            self.callable.call_in(constants, rows)?
        } else {
            let row = std::iter::once(Dynamic::from(row));
            self.callable.call_in(constants, row)?
        };
        if let Some(name) = &self.member {
            let member = answer
                .read_lock::<rhai::Map>()
                .and_then(|map| map.get(name.as_str()).cloned());
            answer = member.ok_or_else(|| {
                self.failure(
                    format!("the closure gave no member `{name}`"),
                    "give every member in every case",
                )
            })?;
        }
        scalar(&answer).ok_or_else(|| {
            let kind = if answer.is_unit() {
                "no value"
            } else {
                short(answer.type_name())
            };
            self.failure(
                format!("the closure gave {kind} instead of a number, truth value or text"),
                "end it with the value; `if` needs an `else`",
            )
        })
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn place(&self) -> Place {
        self.callable.place()
    }
}

/// What is said when a closure is asked row by row.
pub(super) fn slower(reason: Failure) -> Failure {
    Failure {
        message: format!(
            "this closure runs row by row, hundreds of times slower: {}",
            reason.message
        ),
        ..reason
    }
}

/// The members of the map that a body ends with, wherever it ends.
pub(super) fn members(body: &[Term]) -> Option<Vec<String>> {
    match &body.last()?.kind {
        Kind::Map(members) => Some(members.iter().map(|(name, _)| name.clone()).collect()),
        Kind::If(_, yes, _) => members(yes),
        Kind::Block(terms) => members(terms),
        Kind::Return(Some(value)) => members(std::slice::from_ref(value)),
        Kind::Switch(switch) => members(std::slice::from_ref(&switch.cases.first()?.body)),
        _ => None,
    }
}
