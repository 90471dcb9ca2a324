//! A server that answers, and how it is asked.

use std::fmt;

use serde::de::DeserializeOwned;
use ureq::http::Method;

use super::address::{candidates, is_private, join};
use super::failure::Failure;
use super::http::{Ask, Http};
use super::{Error, Settings, Token};

/// A central conditions server that answered.
#[derive(Clone)]
pub struct Server {
    base: String,
    pub(super) http: Http,
    pub(super) settings: Settings,
}

impl Server {
    /// The first of `base_urls` that answers. Plain `http` entries are tried encrypted first, except
    /// on this machine. When none answers, all are tried again after a wait, as often as the settings
    /// say.
    ///
    /// # Errors
    /// [`Error::Address`] for an entry that is no address, [`Error::NoServer`] when none answers.
    pub fn new<S: AsRef<str>>(
        base_urls: impl IntoIterator<Item = S>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let mut addresses = Vec::new();
        for entry in base_urls {
            addresses.extend(candidates(entry.as_ref())?);
        }
        let http = Http::new(&settings)?;
        let mut tried: Vec<String> = Vec::new();
        for round in 0..=settings.max_retries {
            if round > 0 {
                let wait = settings.wait_before(round);
                let (tried, all) = (tried.join(", "), settings.max_retries);
                settings.remark(&format!(
                    "no conditions server answers; tried {tried}; retry {round} of {all} in {:.1} s",
                    wait.as_secs_f64()
                ));
                settings.waiting.wait(wait);
            }
            tried.clear();
            let mut may_pass = false;
            for base in &addresses {
                let mut ask = Ask::get("");
                ask.method = Method::HEAD;
                let url = join(base, "v2/globalTagStatus");
                ask.url = &url;
                match http.once(&ask) {
                    Ok(_) => {
                        let base = base.clone();
                        return Ok(Self {
                            base,
                            http,
                            settings,
                        });
                    }
                    Err(failure) => {
                        may_pass |= failure.may_pass();
                        tried.push(format!("{base} ({})", failure.short()));
                    }
                }
            }
            if !may_pass {
                break;
            }
        }
        if tried.is_empty() {
            tried.push("nothing, the list is empty".into());
        }
        Err(Error::NoServer {
            tried: tried.join(", "),
        })
    }

    /// The base address of the server that answered, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.base
    }

    /// The settings it is asked with.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The address of `path` of the interface.
    pub(super) fn address(&self, path: &str) -> String {
        join(&self.base, &format!("v2/{path}"))
    }

    /// Reads `path`. `what` is a verb with its object, for messages; `expected` says what should come.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        what: &str,
        expected: &'static str,
    ) -> Result<T, Error> {
        let url = self.address(path);
        let bytes = self.persist(what, &url, || self.http.once(&Ask::get(&url)))?;
        self.parsed(&bytes, what, &url, expected)
    }

    /// The answer in `bytes`. An error quotes what came, but not a token that came back.
    pub(super) fn parsed<T: DeserializeOwned>(
        &self,
        bytes: &[u8],
        what: &str,
        url: &str,
        expected: &'static str,
    ) -> Result<T, Error> {
        serde_json::from_slice(bytes).map_err(|error| {
            let found = error.to_string();
            let token = self.settings.token.as_ref();
            Error::Malformed {
                what: what.into(),
                url: url.into(),
                expected,
                found: token.map_or(found.clone(), |token| token.hidden_in(&found)),
            }
        })
    }

    /// Tries until it goes well, or it is clear that it will not.
    pub(super) fn persist<T>(
        &self,
        what: &str,
        url: &str,
        attempt: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        persist(&self.settings, what, url, attempt)
    }

    /// The token, if it may be sent to this server.
    pub(super) fn token(&self, what: &str) -> Result<&Token, Error> {
        let token = self.settings.token.as_ref();
        let token = token.ok_or_else(|| Error::NoToken { what: what.into() })?;
        if is_private(&self.base) {
            return Ok(token);
        }
        Err(Error::Unencrypted {
            what: what.into(),
            url: self.base.clone(),
        })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("base", &self.base)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Tries until it goes well, or it is clear that it will not, or it was tried often enough.
pub(super) fn persist<T>(
    settings: &Settings,
    what: &str,
    url: &str,
    mut attempt: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Error> {
    for retry in 1.. {
        match attempt() {
            Ok(done) => return Ok(done),
            Err(failure) if failure.may_pass() && retry <= settings.max_retries => {
                pause(settings, what, url, &failure, retry);
            }
            Err(failure) => return Err(failure.into_error(what, url, retry)),
        }
    }
    Err(Failure::NoAnswer("it was tried without end".into()).into_error(what, url, u32::MAX))
}

/// Waits before retry number `retry`.
pub(super) fn pause(settings: &Settings, what: &str, url: &str, failure: &Failure, retry: u32) {
    let wait = settings.wait_before(retry);
    let (seconds, reason) = (wait.as_secs_f64(), failure.short());
    let all = settings.max_retries;
    settings.remark(&format!(
        "could not {what}: {url}: {reason}; retry {retry} of {all} in {seconds:.1} s"
    ));
    settings.waiting.wait(wait);
}
