//! How to wait between attempts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// How to wait between attempts. Tests wait in no time.
pub trait Waiting: Send + Sync {
    /// Where between its bounds the next wait lies, from 0 to 1.
    fn jitter(&self) -> f64;

    /// Waits.
    fn wait(&self, duration: Duration);
}

/// Sleeps, with waits from a generator of its own.
#[derive(Debug)]
pub struct Sleeping {
    state: AtomicU64,
}

impl Sleeping {
    /// The same seed gives the same waits.
    #[must_use]
    pub const fn seeded(seed: u64) -> Self {
        Self {
            state: AtomicU64::new(seed),
        }
    }
}

impl Default for Sleeping {
    /// Seeded with the number of the process: jobs that started together must not come back
    /// together. Nothing but the time of requests depends on it.
    fn default() -> Self {
        Self::seeded(u64::from(std::process::id()))
    }
}

impl Waiting for Sleeping {
    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn jitter(&self) -> f64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self
            .state
            .fetch_add(STEP, Ordering::Relaxed)
            .wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn wait(&self, duration: Duration) {
        thread::sleep(duration);
    }
}
