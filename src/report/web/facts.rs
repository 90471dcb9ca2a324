//! The rows of a table of fits, as they are told.

use crate::expr::{Column, Table};
use crate::report::number;

/// One channel of a table of fits.
#[derive(Clone, Debug)]
pub(super) struct FitRow {
    pub(super) channel: i64,
    /// What it is called: its number, or its numbers where it has several.
    pub(super) label: String,
    pub(super) entries: i64,
    /// Value and error of each parameter.
    pub(super) parameters: Vec<(f64, f64)>,
    pub(super) chi2: f64,
    pub(super) ndf: i64,
    pub(super) chi2_ndf: f64,
    pub(super) probability: f64,
    /// Low and high end of the fitted range.
    pub(super) range: (f64, f64),
    pub(super) refits: i64,
    /// Whether the five facts hold, in the order of [`FACTS`].
    pub(super) facts: [bool; 5],
    pub(super) ok: bool,
    pub(super) why: String,
}

/// The five facts that say whether to trust a fit.
pub(super) const FACTS: [&str; 5] = [
    "minimum",
    "EDM",
    "no limit reached",
    "calls left",
    "covariance",
];

impl FitRow {
    /// Whether there was a fit at all.
    pub(super) fn fitted(&self) -> bool {
        !self.chi2.is_nan()
    }
}

/// The rows of a table of fits.
pub(super) fn rows(
    table: &Table,
    indices: &[(String, Vec<i64>)],
    parameters: &[String],
) -> Vec<FitRow> {
    let float = |name: &str| match table.column(name) {
        Some(Column::Float(values)) => values.as_slice(),
        _ => &[],
    };
    let int = |name: &str| match table.column(name) {
        Some(Column::Int(values)) => values.as_slice(),
        _ => &[],
    };
    let flag = |name: &str| match table.column(name) {
        Some(Column::Bool(values)) => values.as_slice(),
        _ => &[],
    };
    let why = match table.column("why") {
        Some(Column::Text(values)) => values.as_slice(),
        _ => &[],
    };
    let pairs: Vec<(&[f64], &[f64])> = parameters
        .iter()
        .map(|name| (float(name), float(&format!("{name}_error"))))
        .collect();
    let (chi2, chi2_ndf, probability) = (float("chi2"), float("chi2_ndf"), float("probability"));
    let (low, high) = (float("low"), float("high"));
    let (entries, ndf, refits) = (int("entries"), int("ndf"), int("refits"));
    let facts = [
        "minimum",
        "edm_reached",
        "at_limit",
        "call_limit",
        "accurate",
    ]
    .map(flag);
    let ok = flag("ok");
    let f = |values: &[f64], at: usize| values.get(at).copied().unwrap_or(f64::NAN);
    let i = |values: &[i64], at: usize| values.get(at).copied().unwrap_or(0);
    let b = |values: &[bool], at: usize| values.get(at).copied().unwrap_or(false);
    let row = |(at, channel): (usize, &i64)| FitRow {
        channel: *channel,
        label: match indices {
            [] => channel.to_string(),
            several => {
                let numbers = several.iter().filter_map(|(_, all)| all.get(at));
                let numbers: Vec<String> = numbers.map(i64::to_string).collect();
                numbers.join(",")
            }
        },
        entries: i(entries, at),
        parameters: pairs.iter().map(|(v, e)| (f(v, at), f(e, at))).collect(),
        chi2: f(chi2, at),
        ndf: i(ndf, at),
        chi2_ndf: f(chi2_ndf, at),
        probability: f(probability, at),
        range: (f(low, at), f(high, at)),
        refits: i(refits, at),
        facts: [
            b(facts[0], at),
            b(facts[1], at),
            !b(facts[2], at),
            !b(facts[3], at),
            b(facts[4], at),
        ],
        ok: b(ok, at),
        why: why.get(at).map_or_else(String::new, ToString::to_string),
    };
    int("channel").iter().enumerate().map(row).collect()
}

/// `0.512 ± 0.013`; a dash for what is not there.
pub(super) fn value((value, error): (f64, f64)) -> String {
    match value.is_nan() {
        true => "–".into(),
        false => number::with_error(value, error),
    }
}

/// Two digits behind the point, or a dash.
pub(super) fn quality(value: f64) -> String {
    match value.is_finite() {
        true if value < 1000.0 => format!("{value:.2}"),
        true => format!("{value:.2e}"),
        false => "–".into(),
    }
}

/// A probability with as many digits as mean something.
pub(super) fn probability(value: f64) -> String {
    match value {
        p if !p.is_finite() => "–".into(),
        p if p >= 0.001 => format!("{p:.3}"),
        p if p > 0.0 => format!("{p:.0e}"),
        _ => "0".into(),
    }
}
