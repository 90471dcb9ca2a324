//! Histograms and graphs as objects to be written.

use super::error::Damage;
use super::histogram::{Histogram, HistogramAxis};
use super::object::ARRAY;
use super::value::{Record, Value};

impl Histogram {
    /// From an object of its class, as a member of another object.
    ///
    /// # Errors
    /// It is no histogram, or its parts do not fit each other.
    pub fn from_record(record: &Record) -> Result<Self, Damage> {
        let class = &*record.class;
        if class.starts_with("TH") || class.starts_with("TProfile") {
            return Self::build(record);
        }
        Err(Damage::Other(format!("a {class} is no histogram")))
    }

    /// As an object of its class: a histogram of any number of dimensions, or a profile.
    ///
    /// Sums over fills, from which mean and width are taken, are left at zero: ROOT then takes
    /// them from the bins.
    #[must_use]
    pub fn to_record(&self, name: &str) -> Record {
        let cells = self.shape().into_iter().product::<usize>();
        let mut record = Record::new(&self.class)
            .with("fName", name)
            .with("fTitle", &*self.title)
            .with("fNcells", cells as i64);
        for (index, letter) in ["x", "y", "z"].into_iter().enumerate() {
            let axis = axis(&format!("{letter}axis"), self.axes.get(index));
            let member = format!("f{}axis", letter.to_uppercase());
            record = record.with(&member, axis);
        }
        record = record
            .with("fEntries", self.entries)
            .with("fSumw2", Value::Floats(self.sumw2.clone()))
            .with(ARRAY, Value::Floats(self.contents.clone()));
        if self.class.starts_with("TProfile") {
            record = record.with("fBinEntries", Value::Floats(self.bin_entries.clone()));
        }
        record
    }
}

/// An axis; a histogram has three, those that it does not use with one bin.
fn axis(name: &str, axis: Option<&HistogramAxis>) -> Record {
    let unused = HistogramAxis {
        title: String::new(),
        bins: 1,
        low: 0.0,
        high: 1.0,
        edges: Vec::new(),
    };
    let axis = axis.unwrap_or(&unused);
    Record::new("TAxis")
        .with("fName", name)
        .with("fTitle", &*axis.title)
        .with("fNbins", axis.bins as i64)
        .with("fXmin", axis.low)
        .with("fXmax", axis.high)
        .with("fXbins", Value::Floats(axis.edges.clone()))
}

/// Points, with errors or without.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// Title.
    pub title: String,
    /// Positions.
    pub x: Vec<f64>,
    /// Values, one per position.
    pub y: Vec<f64>,
    /// Errors of positions and of values; both empty for a graph without.
    pub errors: (Vec<f64>, Vec<f64>),
}

impl Graph {
    /// As a `TGraph`, or a `TGraphErrors` if there are errors.
    #[must_use]
    pub fn to_record(&self, name: &str) -> Record {
        let (ex, ey) = &self.errors;
        let bare = ex.is_empty() && ey.is_empty();
        let record = Record::new(if bare { "TGraph" } else { "TGraphErrors" })
            .with("fName", name)
            .with("fTitle", &*self.title)
            .with("fNpoints", self.x.len() as i64)
            .with("fX", Value::Floats(self.x.clone()))
            .with("fY", Value::Floats(self.y.clone()));
        if bare {
            return record;
        }
        record
            .with("fEX", Value::Floats(ex.clone()))
            .with("fEY", Value::Floats(ey.clone()))
    }

    /// From an object of one of these classes.
    ///
    /// # Errors
    /// It is no graph, or its parts are of different lengths.
    pub fn from_record(record: &Record) -> Result<Self, Damage> {
        if !record.class.starts_with("TGraph") {
            return Err(Damage::Other(format!("a {} is no graph", record.class)));
        }
        let graph = Self {
            title: record.text("fTitle").to_owned(),
            x: record.floats("fX"),
            y: record.floats("fY"),
            errors: (record.floats("fEX"), record.floats("fEY")),
        };
        let points = graph.x.len();
        let fits = |values: &[f64]| values.is_empty() || values.len() == points;
        if graph.y.len() != points || !fits(&graph.errors.0) || !fits(&graph.errors.1) {
            return Err(Damage::Other("a graph whose parts differ in length".into()));
        }
        Ok(graph)
    }
}
