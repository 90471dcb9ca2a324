//! What these tests share.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::super::{Server, Settings, Token, Waiting};
use super::conditions_server::ConditionsServer;

/// The token of the tests.
pub(super) const SECRET: &str = "s3cr3t-t0k3n-of-the-tests";

/// Waits in no time and remembers for how long it should have waited.
#[derive(Default)]
pub(super) struct NoTime {
    pub(super) waits: Mutex<Vec<Duration>>,
    pub(super) jitter: f64,
}

impl Waiting for NoTime {
    fn jitter(&self) -> f64 {
        self.jitter
    }

    fn wait(&self, duration: Duration) {
        self.waits.lock().unwrap().push(duration);
    }
}

pub(super) fn settings() -> Settings {
    Settings {
        token: Some(Token::new(SECRET).unwrap()),
        waiting: Arc::new(NoTime::default()),
        ..Settings::default()
    }
}

/// A server of the interface, and a client of it.
pub(super) fn pair() -> (ConditionsServer, Server) {
    let theirs = ConditionsServer::start(SECRET);
    let ours = Server::new([theirs.url()], settings()).unwrap();
    (theirs, ours)
}
