//! The step from files to objects, as the rest of the room sees it.

use std::collections::BTreeSet;
use std::io;

use crate::calibrate::{Channels, Objects};
use crate::iov::{ExpRun, IoV};
use crate::plan::Calibration;

use super::{CollectionOutcome, Error, Observer};

/// Collected objects that can be kept as a file.
pub(super) trait Keep: Objects + Send {
    /// Writes all objects; equal objects give equal bytes.
    fn write(&self, to: &mut dyn io::Write) -> io::Result<()>;
}

/// The objects of one collection, and how they came about.
pub(super) struct Gathered {
    pub(super) objects: Box<dyn Keep>,
    pub(super) outcome: CollectionOutcome,
}

/// Turns the files of a collection into objects.
pub(super) trait Collecting: Sync {
    /// One pass over the files of a collection.
    fn collect(
        &self,
        calibration: &Calibration,
        collection: &str,
        requested: &IoV,
        observer: &mut dyn Observer,
    ) -> Result<Gathered, Error>;
}

/// The objects of all collections of a calibration together.
pub(super) struct Together<'a>(pub(super) &'a [Gathered]);

impl Objects for Together<'_> {
    fn runs(&self) -> Vec<ExpRun> {
        let runs = self.0.iter().flat_map(|one| one.objects.runs());
        runs.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn by_run(&self) -> bool {
        self.0.iter().all(|one| one.objects.by_run())
    }

    fn channels(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Channels>, String> {
        for one in self.0 {
            if let Some(channels) = one.objects.channels(object, runs)? {
                return Ok(Some(channels));
            }
        }
        Ok(None)
    }

    fn rows(&self, object: &str, runs: &[ExpRun]) -> Option<u64> {
        self.0.iter().find_map(|one| one.objects.rows(object, runs))
    }
}
