//! What differs between two payloads: by channel where both are rows of numbers, else by path.

use std::fmt;

use indexmap::IndexMap;

use crate::root::Value;

use super::leaves::{Leaf, leaves};
use super::{Payload, turns_of};

/// Where a value stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Numbers of the channel; none for a payload that is not by channel.
    Channel(Vec<i64>),
    /// Path in the object.
    Path(String),
}

/// A value on one side.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A number.
    Number(f64),
    /// A whole number, or a truth value as 0 or 1.
    Whole(i64),
    /// Anything else, as text.
    Word(String),
}

/// A value that is not the same on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where it stands.
    pub place: Place,
    /// The first payload's value.
    pub before: Reading,
    /// The second payload's value.
    pub after: Reading,
}

/// What differs in one member.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberDifference {
    /// The member; of an object its path without the places in lists and maps, as `m_points[].fX`.
    pub member: String,
    /// Number of places that both payloads have.
    pub shared: usize,
    /// Places with different values, in the order of the first payload.
    pub changes: Vec<Change>,
    /// Places that only the first payload has.
    pub only_before: Vec<Place>,
    /// Places that only the second payload has.
    pub only_after: Vec<Place>,
}

/// What differs between two payloads.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Whether places are channels; they are paths otherwise.
    pub by_channel: bool,
    /// All members, those without a difference too.
    pub members: Vec<MemberDifference>,
}

/// Compares two payloads: by channel if both are rows of numbers, else by the paths of their objects.
#[must_use]
pub fn difference(before: &Payload, after: &Payload) -> Difference {
    let by_channel = !before.members.is_empty() && !after.members.is_empty();
    let (before, after) = if by_channel {
        (rows(before), rows(after))
    } else {
        let counts = [before, after].map(|payload| turns_of(payload).len());
        let several = counts.into_iter().any(|count| count > 1);
        (paths(before, several), paths(after, several))
    };
    let empty = Values::new();
    let mut members: Vec<MemberDifference> = before
        .iter()
        .map(|(member, values)| compared(member, values, after.get(member).unwrap_or(&empty)))
        .collect();
    let others = after
        .iter()
        .filter(|(member, _)| !before.contains_key(*member));
    members.extend(others.map(|(member, values)| compared(member, &empty, values)));
    Difference {
        by_channel,
        members,
    }
}

impl Difference {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.iter().all(MemberDifference::is_empty)
    }
}

impl MemberDifference {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.only_before.is_empty() && self.only_after.is_empty()
    }

    /// The changes, those without a size first, then the largest ones.
    #[must_use]
    pub fn by_size(&self) -> Vec<&Change> {
        self.sorted(Change::size)
    }

    /// The changes, those without a relative size first, then the largest ones.
    #[must_use]
    pub fn by_relative_size(&self) -> Vec<&Change> {
        self.sorted(Change::relative_size)
    }

    fn sorted(&self, size: impl Fn(&Change) -> Option<f64>) -> Vec<&Change> {
        let mut sorted: Vec<&Change> = self.changes.iter().collect();
        // A stable sort: of equal changes the first one comes first.
        sorted.sort_by(|a, b| {
            let key = |change: &Change| size(change).map_or(f64::INFINITY, f64::abs);
            key(b).total_cmp(&key(a))
        });
        sorted
    }

    /// The change with the largest size.
    #[must_use]
    pub fn largest(&self) -> Option<&Change> {
        self.by_size().into_iter().find(|c| c.size().is_some())
    }

    /// The change with the largest relative size.
    #[must_use]
    pub fn largest_relative(&self) -> Option<&Change> {
        let mut sorted = self.by_relative_size().into_iter();
        sorted.find(|change| change.relative_size().is_some())
    }

    /// Number of changes that have no size, as something is no finite number.
    #[must_use]
    pub fn without_size(&self) -> usize {
        let without = self.changes.iter().filter(|change| change.size().is_none());
        without.count()
    }

    /// The mean change of all places that both payloads have; those without a size do not count. `None` if
    /// none is left.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a count of channels")]
    pub fn mean(&self) -> Option<f64> {
        let count = self.shared - self.without_size();
        let sum: f64 = self.changes.iter().filter_map(Change::size).sum();
        // Without any change the sum is -0.
        (count > 0).then(|| sum / count as f64 + 0.0)
    }
}

impl Change {
    /// Second value minus first; `None` if one of them is no finite number.
    #[must_use]
    pub fn size(&self) -> Option<f64> {
        let size = self.after.number()? - self.before.number()?;
        size.is_finite().then_some(size)
    }

    /// The change as a part of the first value; `None` if that is 0, or there is no size.
    #[must_use]
    pub fn relative_size(&self) -> Option<f64> {
        let first = self.before.number()?.abs();
        let part = self.size()? / first;
        (first > 0.0 && part.is_finite()).then_some(part)
    }
}

impl Reading {
    /// The number it is.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "whole numbers are compared as such"
    )]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Whole(whole) => Some(*whole as f64),
            Self::Word(_) => None,
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(one), Self::Whole(two)) => one == two,
            (Self::Word(one), Self::Word(two)) => one == two,
            _ => match (self.number(), other.number()) {
                (Some(one), Some(two)) => one == two || (one.is_nan() && two.is_nan()),
                _ => false,
            },
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.write_str(path),
            Self::Channel(numbers) => {
                let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
                f.write_str(&words.join(","))
            }
        }
    }
}

/// The values of a member, each with its place.
type Values = IndexMap<Place, Reading>;

fn compared(member: &str, before: &Values, after: &Values) -> MemberDifference {
    let mut difference = MemberDifference {
        member: member.to_owned(),
        shared: 0,
        changes: Vec::new(),
        only_before: Vec::new(),
        only_after: Vec::new(),
    };
    for (place, old) in before {
        let Some(new) = after.get(place) else {
            difference.only_before.push(place.clone());
            continue;
        };
        difference.shared += 1;
        if !old.is(new) {
            difference.changes.push(Change {
                place: place.clone(),
                before: old.clone(),
                after: new.clone(),
            });
        }
    }
    let others = after.keys().filter(|place| !before.contains_key(*place));
    difference.only_after.extend(others.cloned());
    difference
}

/// The members of a payload that is rows of numbers.
fn rows(payload: &Payload) -> IndexMap<String, Values> {
    let place = |row: usize| {
        let numbers = payload.channels.values().map(|numbers| numbers[row]);
        Place::Channel(numbers.collect())
    };
    let members = payload.members.iter().map(|(member, values)| {
        let values = values.iter().enumerate();
        let values = values.map(|(row, value)| (place(row), Reading::Number(*value)));
        (member.clone(), values.collect())
    });
    members.collect()
}

/// The values of an object by path. Where objects take turns on one side, an object that does not is the
/// only one to take them; otherwise an object alone in such a container is that object.
fn paths(payload: &Payload, several: bool) -> IndexMap<String, Values> {
    let mut members: IndexMap<String, Values> = IndexMap::new();
    let turns = turns_of(payload);
    let (object, front) = match turns.as_slice() {
        [only] if !several => (only.payload.object.as_ref(), ""),
        [] if several => (payload.object.as_ref(), "m_objects[0]."),
        _ => (payload.object.as_ref(), ""),
    };
    let mut add = |path: String, reading: Reading| {
        let path = format!("{front}{path}");
        let values = members.entry(pattern(&path)).or_default();
        values.insert(Place::Path(path), reading);
    };
    for (path, leaf) in leaves(object.unwrap_or(&Value::Null)) {
        match leaf {
            Leaf::Nothing => add(path, Reading::Word("nothing".into())),
            Leaf::Empty => add(path, Reading::Word("empty".into())),
            Leaf::Truth(truth) => add(path, Reading::Whole(truth.into())),
            Leaf::Whole(whole) => add(path, Reading::Whole(whole)),
            Leaf::Number(number) => add(path, Reading::Number(number)),
            Leaf::Text(text) => add(path, Reading::Word(format!("{text:?}"))),
            Leaf::Wholes(all) => {
                for (place, whole) in all.iter().enumerate() {
                    add(format!("{path}[{place}]"), Reading::Whole(*whole));
                }
            }
            Leaf::Numbers(all) => {
                for (place, number) in all.iter().enumerate() {
                    add(format!("{path}[{place}]"), Reading::Number(*number));
                }
            }
        }
    }
    members
}

/// A path without the places in lists and maps.
fn pattern(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let (mut inside, mut quoted) = (false, false);
    for letter in path.chars() {
        match letter {
            '"' if inside => quoted = !quoted,
            ']' if !quoted => inside = false,
            _ => {}
        }
        if !inside {
            text.push(letter);
        }
        inside |= letter == '[' && !quoted;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::Record;

    fn by_channel(channels: &[i64], values: &[f64]) -> Payload {
        let mut payload = Payload::empty("X", "C");
        payload.channels.insert("cell".into(), channels.to_vec());
        payload.members.insert("m".into(), values.to_vec());
        payload
    }

    /// Worked out by hand: 2 → 3 is +1 and +50 %, 0.25 → 0.5 is +0.25 and +100 %, 0 → 1 has no relative size.
    #[test]
    fn sizes_are_absolute_and_relative() {
        let before = by_channel(&[1, 2, 3, 4, 7], &[2.0, 0.25, 0.0, 5.0, 1.0]);
        let after = by_channel(&[4, 3, 2, 1, 9], &[5.0, 0.5, 0.5, 3.0, 1.0]);
        let found = difference(&before, &after);
        assert!(found.by_channel && !found.is_empty());
        let member = &found.members[0];
        assert_eq!(member.shared, 4);
        assert_eq!(member.only_before, [Place::Channel(vec![7])]);
        assert_eq!(member.only_after, [Place::Channel(vec![9])]);
        let largest = member.largest().unwrap();
        assert_eq!(
            (largest.place.to_string(), largest.size()),
            ("1".into(), Some(1.0))
        );
        assert_eq!(largest.relative_size(), Some(0.5));
        let relative = member.largest_relative().unwrap();
        assert_eq!(relative.place.to_string(), "2");
        assert_eq!(relative.relative_size(), Some(1.0));
        // (1 + 0.25 + 0.5 + 0) / 4.
        assert_eq!(member.mean(), Some(0.4375));
        assert!(difference(&before, &before).is_empty());
    }

    #[test]
    fn what_is_no_number_has_no_size_and_comes_first() {
        let before = by_channel(&[1, 2, 3], &[1.0, f64::NAN, f64::NAN]);
        let after = by_channel(&[1, 2, 3], &[3.0, 4.0, f64::NAN]);
        let member = &difference(&before, &after).members[0];
        assert_eq!(member.changes.len(), 2);
        assert_eq!(member.without_size(), 1);
        assert_eq!(member.by_size()[0].place.to_string(), "2");
        assert_eq!(member.largest().unwrap().size(), Some(2.0));
        assert_eq!(member.mean(), Some(1.0));
    }

    #[test]
    fn objects_are_compared_by_path() {
        let object = |x: f64, name: &str, all: &[i64]| {
            let point: Value = Record::new("P").with("fX", x).into();
            let mut payload = Payload::empty("X", "C");
            payload.object = Some(
                Record::new("C")
                    .with("m_points", Value::List(vec![point.clone(), point]))
                    .with("m_name", name)
                    .with("m_all", Value::Ints(all.to_vec()))
                    .into(),
            );
            payload
        };
        let found = difference(&object(1.0, "a", &[1, 2]), &object(2.0, "b", &[1, 3, 4]));
        assert!(!found.by_channel);
        let names: Vec<&str> = found.members.iter().map(|m| m.member.as_str()).collect();
        assert_eq!(names, ["m_points[].fX", "m_name", "m_all[]"]);
        let places: Vec<String> = found
            .members
            .iter()
            .flat_map(|m| m.changes.iter().map(|change| change.place.to_string()))
            .collect();
        assert_eq!(
            places,
            ["m_points[0].fX", "m_points[1].fX", "m_name", "m_all[1]"]
        );
        assert_eq!(
            found.members[2].only_after,
            [Place::Path("m_all[2]".into())]
        );
        assert_eq!(found.members[1].largest(), None);
    }

    #[test]
    fn patterns_have_no_places() {
        for (path, expected) in [
            ("a[1].b[2,3]", "a[].b[]"),
            ("a[\"x]y\"].b", "a[].b"),
            ("a", "a"),
        ] {
            assert_eq!(pattern(path), expected);
        }
    }
}
