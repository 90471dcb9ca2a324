//! What a formula may name: columns, their types, and where they lie.

use serde::{Deserialize, Serialize};

use super::{Failure, Path, Place};

/// The type of a column or a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    /// Truth values.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers.
    Float,
    /// Texts; only compared.
    Text,
}

impl Type {
    /// The type in a sentence: "a whole number".
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Bool => "a truth value",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::Text => "a text",
        }
    }
}

/// A column that was found: its number, by which the owner of the rows knows it, and its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    /// Number of the column, chosen by the schema.
    pub number: usize,
    /// Type of its values.
    pub kind: Type,
}

/// Why a name leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What is wrong, lower case, without a full stop.
    pub message: String,
    /// What to do about it, if known.
    pub hint: Option<String>,
}

impl Unknown {
    /// `there is no KIND NAME`, with the nearest of the known names as a hint.
    pub fn named<'a>(kind: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            message: format!("there is no {kind} {name}"),
            hint: nearest(name, known).map(|best| format!("did you mean {best}?")),
        }
    }

    /// The failure of a formula that used the name there.
    #[must_use]
    pub fn at(self, place: Place) -> Failure {
        Failure {
            message: self.message,
            hint: self.hint,
            place,
        }
    }
}

/// The known name that is most like `name`, if one is like it at all.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let likeness = |other: &str| {
        let other = other.to_lowercase();
        // A member may have been written without the prefix that basf2 gives it.
        let bare = other.strip_prefix("m_").unwrap_or(&other);
        let plain = strsim::jaro_winkler(&wanted, &other);
        plain.max(strsim::jaro_winkler(&wanted, bare))
    };
    let mut best: Option<(&str, f64)> = None;
    for candidate in known {
        let like = likeness(candidate);
        if like >= 0.75 && best.is_none_or(|(_, l)| like > l) {
            best = Some((candidate, like));
        }
    }
    best.map(|(name, _)| name)
}

/// The array behind a reduction over an event's array.
pub struct Elements<'a> {
    /// Number of the column of offsets (see [`super::Slice::Offsets`]).
    pub offsets: usize,
    /// What the body may name; its columns have one value per element.
    pub schema: Box<dyn Schema + 'a>,
}

/// What a formula may name. Numbers of columns are unique over rows and elements of arrays.
pub trait Schema {
    /// The column of that name, or one member of a column of fixed arrays.
    ///
    /// # Errors
    /// When there is none, with the nearest name as a hint.
    fn column(&self, path: &Path, element: Option<u32>) -> Result<Slot, Unknown>;

    /// The elements of an array of the event.
    ///
    /// # Errors
    /// When there is no such array, or rows have no arrays.
    fn elements(&self, array: &Path) -> Result<Elements<'_>, Unknown> {
        Err(Unknown {
            message: format!("{array} is no array of these rows"),
            hint: None,
        })
    }
}

/// A plain list of named columns, numbered by their position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    names: Vec<(String, Type)>,
}

impl Columns {
    /// Columns of those names and types, in that order.
    #[must_use]
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = (N, Type)>) -> Self {
        let names = names.into_iter().map(|(n, t)| (n.into(), t)).collect();
        Self { names }
    }
}

impl Schema for Columns {
    fn column(&self, path: &Path, element: Option<u32>) -> Result<Slot, Unknown> {
        let name = path.to_string();
        if let Some(element) = element {
            return Err(Unknown {
                message: format!("{name} is no array: it has no member {element}"),
                hint: None,
            });
        }
        let found = self.names.iter().position(|(n, _)| *n == name);
        match found {
            Some(number) => Ok(Slot {
                number,
                kind: self.names[number].1,
            }),
            None => {
                let known = self.names.iter().map(|(n, _)| n.as_str());
                Err(Unknown::named("column", &name, known))
            }
        }
    }
}
