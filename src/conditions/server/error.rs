//! What can go wrong with a central server.

use std::io;
use std::path::PathBuf;

use super::Said;

/// Why a server could not be used. Each says what was attempted, and what the server said.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An address that cannot be asked.
    #[error("`{address}` is no address of a server: {reason}")]
    Address {
        /// As given.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// None of the servers answers.
    #[error(
        "no conditions server answers; tried {tried}; check the network, or name another one in BELLE2_CONDB_SERVERLIST"
    )]
    NoServer {
        /// Each address with its answer.
        tried: String,
    },
    /// The server answered with an error.
    #[error("could not {what}: {url} answered {status}{said}{}", after(.attempts))]
    Refused {
        /// What was attempted, as a verb with its object.
        what: String,
        /// The address asked.
        url: String,
        /// HTTP status.
        status: u16,
        /// Its explanation.
        said: Said,
        /// How often it was tried.
        attempts: u32,
    },
    /// No complete answer came.
    #[error("could not {what}: no answer from {url}: {reason}{}", after(.attempts))]
    NoAnswer {
        /// What was attempted, as a verb with its object.
        what: String,
        /// The address asked.
        url: String,
        /// How it ended.
        reason: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// It cannot be asked, now or later: a certificate that cannot be trusted, for example.
    #[error("could not {what}: {url} cannot be asked: {reason}")]
    Unusable {
        /// What was attempted, as a verb with its object.
        what: String,
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// An answer that is not of the interface.
    #[error("could not {what}: {url} should have answered {expected}, but: {found}")]
    Malformed {
        /// What was attempted, as a verb with its object.
        what: String,
        /// The address asked.
        url: String,
        /// What should have come.
        expected: &'static str,
        /// What came.
        found: String,
    },
    /// A file whose content is not what the database says.
    #[error(
        "{url} gave payload {name} revision {revision} with MD5 {found} instead of {expected}, twice; report it to the database's managers"
    )]
    Checksum {
        /// Where it came from.
        url: String,
        /// Payload name.
        name: String,
        /// Revision.
        revision: i64,
        /// As the database says.
        expected: String,
        /// As the file has it.
        found: String,
    },
    /// A payload file that is nowhere.
    #[error("payload {name} revision {revision} is not to be found in {tried}")]
    NoFile {
        /// Payload name.
        name: String,
        /// Revision.
        revision: i64,
        /// Where it was looked for.
        tried: String,
    },
    /// A name that cannot be used.
    #[error("`{name}` is no name of a {of}: {rule}")]
    Name {
        /// As given.
        name: String,
        /// Of what.
        of: &'static str,
        /// What names look like.
        rule: &'static str,
    },
    /// A tag that the server does not know.
    #[error("{server} knows no global tag {tag}")]
    NoTag {
        /// Name of the tag.
        tag: String,
        /// Address of the server.
        server: String,
    },
    /// A tag that should be made and is there.
    #[error("{server} has a global tag {tag} already; choose another name")]
    TagExists {
        /// Name of the tag.
        tag: String,
        /// Address of the server.
        server: String,
    },
    /// A tag in a state in which it must not be used.
    #[error("global tag {tag} is {state} and cannot be used; usable are {usable}")]
    State {
        /// Name of the tag.
        tag: String,
        /// Its state.
        state: String,
        /// The usable states.
        usable: String,
    },
    /// No provider can answer.
    #[error("no provider of conditions can be used for the global tags {tags}: {reasons}")]
    NoProvider {
        /// Names of the tags.
        tags: String,
        /// Each provider with its reason.
        reasons: String,
    },
    /// Payloads that are needed and not there.
    #[error("there is no payload {names} valid for {run} in the global tags {tags}")]
    Missing {
        /// The names.
        names: String,
        /// Experiment and run.
        run: crate::iov::ExpRun,
        /// Names of the tags.
        tags: String,
    },
    /// No token, or none that can be used.
    #[error("{source_of_it} cannot be used: {reason}")]
    Token {
        /// Where it came from.
        source_of_it: String,
        /// Why not.
        reason: &'static str,
    },
    /// Writing without a token.
    #[error(
        "could not {what}: writing needs a token; give one, name its file in BELLE2_CDB_AUTH_TOKEN, or put it into ~/b2cdb_<user>.token"
    )]
    NoToken {
        /// What was attempted.
        what: String,
    },
    /// A token that would be readable on its way.
    #[error("could not {what}: the token would go unencrypted to {url}; use an https:// address")]
    Unencrypted {
        /// What was attempted.
        what: String,
        /// Where it would have gone.
        url: String,
    },
    /// A line of a store that must not be uploaded.
    #[error("nothing was uploaded: {place}: {reason}")]
    Line {
        /// Where the line stands.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A store that cannot be read.
    #[error("nothing was uploaded: {0}")]
    Store(#[from] crate::conditions::Error),
    /// A file that cannot be read or written.
    #[error(transparent)]
    File(crate::conditions::Error),
}

impl Error {
    /// Short name of its kind: `b2caf explain` says more.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(error) | Self::File(error) => error.code(),
            Self::Address { .. } => "server::address",
            Self::NoServer { .. } | Self::NoAnswer { .. } => "server::no-answer",
            Self::Refused { .. } => "server::refused",
            Self::Unusable { .. } => "server::unusable",
            Self::Malformed { .. } => "server::malformed",
            Self::Checksum { .. } | Self::NoFile { .. } => "server::file",
            Self::Name { .. } => "server::name",
            Self::NoTag { .. } => "server::unknown-tag",
            Self::TagExists { .. } => "server::tag-exists",
            Self::State { .. } => "server::not-usable",
            Self::NoProvider { .. } => "server::no-provider",
            Self::Missing { .. } => "server::no-payload",
            Self::Token { .. } | Self::NoToken { .. } => "server::token",
            Self::Unencrypted { .. } => "server::unencrypted",
            Self::Line { .. } => "server::line",
        }
    }

    /// For `map_err`: the operating system refused `action` on `path`.
    pub(super) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let of_file = crate::conditions::Error::io(action, path);
        move |source| Self::File(of_file(source))
    }

    /// The HTTP status with which a server refused.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

fn after(attempts: &u32) -> String {
    match attempts {
        0 | 1 => String::new(),
        many => format!(" ({many} attempts)"),
    }
}
