//! Scripted closures at work: where their messages go, and that no clock stops them.

use std::cell::RefCell;

use crate::calibrate::Data;

thread_local! {
    /// The executions under way on this thread, the innermost last; `None` for a strategy.
    static UNDER_WAY: RefCell<Vec<Option<Data>>> = const { RefCell::new(Vec::new()) };
}

/// Ends what was begun, also when the work panics.
struct Ended;

impl Drop for Ended {
    fn drop(&mut self) {
        UNDER_WAY.with_borrow_mut(|all| all.pop());
    }
}

/// Does the work of a scripted closure; what it says becomes notes of `data`, if there are any.
pub(super) fn at_work<T>(data: Option<&Data>, work: impl FnOnce() -> T) -> T {
    UNDER_WAY.with_borrow_mut(|all| all.push(data.cloned()));
    let _ended = Ended;
    work()
}

/// Whether a scripted closure is at work on this thread.
pub(super) fn busy() -> bool {
    UNDER_WAY.with_borrow(|all| !all.is_empty())
}

/// Keeps a sentence with the execution under way; `false` if there is none.
pub(super) fn note(text: &str) -> bool {
    let data = UNDER_WAY.with_borrow(|all| all.last().cloned().flatten());
    match data {
        Some(data) => {
            data.note(text);
            true
        }
        None => false,
    }
}
