//! What the names of a formula mean at its place in the collector.

use std::cell::RefCell;

use super::slots::{DefinedOf, Join, Key, Slots};
use crate::collect::made::COLUMNS;
use crate::collect::schema::{Array, Names, Source, some_of};
use crate::expr::{Elements, Path, Schema, Slot, Type, Unknown, nearest};

/// Number of an element in its array, unless the array has a member of that name.
const INDEX: &str = "index";

/// The column that says to which element a join leads. No column of a file or script has a name
/// with spaces in front.
pub(super) fn partner_name(join: &str) -> String {
    format!("  partner {join}")
}

/// What a row of a formula is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// An event.
    Event,
    /// An element of the array that `each` named.
    Rows(usize),
    /// A row of made-up numbers.
    Made,
    /// Two elements of that array; the pairs are those of that `pairs()`.
    Pairs(usize, usize),
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
            Level::Rows(n) | Level::Body(n) | Level::Pairs(n, _) => {
                self.slots.borrow().arrays.get(n).cloned()
            }
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

    /// The same names seen from one row of a pair.
    fn of_row(&self, array: usize) -> Self {
        Self {
            names: self.names,
            slots: self.slots,
            level: Level::Rows(array),
        }
    }

    fn defined(&self, path: &Path) -> Result<Option<(Key, Type)>, Unknown> {
        let name = match path.0.as_slice() {
            [name] => name,
            [event, name] if event == "event" => name,
            _ => return Ok(None),
        };
        let slots = self.slots.borrow();
        let Some(number) = slots.definitions.iter().position(|d| d.name == *name) else {
            return Ok(None);
        };
        let definition = &slots.definitions[number];
        let key = match (definition.of, self.level) {
            (DefinedOf::Event, _) => self.repeated(Key::EventDefined(number)),
            (DefinedOf::Row, _) => Key::Defined(number),
            (DefinedOf::Pair(_), _) => {
                return Err(Unknown {
                    message: format!("`{name}` was defined for pairs, which are gone here"),
                    hint: Some(
                        "a row may be in several pairs; use it in the closures between `pairs()` \
                         and `singles()`"
                            .into(),
                    ),
                });
            }
        };
        Ok(Some((key, definition.kind)))
    }

    /// What a row has beyond its members: its number, and what joins lead to.
    fn beyond(&self, path: &Path, item: Option<u32>) -> Result<Option<(Key, Type)>, Unknown> {
        let Level::Rows(array) = self.level else {
            return Ok(None);
        };
        let Some((first, rest)) = path.0.split_first() else {
            return Ok(None);
        };
        let known = |join: &Join| join.name == *first || partner_name(&join.name) == *first;
        let slots = self.slots.borrow();
        let Some(number) = slots.joins.iter().position(known) else {
            let index = path.0.as_slice() == [INDEX] && item.is_none();
            let free = index && !self.names.exists(slots.arrays.get(array), path);
            return Ok(free.then_some((Key::Index(array), Type::Int)));
        };
        let join = &slots.joins[number];
        if *first != join.name {
            return Ok(Some((Key::Partner(number), Type::Int)));
        }
        let target = &slots.arrays[join.target];
        if rest.is_empty() {
            let members = target.members.iter().map(|m| m.names.join("."));
            let members: Vec<String> = members.collect();
            return Err(Unknown {
                message: format!(
                    "`{first}` is an element of `{}`, not one value",
                    target.name
                ),
                hint: Some(format!("take one of {}", some_of(&members, 12))),
            });
        }
        let rest = Path(rest.to_vec());
        let own = target.members.iter().any(|m| m.names == rest.0);
        if rest.0.as_slice() == [INDEX] && item.is_none() && !own {
            return Ok(Some((Key::Partner(number), Type::Int)));
        }
        let source = self.names.member_of(target, &rest, item)?;
        let kind = self.names.kind(&source);
        Ok(Some((Key::Joined(number, source), kind)))
    }

    /// A column that was defined for the pairs at hand.
    fn of_this_pair(&self, name: &str) -> Option<(Key, Type)> {
        let Level::Pairs(_, here) = self.level else {
            return None;
        };
        let slots = self.slots.borrow();
        let mut all = slots.definitions.iter().enumerate();
        let (number, definition) =
            all.find(|(_, d)| d.name == *name && d.of == DefinedOf::Pair(here))?;
        Some((Key::Defined(number), definition.kind))
    }

    /// What a path of a pair stands for: `a.m_time`, a column of the pair, or the event.
    fn of_pair(
        &self,
        (array, path): (usize, &Path),
        item: Option<u32>,
    ) -> Result<(Key, Type), Unknown> {
        let row = self.of_row(array);
        let (side, path) = match path.side() {
            Some((side, path)) => (Some(side), path),
            None => (None, path.clone()),
        };
        if let ([name], None) = (path.0.as_slice(), item)
            && let Some(found) = self.of_this_pair(name)
        {
            return Ok(found);
        }
        let (key, kind) = row.found(&path, item)?;
        if matches!(key, Key::Event(_) | Key::EventDefined(_)) {
            return Ok((key, kind));
        }
        let Some(side) = side else {
            // Only names in arrays of columns have no side.
            return Err(Unknown {
                message: format!("each row of the pair has its own `{path}`"),
                hint: Some(format!("write `a.{path}` or `b.{path}`")),
            });
        };
        let inner = self.slots.borrow_mut().number(key, kind);
        Ok((Key::Paired(side, inner), kind))
    }

    /// What a path stands for.
    fn found(&self, path: &Path, item: Option<u32>) -> Result<(Key, Type), Unknown> {
        if let Level::Pairs(array, _) = self.level {
            return self.of_pair((array, path), item);
        }
        if let Some((key, kind)) = self.defined(path)? {
            if item.is_some() {
                return Err(Unknown {
                    message: format!("`{path}` is {}, it has no items", kind.sentence()),
                    hint: None,
                });
            }
            return Ok((key, kind));
        }
        if let Some((key, kind)) = self.made(path).filter(|_| item.is_none()) {
            return Ok((key, kind));
        }
        if let Some(found) = self.beyond(path, item)? {
            return Ok(found);
        }
        let array = self.array();
        let source = match item {
            Some(item) => self.names.item(array.as_ref(), path, item)?,
            None => {
                let found = self.names.column(array.as_ref(), path);
                found.map_err(|unknown| self.or_defined(path, unknown))?
            }
        };
        let kind = self.names.kind(&source);
        Ok((self.key_of(source), kind))
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
        let slots = self.slots.borrow();
        name == "event"
            || slots.definitions.iter().any(|d| d.name == name)
            || slots.joins.iter().any(|join| join.name == name)
            || self.made(&path).is_some()
            || self.names.exists(array.as_ref(), &path)
    }
}

impl Schema for View<'_> {
    fn column(&self, path: &Path, element: Option<u32>) -> Result<Slot, Unknown> {
        let (key, kind) = self.found(path, element)?;
        Ok(self.slot(key, kind))
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
