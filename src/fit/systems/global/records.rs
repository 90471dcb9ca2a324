//! Measurements in records, each with its derivatives.

use crate::fit::systems::SystemError;

/// Measurements that belong together in records.
///
/// A measurement has a residual (measured less expected), its error, and the derivatives of what
/// is expected with respect to the local parameters of the record and to some global parameters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Records {
    names: Vec<i64>,
    /// Where the measurements of each record begin.
    begins: Vec<usize>,
    residuals: Vec<f64>,
    errors: Vec<f64>,
    locals: Vec<f64>,
    /// Where the local derivatives of each measurement begin, and where the last end.
    local_begins: Vec<usize>,
    globals: Vec<(i64, f64)>,
    /// The same for the global derivatives.
    global_begins: Vec<usize>,
}

/// One record: what is measured and how it depends on parameters.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    all: &'a Records,
    /// Its first measurement.
    pub(super) first: usize,
    /// Number of its measurements.
    pub(super) size: usize,
    /// Number of its local parameters.
    pub(super) locals: usize,
}

impl Records {
    /// No record yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            local_begins: vec![0],
            global_begins: vec![0],
            ..Self::default()
        }
    }

    /// Begins a record; its number is used in messages only.
    pub fn begin(&mut self, name: i64) {
        self.names.push(name);
        self.begins.push(self.residuals.len());
    }

    /// Adds a measurement to the record that was begun last. Global parameters are given by label
    /// and derivative; derivatives of the same label are added up.
    ///
    /// # Errors
    /// No record was begun; a number that is not finite; an error that is not positive; another
    /// number of local parameters than in the measurements of the record before.
    pub fn push(
        &mut self,
        residual: f64,
        error: f64,
        locals: &[f64],
        globals: &[(i64, f64)],
    ) -> Result<(), SystemError> {
        let (Some(name), Some(begin)) = (self.names.last(), self.begins.last()) else {
            return Err(SystemError::wrong("a measurement before the first record"));
        };
        let number = self.residuals.len() - begin;
        let wrong = |what: String| {
            SystemError::wrong(format!("measurement {number} of record {name}: {what}"))
        };
        if !residual.is_finite() {
            return Err(wrong(format!("the residual is {residual}")));
        }
        if !(error.is_finite() && error > 0.0) {
            let message = format!("the error is {error}, it must be finite and above 0");
            return Err(wrong(message));
        }
        if let Some(at) = locals.iter().position(|slope| !slope.is_finite()) {
            let slope = locals[at];
            return Err(wrong(format!(
                "its derivative {at} of local parameters is {slope}"
            )));
        }
        if let Some((label, slope)) = globals.iter().find(|(_, slope)| !slope.is_finite()) {
            return Err(wrong(format!(
                "its derivative for label {label} is {slope}"
            )));
        }
        if number > 0 && self.record(self.names.len() - 1).locals != locals.len() {
            let before = self.record(self.names.len() - 1).locals;
            let now = locals.len();
            return Err(wrong(format!(
                "it has {now} local parameters, those before {before}"
            )));
        }
        self.residuals.push(residual);
        self.errors.push(error);
        self.locals.extend_from_slice(locals);
        self.local_begins.push(self.locals.len());
        self.globals.extend_from_slice(globals);
        self.global_begins.push(self.globals.len());
        Ok(())
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Number of measurements in all records.
    #[must_use]
    pub fn measurements(&self) -> usize {
        self.residuals.len()
    }

    /// All labels of global parameters, rising, each once.
    #[must_use]
    pub fn labels(&self) -> Vec<i64> {
        let mut labels: Vec<i64> = self.globals.iter().map(|(label, _)| *label).collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    pub(super) fn record(&self, number: usize) -> Record<'_> {
        let first = self.begins[number];
        let next = self.begins.get(number + 1);
        let size = next.copied().unwrap_or(self.residuals.len()) - first;
        let locals = match size {
            0 => 0,
            _ => self.local_begins[first + 1] - self.local_begins[first],
        };
        Record {
            all: self,
            first,
            size,
            locals,
        }
    }
}

impl<'a> Record<'a> {
    /// Residual of a measurement, counted from 0 within the record.
    pub(super) fn residual(&self, at: usize) -> f64 {
        self.all.residuals[self.first + at]
    }

    /// Error of a measurement.
    pub(super) fn error(&self, at: usize) -> f64 {
        self.all.errors[self.first + at]
    }

    /// Derivatives of a measurement with respect to the local parameters.
    pub(super) fn locals(&self, at: usize) -> &'a [f64] {
        let begins = &self.all.local_begins[self.first + at..];
        &self.all.locals[begins[0]..begins[1]]
    }

    /// Labels and derivatives of a measurement with respect to global parameters.
    pub(super) fn globals(&self, at: usize) -> &'a [(i64, f64)] {
        let begins = &self.all.global_begins[self.first + at..];
        &self.all.globals[begins[0]..begins[1]]
    }
}
