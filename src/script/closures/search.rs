//! Which columns a closure reads that is asked row by row: found without running it.

use std::sync::Arc;

use crate::expr::{Expr, Failure, Node, Path, PayloadMember, Place};

use super::changes::{CHANGING, captured_changed, changed, root};
use super::data;
use super::lower::Lowering;
use super::meaning::{Home, Inner, Meaning, Scope, Stop, failure, is_row};
use super::row::{Asked, Layout};
use super::term::{Kind, Pattern, Term};
use super::walk;

/// Finds what a closure wants to know of its rows.
pub(super) struct Search<'a> {
    pub(super) lowering: Lowering<'a>,
    /// What is asked of a row, in the order of appearance.
    inputs: Vec<(Vec<String>, Asked, Expr, Place)>,
    /// All parts of the row that are named, used or not.
    named: Vec<(Vec<String>, Place)>,
    /// How many of the first names of the outermost body are captured variables.
    captured: usize,
    /// The members of payloads that are looked at.
    pub(super) lookups: Vec<(PayloadMember, Place)>,
    /// How many functions deep we are.
    depth: u32,
    /// Functions that were looked into.
    seen: Vec<Visit>,
}

/// A function: its source, its name, and which of its parameters are which parts of the row.
type Visit = (u32, String, Vec<Option<Vec<String>>>);

/// What a function asked row by row reads.
pub(super) struct Reads {
    pub(super) inputs: Vec<Expr>,
    pub(super) columns: Vec<(Path, Place)>,
    pub(super) lookups: Vec<(PayloadMember, Place)>,
    pub(super) layout: Layout,
}

type Found<T> = Result<T, Failure>;

impl<'a> Search<'a> {
    pub(super) fn new(lowering: Lowering<'a>) -> Self {
        Self {
            lowering,
            inputs: Vec::new(),
            named: Vec::new(),
            lookups: Vec::new(),
            captured: 0,
            depth: 0,
            seen: Vec::new(),
        }
    }

    /// Looks through the body of a closure; its parameters are in the scope.
    pub(super) fn closure_body(&mut self, scope: &Scope, terms: &[Term]) -> Found<()> {
        let row = |(_, meaning): &(String, Meaning)| matches!(meaning, Meaning::Row(..));
        self.captured = scope.names.iter().position(row).unwrap_or(0);
        self.body(scope, terms)?;
        self.captured_lookups(&scope.names[..self.captured], terms);
        Ok(())
    }

    fn body(&mut self, scope: &Scope, terms: &[Term]) -> Found<()> {
        let mut scope = scope.clone();
        let changed = changed(terms);
        for (name, meaning) in &mut scope.names {
            let row = matches!(meaning, Meaning::Row(_, path, _) if is_row(path));
            if changed.contains(&name.as_str()) && !row {
                *meaning = Meaning::Opaque;
            }
        }
        self.statements(&scope, terms, &changed)
    }

    /// A captured variable is the same for all rows.
    fn keeps_captured(&self, scope: &Scope, target: &Term) -> Found<()> {
        let Some(name) = root(target).filter(|_| self.depth == 0) else {
            return Ok(());
        };
        match scope.names.iter().rposition(|(known, _)| known == name) {
            Some(position) if position < self.captured => Err(captured_changed(name, target.place)),
            _ => Ok(()),
        }
    }

    /// The inputs, and how a row hands them out.
    pub(super) fn finish(mut self) -> Found<Reads> {
        self.ask_for_unused();
        let mut layout = Layout::default();
        let mut exprs = Vec::new();
        let mut columns: Vec<(Path, Place)> = Vec::new();
        for (number, (path, asked, expr, place)) in self.inputs.into_iter().enumerate() {
            layout
                .add(&path, asked, number)
                .map_err(|message| failure(place, message))?;
            exprs.push(expr);
            if !columns.iter().any(|(known, _)| known.0 == path) {
                columns.push((Path(path), place));
            }
        }
        Ok(Reads {
            inputs: exprs,
            columns,
            lookups: self.lookups,
            layout,
        })
    }

    /// A part that is named but not used is read all the same: the row must have it.
    fn ask_for_unused(&mut self) {
        let mut named = std::mem::take(&mut self.named);
        named.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        for (path, place) in named {
            if !self
                .inputs
                .iter()
                .any(|(known, ..)| known.starts_with(&path))
            {
                let expr = Node::Column(Path(path.clone()), place).into();
                self.ask(path, Asked::Value, expr, place);
            }
        }
    }

    /// A part of the row.
    fn part(&mut self, frame: u32, path: Vec<String>, place: Place) -> Meaning {
        self.named.push((path.clone(), place));
        Meaning::Row(frame, path, place)
    }

    fn ask(&mut self, path: Vec<String>, asked: Asked, expr: Expr, place: Place) {
        if !self
            .inputs
            .iter()
            .any(|(p, a, ..)| *p == path && *a == asked)
        {
            self.inputs.push((path, asked, expr, place));
        }
    }

    fn statements(&mut self, scope: &Scope, terms: &[Term], changed: &[&str]) -> Found<()> {
        let mut scope = scope.clone();
        for term in terms {
            if let Kind::Let(name, value) = &term.kind {
                let meaning = self.named(&scope, value)?;
                let meaning = if changed.contains(&name.as_str()) {
                    self.opaque(meaning)?
                } else {
                    meaning
                };
                scope.names.push((name.clone(), meaning));
            } else {
                self.value(&scope, term, changed)?;
            }
        }
        Ok(())
    }

    /// What a `let` names: a part of the row, something known, or a value.
    fn named(&mut self, scope: &Scope, value: &Term) -> Found<Meaning> {
        let known = self.lowering.meaning(scope, value);
        let raw = self.raw(scope, value, &[])?;
        Ok(match (raw, known) {
            (Meaning::Row(frame, path, place), _) => Meaning::Row(frame, path, place),
            (_, Ok(known)) if known.known().is_some() => known,
            (raw, _) => raw,
        })
    }

    fn opaque(&mut self, meaning: Meaning) -> Found<Meaning> {
        self.used(meaning)?;
        Ok(Meaning::Opaque)
    }

    /// A term whose value is used.
    fn value(&mut self, scope: &Scope, term: &Term, changed: &[&str]) -> Found<()> {
        let meaning = self.raw(scope, term, changed)?;
        self.used(meaning)
    }

    fn used(&mut self, meaning: Meaning) -> Found<()> {
        match meaning {
            Meaning::Row(_, path, place) if is_row(&path) => Err(Failure {
                hint: Some("name one of its members, as in `row.member`".to_owned()),
                ..failure(place, "the row itself is not a value")
            }),
            Meaning::Row(_, path, place) => {
                let expr = Node::Column(Path(path.clone()), place).into();
                self.ask(path, Asked::Value, expr, place);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// What a term stands for, as far as rows are concerned.
    fn raw(&mut self, scope: &Scope, term: &Term, changed: &[&str]) -> Found<Meaning> {
        let place = term.place;
        match &term.kind {
            Kind::Name(name) => Ok(match scope.find(name) {
                Some(Meaning::Row(frame, path, start)) => {
                    let start = if is_row(path) { place } else { *start };
                    Meaning::Row(*frame, path.clone(), start)
                }
                Some(other) => other.clone(),
                None => {
                    self.known_lookup(scope, term, place);
                    Meaning::Opaque
                }
            }),
            Kind::Qualified(..) => {
                self.known_lookup(scope, term, place);
                Ok(Meaning::Opaque)
            }
            Kind::Member(target, name) => {
                let target = self.raw(scope, target, changed)?;
                let Meaning::Row(frame, mut path, start) = target else {
                    return Ok(Meaning::Opaque);
                };
                if name == "len" && !is_row(&path) {
                    return self.lowered(scope, term, path, Asked::Len);
                }
                let start = if is_row(&path) { place } else { start };
                path.push(name.clone());
                Ok(self.part(frame, path, start))
            }
            Kind::Index(target, index) => self.index(scope, target, index, term, changed),
            Kind::Method(target, name, arguments) => {
                self.method(scope, term, target, name, arguments, changed)
            }
            Kind::Call(modules, name, arguments) => {
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(self.raw(scope, argument, changed)?);
                }
                let home = data::home(self.lowering.context, &scope.home, modules);
                let found = home.and_then(|home| {
                    let definition = data::function(&home.source, name, Some(values.len()))?;
                    Some((home, definition.name.to_string()))
                });
                match found {
                    Some((home, name)) => self.function(&home, &name, values),
                    None => {
                        values.into_iter().try_for_each(|value| self.used(value))?;
                        Ok(Meaning::Opaque)
                    }
                }
            }
            Kind::Closure(function, captured) => {
                let mut values = Vec::new();
                for term in captured {
                    values.push(self.raw(scope, term, changed)?);
                }
                let home = scope.home.clone();
                let inner = Inner {
                    home,
                    function: function.clone(),
                    captured: values,
                };
                self.closure(&inner)?;
                Ok(Meaning::Closure(inner.into()))
            }
            Kind::If(condition, yes, no) => {
                self.value(scope, condition, changed)?;
                self.statements(scope, yes, changed)?;
                self.statements(scope, no, changed)?;
                Ok(Meaning::Opaque)
            }
            Kind::Switch(switch) => {
                let number = |pattern: &Pattern| {
                    !matches!(pattern, Pattern::Is(Kind::Text(_)) | Pattern::In(..))
                };
                if switch.cases.iter().any(|case| number(&case.pattern)) {
                    return Err(Failure {
                        hint: Some("write `if … { … } else if … { … }`".to_owned()),
                        ..failure(
                            place,
                            "a `switch` over single numbers cannot be run row by row, since `2.0` would not be `2`",
                        )
                    });
                }
                term.parts()
                    .into_iter()
                    .try_for_each(|part| self.value(scope, part, changed))?;
                Ok(Meaning::Opaque)
            }
            Kind::Block(terms) => {
                self.statements(scope, terms, changed)?;
                Ok(Meaning::Opaque)
            }
            Kind::Assign(target, _, value) => {
                if let Err(Stop::Wrong(failure)) = self.lowering.meaning(scope, term) {
                    return Err(failure);
                }
                self.keeps_captured(scope, target)?;
                self.value(scope, value, changed)?;
                if !matches!(target.kind, Kind::Name(_)) {
                    target
                        .parts()
                        .into_iter()
                        .try_for_each(|part| self.value(scope, part, changed))?;
                }
                Ok(Meaning::Opaque)
            }
            Kind::Other(what, names, parts) => self.other(scope, what, names, parts, changed),
            _ => {
                term.parts()
                    .into_iter()
                    .try_for_each(|part| self.value(scope, part, changed))?;
                Ok(Meaning::Opaque)
            }
        }
    }

    fn other(
        &mut self,
        scope: &Scope,
        what: &str,
        names: &[String],
        parts: &[Term],
        changed: &[&str],
    ) -> Found<Meaning> {
        let mut inner = scope.clone();
        inner
            .names
            .extend(names.iter().map(|name| (name.clone(), Meaning::Opaque)));
        for (number, part) in parts.iter().enumerate() {
            let first = number == 0 && what == "`for` loops";
            let meaning = self.raw(if first { scope } else { &inner }, part, changed)?;
            if let (true, Meaning::Row(_, path, place)) = (first, &meaning) {
                return Err(Failure {
                    hint: Some(
                        "count, sum, max, min and any take a closure over the elements".to_owned(),
                    ),
                    ..failure(
                        *place,
                        format!(
                            "a loop over `{}` is not possible: a row has no arrays to loop over",
                            Path(path.clone())
                        ),
                    )
                });
            }
            self.used(meaning)?;
        }
        Ok(Meaning::Opaque)
    }

    fn index(
        &mut self,
        scope: &Scope,
        target: &Term,
        index: &Term,
        term: &Term,
        changed: &[&str],
    ) -> Found<Meaning> {
        let target = self.raw(scope, target, changed)?;
        let Meaning::Row(frame, path, start) = target else {
            self.used(target)?;
            self.value(scope, index, changed)?;
            return Ok(Meaning::Opaque);
        };
        let known = self
            .lowering
            .meaning(scope, index)
            .ok()
            .and_then(|m| m.known());
        let number = known.as_ref().and_then(|index| index.as_int().ok());
        match (known, number) {
            (_, Some(number)) if !is_row(&path) => {
                self.lowered(scope, term, path, Asked::Element(number))
            }
            (Some(name), _) if name.is_string() => {
                let start = if is_row(&path) { term.place } else { start };
                let path = path.into_iter().chain([name.to_string()]).collect();
                Ok(self.part(frame, path, start))
            }
            _ => Err(Failure {
                hint: Some("write the index as a number".to_owned()),
                ..failure(term.place, "an element of a column needs a constant index")
            }),
        }
    }

    /// Something that only a formula can say, as an element or a reduction, although the closure
    /// around it cannot be compiled.
    fn lowered(
        &mut self,
        scope: &Scope,
        term: &Term,
        path: Vec<String>,
        asked: Asked,
    ) -> Found<Meaning> {
        let expr = self.lowering.value(scope, term).map_err(Stop::failure)?;
        self.ask(path, asked, expr, term.place);
        Ok(Meaning::Opaque)
    }

    fn method(
        &mut self,
        scope: &Scope,
        term: &Term,
        target: &Term,
        name: &str,
        arguments: &[Term],
        changed: &[&str],
    ) -> Found<Meaning> {
        match name {
            "at" => self.known_lookup(scope, target, term.place),
            "column" => self.known_lookup(scope, term, term.place),
            _ => {}
        }
        let object = self.raw(scope, target, changed)?;
        if let (Meaning::Row(_, path, _), true) = (&object, name == "len" && arguments.is_empty()) {
            return self.lowered(scope, term, path.clone(), Asked::Len);
        }
        if let (
            Meaning::Row(_, path, _),
            [
                Term {
                    kind: Kind::Closure(function, _),
                    ..
                },
            ],
        ) = (&object, arguments)
        {
            let asked = Asked::Reduction(name.to_owned(), function.clone());
            return self.lowered(scope, term, path.clone(), asked);
        }
        if CHANGING.contains(&name) {
            self.keeps_captured(scope, target)?;
        }
        if name == "call"
            && let Some(inner) = self.closure_of(scope, &object)
        {
            let mut values = inner.captured.clone();
            for argument in arguments {
                values.push(self.raw(scope, argument, changed)?);
            }
            return self.function(&inner.home, &inner.function, values);
        }
        self.used(object)?;
        arguments
            .iter()
            .try_for_each(|argument| self.value(scope, argument, changed))?;
        Ok(Meaning::Opaque)
    }

    fn closure_of(&self, scope: &Scope, object: &Meaning) -> Option<Arc<Inner>> {
        match object {
            Meaning::Closure(inner) => Some(Arc::clone(inner)),
            Meaning::Data(value) => data::closure(self.lowering.context, &scope.home, value),
            _ => None,
        }
    }

    /// The body of a closure inside; what it is called with is not known.
    fn closure(&mut self, inner: &Inner) -> Found<()> {
        let Some(definition) = data::function(&inner.home.source, &inner.function, None) else {
            return Ok(());
        };
        let mut values = inner.captured.clone();
        values.resize(definition.params.len(), Meaning::Opaque);
        self.function(&inner.home, &inner.function, values)
            .map(|_| ())
    }

    fn function(&mut self, home: &Home, name: &str, values: Vec<Meaning>) -> Found<Meaning> {
        let rows = values
            .iter()
            .map(|value| match value {
                Meaning::Row(_, path, _) => Some(path.clone()),
                _ => None,
            })
            .collect();
        let key = (home.source.id, name.to_owned(), rows);
        if self.seen.contains(&key) {
            return Ok(Meaning::Opaque);
        }
        self.seen.push(key);
        let Some(definition) = data::function(&home.source, name, Some(values.len())) else {
            return Ok(Meaning::Opaque);
        };
        let function = walk::function(&home.source, &definition);
        let names = function.parameters.iter().cloned().zip(values).collect();
        let scope = Scope {
            home: home.clone(),
            names,
        };
        self.depth += 1;
        let found = self.body(&scope, &function.body);
        self.depth -= 1;
        found.map(|()| Meaning::Opaque)
    }
}
