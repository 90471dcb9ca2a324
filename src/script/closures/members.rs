//! Members of values whose kind the text shows: one that is not there is found before anything runs.
//!
//! Where a kind is not certain (a variable that is assigned to, a table with other columns, the
//! answer of a function of the script) nothing is said.

use crate::expr::{Failure, Place};

use super::super::{Source, api, unknown};
use super::data;
use super::term::{Kind, Term};
use super::walk;

/// What a value is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// A kind of the scripting API that has no other members than those of its list.
    Listed(&'static str),
    /// A fit: its members are those of the list, and the parameters of its model.
    Fit,
    /// The table of fits, in which a row may have got columns that the text names.
    Rows,
    /// A row of it.
    Row,
}

/// A histogram, as the rules of a model see it.
pub(super) const HISTOGRAM: Known = Known::Listed("Histogram");

/// The kinds that have no other members than those of their list.
const LISTED: [&str; 2] = ["Histogram", "Point"];

/// Methods of a table that give its rows again, whatever else they do.
const SAME_ROWS: [&str; 4] = ["define", "filter", "first", "sort_by"];

/// A name and where it stands.
pub(super) type Named = (String, Place);

/// What a closure takes of values whose members depend on a model.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Members of fits that are not on the list of every fit.
    pub(super) of_fit: Vec<Named>,
    /// Columns of the table of fits and of its rows, without those that it gets on the way.
    pub(super) of_rows: Vec<Named>,
}

/// What the body of a closure takes of its parameters, which are `known`.
///
/// # Errors
/// The first member that its value does not have.
pub(super) fn taken(
    source: &Source,
    body: &[Term],
    known: Vec<(String, Known)>,
) -> Result<Taken, Failure> {
    let names = known.into_iter().map(|(name, known)| (name, Some(known)));
    let mut reader = Reader {
        source,
        names: names.collect(),
        assigned: assigned(body),
        defined: Vec::new(),
        taken: Taken::default(),
        wrong: None,
    };
    reader.all(body);
    let Reader {
        mut taken,
        defined,
        wrong,
        ..
    } = reader;
    taken.of_rows.retain(|(name, _)| !defined.contains(name));
    wrong.map_or(Ok(taken), Err)
}

struct Reader<'a> {
    source: &'a Source,
    /// Variables, the innermost last.
    names: Vec<(String, Option<Known>)>,
    assigned: Vec<String>,
    /// Columns that are defined somewhere.
    defined: Vec<String>,
    taken: Taken,
    wrong: Option<Failure>,
}

impl Reader<'_> {
    /// Statements whose variables end with them.
    fn all(&mut self, terms: &[Term]) {
        let before = self.names.len();
        for term in terms {
            self.value(term);
        }
        self.names.truncate(before);
    }

    fn value(&mut self, term: &Term) -> Option<Known> {
        match &term.kind {
            Kind::Name(name) => self.variable(name),
            Kind::Member(target, name) => {
                let known = self.value(target)?;
                self.member(known, name, term.place)
            }
            Kind::Method(target, name, arguments) => {
                let known = self.value(target);
                self.method(known, name, arguments)
            }
            Kind::Let(name, value) => {
                let known = self.value(value);
                self.names.push((name.clone(), known));
                None
            }
            Kind::If(condition, yes, no) => {
                self.value(condition);
                self.all(yes);
                self.all(no);
                None
            }
            Kind::Block(terms) => {
                self.all(terms);
                None
            }
            // What is tried may fail.
            Kind::Other("`try`", ..) => None,
            Kind::Other(_, names, parts) => {
                let before = self.names.len();
                self.names.extend(names.iter().map(|n| (n.clone(), None)));
                parts.iter().for_each(|part| _ = self.value(part));
                self.names.truncate(before);
                None
            }
            _ => {
                term.parts()
                    .into_iter()
                    .for_each(|part| _ = self.value(part));
                None
            }
        }
    }

    fn variable(&self, name: &str) -> Option<Known> {
        if self.assigned.iter().any(|assigned| assigned == name) {
            return None;
        }
        let found = self.names.iter().rev().find(|(known, _)| known == name);
        found.and_then(|(_, known)| *known)
    }

    fn member(&mut self, known: Known, name: &str, place: Place) -> Option<Known> {
        let kind = match known {
            Known::Listed(kind) => kind,
            Known::Fit => "Fit",
            Known::Rows => "Table",
            Known::Row => "",
        };
        let found = api::of_kind(kind).find(|found| found.name == name);
        match (found, known) {
            (Some(found), _) if !found.called => return result(found.signature),
            (Some(_), _) | (None, Known::Listed(_)) => self.refuse(kind, name, place),
            (None, Known::Fit) => self.taken.of_fit.push((name.to_owned(), place)),
            (None, _) => self.taken.of_rows.push((name.to_owned(), place)),
        }
        None
    }

    fn refuse(&mut self, kind: &str, name: &str, place: Place) {
        let said = unknown::attribute(&format!("'{name}' '{kind}'"));
        self.wrong.get_or_insert(Failure {
            message: said.message,
            hint: said.hints.into_iter().next(),
            place,
        });
    }

    fn method(&mut self, of: Option<Known>, name: &str, arguments: &[Term]) -> Option<Known> {
        let kind = match of {
            Some(Known::Listed(kind)) => kind,
            Some(Known::Rows) => "Table",
            _ => "",
        };
        let found = api::of_kind(kind).find(|found| found.name == name);
        let row = found.filter(|found| found.signature.contains("|row|"));
        for argument in arguments {
            match (&argument.kind, of, row) {
                (Kind::Closure(function, captured), Some(Known::Rows), Some(_)) => {
                    self.of_row(function, captured.len());
                }
                _ => _ = self.value(argument),
            }
        }
        if of != Some(Known::Rows) {
            return found.and_then(|found| result(found.signature));
        }
        match (name, arguments.first().map(|first| &first.kind)) {
            ("define", Some(Kind::Text(column))) => self.defined.push(column.clone()),
            // A name that is made as it runs may be any.
            ("define", _) => return None,
            _ => {}
        }
        SAME_ROWS.contains(&name).then_some(Known::Rows)
    }

    /// A closure that is asked of the rows.
    fn of_row(&mut self, function: &str, captured: usize) {
        let Some(definition) = data::function(self.source, function, None) else {
            return;
        };
        let function = walk::function(self.source, &definition);
        let [row] = function.parameters.get(captured..).unwrap_or_default() else {
            return;
        };
        let known = vec![(row.clone(), Known::Row)];
        match taken(self.source, &function.body, known) {
            Ok(taken) => self.taken.of_rows.extend(taken.of_rows),
            Err(failure) => _ = self.wrong.get_or_insert(failure),
        }
    }
}

/// What a name of the API gives, by its signature.
fn result(signature: &str) -> Option<Known> {
    let (_, kind) = signature
        .rsplit_once("→ ")
        .or_else(|| signature.rsplit_once(": "))?;
    let kind = LISTED.into_iter().find(|known| *known == kind.trim());
    kind.map(Known::Listed)
}

/// Variables that are assigned to somewhere.
fn assigned(terms: &[Term]) -> Vec<String> {
    let mut names = Vec::new();
    let mut left: Vec<&Term> = terms.iter().collect();
    while let Some(term) = left.pop() {
        if let Kind::Assign(target, ..) = &term.kind
            && let Kind::Name(name) = &target.kind
        {
            names.push(name.clone());
        }
        left.extend(term.parts());
    }
    names
}
