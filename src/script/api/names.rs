//! The list of names, read once from the text beside this file.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use serde::Serialize;

/// One name of the scripting API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Name {
    /// The kind of value it belongs to; `None` for a function or constant that stands alone.
    pub kind: Option<&'static str>,
    /// The name itself.
    pub name: &'static str,
    /// What it takes and gives, as the scripting API writes it.
    pub signature: &'static str,
    /// What it is, in one sentence.
    pub meaning: &'static str,
    /// Whether it is called.
    pub called: bool,
    /// Whether it works; promised names that do not are listed too.
    pub available: bool,
}

impl Name {
    /// How many arguments it takes, from the fewest to the most.
    #[must_use]
    pub fn takes(&self) -> RangeInclusive<usize> {
        let inside = self.signature.split_once('(').map_or("", |(_, rest)| rest);
        let inside = inside
            .split(") →")
            .next()
            .unwrap_or(inside)
            .trim_end_matches(')');
        let mut in_closure = false;
        let (mut fewest, mut most, mut optional) = (0, 0, false);
        // Parameters are counted by their first letter; those of a closure count as one.
        let mut new = true;
        for c in inside.chars() {
            match c {
                '|' if !in_closure && new => {
                    in_closure = true;
                    (fewest, most, new) = (fewest + usize::from(!optional), most + 1, false);
                }
                '|' => in_closure = !in_closure,
                _ if in_closure => {}
                '[' => optional = true,
                ',' => new = true,
                c if new && c.is_alphanumeric() => {
                    (fewest, most, new) = (fewest + usize::from(!optional), most + 1, false);
                }
                _ => {}
            }
        }
        fewest..=most
    }
}

/// Every name of the scripting API, in the order of its description.
#[must_use]
pub fn names() -> &'static [Name] {
    static NAMES: LazyLock<Vec<Name>> = LazyLock::new(|| {
        include_str!("names.txt")
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(read)
            .collect()
    });
    &NAMES
}

/// The names under the titles of the description.
pub(super) fn sections() -> Vec<(&'static str, Vec<Name>)> {
    let mut found: Vec<(&str, Vec<Name>)> = Vec::new();
    // The first two lines are about the list itself.
    for line in include_str!("names.txt").lines().skip(2) {
        match (line.strip_prefix("# "), found.last_mut()) {
            (Some(title), _) => found.push((title, Vec::new())),
            (None, Some((_, names))) if !line.is_empty() => names.push(read(line)),
            _ => {}
        }
    }
    found
}

/// `~ Kind.name(parameters) → Result — meaning`
fn read(line: &'static str) -> Name {
    let bare = line.trim_start_matches("~ ");
    let (signature, meaning) = bare.split_once(" — ").unwrap_or((bare, ""));
    let path = signature.split(['(', ':', ' ']).next().unwrap_or(signature);
    let (kind, name) = match path.split_once('.') {
        Some((kind, name)) => (Some(kind), name),
        None => (None, path),
    };
    Name {
        kind,
        name,
        signature,
        meaning,
        called: signature.starts_with(&format!("{path}(")),
        available: !line.starts_with('~'),
    }
}

/// Functions that stand alone.
pub(crate) fn functions() -> impl Iterator<Item = &'static Name> {
    names().iter().filter(|n| n.called && n.kind.is_none())
}

/// Methods of every kind of value.
pub(crate) fn methods() -> impl Iterator<Item = &'static Name> {
    names().iter().filter(|n| n.called && n.kind.is_some())
}

/// What a value of that kind has: methods and attributes.
pub(crate) fn of_kind(kind: &str) -> impl Iterator<Item = &'static Name> {
    let kind = kind.to_owned();
    names()
        .iter()
        .filter(move |n| n.kind == Some(kind.as_str()))
}

/// The attributes of a kind of value.
pub(crate) fn attributes(kind: &str) -> impl Iterator<Item = &'static Name> {
    of_kind(kind).filter(|n| !n.called)
}

#[cfg(test)]
mod tests {
    use super::names;

    fn found(kind: Option<&str>, name: &str) -> super::Name {
        let found = names().iter().find(|n| n.kind == kind && n.name == name);
        *found.unwrap()
    }

    #[test]
    fn lines_are_taken_apart() {
        let select = found(Some("Collector"), "select");
        assert_eq!(
            select.signature,
            "Collector.select(name, |row|) → Collector"
        );
        assert!(select.called && select.available);
        assert!(found(Some("Collector"), "records").available);
        assert!(!found(Some("IoV"), "low").called);
        assert_eq!(found(None, "PI").meaning, "π");
        assert!(
            names()
                .iter()
                .all(|n| !n.name.is_empty() && !n.meaning.is_empty())
        );
    }

    #[test]
    fn parameters_are_counted() {
        let takes = |kind, name| found(kind, name).takes();
        assert_eq!(takes(Some("Collector"), "select"), 2..=2);
        assert_eq!(takes(Some("Collector"), "histogram"), 3..=6);
        assert_eq!(takes(Some("Model"), "refit"), 2..=2);
        assert_eq!(takes(Some("Algorithm"), "calibrate"), 1..=1);
        assert_eq!(takes(None, "IoV"), 2..=4);
        assert_eq!(takes(Some("FileMap"), "keys"), 0..=0);
        assert_eq!(takes(None, "filter_by_max_files_per_run"), 1..=4);
    }

    #[test]
    fn no_name_stands_twice() {
        let mut all: Vec<_> = names().iter().map(|n| (n.kind, n.name)).collect();
        let many = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), many);
    }
}
