//! Declarations of classes as data: what a person writes down of a C++ header.

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, de};

/// A class whose objects are stored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassDeclaration {
    /// Whole name, as in `A::B<C>`.
    pub name: String,
    /// Its version; a class that has none (no `ClassDef`) is known by its checksum.
    #[serde(default)]
    pub version: Option<u16>,
    /// ROOT's checksum; computed from the rest when left out.
    #[serde(default)]
    pub checksum: Option<Checksum>,
    /// Which streamer its dictionary has.
    #[serde(default)]
    pub streaming: Streaming,
    /// What its objects are, for people.
    #[serde(default)]
    pub about: String,
    /// Bytes in memory; computed for x86-64 when left out.
    #[serde(default)]
    pub size: Option<u32>,
    /// Names of its bases, in their order.
    #[serde(default)]
    pub bases: Vec<String>,
    /// Members that are stored, in their order.
    #[serde(default)]
    pub members: Vec<MemberDeclaration>,
}

/// A member of a class.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberDeclaration {
    /// Its name.
    pub name: String,
    /// Its C++ type without typedefs: `float[16][512]`, `map<unsigned short,vector<float> >`,
    /// `TList*`.
    #[serde(rename = "type")]
    pub cpp_type: String,
    /// The comment behind it where ROOT reads it: `->` for a pointer that is never null, `[fN]`
    /// for an array as long as member `fN` says.
    #[serde(default)]
    pub title: String,
    /// What it is, with its unit, for people.
    #[serde(default)]
    pub about: String,
    /// What it is where no value is given; without it a value must be given.
    #[serde(default, deserialize_with = "given")]
    pub default: Option<serde_json::Value>,
}

/// An enumeration: its numbers take four bytes in the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnumDeclaration {
    /// Whole name.
    pub name: String,
    /// Names of its values.
    #[serde(default)]
    pub values: IndexMap<String, i32>,
}

/// Which streamer a dictionary has for a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Streaming {
    /// By the description in the file.
    #[default]
    Info,
    /// An old generated one: containers have no header, arrays their number of values, and the
    /// file has no description of the class.
    Generated,
}

/// A checksum of a class, written as `"0xa0bbe541"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum(pub u32);

impl fmt::Display for Checksum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "0x{:08x}", self.0)
    }
}

impl<'de> Deserialize<'de> for Checksum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text.strip_prefix("0x").filter(|digits| digits.len() <= 8);
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        number.map(Self).ok_or_else(|| {
            de::Error::custom(format!("{text:?} is no checksum such as \"0xa0bbe541\""))
        })
    }
}

/// A value that is given, even if it is null.
fn given<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<serde_json::Value>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(Some)
}

/// Why declarations cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeclarationError {
    /// Two different classes of one name.
    #[error("class {class} is declared twice, and not in the same way")]
    Twice {
        /// The class.
        class: String,
    },
    /// A base, or the type of a member, that nothing declares.
    #[error(
        "class {class}: {place} is of type {type_name}, which is neither declared nor known; \
         declare it as a class or as an enumeration"
    )]
    Unknown {
        /// The class.
        class: String,
        /// Member or base.
        place: String,
        /// The type.
        type_name: String,
    },
    /// A member that cannot be.
    #[error("class {class}, member {member}: {reason}")]
    Member {
        /// The class.
        class: String,
        /// The member.
        member: String,
        /// What is wrong.
        reason: String,
    },
    /// A class that holds itself.
    #[error("class {class} holds an object of its own class")]
    Endless {
        /// The class.
        class: String,
    },
    /// The checksum is not that of the members.
    #[error(
        "class {class} has checksum {declared} by its declaration, but its bases and members give \
         {computed}; correct them, or leave the checksum out"
    )]
    Checksum {
        /// The class.
        class: String,
        /// As declared.
        declared: Checksum,
        /// By its members.
        computed: Checksum,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_is_strict() {
        let good = r#"{"name": "N::C", "version": 2, "checksum": "0x1d1c902a", "bases": ["TObject"],
            "members": [{"name": "m_x", "type": "float[3]", "about": "length (cm)"},
                        {"name": "m_p", "type": "TList*", "default": null}]}"#;
        let class: ClassDeclaration = serde_json::from_str(good).unwrap();
        assert_eq!(class.checksum, Some(Checksum(0x1d1c_902a)));
        assert_eq!(class.members[0].default, None);
        assert_eq!(class.members[1].default, Some(serde_json::Value::Null));
        for (from, to) in [
            ("version", "Version"),
            ("0x1d1c902a", "1d1c902a"),
            ("0x1d1c902a", "0x11d1c902a"),
            ("\"type\"", "\"kind\""),
        ] {
            let bad = good.replace(from, to);
            assert!(serde_json::from_str::<ClassDeclaration>(&bad).is_err());
        }
    }
}
