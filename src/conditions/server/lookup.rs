//! Which payload is valid for a run: a list of tags, and providers that know them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use crate::iov::ExpRun;

use super::{Entry, Error, Server, USABLE_STATES};

/// Runs whose payloads are remembered for each tag: going back and forth between two costs nothing.
const REMEMBERED: usize = 2;

/// The state that is the end of a tag. Nothing makes such a tag usable.
const INVALID: &str = "INVALID";

/// Something that knows tags and what they hold.
pub trait Provider: Send + Sync {
    /// What it is, for messages.
    fn name(&self) -> String;

    /// The state of a tag; `None` when it does not know the tag.
    ///
    /// # Errors
    /// When it cannot tell.
    fn state(&self, tag: &str) -> Result<Option<String>, Error>;

    /// All payloads of a tag that are valid for a run.
    ///
    /// # Errors
    /// When it cannot tell.
    fn payloads(&self, tag: &str, run: ExpRun) -> Result<Vec<Entry>, Error>;
}

impl Provider for Server {
    fn name(&self) -> String {
        self.url().into()
    }

    fn state(&self, tag: &str) -> Result<Option<String>, Error> {
        Ok(self.tag(tag)?.map(|tag| tag.state))
    }

    fn payloads(&self, tag: &str, run: ExpRun) -> Result<Vec<Entry>, Error> {
        self.payloads_at(tag, run)
    }
}

/// A payload that was looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The tag that has it.
    pub tag: String,
    /// The payload and its interval.
    pub entry: Entry,
}

/// Looks up payloads by name and run.
///
/// Providers are alternatives: the first that knows all tags in usable states answers, and the next one
/// takes over when it can answer no more.
pub struct Lookup {
    tags: Vec<String>,
    usable: Vec<String>,
    providers: Vec<Box<dyn Provider>>,
    active: Mutex<Active>,
}

/// The provider in use.
#[derive(Default)]
struct Active {
    /// Its number; those before it have failed.
    number: usize,
    /// Whether its tags were looked at.
    accepted: bool,
    /// Why those before it cannot be used.
    reasons: Vec<String>,
    /// What was fetched last, per tag.
    fetched: BTreeMap<String, VecDeque<(ExpRun, Vec<Entry>)>>,
}

impl Lookup {
    /// Asks `providers`, in that order, about `tags`, the most important first.
    #[must_use]
    pub fn new(tags: Vec<String>, providers: Vec<Box<dyn Provider>>) -> Self {
        Self {
            tags,
            usable: USABLE_STATES.map(str::to_owned).to_vec(),
            providers,
            active: Mutex::default(),
        }
    }

    /// The same with other usable states; `INVALID` is never one.
    #[must_use]
    pub fn usable_states(mut self, states: impl IntoIterator<Item = String>) -> Self {
        self.usable = states
            .into_iter()
            .filter(|state| state != INVALID)
            .collect();
        self
    }

    /// The payloads of these names that are valid for `run`. A name that is in several tags comes from
    /// the first, and of several in a tag the one with the highest revision. Names that no tag has are
    /// left out.
    ///
    /// # Errors
    /// [`Error::NoProvider`] when no provider knows all tags, in usable states, and answers.
    pub fn find(&self, run: ExpRun, names: &[&str]) -> Result<BTreeMap<String, Found>, Error> {
        let mut active = self
            .active
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        while let Some(provider) = self.providers.get(active.number) {
            let provider = provider.as_ref();
            let answer = self
                .accept(provider, &mut active)
                .and_then(|()| self.ask(provider, &mut active, run, names));
            match answer {
                Ok(found) => return Ok(found),
                Err(error) => {
                    let reason = format!("{}: {error}", provider.name());
                    tracing::warn!(
                        "conditions from the next provider, as this one fails: {reason}"
                    );
                    active.reasons.push(reason);
                    active.number += 1;
                    active.accepted = false;
                    active.fetched.clear();
                }
            }
        }
        Err(Error::NoProvider {
            tags: self.tags.join(", "),
            reasons: match active.reasons.join("; ") {
                none if none.is_empty() => "there is none".into(),
                reasons => reasons,
            },
        })
    }

    /// As [`Lookup::find`], but all names must be there.
    ///
    /// # Errors
    /// [`Error::Missing`] with all names that no tag has.
    pub fn require(&self, run: ExpRun, names: &[&str]) -> Result<BTreeMap<String, Found>, Error> {
        let found = self.find(run, names)?;
        let missing = names.iter().filter(|name| !found.contains_key(**name));
        let missing: Vec<&str> = missing.copied().collect();
        if missing.is_empty() {
            return Ok(found);
        }
        Err(Error::Missing {
            names: missing.join(", "),
            run,
            tags: self.tags.join(", "),
        })
    }

    /// A provider is taken as a whole: each tag must be there, in a usable state.
    fn accept(&self, provider: &dyn Provider, active: &mut Active) -> Result<(), Error> {
        if active.accepted {
            return Ok(());
        }
        for tag in &self.tags {
            let state = provider.state(tag)?.ok_or_else(|| Error::NoTag {
                tag: tag.clone(),
                server: provider.name(),
            })?;
            if state == INVALID || !self.usable.contains(&state) {
                return Err(Error::State {
                    tag: tag.clone(),
                    state,
                    usable: self.usable.join(", "),
                });
            }
        }
        active.accepted = true;
        Ok(())
    }

    fn ask(
        &self,
        provider: &dyn Provider,
        active: &mut Active,
        run: ExpRun,
        names: &[&str],
    ) -> Result<BTreeMap<String, Found>, Error> {
        let mut found = BTreeMap::new();
        for tag in &self.tags {
            let open: Vec<&str> = names
                .iter()
                .copied()
                .filter(|name| !found.contains_key(*name))
                .collect();
            if open.is_empty() {
                break;
            }
            let entries = active.fetch(provider, tag, run)?;
            for name in open {
                let candidates = entries.iter().filter(|entry| entry.payload.name == name);
                // Of equal revisions the one reported first.
                let best = candidates.reduce(|best, other| {
                    if other.payload.revision > best.payload.revision {
                        other
                    } else {
                        best
                    }
                });
                if let Some(entry) = best {
                    let (tag, entry) = (tag.clone(), entry.clone());
                    found.insert(name.to_owned(), Found { tag, entry });
                }
            }
        }
        Ok(found)
    }
}

impl Active {
    fn fetch(
        &mut self,
        provider: &dyn Provider,
        tag: &str,
        run: ExpRun,
    ) -> Result<&[Entry], Error> {
        let known = self.fetched.entry(tag.to_owned()).or_default();
        let at = known.iter().position(|(fetched, _)| *fetched == run);
        let newest = match at.and_then(|at| known.remove(at)) {
            Some(again) => again,
            None => (run, provider.payloads(tag, run)?),
        };
        known.push_front(newest);
        known.truncate(REMEMBERED);
        Ok(known.front().map_or(&[], |(_, entries)| entries))
    }
}
