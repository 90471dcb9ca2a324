//! The column that a path of a formula stands for.

use super::arrays::{Array, array_names};
use super::field::{Field, FieldId, Shape, some_of};
use crate::expr::{Path, Type, Unknown, nearest};
use crate::root::Tree;

/// The columns of one tree.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// In the order of the file.
    pub(crate) fields: Vec<Field>,
}

/// Where a value of a row comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Source {
    /// A column with one value per event.
    Event(FieldId),
    /// One value of a fixed array of the event.
    EventItem(FieldId, u32),
    /// A column with one value per element.
    Element(FieldId),
    /// One value of a fixed array of the element.
    ElementItem(FieldId, u32),
}

impl Source {
    /// The column it reads.
    pub(crate) fn field(&self) -> FieldId {
        match self {
            Self::Event(field)
            | Self::EventItem(field, _)
            | Self::Element(field)
            | Self::ElementItem(field, _) => *field,
        }
    }

    /// Whether there is one value per event.
    pub(crate) fn of_event(&self) -> bool {
        matches!(self, Self::Event(_) | Self::EventItem(..))
    }
}

/// A name that was found, but perhaps not in a form that gives one value.
enum Found {
    Event(FieldId),
    Element(FieldId),
}

impl Names {
    /// The array of that name.
    ///
    /// # Errors
    /// When there is none, with the nearest name.
    pub(crate) fn array(&self, name: &str) -> Result<Array, Unknown> {
        Array::find(&self.fields, name)
    }

    /// Kind of the values of a source.
    pub(crate) fn kind(&self, source: &Source) -> Type {
        self.fields[source.field()].kind
    }

    /// The source of a column of an event (`array` is `None`) or of an element.
    ///
    /// # Errors
    /// When there is no such column, or when it has more than one value for a row.
    pub(crate) fn column(&self, array: Option<&Array>, path: &Path) -> Result<Source, Unknown> {
        let found = self.find(array, path)?;
        let (field, source) = match found {
            Found::Event(id) => (&self.fields[id], Source::Event(id)),
            Found::Element(id) => (&self.fields[id], Source::Element(id)),
        };
        let hint = match (&field.shape, &found) {
            (Shape::Scalar, Found::Event(_))
            | (Shape::Jagged { width: 1, .. }, Found::Element(_)) => return Ok(source),
            (Shape::Fixed(n), _) | (Shape::Jagged { width: n, .. }, Found::Element(_)) => {
                Some(format!("choose one: `{path}[0]` to `{path}[{}]`", n - 1))
            }
            (Shape::Jagged { .. }, Found::Event(_)) => Some(self.instead_of_many(field)),
            _ => None,
        };
        Err(Unknown {
            message: format!("`{path}` is {}, not one value", field.describe()),
            hint,
        })
    }

    /// The source of one item of a fixed array: `c.m_pos[2]`.
    ///
    /// # Errors
    /// When there is no such column, when it is no fixed array, or when it is shorter.
    pub(crate) fn item(
        &self,
        array: Option<&Array>,
        path: &Path,
        item: u32,
    ) -> Result<Source, Unknown> {
        let found = self.find(array, path)?;
        let (id, source) = match found {
            Found::Event(id) => (id, Source::EventItem(id, item)),
            Found::Element(id) => (id, Source::ElementItem(id, item)),
        };
        let field = &self.fields[id];
        let length = match (&field.shape, &found) {
            (Shape::Fixed(n), Found::Event(_)) => *n,
            (Shape::Jagged { width, .. }, Found::Element(_)) if *width > 1 => *width,
            _ => {
                let message = format!("`{path}` is {}, it has no items", field.describe());
                return Err(Unknown {
                    message,
                    hint: None,
                });
            }
        };
        if item < length {
            return Ok(source);
        }
        Err(Unknown {
            message: format!("`{path}` has {length} items, there is no `[{item}]`"),
            hint: Some(format!("items count from 0 to {}", length - 1)),
        })
    }

    /// The source of a member of an element, or of one item of it, without a look at the event.
    ///
    /// # Errors
    /// When there is no such member, or when it has more than one value.
    pub(crate) fn member_of(
        &self,
        array: &Array,
        path: &Path,
        item: Option<u32>,
    ) -> Result<Source, Unknown> {
        let names: Vec<&str> = path.0.iter().map(String::as_str).collect();
        if self.member(array, &names)?.is_some() {
            return match item {
                Some(item) => self.item(Some(array), path, item),
                None => self.column(Some(array), path),
            };
        }
        let members: Vec<String> = array.members.iter().map(|m| m.names.join(".")).collect();
        let has = format!("`{}` has {}", array.name, some_of(&members, 12));
        let name = path.to_string();
        Err(Unknown {
            message: format!("there is no column `{name}` in `{}`", array.name),
            hint: Some(match nearest(&name, members.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`? {has}"),
                None => has,
            }),
        })
    }

    /// Whether anything in the tree begins with that name.
    pub(crate) fn begins(&self, name: &str) -> bool {
        let first = |f: &Field| f.names.first().is_some_and(|first| first == name);
        self.fields.iter().any(first)
    }

    /// Whether the path leads to a column, or to several.
    pub(crate) fn exists(&self, array: Option<&Array>, path: &Path) -> bool {
        let names: Vec<&str> = path.0.iter().map(String::as_str).collect();
        let of_event = || !matches!(self.of_event(&names), Ok(None));
        array.is_some_and(|a| !matches!(self.member(a, &names), Ok(None))) || of_event()
    }

    fn find(&self, array: Option<&Array>, path: &Path) -> Result<Found, Unknown> {
        let names: Vec<&str> = path.0.iter().map(String::as_str).collect();
        if let Some(array) = array
            && let Some(field) = self.member(array, &names)?
        {
            return Ok(Found::Element(field));
        }
        if let Some(field) = self.of_event(&names)? {
            return Ok(Found::Event(field));
        }
        if let ["event", rest @ ..] = names.as_slice()
            && !rest.is_empty()
            && let Some(field) = self.of_event(rest)?
        {
            return Ok(Found::Event(field));
        }
        Err(self.unknown(array, path))
    }

    /// A member of the element: by its names, or by the last of them if only one ends so.
    fn member(&self, array: &Array, names: &[&str]) -> Result<Option<FieldId>, Unknown> {
        if let Some(member) = array.members.iter().find(|m| m.names == names) {
            return Ok(Some(member.field));
        }
        let [name] = names else {
            return Ok(None);
        };
        let ends: Vec<FieldId> = array
            .members
            .iter()
            .filter(|m| m.names.len() > 1 && m.names.last().is_some_and(|n| n == name))
            .map(|m| m.field)
            .collect();
        self.only(&ends, name)
    }

    /// A column of the event: by its names, or by the last of them if that is unique among the
    /// columns with one value per event.
    fn of_event(&self, names: &[&str]) -> Result<Option<FieldId>, Unknown> {
        if let Some(id) = self.fields.iter().position(|f| f.names == names) {
            return Ok(Some(id));
        }
        let [name] = names else {
            return Ok(None);
        };
        let of_event = |f: &Field| matches!(f.shape, Shape::Scalar | Shape::Fixed(_));
        let ends: Vec<FieldId> = self
            .fields
            .iter()
            .enumerate()
            .filter(|(_, f)| of_event(f) && f.names.len() > 1 && f.leaf() == *name)
            .map(|(id, _)| id)
            .collect();
        self.only(&ends, name)
    }

    fn only(&self, ends: &[FieldId], name: &str) -> Result<Option<FieldId>, Unknown> {
        match ends {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            several => {
                let paths: Vec<String> = several.iter().map(|id| self.fields[*id].path()).collect();
                Err(Unknown {
                    message: format!("`{name}` may be {}", some_of(&paths, 6)),
                    hint: Some("write the whole name".into()),
                })
            }
        }
    }

    fn instead_of_many(&self, field: &Field) -> String {
        match field.names.split_last() {
            Some((last, above)) if !above.is_empty() => {
                let above = above.join(".");
                format!(
                    "take the rows from each(\"{above}\"), or one value of all: \
                     `e.{above}.sum(|x| x.{last})`"
                )
            }
            _ => {
                let path = field.path();
                format!(
                    "take the rows from each(\"{path}\"), or one value of all: \
                     `e.{path}.sum(|x| x.value)`"
                )
            }
        }
    }

    fn unknown(&self, array: Option<&Array>, path: &Path) -> Unknown {
        let name = path.to_string();
        let members: Vec<String> = array
            .map(|a| a.members.iter().map(|m| m.names.join(".")).collect())
            .unwrap_or_default();
        let paths: Vec<String> = self.fields.iter().map(Field::path).collect();
        let event: Vec<String> = self
            .fields
            .iter()
            .filter(|f| matches!(f.shape, Shape::Scalar | Shape::Fixed(_)))
            .map(Field::path)
            .collect();
        let message = match array {
            Some(array) => format!(
                "there is no column `{name}`, neither in `{}` nor in the event",
                array.name
            ),
            None => format!("there is no column `{name}` in the event"),
        };
        let leaves = self.fields.iter().map(Field::leaf);
        let near = nearest(&name, members.iter().map(String::as_str))
            .or_else(|| nearest(&name, paths.iter().map(String::as_str)))
            .or_else(|| nearest(&name, leaves));
        let has = match array {
            Some(array) => format!("`{}` has {}", array.name, some_of(&members, 12)),
            None => format!("the event has {}", some_of(&event, 12)),
        };
        let hint = match (near, array_names(&self.fields).contains(&name)) {
            (_, true) => {
                format!("`{name}` is an array: each(\"{name}\"), or `e.{name}.len`, `.count(…)`")
            }
            (Some(near), _) => format!("did you mean `{near}`? {has}"),
            (None, _) => has,
        };
        Unknown {
            message,
            hint: Some(hint),
        }
    }
}

impl From<&Tree> for Names {
    fn from(tree: &Tree) -> Self {
        Self {
            fields: tree.columns().iter().map(Field::of).collect(),
        }
    }
}
