//! The words of `b2caf db` that lead to a central server.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What stands for the servers that the environment names.
pub(super) const ENVIRONMENT: &str = "env";

/// Told with every command that can ask a server.
pub(super) const ABOUT_SERVERS: &str = "\
With --server a central server is asked; `--server env` takes the addresses of
BELLE2_CONDB_METADATA, or else of BELLE2_CONDB_SERVERLIST. BELLE2_CONDB_PROXY and SSL_CERT_FILE
count too. Writing needs a token: in the file of --token-file, or of BELLE2_CDB_AUTH_TOKEN, or in
~/b2cdb_<user>.token. It is read again whenever it is used.";

/// The heading over options that lead to a server.
pub(super) const HEADING: &str = "Central server";

/// The server that is asked.
#[derive(Clone, Debug, Args)]
pub(super) struct ServerArguments {
    /// Ask the central server at this address in place of the store; may be repeated, the first that answers
    /// counts; `env` for those of the environment
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    pub(super) server: Vec<String>,
    /// How often a request is repeated that failed in a way that may pass
    #[arg(long, value_name = "N", requires = "server", help_heading = HEADING)]
    pub(super) retries: Option<u32>,
}

impl ServerArguments {
    /// Whether a server is meant.
    pub(super) fn is_asked(&self) -> bool {
        !self.server.is_empty()
    }
}

/// The server that is changed.
#[derive(Clone, Debug, Args)]
pub(super) struct WritingArguments {
    #[command(flatten)]
    pub(super) server: ServerArguments,
    /// File with the token that allows writing on the server
    #[arg(long, value_name = "FILE", requires = "server", help_heading = HEADING)]
    pub(super) token_file: Option<PathBuf>,
}

/// The type of a tag on a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TagType {
    /// For development
    Dev,
    /// For a release
    Release,
}

impl TagType {
    /// The server's word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Dev => "DEV",
            Self::Release => "RELEASE",
        }
    }
}
