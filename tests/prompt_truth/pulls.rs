//! Found values against true ones, in units of their errors.

/// How far a value may be from the truth, in units of its error.
const REACH: f64 = 4.0;

/// Differences of many channels.
pub(crate) struct Pulls {
    what: &'static str,
    all: Vec<f64>,
}

impl Pulls {
    pub(crate) fn new(what: &'static str) -> Self {
        let all = Vec::new();
        Self { what, all }
    }

    #[track_caller]
    pub(crate) fn add(&mut self, found: f64, truth: f64, error: f64) {
        assert!(error > 0.0, "{}: the error is {error}", self.what);
        let pull = (found - truth) / error;
        assert!(
            pull.abs() <= REACH,
            "{} {}: {found} instead of {truth} ± {error}",
            self.what,
            self.all.len()
        );
        self.all.push(pull);
    }

    /// Says how well they agree. With many values their errors must be neither far too large nor
    /// too small, and together the values must not be shifted.
    #[track_caller]
    pub(crate) fn finish(self) {
        let number = self.all.len() as f64;
        let mean = self.all.iter().sum::<f64>() / number;
        let rms = (self.all.iter().map(|pull| pull * pull).sum::<f64>() / number).sqrt();
        let largest = self.all.iter().fold(0.0, |most: f64, p| most.max(p.abs()));
        say!(
            "{}: {number} values within {largest:.1} errors of the truth, rms {rms:.2}, mean {mean:.2}",
            self.what
        );
        assert!(number > 0.0);
        if number >= 30.0 {
            let reach = REACH / number.sqrt();
            assert!(mean.abs() < reach, "{}: mean pull {mean}", self.what);
            assert!(rms < 1.0 + reach, "{}: rms of pulls {rms}", self.what);
            assert!(rms > 0.5, "{}: rms of pulls {rms}", self.what);
        }
    }
}
