//! Several requests under way at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::conditions::server::Error;

/// What became of each item, in their order; `None` for those not tried after one that `stops`.
pub(super) fn for_each<T: Sync, R: Send>(
    items: &[T],
    connections: usize,
    request: impl Fn(&T) -> Result<R, Error> + Sync,
    stops: impl Fn(&Error) -> bool + Sync,
) -> Vec<Option<Result<R, Error>>> {
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..connections.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(item) = items.get(number) else {
                        return;
                    };
                    let result = request(item);
                    if result.as_ref().is_err_and(&stops) {
                        stop.store(true, Ordering::SeqCst);
                    }
                    let mut done = done.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    done.push((number, result));
                }
            });
        }
    });
    let mut results: Vec<_> = items.iter().map(|_| None).collect();
    for (number, result) in done
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
    {
        results[number] = Some(result);
    }
    results
}
