//! From the threads that read files to the one observer.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::collect::Progress;

use super::{Event, Observer};

/// Tells an observer how far a collection has come.
pub(super) struct Relay<'a> {
    observer: Mutex<&'a mut dyn Observer>,
    calibration: &'a str,
    collection: &'a str,
    collector: &'a str,
    stop: Option<&'a AtomicBool>,
}

impl<'a> Relay<'a> {
    /// For a calibration, its collection and the collector.
    pub(super) fn new(
        observer: &'a mut dyn Observer,
        [calibration, collection, collector]: [&'a str; 3],
        stop: Option<&'a AtomicBool>,
    ) -> Self {
        Self {
            observer: Mutex::new(observer),
            calibration,
            collection,
            collector,
            stop,
        }
    }

    fn tell(&self, event: &Event) {
        // An observer that panicked once may still be told: it has no part in the result.
        let mut observer = self.observer.lock().unwrap_or_else(PoisonError::into_inner);
        observer.event(event);
    }
}

impl Progress for Relay<'_> {
    fn programs_started(&self, programs: &[&str], files: usize) {
        self.tell(&Event::ProgramsStarted {
            calibration: self.calibration.into(),
            collection: self.collection.into(),
            programs: programs.iter().map(ToString::to_string).collect(),
            files: files as u64,
        });
    }

    fn file_made(&self, file: &Path) {
        self.tell(&Event::FileMade { file: file.into() });
    }

    fn started(&self, files: usize, entries: u64) {
        self.tell(&Event::CollectStarted {
            calibration: self.calibration.into(),
            collection: self.collection.into(),
            collector: self.collector.into(),
            files: files as u64,
            entries,
        });
    }

    fn file_started(&self, file: &Path, entries: u64) {
        self.tell(&Event::FileStarted {
            file: file.into(),
            entries,
        });
    }

    fn entries_done(&self, entries: u64) {
        self.tell(&Event::EntriesDone { entries });
    }

    fn file_finished(&self, file: &Path) {
        self.tell(&Event::FileCollected { file: file.into() });
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }
}
