//! Sets of declared classes, ready for writing and reading objects.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::declaration::{ClassDeclaration, DeclarationError, EnumDeclaration};
use super::derive::Deriver;
use super::streamer::{Layout, Layouts};

/// Classes of ROOT itself that are written or that other classes contain.
const KNOWN: &str = include_str!("known.json");

/// A set of declared classes; ROOT's own (`TObject`, `TNamed`, histograms, graphs, matrices,
/// three- and four-vectors) are always among them.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    pub(super) layouts: Layouts,
    declared: BTreeMap<String, ClassDeclaration>,
    enums: BTreeMap<String, EnumDeclaration>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    enums: Vec<EnumDeclaration>,
    classes: Vec<ClassDeclaration>,
}

/// ROOT's own classes.
pub(super) fn known() -> &'static Classes {
    static CLASSES: LazyLock<Classes> = LazyLock::new(|| {
        let known: Known = serde_json::from_str(KNOWN)
            .expect("the declarations of ROOT's classes are well-formed");
        let mut classes = Classes::default();
        classes
            .derive(&known.classes, &known.enums, None)
            .expect("the declarations of ROOT's classes fit each other");
        classes
    });
    &CLASSES
}

impl Classes {
    /// From declarations in any order; a class may be declared again in the same way.
    ///
    /// # Errors
    /// A type that is neither declared nor known, a member that cannot be, a wrong checksum.
    pub fn new(
        classes: &[ClassDeclaration],
        enums: &[EnumDeclaration],
    ) -> Result<Self, DeclarationError> {
        let mut set = Self::default();
        set.add(classes, enums)?;
        Ok(set)
    }

    /// Adds declarations.
    ///
    /// # Errors
    /// As [`Classes::new`]; then the set is as it was.
    pub fn add(
        &mut self,
        classes: &[ClassDeclaration],
        enums: &[EnumDeclaration],
    ) -> Result<(), DeclarationError> {
        let mut larger = self.clone();
        larger.derive(classes, enums, Some(known()))?;
        *self = larger;
        Ok(())
    }

    /// The declaration of a class of this set.
    #[must_use]
    pub fn declaration(&self, class: &str) -> Option<&ClassDeclaration> {
        let own = self.declared.get(class);
        own.or_else(|| known().declared.get(class))
    }

    /// The declaration of an enumeration of this set.
    #[must_use]
    pub fn enumeration(&self, name: &str) -> Option<&EnumDeclaration> {
        let own = self.enums.get(name);
        own.or_else(|| known().enums.get(name))
    }

    /// Names of the classes that were declared, without ROOT's own.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.declared.keys().map(String::as_str)
    }

    /// ROOT's checksum of a class.
    #[must_use]
    pub fn checksum(&self, class: &str) -> Option<u32> {
        self.layout(class).map(|layout| layout.checksum)
    }

    pub(super) fn layout(&self, class: &str) -> Option<&Arc<Layout>> {
        let own = self.layouts.versions(class).last();
        own.or_else(|| known().layouts.versions(class).last())
    }

    fn derive(
        &mut self,
        classes: &[ClassDeclaration],
        enums: &[EnumDeclaration],
        below: Option<&Self>,
    ) -> Result<(), DeclarationError> {
        for declaration in enums {
            same_or_new(&mut self.enums, &declaration.name, declaration)?;
        }
        for declaration in classes {
            if let Some(below) = below.and_then(|below| below.declared.get(&declaration.name))
                && below != declaration
            {
                let class = declaration.name.clone();
                return Err(DeclarationError::Twice { class });
            }
            same_or_new(&mut self.declared, &declaration.name, declaration)?;
        }
        let mut names: BTreeSet<&str> = self.enums.keys().map(String::as_str).collect();
        names.extend(
            below
                .iter()
                .flat_map(|below| below.enums.keys())
                .map(String::as_str),
        );
        let mut deriver = Deriver::new(&self.declared, names, below, self.layouts.clone());
        for name in self.declared.keys() {
            deriver.class(name)?;
        }
        self.layouts = deriver.finish();
        Ok(())
    }
}

fn same_or_new<T: Clone + PartialEq>(
    map: &mut BTreeMap<String, T>,
    name: &str,
    declaration: &T,
) -> Result<(), DeclarationError> {
    match map.get(name) {
        Some(known) if known != declaration => Err(DeclarationError::Twice { class: name.into() }),
        Some(_) => Ok(()),
        None => {
            map.insert(name.to_owned(), declaration.clone());
            Ok(())
        }
    }
}
