//! Everything the formulas of a collector read, numbered.

use crate::collect::schema::{Array, FieldId, Source};
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
}

/// A column that the script defined.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// Whether it was defined before `each`.
    pub(crate) of_event: bool,
}

/// The numbers of everything that is read.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    pub(crate) keys: Vec<(Key, Type)>,
    pub(crate) arrays: Vec<Array>,
    pub(crate) definitions: Vec<Definition>,
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
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    fn add_fields(&self, key: &Key, fields: &mut Vec<FieldId>) {
        match key {
            Key::Event(source) | Key::Element(_, source) => fields.push(source.field()),
            Key::Repeated(_, inner) => self.add_fields(inner, fields),
            Key::Offsets(_) | Key::EventDefined(_) | Key::Defined(_) | Key::Made(_) => {}
        }
    }
}
