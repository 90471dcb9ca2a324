//! What `plan.json` says: what is run in a folder, so that only the same is continued there.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::plan::{self, Plan, calibration_fingerprint};

use super::files::read_json;

/// Changes when results of different versions may not be mixed.
const FORM: u32 = 2;

/// What is run in a folder.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Sign {
    b2caf: u32,
    #[serde(default)]
    version: String,
    name: String,
    fingerprint: String,
    /// Fingerprint of each calibration by its name.
    calibrations: IndexMap<String, String>,
    /// Path and hash of each source text of the script.
    sources: Vec<(PathBuf, String)>,
}

impl Sign {
    /// The sign of a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        let calibrations = plan.calibrations.iter();
        Self {
            b2caf: FORM,
            version: env!("CARGO_PKG_VERSION").into(),
            name: plan.settings.name.clone(),
            fingerprint: plan::fingerprint(plan),
            calibrations: calibrations
                .map(|c| (c.name.clone(), calibration_fingerprint(c)))
                .collect(),
            sources: plan.sources.clone(),
        }
    }

    /// The sign in a folder; `None` if there is none.
    pub(super) fn read(path: &Path) -> Option<Self> {
        read_json(path)
    }

    /// Names of the calibrations.
    pub(super) fn calibrations(&self) -> impl Iterator<Item = &String> {
        self.calibrations.keys()
    }

    /// What another plan does differently, in words; `None` if nothing.
    pub(super) fn difference(&self, new: &Self) -> Option<String> {
        if self.b2caf != new.b2caf || self.version != new.version {
            return Some(format!(
                "it was begun by version {} of b2caf, and this is {}",
                self.version, new.version
            ));
        }
        if self.name != new.name {
            return Some(format!(
                "it holds `{}`, and this is `{}`",
                self.name, new.name
            ));
        }
        if let Some(path) = self.changed_source(new) {
            return Some(format!("{} has changed since", path.display()));
        }
        if self.fingerprint == new.fingerprint {
            return None;
        }
        let changed = new.calibrations.iter().find(|(name, fingerprint)| {
            self.calibrations
                .get(*name)
                .is_none_or(|old| old != *fingerprint)
        });
        let gone = || {
            let mut old = self.calibrations.keys();
            old.find(|name| !new.calibrations.contains_key(*name))
        };
        Some(match (changed, gone()) {
            (Some((name, _)), _) if !self.calibrations.contains_key(name) => {
                format!("calibration {name} is new")
            }
            (Some((name, _)), _) => format!(
                "the input files, the configuration or the requested interval have changed for calibration {name}"
            ),
            (None, Some(name)) => format!("calibration {name} is gone"),
            (None, None) => "the requested interval or the configuration have changed".into(),
        })
    }

    /// The first source text that is new, gone or has another content.
    fn changed_source<'a>(&'a self, new: &'a Self) -> Option<&'a Path> {
        let differs = |of: &'a Self, from: &'a Self| {
            let mut all = of.sources.iter();
            all.find(|source| !from.sources.contains(source))
        };
        differs(new, self)
            .or_else(|| differs(self, new))
            .map(|(path, _)| path.as_path())
    }
}
