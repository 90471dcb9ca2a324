//! Steps without data: no file is opened, but there are runs to calibrate.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use crate::calibrate::{Channels, Objects};
use crate::collect::Granularity;
use crate::iov::{ExpRun, IoV};
use crate::plan::Calibration;

use super::CollectionOutcome;
use super::collecting::{Gathered, Keep};

/// What a collection without collector gives: the runs of its files, and no objects.
pub(super) fn without_data(
    calibration: &Calibration,
    collection: &str,
    requested: &IoV,
) -> Gathered {
    let files = calibration.collections[collection].input_files.values();
    let files: Vec<&IoV> = files.filter(|iov| iov.overlaps(requested)).collect();
    let runs: BTreeSet<ExpRun> = files.iter().flat_map(|iov| runs_of(iov)).collect();
    let warnings = match runs.is_empty() {
        true => vec![format!(
            "no input file lies in the requested interval {requested}"
        )],
        false => Vec::new(),
    };
    let outcome = CollectionOutcome {
        name: collection.into(),
        collector: String::new(),
        files: files.len() as u64,
        events: 0,
        rows: 0,
        row_name: "events".into(),
        cuts: Vec::new(),
        warnings,
    };
    let runs = Runs::new(calibration, runs.into_iter().collect());
    Gathered::new(Arc::new(runs), outcome)
}

/// The runs that a file is known to hold without opening it: that of a file with a single run,
/// else the first and the last one. Those between may not exist, and an open end names no run.
fn runs_of(iov: &IoV) -> impl Iterator<Item = ExpRun> + use<> {
    let ends = [iov.low(), iov.high()];
    ends.into_iter().filter(|run| run.exp >= 0 && run.run >= 0)
}

/// Runs without objects.
pub(super) struct Runs {
    runs: Vec<ExpRun>,
    by_run: bool,
}

impl Runs {
    pub(super) fn new(calibration: &Calibration, runs: Vec<ExpRun>) -> Self {
        Self {
            runs,
            by_run: calibration.granularity != Some(Granularity::All),
        }
    }
}

impl Keep for Runs {
    fn write(&self, to: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer(&mut *to, &self.runs)?;
        to.write_all(b"\n")
    }
}

impl Objects for Runs {
    fn runs(&self) -> Vec<ExpRun> {
        self.runs.clone()
    }

    fn by_run(&self) -> bool {
        self.by_run
    }

    fn channels(&self, _: &str, _: &[ExpRun]) -> Result<Option<Channels>, String> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caf::files::{Writing, read_json, write_file};

    fn calibration(files: &[&str]) -> Calibration {
        let files = files.iter().enumerate();
        let files =
            files.map(|(n, iov)| (format!("/nowhere/{n}.root").into(), iov.parse().unwrap()));
        let collection = crate::plan::Collection {
            collector: None,
            input_files: files.collect(),
            path: crate::collect::Path::default(),
        };
        Calibration {
            name: "merge".into(),
            collections: indexmap::IndexMap::from([("default".into(), collection)]),
            algorithms: Vec::new(),
            depends_on: Vec::new(),
            ignored_runs: Vec::new(),
            max_iterations: 1,
            save_payloads: true,
            granularity: None,
            place: crate::expr::Place::default(),
        }
    }

    fn runs(files: &[&str], requested: &str) -> Vec<[i32; 2]> {
        let gathered = without_data(&calibration(files), "default", &requested.parse().unwrap());
        let runs = gathered.objects.runs();
        runs.into_iter().map(|run| [run.exp, run.run]).collect()
    }

    #[test]
    fn files_name_their_first_and_last_run() {
        let all = "0,0,-1,-1";
        assert_eq!(
            runs(&["7,3,7,3", "7,1,7,1", "7,3,7,3"], all),
            [[7, 1], [7, 3]]
        );
        assert_eq!(runs(&["7,1,7,9", "7,4,7,4"], all), [[7, 1], [7, 4], [7, 9]]);
        assert_eq!(runs(&["7,1,7,-1"], all), [[7, 1]]);
        assert_eq!(runs(&["7,1,7,1", "7,3,7,3"], "7,2,7,9"), [[7, 3]]);
        assert!(runs(&["7,1,7,1"], "8,0,8,9").is_empty());
    }

    #[test]
    fn what_is_kept_is_found_again() {
        let merge = calibration(&["7,3,7,3", "7,1,7,1"]);
        let gathered = without_data(&merge, "default", &IoV::EVERYTHING);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("objects.json");
        write_file(&file, &Writing::Lasting, |to| gathered.objects.write(to)).unwrap();
        let again = Runs::new(&merge, read_json(&file).unwrap());
        assert_eq!(again.runs(), gathered.objects.runs());
        assert!(again.by_run() && gathered.objects.by_run());
    }
}
