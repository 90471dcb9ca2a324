//! Types of values, made from their names.

use std::sync::Arc;

use super::kinds::{self, Number};
use super::typename::TypeName;

/// A type as it lies inside a container, or as a member.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Number(Number),
    /// `TString`.
    Text,
    /// `std::string`.
    StandardText,
    /// `TArrayD` and its family.
    Numbers(Number),
    /// A container of items, with ROOT's number of its kind.
    Sequence(i32, Box<Type>),
    /// A container of pairs, with ROOT's number of its kind.
    Map(i32, Box<Type>, Box<Type>),
    /// `std::array`.
    Array(Box<Type>, usize),
    /// `std::pair`.
    Pair(Box<Type>, Box<Type>),
    /// A class, or an enumeration: the name does not say which.
    Class(Arc<str>),
    /// A pointer to a class.
    Pointer(Arc<str>),
}

/// Containers with ROOT's numbers; those in the second half keep their items in order.
const SEQUENCES: [(&str, i32); 9] = [
    ("vector", 1),
    ("list", 2),
    ("deque", 3),
    ("forward_list", 9),
    ("ROOT::VecOps::RVec", 14),
    ("set", 6),
    ("multiset", 7),
    ("unordered_set", 10),
    ("unordered_multiset", 11),
];
const MAPS: [(&str, i32); 4] = [
    ("map", 4),
    ("multimap", 5),
    ("unordered_map", 12),
    ("unordered_multimap", 13),
];

/// Whether the items of a container of that number are kept in the order of their values.
pub(super) fn is_sorted(container: i32) -> bool {
    matches!(container, 4..=7 | 10..=13)
}

/// Whether a container of that number may hold equal items.
pub(super) fn allows_equal(container: i32) -> bool {
    matches!(container, 5 | 7 | 11 | 13) || !is_sorted(container)
}

impl Type {
    /// From a name such as `map<unsigned short,vector<float> >`.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        let parsed =
            TypeName::parse(name).ok_or_else(|| format!("the brackets of {name} do not fit"))?;
        Self::of(&parsed)
    }

    fn of(name: &TypeName) -> Result<Self, String> {
        if name.pointer {
            return Ok(Self::Pointer(name.root_spelling().into()));
        }
        if name.arguments.is_empty() {
            return Ok(Self::plain(&name.name));
        }
        let argument = |index: usize| match name.arguments.get(index) {
            Some(argument) => Self::of(argument).map(Box::new),
            None => Err(format!("{} lacks an argument", name.root_spelling())),
        };
        let find = |table: &[(&str, i32)]| {
            let found = table.iter().find(|(known, _)| *known == name.name);
            found.map(|(_, code)| *code)
        };
        if let Some(code) = find(&SEQUENCES) {
            return Ok(Self::Sequence(code, argument(0)?));
        }
        if let Some(code) = find(&MAPS) {
            return Ok(Self::Map(code, argument(0)?, argument(1)?));
        }
        match name.name.as_str() {
            "pair" => Ok(Self::Pair(argument(0)?, argument(1)?)),
            "array" => {
                let length = name.arguments.get(1).and_then(|n| n.name.parse().ok());
                let length = length.filter(|length| (1..1 << 28).contains(length));
                let wrong = || format!("{} lacks a length", name.root_spelling());
                Ok(Self::Array(argument(0)?, length.ok_or_else(wrong)?))
            }
            _ => Ok(Self::Class(name.root_spelling().into())),
        }
    }

    fn plain(name: &str) -> Self {
        if let Some(number) = kinds::of_name(name) {
            return Self::Number(number);
        }
        match name {
            "TString" => Self::Text,
            "string" => Self::StandardText,
            _ => match array_numbers(name) {
                Some(number) => Self::Numbers(number),
                None => Self::Class(name.into()),
            },
        }
    }

    /// ROOT's spelling.
    pub(super) fn spelled(&self) -> String {
        let closed = |name: &str, inside: String| {
            let blank = if inside.ends_with('>') { " " } else { "" };
            format!("{name}<{inside}{blank}>")
        };
        let name_of = |table: &[(&'static str, i32)], code: i32| {
            let found = table.iter().find(|(_, known)| *known == code);
            found.map_or("vector", |(name, _)| *name)
        };
        match self {
            Self::Number(number) => number.name.into(),
            Self::Text => "TString".into(),
            Self::StandardText => "string".into(),
            Self::Numbers(number) => format!("TArray{}", array_letter(*number)),
            Self::Sequence(code, item) => closed(name_of(&SEQUENCES, *code), item.spelled()),
            Self::Map(code, key, value) => closed(
                name_of(&MAPS, *code),
                format!("{},{}", key.spelled(), value.spelled()),
            ),
            Self::Array(item, length) => format!("array<{},{length}>", item.spelled()),
            Self::Pair(first, second) => {
                closed("pair", format!("{},{}", first.spelled(), second.spelled()))
            }
            Self::Class(name) => name.to_string(),
            Self::Pointer(name) => format!("{name}*"),
        }
    }

    /// Whether a member of this type has a header of its own.
    pub(super) fn is_framed(&self) -> bool {
        matches!(
            self,
            Self::StandardText | Self::Sequence(..) | Self::Map(..)
        )
    }

    /// ROOT's number of the kind of container.
    pub(super) fn container(&self) -> i32 {
        match self {
            Self::Sequence(code, _) | Self::Map(code, ..) => *code,
            Self::StandardText => kinds::STANDARD_TEXT,
            _ => 0,
        }
    }
}

const ARRAYS: [(&str, i32); 7] = [
    ("C", 1),
    ("S", 2),
    ("I", 3),
    ("L", 4),
    ("L64", 16),
    ("F", 5),
    ("D", 8),
];

/// The numbers in a `TArrayF` and its family.
pub(super) fn array_numbers(class: &str) -> Option<Number> {
    let letter = class.strip_prefix("TArray")?;
    let (_, kind) = ARRAYS.into_iter().find(|(known, _)| *known == letter)?;
    kinds::of_kind(kind)
}

fn array_letter(number: Number) -> &'static str {
    let found = ARRAYS.into_iter().find(|(_, kind)| *kind == number.kind);
    found.map_or("D", |(letter, _)| letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_root_spells_them() {
        for name in [
            "map<unsigned short,vector<float> >",
            "vector<vector<vector<vector<N::F> > > >",
            "map<pair<int,int>,double>",
            "unordered_map<unsigned short,unordered_set<unsigned int> >",
            "array<TH2F,6>",
            "N::Base<N::Scalar<N::Function> >",
            "vector<TObject*>",
            "multimap<TString,string>",
            "TArrayL64",
        ] {
            assert_eq!(Type::parse(name).unwrap().spelled(), name);
        }
        let spelled = |name: &str| Type::parse(name).unwrap().spelled();
        assert_eq!(
            spelled("std::map<uint16_t, std::vector<Double_t>>"),
            "map<unsigned short,vector<double> >"
        );
        assert!(Type::parse("vector<int").is_err());
        assert!(Type::parse("array<int>").is_err());
        assert!(Type::parse("map<int>").is_err());
    }
}
