//! The classes of payloads that are known, with how their members belong to channels.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::root::{ClassDeclaration, Classes, EnumDeclaration};

use super::standard_layouts::LAYOUTS;

/// The namespace that scripts leave out.
const NAMESPACE: &str = "Belle2::";

/// Known classes: layouts of the files of `stdlib/payloads`, and of a script.
#[derive(Clone, Debug, Default)]
pub struct Library {
    classes: Classes,
    indices: BTreeMap<String, Vec<ChannelIndex>>,
    payloads: Vec<PayloadName>,
}

/// A number of a channel that a position in an array, or a key of a map, stands for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelIndex {
    /// What is numbered: `crystal`.
    pub name: String,
    /// The number at the first position.
    #[serde(default)]
    pub first: i64,
    /// How many there are, if that is fixed.
    #[serde(default)]
    pub count: Option<usize>,
}

/// How the object of a payload is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum StoredAs {
    /// As it is.
    #[default]
    #[serde(rename = "object")]
    Object,
    /// In a container whose objects take turns within a run, even if there is one.
    EventDependency,
    /// As an array of objects.
    TClonesArray,
}

/// A payload whose class is known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayloadName {
    /// Its name; `<…>` stands for any digits.
    pub name: String,
    /// Class of the object in the file.
    pub key_class: String,
    /// Class of the payload itself, where the file holds a container.
    #[serde(default)]
    pub class: Option<String>,
    /// How it is stored.
    #[serde(default)]
    pub stored_as: StoredAs,
}

/// A file of layouts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutFile {
    #[serde(default)]
    payloads: Vec<PayloadName>,
    #[serde(default)]
    enums: Vec<EnumDeclaration>,
    #[serde(default)]
    classes: Vec<ClassDeclaration>,
    /// By class: what its channels are numbered by.
    #[serde(default)]
    channels: BTreeMap<String, Vec<ChannelIndex>>,
}

impl Library {
    /// The classes of the standard library.
    #[must_use]
    pub fn standard() -> &'static Self {
        static STANDARD: LazyLock<Library> = LazyLock::new(|| {
            let mut library = Library::default();
            let mut classes = Vec::new();
            let mut enums = Vec::new();
            for (name, text) in LAYOUTS {
                let file: LayoutFile = serde_json::from_str(text)
                    .unwrap_or_else(|error| panic!("stdlib/payloads/{name}: {error}"));
                classes.extend(file.classes);
                enums.extend(file.enums);
                library.payloads.extend(file.payloads);
                library.indices.extend(file.channels);
            }
            library.classes = Classes::new(&classes, &enums)
                .unwrap_or_else(|error| panic!("stdlib/payloads: {error}"));
            library
        });
        &STANDARD
    }

    /// The whole name of a class, given with or without its namespace; `None` if it is unknown.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&str> {
        let whole = |name: &str| {
            let found = self.classes.declaration(name)?;
            Some(found.name.as_str())
        };
        whole(name).or_else(|| whole(&format!("{NAMESPACE}{name}")))
    }

    /// All layouts.
    #[must_use]
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// A class as scripts write it.
    #[must_use]
    pub fn short(class: &str) -> &str {
        class.strip_prefix(NAMESPACE).unwrap_or(class)
    }

    /// Names of the classes as scripts write them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.classes.names().map(Self::short)
    }

    /// Names of the payloads whose class is known; `<…>` stands for any digits.
    pub fn payload_names(&self) -> impl Iterator<Item = &str> {
        self.payloads.iter().map(|known| known.name.as_str())
    }

    /// The class of the payload of that name, if it is known.
    #[must_use]
    pub fn payload_class(&self, name: &str) -> Option<&str> {
        let known = self.payload(name)?;
        Some(known.class.as_deref().unwrap_or(&known.key_class))
    }

    /// What the channels of a class are numbered by; empty if nothing is known.
    #[must_use]
    pub fn indices(&self, class: &str) -> &[ChannelIndex] {
        self.indices.get(class).map_or(&[], Vec::as_slice)
    }

    /// What is known of the payload of that name.
    #[must_use]
    pub fn payload(&self, name: &str) -> Option<&PayloadName> {
        self.payloads.iter().find(|known| known.is(name))
    }
}

impl PayloadName {
    /// Whether it stands for a payload of that name.
    fn is(&self, name: &str) -> bool {
        let Some((start, rest)) = self.name.split_once('<') else {
            return self.name == name;
        };
        let Some(mut left) = name.strip_prefix(start) else {
            return false;
        };
        for part in rest.split('<') {
            let after = part.split_once('>').map_or("", |(_, after)| after);
            let digits = left.len() - left.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let Some(next) = left[digits..].strip_prefix(after).filter(|_| digits > 0) else {
                return false;
            };
            left = next;
        }
        left.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_numbers_in_them_are_found() {
        let library = Library::standard();
        let class = |name: &str| library.payload(name).map(|known| known.key_class.as_str());
        let waveforms = Some("Belle2::ECLDigitWaveformParameters");
        assert_eq!(class("PhotonParameters_CellID1_CellID100"), waveforms);
        assert_eq!(class("PhotonParameters_CellID1_CellID"), None);
        assert_eq!(class("PhotonParameters_CellID1_CellID2x"), None);
        assert_eq!(class("ECLCrystalEnergy"), Some("Belle2::ECLCrystalCalib"));
        assert_eq!(class("ECLCrystalEnergie"), None);
    }

    #[test]
    fn classes_have_short_names() {
        let library = Library::standard();
        let whole = Some("Belle2::ECLCrystalCalib");
        assert_eq!(library.class("ECLCrystalCalib"), whole);
        assert_eq!(library.class("Belle2::ECLCrystalCalib"), whole);
        assert_eq!(library.class("ECLCrystalCalibs"), None);
        assert!(library.names().any(|name| name == "TOPCalModuleT0"));
        assert_eq!(library.indices(whole.unwrap())[0].count, Some(8736));
    }
}
