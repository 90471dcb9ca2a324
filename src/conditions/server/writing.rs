//! What can be changed on a server. All of it needs a token.
//!
//! When a request that changes something gets no answer, nobody knows whether it was done. Before it is
//! repeated, the server is asked what it has.

use serde_json::{Value, json};
use ureq::http::Method;

use crate::iov::{ExpRun, IoV};

use super::address::encoded;
use super::base::pause;
use super::failure::Failure;
use super::http::Ask;
use super::names::check_tag;
use super::wire::PayloadWithIovs;
use super::{Error, Server, Tag};

/// One change of a running tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Gives an interval of the tag another end.
    Close {
        /// Number of the interval.
        iov: i64,
        /// Its new last run; -1,-1 for an open end.
        last: ExpRun,
    },
    /// Adds a payload.
    Create {
        /// Number of the payload.
        payload: i64,
        /// When it is valid.
        iov: IoV,
    },
}

impl Operation {
    fn to_json(&self) -> Value {
        match self {
            Self::Close { iov, last } => {
                json!({ "operation": "MODIFY", "data": [iov, last.exp, last.run] })
            }
            Self::Create { payload, iov } => {
                let [first_exp, first_run, last_exp, last_run] = <[i32; 4]>::from(*iov);
                let data = json!([payload, first_exp, first_run, last_exp, last_run]);
                json!({ "operation": "CREATE", "data": data })
            }
        }
    }

    fn is_done(&self, payloads: &[PayloadWithIovs]) -> bool {
        payloads.iter().any(|payload| match self {
            Self::Close { iov, last } => {
                let mut iovs = payload.iovs.iter();
                iovs.any(|one| one.id == *iov && (one.exp_end, one.run_end) == (*last).into())
            }
            Self::Create { payload: id, iov } => {
                let mut iovs = payload.iovs.iter();
                payload.payload.id == *id && iovs.any(|one| one.iov().as_ref() == Ok(iov))
            }
        })
    }
}

impl Server {
    /// Makes a global tag, which is open. `kind` is `DEV` or `RELEASE`.
    ///
    /// # Errors
    /// [`Error::TagExists`] when it is there; when the token is missing or the server refuses.
    pub fn create_tag(
        &self,
        kind: &str,
        name: &str,
        description: &str,
        user: &str,
    ) -> Result<Tag, Error> {
        let what = format!("create global tag {name}");
        let token = self.token(&what)?;
        if self.tag(name)?.is_some() {
            return Err(Error::TagExists {
                tag: name.into(),
                server: self.url().into(),
            });
        }
        let url = self.address(&format!("globalTag/{}", encoded(kind)));
        let body = json!({
            "name": name, "description": description, "modifiedBy": user, "isDefault": false,
        });
        let body = body.to_string();
        let ask = Ask {
            method: Method::POST,
            url: &url,
            body: Some(("application/json", body.as_bytes())),
            token: Some(token),
        };
        self.settle(
            &what,
            &url,
            || self.http.once(&ask).map(drop),
            || self.look_for_tag(name).map(|tag| tag.map(drop)),
        )?;
        self.known_tag(name)
    }

    /// Gives a tag another state. Which may follow which is the server's rule.
    ///
    /// # Errors
    /// When the name cannot be that of a tag, the token is missing or the server refuses.
    pub fn set_tag_state(&self, name: &str, state: &str) -> Result<(), Error> {
        check_tag(name)?;
        let state = state.to_ascii_uppercase();
        let what = format!("make global tag {name} {state}");
        let token = self.token(&what)?;
        let (tag, word) = (encoded(name), encoded(&state));
        let url = self.address(&format!("globalTag/{tag}/updateGlobalTagStatus/{word}"));
        let ask = changing(Method::PUT, &url, token);
        self.settle(
            &what,
            &url,
            || self.http.once(&ask).map(drop),
            || {
                let tag = self.look_for_tag(name)?;
                Ok(tag.filter(|tag| tag.state == state).map(drop))
            },
        )
    }

    /// Gives an interval of an open tag other numbers.
    ///
    /// # Errors
    /// When the token is missing or the server refuses.
    pub fn modify_iov(&self, id: i64, iov: IoV) -> Result<(), Error> {
        let what = format!("change IoV {id} to {iov}");
        let token = self.token(&what)?;
        let [first_exp, first_run, last_exp, last_run] = <[i32; 4]>::from(iov);
        let url = self.address(&format!(
            "payloadIov/{id}?expStart={first_exp}&runStart={first_run}&expEnd={last_exp}&runEnd={last_run}"
        ));
        // The same twice is the same.
        let ask = changing(Method::PUT, &url, token);
        self.persist(&what, &url, || self.http.once(&ask)).map(drop)
    }

    /// Removes an interval from an open tag.
    ///
    /// # Errors
    /// When the token is missing or the server refuses.
    pub fn delete_iov(&self, id: i64) -> Result<(), Error> {
        let what = format!("delete IoV {id}");
        let token = self.token(&what)?;
        let url = self.address(&format!("payloadIov/{id}"));
        let ask = changing(Method::DELETE, &url, token);
        let mut attempts = 0;
        self.persist(&what, &url, || {
            attempts += 1;
            match self.http.once(&ask) {
                // An earlier attempt has removed it, but its answer was lost.
                Err(Failure::Status(404, _)) if attempts > 1 => Ok(()),
                answer => answer.map(drop),
            }
        })
    }

    /// Changes a running tag: all operations or none.
    ///
    /// # Errors
    /// When the name cannot be that of a tag, the token is missing or the server refuses.
    pub fn update_running(&self, tag: &str, operations: &[Operation]) -> Result<(), Error> {
        check_tag(tag)?;
        let what = format!("update running global tag {tag}");
        let token = self.token(&what)?;
        if operations.is_empty() {
            return Ok(());
        }
        let url = self.address(&format!(
            "globalTagPayload/{}/updateRunningPayloads",
            encoded(tag)
        ));
        let list: Value = operations.iter().map(Operation::to_json).collect();
        let body = list.to_string();
        let ask = Ask {
            body: Some(("application/json", body.as_bytes())),
            ..changing(Method::POST, &url, token)
        };
        self.settle(
            &what,
            &url,
            || self.http.once(&ask).map(drop),
            || {
                let url = self.address(&format!("globalTag/{}/globalTagPayloads", encoded(tag)));
                let payloads: Vec<PayloadWithIovs> = self.look(&url)?;
                let done = operations.iter().all(|one| one.is_done(&payloads));
                Ok(done.then_some(()))
            },
        )
    }

    /// Tries until it is done. After an attempt without answer, `found` says whether it was done.
    pub(super) fn settle<T>(
        &self,
        what: &str,
        url: &str,
        attempt: impl Fn() -> Result<T, Failure>,
        found: impl Fn() -> Result<Option<T>, Failure>,
    ) -> Result<T, Error> {
        let mut unknown = false;
        let mut retry = 1;
        loop {
            let seen = if unknown { found() } else { Ok(None) };
            let result = match seen {
                Ok(Some(done)) => return Ok(done),
                Ok(None) => attempt(),
                Err(failure) => Err(failure),
            };
            match result {
                Ok(done) => return Ok(done),
                Err(failure) if failure.may_pass() && retry <= self.settings.max_retries => {
                    unknown = true;
                    pause(&self.settings, what, url, &failure, retry);
                    retry += 1;
                }
                // The refusal may be of what an earlier attempt has done meanwhile.
                Err(failure) => match unknown.then(&found) {
                    Some(Ok(Some(done))) => return Ok(done),
                    _ => return Err(failure.into_error(what, url, retry)),
                },
            }
        }
    }

    /// Reads once; for looking whether something was done.
    pub(super) fn look<T: serde::de::DeserializeOwned>(&self, url: &str) -> Result<T, Failure> {
        let bytes = self.http.once(&Ask::get(url))?;
        let parsed = self.parsed(&bytes, "look", url, "what the interface says");
        parsed.map_err(|error| Failure::Unusable(error.to_string()))
    }

    fn look_for_tag(&self, name: &str) -> Result<Option<Tag>, Failure> {
        match self.look(&self.address(&format!("globalTag/{}", encoded(name)))) {
            Err(Failure::Status(404, _)) => Ok(None),
            tag => tag.map(Some),
        }
    }
}

/// A request without body that changes something.
pub(super) const fn changing<'a>(method: Method, url: &'a str, token: &'a super::Token) -> Ask<'a> {
    Ask {
        method,
        url,
        body: None,
        token: Some(token),
    }
}
