//! Scripted closures at work: where their messages go, and that no clock stops them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::calibrate::Data;

thread_local! {
    /// The executions under way on this thread, the innermost last; `None` for a strategy.
    static UNDER_WAY: RefCell<Vec<Option<Data>>> = const { RefCell::new(Vec::new()) };
    /// What the execution under way has said about its closures.
    static SAID: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
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
    SAID.take();
    let _ended = Ended;
    work()
}

/// Whether a scripted closure is at work on this thread.
pub(super) fn busy() -> bool {
    UNDER_WAY.with_borrow(|all| !all.is_empty())
}

/// The execution under way on this thread.
pub(super) fn current() -> Option<Data> {
    UNDER_WAY.with_borrow(|all| all.last().cloned().flatten())
}

/// Keeps a sentence with the execution under way; `false` if there is none.
pub(super) fn note(text: &str) -> bool {
    match current() {
        Some(data) => {
            data.note(text);
            true
        }
        None => false,
    }
}

/// The same, once for each execution however often it is said.
pub(super) fn note_once(text: &str) -> bool {
    let new = SAID.with_borrow_mut(|said| said.insert(text.to_owned()));
    busy() && (!new || note(text))
}
