//! What the names of a formula mean at its place in the collector.

use std::cell::RefCell;

use super::slots::{Key, Slots};
use crate::collect::made::COLUMNS;
use crate::collect::schema::{Array, Names, Source};
use crate::expr::{Elements, Path, Schema, Slot, Type, Unknown, nearest};

/// What a row of a formula is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// An event.
    Event,
    /// An element of the array that `each` named.
    Rows(usize),
    /// A row of made-up numbers.
    Made,
    /// An element of an array of the event, inside `count`, `sum`, ….
    Body(usize),
}

/// The names that a formula may use.
pub(super) struct View<'a> {
    pub(super) names: &'a Names,
    pub(super) slots: &'a RefCell<Slots>,
    pub(super) level: Level,
}

impl View<'_> {
    /// The same names seen from the event.
    pub(super) fn of_event(&self) -> Self {
        Self {
            names: self.names,
            slots: self.slots,
            level: Level::Event,
        }
    }

    fn array(&self) -> Option<Array> {
        match self.level {
            Level::Event | Level::Made => None,
            Level::Rows(n) | Level::Body(n) => self.slots.borrow().arrays.get(n).cloned(),
        }
    }

    fn key_of(&self, source: Source) -> Key {
        match self.level {
            Level::Rows(n) | Level::Body(n) if !source.of_event() => Key::Element(n, source),
            _ => self.repeated(Key::Event(source)),
        }
    }

    /// Inside the body of a reduction there is one value per element, also of the event's.
    fn repeated(&self, key: Key) -> Key {
        match self.level {
            Level::Body(n) => Key::Repeated(n, Box::new(key)),
            _ => key,
        }
    }

    fn defined(&self, path: &Path) -> Option<(Key, Type)> {
        let name = match path.0.as_slice() {
            [name] => name,
            [event, name] if event == "event" => name,
            _ => return None,
        };
        let slots = self.slots.borrow();
        let number = slots.definitions.iter().position(|d| d.name == *name)?;
        let definition = &slots.definitions[number];
        let key = if definition.of_event {
            self.repeated(Key::EventDefined(number))
        } else {
            Key::Defined(number)
        };
        Some((key, definition.kind))
    }

    fn made(&self, path: &Path) -> Option<(Key, Type)> {
        let [name] = path.0.as_slice() else {
            return None;
        };
        let number = COLUMNS.iter().position(|(known, _)| known == name)?;
        (self.level == Level::Made).then_some((Key::Made(number), COLUMNS[number].1))
    }

    /// The same answer, but with a column of the script if that is nearest.
    fn or_defined(&self, path: &Path, unknown: Unknown) -> Unknown {
        let slots = self.slots.borrow();
        let names = slots.definitions.iter().map(|d| d.name.as_str());
        match nearest(&path.to_string(), names) {
            Some(near) => Unknown {
                hint: Some(format!("did you mean `{near}`, which was defined before?")),
                ..unknown
            },
            None => unknown,
        }
    }

    fn slot(&self, key: Key, kind: Type) -> Slot {
        let number = self.slots.borrow_mut().number(key, kind);
        Slot { number, kind }
    }

    /// Whether a new column of that name would hide another one.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        let path = Path(vec![name.to_owned()]);
        let array = self.array();
        name == "event"
            || self.defined(&path).or(self.made(&path)).is_some()
            || self.names.exists(array.as_ref(), &path)
    }
}

impl Schema for View<'_> {
    fn column(&self, path: &Path, element: Option<u32>) -> Result<Slot, Unknown> {
        if let Some((key, kind)) = self.defined(path) {
            if element.is_some() {
                return Err(Unknown {
                    message: format!("`{path}` is {}, it has no items", kind.sentence()),
                    hint: None,
                });
            }
            return Ok(self.slot(key, kind));
        }
        if let Some((key, kind)) = self.made(path).filter(|_| element.is_none()) {
            return Ok(self.slot(key, kind));
        }
        let array = self.array();
        let source = match element {
            Some(item) => self.names.item(array.as_ref(), path, item)?,
            None => {
                let found = self.names.column(array.as_ref(), path);
                found.map_err(|unknown| self.or_defined(path, unknown))?
            }
        };
        let kind = self.names.kind(&source);
        Ok(self.slot(self.key_of(source), kind))
    }

    fn elements(&self, array: &Path) -> Result<Elements<'_>, Unknown> {
        if self.level != Level::Event {
            return Err(Unknown {
                message: format!("`{array}` is an array of the event, and the row is an element"),
                hint: Some("take its number or sum in a define before each, and use that".into()),
            });
        }
        let found = self.names.array(&array.to_string())?;
        let number = self.slots.borrow_mut().array(found);
        let offsets = self.slot(Key::Offsets(number), Type::Int).number;
        Ok(Elements {
            offsets,
            schema: Box::new(View {
                names: self.names,
                slots: self.slots,
                level: Level::Body(number),
            }),
        })
    }
}
