//! What wakes the watch: changes in folders, keys, a round that has ended.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;

use console::Term;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::round::Round;

/// A reason to look around.
pub(super) enum Wake {
    /// Something happened in a folder.
    Touched,
    /// A round has ended.
    Ended(Box<Round>),
    /// A key was pressed.
    Key(char),
    /// The user or the system asked for the end.
    Interrupted,
}

/// Tells of changes in folders, as far as their file systems do.
pub(super) struct Ear {
    watcher: Option<RecommendedWatcher>,
    /// Whether there is a change that was not looked at.
    waiting: Arc<AtomicBool>,
    known: BTreeSet<PathBuf>,
    /// Whether all folders tell of their changes.
    pub(super) hears: bool,
}

impl Ear {
    pub(super) fn new(wakes: &Sender<Wake>) -> Self {
        let wakes = wakes.clone();
        let waiting = Arc::new(AtomicBool::new(false));
        let told_already = Arc::clone(&waiting);
        let told = move |event: notify::Result<Event>| {
            // Reading a file is no change, and our own looks are not to wake us.
            let is_access = event.is_ok_and(|event| matches!(event.kind, EventKind::Access(_)));
            if !is_access && !told_already.swap(true, Ordering::AcqRel) {
                // Nobody listens any more when the watch has ended.
                let _ = wakes.send(Wake::Touched);
            }
        };
        let watcher = notify::recommended_watcher(told).ok();
        Self {
            hears: watcher.is_some(),
            watcher,
            waiting,
            known: BTreeSet::new(),
        }
    }

    /// A look begins: what happens from now on is told again.
    pub(super) fn heard(&self) {
        self.waiting.store(false, Ordering::Release);
    }

    /// Listens to these folders, too.
    pub(super) fn listen(&mut self, folders: &BTreeSet<PathBuf>) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        for folder in folders.difference(&self.known.clone()) {
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.known.insert(folder.clone());
                }
                // It may come back; until then one has to look.
                Err(error) => {
                    tracing::info!("{} tells of no changes: {error}", folder.display());
                    self.hears = false;
                }
            }
        }
    }
}

/// Reads keys of the terminal.
pub(super) fn keys(wakes: Sender<Wake>) {
    thread::spawn(move || {
        let terminal = Term::stderr();
        while let Ok(key) = terminal.read_char() {
            if wakes.send(Wake::Key(key)).is_err() {
                break;
            }
        }
    });
}
