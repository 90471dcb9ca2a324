//! What the environment says about conditions.

use std::env;
use std::path::PathBuf;

/// The variables of the conditions database, as they are set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `BELLE2_CONDB_GLOBALTAG`: default tags; `None` when not set, an empty list when set to nothing.
    pub global_tags: Option<Vec<String>>,
    /// `BELLE2_CONDB_METADATA`: the complete list of providers; beats the next one.
    pub metadata: Option<Vec<String>>,
    /// `BELLE2_CONDB_SERVERLIST`: providers to try before the built-in ones.
    pub servers: Option<Vec<String>>,
    /// `BELLE2_CONDB_PAYLOADS`: where payload files are looked for.
    pub payloads: Option<Vec<String>>,
    /// `BELLE2_CONDB_PROXY`: a proxy for all connections.
    pub proxy: Option<String>,
    /// `BELLE2_CDB_AUTH_TOKEN`: the file that holds the token for writing.
    pub token_file: Option<PathBuf>,
    /// `SSL_CERT_FILE`: certificates to trust instead of the built-in ones.
    pub authorities: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `USER`, else `LOGNAME`.
    pub user: Option<String>,
}

impl Environment {
    /// That of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::read(|name| env::var(name).ok())
    }

    /// What `variable` says. Lists are split at blanks, tabs and newlines.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Self {
        let list = |name| {
            let text = variable(name)?;
            Some(text.split_whitespace().map(str::to_owned).collect())
        };
        let text = |name| {
            let text = variable(name)?;
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        Self {
            global_tags: list("BELLE2_CONDB_GLOBALTAG"),
            metadata: list("BELLE2_CONDB_METADATA"),
            servers: list("BELLE2_CONDB_SERVERLIST"),
            payloads: list("BELLE2_CONDB_PAYLOADS"),
            proxy: text("BELLE2_CONDB_PROXY"),
            token_file: text("BELLE2_CDB_AUTH_TOKEN").map(PathBuf::from),
            authorities: text("SSL_CERT_FILE").map(PathBuf::from),
            home: text("HOME").map(PathBuf::from),
            user: text("USER").or_else(|| text("LOGNAME")),
        }
    }
}
