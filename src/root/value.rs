//! Objects of a file as plain values, whatever their class.

use std::sync::Arc;

/// A value of any type.
///
/// Numbers of an array or a container are always packed: `Ints` for whole numbers and truth
/// values, `Floats` for the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// A null pointer, and a `TObject` without members.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number of any size, or the number of an enumeration.
    Int(i64),
    /// A number of any precision.
    Float(f64),
    /// A string of any kind.
    Text(Arc<str>),
    /// An array or container of whole numbers, the last index running fastest.
    Ints(Vec<i64>),
    /// An array or container of floating numbers, the last index running fastest.
    Floats(Vec<f64>),
    /// An array or container of anything else, and a `TList` or `TObjArray`.
    List(Vec<Value>),
    /// Keys and values of a map, in the order of the keys.
    Map(Vec<(Value, Value)>),
    /// An object of a class.
    Object(Arc<Record>),
}

/// An object: its class and its members, those of its bases included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// Name of the class; may be empty where the place says the class.
    pub class: Arc<str>,
    /// Members by name, in the order of the class.
    pub members: Vec<(Arc<str>, Value)>,
    /// Why not all members could be read.
    pub(super) trouble: Option<String>,
    /// The content of a `TBasket`, which has no members.
    pub(super) basket: Option<Arc<Embedded>>,
}

/// A basket that lies in the tree object because it was not full when the file was closed.
#[derive(Debug, PartialEq)]
pub(super) struct Embedded {
    pub(super) entries: u64,
    pub(super) data: Vec<u8>,
    pub(super) offsets: Option<Vec<u32>>,
}

impl Value {
    /// What it is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a truth value",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::Ints(_) => "a list of whole numbers",
            Self::Floats(_) => "a list of numbers",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
        }
    }

    /// A list of values, packed where they are numbers: whole ones or others.
    #[must_use]
    pub fn packed(whole: bool, values: Vec<Self>) -> Self {
        let int = |value: &Self| match value {
            Self::Int(number) => Some(*number),
            Self::Bool(truth) => Some(i64::from(*truth)),
            _ => None,
        };
        let float = |value: &Self| match value {
            Self::Float(number) => Some(*number),
            other => int(other).map(|number| number as f64),
        };
        let ints = || {
            values
                .iter()
                .map(int)
                .collect::<Option<Vec<_>>>()
                .map(Self::Ints)
        };
        let floats = || {
            values
                .iter()
                .map(float)
                .collect::<Option<Vec<_>>>()
                .map(Self::Floats)
        };
        let packed = if whole { ints() } else { floats() };
        packed.unwrap_or(Self::List(values))
    }

    /// The object it is.
    #[must_use]
    pub fn as_record(&self) -> Option<&Record> {
        match self {
            Self::Object(record) => Some(record),
            _ => None,
        }
    }

    /// The first place in it whose members could not all be read, and why.
    pub(super) fn trouble(&self) -> Option<&str> {
        match self {
            Self::List(items) => items.iter().find_map(Self::trouble),
            Self::Map(pairs) => pairs
                .iter()
                .find_map(|(key, value)| key.trouble().or_else(|| value.trouble())),
            Self::Object(record) => record.trouble.as_deref().or_else(|| {
                let mut values = record.members.iter();
                values.find_map(|(_, value)| value.trouble())
            }),
            _ => None,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<Record> for Value {
    fn from(record: Record) -> Self {
        Self::Object(Arc::new(record))
    }
}

impl Record {
    /// An object of that class without members yet.
    #[must_use]
    pub fn new(class: &str) -> Self {
        Self {
            class: class.into(),
            ..Self::default()
        }
    }

    /// The same with one more member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.push((name.into(), value.into()));
        self
    }

    /// The member of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members
            .iter()
            .find(|(member, _)| **member == *name)
            .map(|(_, value)| value)
    }

    /// A whole number; 0 if there is none.
    pub(super) fn int(&self, name: &str) -> i64 {
        match self.get(name) {
            Some(Value::Int(value)) => *value,
            Some(Value::Bool(value)) => i64::from(*value),
            Some(Value::Float(value)) => *value as i64,
            _ => 0,
        }
    }

    /// A number; 0 if there is none.
    pub(super) fn float(&self, name: &str) -> f64 {
        match self.get(name) {
            Some(Value::Int(value)) => *value as f64,
            Some(Value::Float(value)) => *value,
            _ => 0.0,
        }
    }

    /// A text; empty if there is none.
    pub(super) fn text(&self, name: &str) -> &str {
        match self.get(name) {
            Some(Value::Text(value)) => value,
            _ => "",
        }
    }

    /// An array of whole numbers; empty if there is none.
    pub(super) fn ints(&self, name: &str) -> &[i64] {
        match self.get(name) {
            Some(Value::Ints(value)) => value,
            _ => &[],
        }
    }

    /// An array of numbers; empty if there is none.
    pub(super) fn floats(&self, name: &str) -> Vec<f64> {
        match self.get(name) {
            Some(Value::Floats(values)) => values.clone(),
            Some(Value::Ints(values)) => values.iter().map(|value| *value as f64).collect(),
            _ => Vec::new(),
        }
    }

    /// The items of a list; empty if there is none.
    pub(super) fn list(&self, name: &str) -> &[Value] {
        match self.get(name) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    pub(super) fn object(&self, name: &str) -> Option<&Arc<Record>> {
        match self.get(name) {
            Some(Value::Object(value)) => Some(value),
            _ => None,
        }
    }
}
