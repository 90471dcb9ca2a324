//! The threads of this process.

use super::Error;

/// Does `work` with that many threads; `None` is one per core.
///
/// # Errors
/// When the threads cannot be started.
pub fn with_threads<R: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> R + Send,
) -> Result<R, Error> {
    let threads = threads.unwrap_or(0);
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| Error::Threads { threads, source })
        .map(|pool| pool.install(work))
}
