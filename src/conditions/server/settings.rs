//! How patiently a server is asked.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Environment, Error, Sleeping, Token, Waiting};

/// States in which a tag may be used, unless the settings say otherwise.
pub const USABLE_STATES: [&str; 4] = ["TESTING", "VALIDATED", "RUNNING", "PUBLISHED"];

/// How patiently a server is asked, and as whom.
#[derive(Clone)]
pub struct Settings {
    /// Time for a connection to stand.
    pub connection_timeout: Duration,
    /// Time in which something must arrive, at 10 kB/s or faster.
    pub stalled_timeout: Duration,
    /// How often a request is repeated that failed in a way that may pass.
    pub max_retries: u32,
    /// The wait before retry n is at most 2ⁿ−1 times as many seconds, and at least one second.
    pub backoff_factor: u32,
    /// Time to wait for another process that downloads the same file.
    pub lock_timeout: Duration,
    /// A proxy for all connections that leave this machine.
    pub proxy: Option<String>,
    /// A file of PEM certificates to trust instead of the built-in ones. Servers are always verified.
    pub authorities: Option<PathBuf>,
    /// For writing; reading needs none and sends none.
    pub token: Option<Token>,
    /// Requests under way at once while uploading.
    pub connections: usize,
    /// How to wait.
    pub waiting: Arc<dyn Waiting>,
    /// Told what goes wrong and may still go well: each retry with its reason.
    pub tell: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connection_timeout: Duration::from_secs(60),
            stalled_timeout: Duration::from_secs(60),
            max_retries: 5,
            backoff_factor: 3,
            lock_timeout: Duration::from_secs(120),
            proxy: None,
            authorities: None,
            token: None,
            connections: 10,
            waiting: Arc::new(Sleeping::default()),
            tell: Arc::new(|_| {}),
        }
    }
}

impl Settings {
    /// The defaults, with proxy, certificates and token as the environment has them.
    ///
    /// # Errors
    /// As [`Token::find`].
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            proxy: environment.proxy.clone(),
            authorities: environment.authorities.clone(),
            token: Token::find(None, environment)?,
            ..Self::default()
        })
    }

    /// Tells what goes wrong and may still go well.
    pub(super) fn remark(&self, text: &str) {
        tracing::warn!("{text}");
        (self.tell)(text);
    }

    /// The wait before retry `n`, counted from 1: between one second and (2ⁿ−1)·`backoff_factor`.
    pub(super) fn wait_before(&self, n: u32) -> Duration {
        let longest = f64::from(self.backoff_factor) * (2.0_f64.powi(n.min(30) as i32) - 1.0);
        let jitter = self.waiting.jitter().clamp(0.0, 1.0);
        Duration::from_secs_f64(1.0 + jitter * (longest - 1.0).max(0.0))
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("connection_timeout", &self.connection_timeout)
            .field("stalled_timeout", &self.stalled_timeout)
            .field("max_retries", &self.max_retries)
            .field("backoff_factor", &self.backoff_factor)
            .field("lock_timeout", &self.lock_timeout)
            .field("authorities", &self.authorities)
            .field("token", &self.token)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
