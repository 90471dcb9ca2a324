//! How one attempt failed, and whether another one may go better.

use std::io;
use std::path::PathBuf;

use super::{Error, Said};

/// How one attempt failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// No complete answer came; whether the server did what was asked is not known.
    NoAnswer(String),
    /// The server answered with a status of 300 or more.
    Status(u16, Said),
    /// Asking again is of no use.
    Unusable(String),
    /// What came could not be kept.
    Sink(PathBuf, io::Error),
}

impl Failure {
    /// Whether the same may go well later. What the client did wrong stays wrong.
    pub(super) const fn may_pass(&self) -> bool {
        match self {
            Self::NoAnswer(_) => true,
            Self::Status(status, _) => *status >= 500,
            Self::Unusable(_) | Self::Sink(..) => false,
        }
    }

    /// The error to tell, for what was attempted at which address.
    pub(super) fn into_error(self, what: &str, url: &str, attempts: u32) -> Error {
        let (what, url) = (what.to_owned(), url.to_owned());
        match self {
            Self::NoAnswer(reason) => Error::NoAnswer {
                what,
                url,
                reason,
                attempts,
            },
            Self::Status(status, said) => Error::Refused {
                what,
                url,
                status,
                said,
                attempts,
            },
            Self::Unusable(reason) => Error::Unusable { what, url, reason },
            Self::Sink(path, source) => Error::io("write", path)(source),
        }
    }

    /// In a few words.
    pub(super) fn short(&self) -> String {
        match self {
            Self::NoAnswer(reason) | Self::Unusable(reason) => reason.clone(),
            Self::Status(status, said) => format!("status {status}{said}"),
            Self::Sink(_, error) => error.to_string(),
        }
    }
}

impl From<ureq::Error> for Failure {
    fn from(error: ureq::Error) -> Self {
        use ureq::Error as E;
        match error {
            E::Io(io) if certificate(&io) => Self::Unusable(untrusted(&io.to_string())),
            E::Rustls(error) => Self::Unusable(untrusted(&error.to_string())),
            E::Timeout(which) => Self::NoAnswer(format!("it took too long ({which})")),
            E::HostNotFound => Self::NoAnswer("the host is not known".into()),
            error @ (E::Io(_)
            | E::Protocol(_)
            | E::ConnectionFailed
            | E::BodyStalled
            | E::ConnectProxyFailed(_)) => Self::NoAnswer(error.to_string()),
            other => Self::Unusable(other.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        ureq::Error::from(error).into()
    }
}

/// TLS errors come wrapped; they do not pass with time.
fn certificate(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
}

fn untrusted(reason: &str) -> String {
    format!("{reason}; certificates to trust can be named in SSL_CERT_FILE")
}
