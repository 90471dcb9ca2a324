//! What can be read from a server. No token is needed or sent.

use std::collections::BTreeMap;

use serde::Serialize;
use ureq::http::Method;

use crate::iov::ExpRun;

use super::address::encoded;
use super::http::Ask;
use super::names::check_tag;
use super::wire::{Named, PayloadWithIovs};
use super::{Entry, Error, PayloadInfo, Server, Tag};

/// Payloads that are asked for at once.
const CHUNK: usize = 1000;

#[derive(Serialize)]
struct Wanted<'a> {
    name: &'a str,
    checksum: &'a str,
}

impl Server {
    /// All global tags, in the order of the server.
    ///
    /// # Errors
    /// When the server gives no list of tags.
    pub fn tags(&self) -> Result<Vec<Tag>, Error> {
        self.get(
            "globalTags",
            "list the global tags",
            "a list of global tags",
        )
    }

    /// A global tag; `None` when the server does not know it.
    ///
    /// # Errors
    /// When the name cannot be one, or the server gives neither a tag nor status 404.
    pub fn tag(&self, name: &str) -> Result<Option<Tag>, Error> {
        check_tag(name)?;
        let path = format!("globalTag/{}", encoded(name));
        let what = format!("look up global tag {name}");
        match self.get(&path, &what, "a global tag") {
            Err(Error::Refused { status: 404, .. }) => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// A global tag that must be there.
    ///
    /// # Errors
    /// As [`Server::tag`], and [`Error::NoTag`].
    pub fn known_tag(&self, name: &str) -> Result<Tag, Error> {
        self.tag(name)?.ok_or_else(|| Error::NoTag {
            tag: name.into(),
            server: self.url().into(),
        })
    }

    /// The states that tags can have.
    ///
    /// # Errors
    /// When the server gives no list of names.
    pub fn tag_states(&self) -> Result<Vec<String>, Error> {
        self.names("globalTagStatus", "list the states of tags")
    }

    /// The types that tags can have.
    ///
    /// # Errors
    /// When the server gives no list of names.
    pub fn tag_types(&self) -> Result<Vec<String>, Error> {
        self.names("globalTagType", "list the types of tags")
    }

    fn names(&self, path: &str, what: &str) -> Result<Vec<String>, Error> {
        let named: Vec<Named> = self.get(path, what, "a list of objects with a name")?;
        Ok(named.into_iter().map(|named| named.name).collect())
    }

    /// What of a tag is valid for a run, in the order of the server.
    ///
    /// # Errors
    /// When the name cannot be that of a tag, or the server gives no list of payloads.
    pub fn payloads_at(&self, tag: &str, run: ExpRun) -> Result<Vec<Entry>, Error> {
        check_tag(tag)?;
        let (name, ExpRun { exp, run }) = (encoded(tag), run);
        let path = format!("iovPayloads/?gtName={name}&expNumber={exp}&runNumber={run}");
        let what = format!("list the payloads of global tag {tag} for {exp},{run}");
        self.get(&path, &what, "a list of payloads with their intervals")
    }

    /// All payloads and intervals of a tag, by name without regard to case, interval and revision.
    ///
    /// # Errors
    /// When the name cannot be that of a tag, or the server gives no list of payloads.
    pub fn tag_iovs(&self, tag: &str) -> Result<Vec<Entry>, Error> {
        check_tag(tag)?;
        let path = format!("globalTag/{}/globalTagPayloads", encoded(tag));
        let what = format!("list the intervals of global tag {tag}");
        let expected = "a list of payloads with their intervals";
        let payloads: Vec<PayloadWithIovs> = self.get(&path, &what, expected)?;
        let mut entries: Vec<Entry> = payloads
            .into_iter()
            .flat_map(|PayloadWithIovs { payload, iovs }| {
                iovs.into_iter().map(move |iov| Entry {
                    payload: payload.clone(),
                    iov,
                })
            })
            .collect();
        entries.sort_by_cached_key(|entry| {
            // −1 stands for what comes after everything else.
            let [first_exp, first_run, last_exp, last_run] = entry.iov.numbers();
            let open = |number: i32| u32::try_from(number).unwrap_or(u32::MAX);
            let interval = (first_exp, first_run, open(last_exp), open(last_run));
            let name = entry.payload.name.to_lowercase();
            (name, interval, entry.payload.revision, entry.iov.id)
        });
        Ok(entries)
    }

    /// The payload with a number.
    ///
    /// # Errors
    /// When the server gives none.
    pub fn payload(&self, id: i64) -> Result<PayloadInfo, Error> {
        let what = format!("look up payload {id}");
        self.get(&format!("payload/{id}"), &what, "a payload")
    }

    /// All revisions of a payload.
    ///
    /// # Errors
    /// When the server gives no list of payloads.
    pub fn revisions(&self, name: &str) -> Result<Vec<PayloadInfo>, Error> {
        let what = format!("list the revisions of payload {name}");
        let path = format!("module/{}/payloads", encoded(name));
        self.get(&path, &what, "a list of payloads")
    }

    /// Which of these (name, MD5) the server has, by name and MD5.
    ///
    /// # Errors
    /// When the server gives no list of payloads.
    pub fn check_payloads(
        &self,
        wanted: &[(String, String)],
    ) -> Result<BTreeMap<(String, String), PayloadInfo>, Error> {
        let url = self.address("checkPayloads");
        let what = "look up which payloads are there";
        let mut found = BTreeMap::new();
        for chunk in wanted.chunks(CHUNK) {
            let list = chunk
                .iter()
                .map(|(name, checksum)| Wanted { name, checksum });
            let list: Vec<Wanted> = list.collect();
            let body = serde_json::to_vec(&list).unwrap_or_default();
            let ask = Ask {
                method: Method::POST,
                url: &url,
                body: Some(("application/json", &body)),
                token: None,
            };
            let answer = self.persist(what, &url, || self.http.once(&ask))?;
            let payloads: Vec<PayloadInfo> =
                self.parsed(&answer, what, &url, "a list of payloads")?;
            for payload in payloads {
                let key = (payload.name.clone(), payload.checksum.clone());
                found.insert(key, payload);
            }
        }
        Ok(found)
    }
}
