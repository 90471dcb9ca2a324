//! Scripted closures at work: where their messages go, and that no clock stops them.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::calibrate::Data;

thread_local! {
    /// What is under way on this thread, the innermost last.
    static UNDER_WAY: RefCell<Vec<Work>> = const { RefCell::new(Vec::new()) };
    /// What the execution under way has said about its closures.
    static SAID: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// A scripted closure at work.
struct Work {
    /// The execution; `None` for a strategy.
    data: Option<Data>,
    /// How often it asked for whole objects, tables or fits.
    large: u64,
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
    let data = data.cloned();
    UNDER_WAY.with_borrow_mut(|all| all.push(Work { data, large: 0 }));
    SAID.take();
    let _ended = Ended;
    work()
}

/// Whether a scripted closure is at work on this thread.
pub(super) fn busy() -> bool {
    UNDER_WAY.with_borrow(|all| !all.is_empty())
}

/// Counts a step that is much longer than an operation of the script.
pub(super) fn large_step() {
    UNDER_WAY.with_borrow_mut(|all| {
        if let Some(work) = all.last_mut() {
            work.large += 1;
        }
    });
}

/// How many such steps the closure at work has taken.
pub(super) fn large_steps() -> u64 {
    UNDER_WAY.with_borrow(|all| all.last().map_or(0, |work| work.large))
}

/// The execution under way on this thread.
pub(super) fn current() -> Option<Data> {
    UNDER_WAY.with_borrow(|all| all.last().and_then(|work| work.data.clone()))
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
