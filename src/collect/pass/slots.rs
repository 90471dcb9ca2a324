//! Everything the formulas of a collector read, numbered.

use crate::collect::schema::{Array, FieldId, Link, Source};
use crate::expr::Type;

/// Something a formula reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// A value of the event in the file.
    Event(Source),
    /// A column defined before `each`.
    EventDefined(usize),
    /// Where the elements of each event begin, of the array of that number.
    Offsets(usize),
    /// A value of an element of the array of that number.
    Element(usize, Source),
    /// A value of the event, repeated for each element of an array.
    Repeated(usize, Box<Key>),
    /// A column defined after `each`.
    Defined(usize),
    /// A made-up column, by its number.
    Made(usize),
    /// Number of the element in its array.
    Index(usize),
    /// Number of the element that the join of that number leads to; -1 for none.
    Partner(usize),
    /// A value of the element that the join of that number leads to.
    Joined(usize, Source),
    /// What the first (0) or second (1) row of a pair has under that number.
    Paired(usize, usize),
}

/// Where a column of the script was defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DefinedOf {
    /// Before `each`.
    Event,
    /// For rows of an array.
    Row,
    /// For pairs, those of that `pairs()`.
    Pair(usize),
}

/// A step that leads from each row to an element of another array.
#[derive(Clone, Debug)]
pub(crate) struct Join {
    /// Its name in closures.
    pub(crate) name: String,
    /// The array of that number holds the elements it leads to.
    pub(crate) target: usize,
    /// The array of the rows.
    pub(crate) rows: usize,
    pub(crate) link: Link,
}

/// A column that the script defined.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) of: DefinedOf,
}

/// The numbers of everything that is read.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    pub(crate) keys: Vec<(Key, Type)>,
    pub(crate) arrays: Vec<Array>,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) joins: Vec<Join>,
}

impl Slots {
    /// The number of a key; a new one if it was not read before.
    pub(crate) fn number(&mut self, key: Key, kind: Type) -> usize {
        if let Some(known) = self.keys.iter().position(|(k, _)| *k == key) {
            return known;
        }
        self.keys.push((key, kind));
        self.keys.len() - 1
    }

    /// The number of an array; a new one if it was not used before.
    pub(crate) fn array(&mut self, array: Array) -> usize {
        if let Some(known) = self.arrays.iter().position(|a| a.name == array.name) {
            return known;
        }
        self.arrays.push(array);
        self.arrays.len() - 1
    }

    /// The columns of the file behind all keys, rising.
    pub(crate) fn fields(&self) -> Vec<FieldId> {
        let mut fields: Vec<FieldId> = Vec::new();
        for (key, _) in &self.keys {
            self.add_fields(key, &mut fields);
        }
        fields.extend(self.arrays.iter().map(|array| array.measure));
        fields.extend(self.joins.iter().flat_map(|join| join.link.fields()));
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    fn add_fields(&self, key: &Key, fields: &mut Vec<FieldId>) {
        match key {
            Key::Event(source) | Key::Element(_, source) | Key::Joined(_, source) => {
                fields.push(source.field());
            }
            Key::Repeated(_, inner) => self.add_fields(inner, fields),
            // What pairs and joins read has numbers of its own.
            Key::Offsets(_)
            | Key::EventDefined(_)
            | Key::Defined(_)
            | Key::Made(_)
            | Key::Index(_)
            | Key::Partner(_)
            | Key::Paired(..) => {}
        }
    }
}
