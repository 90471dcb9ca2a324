//! The cases of a `switch`, which Rhai keeps as hashes only.
//!
//! The literals stand in the text behind the `switch`. Each literal found there is put into a
//! small `switch` of its own; where its hash is one of those asked for, it is the case. A hash
//! that belongs to no literal makes the `switch` unreadable, never wrong.

use std::collections::BTreeMap;

use rhai::{Engine, OptimizationLevel, RangeCase, Stmt, SwitchCasesCollection};

use crate::expr::Place;

use super::term::{Kind, Pattern};
use super::walk;

/// Patterns and the number of their alternative, in the order in which they are tried: literals
/// first, then ranges.
pub(super) fn read(
    cases: &SwitchCasesCollection,
    text: &str,
    place: Place,
) -> Vec<(Pattern, usize)> {
    // With its position in the text: hashes differ from build to build, formulas must not.
    let mut wanted: BTreeMap<u64, Option<(usize, Pattern)>> = BTreeMap::new();
    wanted.extend(in_order(cases).into_iter().map(|(hash, _)| (hash, None)));
    let probe = Probe::new();
    for range in &cases.ranges {
        if let Some(slot) = probe.hash(&written(range)).and_then(|h| wanted.get_mut(&h)) {
            *slot = Some((0, in_range(range)));
        }
    }
    for (position, literal) in literals(behind(text, place)).into_iter().enumerate() {
        if wanted.values().all(Option::is_some) {
            break;
        }
        if let Some(slot) = probe.hash(literal).and_then(|hash| wanted.get_mut(&hash)) {
            *slot = slot
                .take()
                .or_else(|| Some((position, Pattern::Is(probe.value(literal)?))));
        }
    }
    let mut found = Vec::new();
    for (hash, alternatives) in in_order(cases) {
        let unknown = (usize::MAX, Pattern::Unknown);
        let (position, pattern) = wanted.remove(&hash).flatten().unwrap_or(unknown);
        if !matches!(pattern, Pattern::In(..)) {
            found.extend(
                alternatives
                    .into_iter()
                    .map(|index| (index, position, pattern.clone())),
            );
        }
    }
    found.sort_by_key(|(index, position, _)| (*index, *position));
    let mut all: Vec<_> = found
        .into_iter()
        .map(|(index, _, pattern)| (pattern, index))
        .collect();
    all.extend(
        cases
            .ranges
            .iter()
            .map(|range| (in_range(range), range.index())),
    );
    all
}

/// Hash and alternatives of each case, by the first alternative.
fn in_order(cases: &SwitchCasesCollection) -> Vec<(u64, Vec<usize>)> {
    let mut all: Vec<_> = cases
        .cases
        .iter()
        .map(|(hash, list)| (*hash, list.blocks.to_vec()))
        .collect();
    all.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    all
}

fn in_range(range: &RangeCase) -> Pattern {
    match range {
        RangeCase::ExclusiveInt(range, _) => Pattern::In(range.start, range.end, false),
        RangeCase::InclusiveInt(range, _) => Pattern::In(*range.start(), *range.end(), true),
    }
}

fn written(range: &RangeCase) -> String {
    match range {
        RangeCase::ExclusiveInt(range, _) => format!("{}..{}", range.start, range.end),
        RangeCase::InclusiveInt(range, _) => format!("{}..={}", range.start(), range.end()),
    }
}

/// Finds the hash of a literal by letting Rhai read a `switch` with it.
struct Probe(Engine);

impl Probe {
    fn new() -> Self {
        let mut engine = Engine::new_raw();
        engine.set_optimization_level(OptimizationLevel::None);
        Self(engine)
    }

    fn hash(&self, literal: &str) -> Option<u64> {
        let tree = self
            .0
            .compile(format!("switch 0 {{ {literal} => 0 }}"))
            .ok()?;
        match tree.statements() {
            [Stmt::Switch(parts, _)] => in_order(&parts.1).first().map(|(hash, _)| *hash),
            _ => None,
        }
    }

    fn value(&self, literal: &str) -> Option<Kind> {
        let tree = self.0.compile(literal).ok()?;
        match tree.statements() {
            [Stmt::Expr(value)] => value.get_literal_value(None).map(|v| walk::constant(&v)),
            _ => None,
        }
    }
}

/// The text from a place on.
fn behind(text: &str, place: Place) -> &str {
    let line = place.line.saturating_sub(1) as usize;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let column = place.column.saturating_sub(1) as usize;
    let skip = rest
        .char_indices()
        .nth(column)
        .map_or(0, |(offset, _)| offset);
    rest.get(skip..).unwrap_or_default()
}

/// Everything in a text that may be a literal, with a sign if one stands before it.
fn literals(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_alphanumeric() || c == '"' || c == '_') {
        let signed = rest[..start].ends_with('-');
        let length = match rest[start..].strip_prefix('"') {
            Some(inner) => inner.find('"').map_or(rest.len() - start, |end| end + 2),
            None => word(&rest[start..]),
        };
        let end = start + length;
        found.push(&rest[start..end]);
        if signed {
            found.push(&rest[start - 1..end]);
        }
        rest = &rest[end..];
    }
    found.retain(|literal| {
        literal.starts_with(|c: char| c.is_ascii_digit() || c == '"' || c == '-')
            || matches!(*literal, "true" | "false")
    });
    found
}

/// Length of the word or number at the beginning of a text; a range is no part of a number.
fn word(text: &str) -> usize {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .unwrap_or(text.len());
    text[..end].find("..").unwrap_or(end)
}
