//! The machine that a run worked on: for people who look at its state, and no part of any result.

use std::fmt;
use std::fs;
use std::thread::available_parallelism;

use serde::{Deserialize, Serialize};

use super::{StateDb, StateError};

/// Name of the fact in the file of states.
const FACT: &str = "host";

/// The machine that a run worked on last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its name, where the system tells it.
    pub name: Option<String>,
    /// Operating system and architecture: `linux x86_64`.
    pub system: String,
    /// Its processor, where the system tells it.
    pub processor: Option<String>,
    /// Cores that the process could use.
    pub cores: usize,
    /// Threads that it used.
    pub threads: usize,
    /// Version of b2caf.
    pub version: String,
}

impl Host {
    /// This machine.
    pub(super) fn here(threads: usize) -> Self {
        let name = fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let known = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            name: name.map(|name| name.trim().to_owned()),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            processor: processor(&known),
            cores: available_parallelism().map_or(1, Into::into),
            threads,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Notes that a run works here.
    pub(super) fn note(&self, state: &StateDb) -> Result<(), StateError> {
        match serde_json::to_string(self) {
            Ok(text) => state.set(FACT, &text),
            // Plain data has a form as JSON; without one a run is none the worse.
            Err(_) => Ok(()),
        }
    }

    /// Where the run with this state worked last; `None` if that was not noted.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn of(state: &StateDb) -> Result<Option<Self>, StateError> {
        let text = state.get(FACT)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

/// The first processor of a list as Linux gives it.
fn processor(list: &str) -> Option<String> {
    let mut pairs = list.lines().filter_map(|line| line.split_once(':'));
    let (_, name) = pairs.find(|(key, _)| key.trim() == "model name")?;
    let words: Vec<&str> = name.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

impl fmt::Display for Host {
    /// `b2caf 0.1.0 on node7, linux x86_64, 8 cores of Xeon Gold, 4 threads`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b2caf {}", self.version)?;
        if let Some(name) = &self.name {
            write!(f, " on {name}")?;
        }
        let count = |count: usize, one: &str| match count {
            1 => format!("1 {one}"),
            more => format!("{more} {one}s"),
        };
        write!(f, ", {}, {}", self.system, count(self.cores, "core"))?;
        if let Some(processor) = &self.processor {
            write!(f, " of {processor}")?;
        }
        write!(f, ", {}", count(self.threads, "thread"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_noted_and_said() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDb::create_or_open(folder.path().join("state.db")).unwrap();
        assert_eq!(Host::of(&state).unwrap(), None);
        let here = Host::here(3);
        assert!(here.cores >= 1);
        here.note(&state).unwrap();
        assert_eq!(Host::of(&state).unwrap(), Some(here));
        let told = Host {
            name: Some("node7".into()),
            system: "linux x86_64".into(),
            processor: processor(
                "processor : 0\nmodel name\t:  Xeon   Gold 6\nmodel name: other\n",
            ),
            cores: 8,
            threads: 1,
            version: "0.1.0".into(),
        };
        let text = "b2caf 0.1.0 on node7, linux x86_64, 8 cores of Xeon Gold 6, 1 thread";
        assert_eq!(told.to_string(), text);
        assert_eq!(processor("flags: a b\n"), None);
    }
}
