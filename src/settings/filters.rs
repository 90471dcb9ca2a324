//! Which runs an expert can ask for: the filters of input data.

use super::nearest::hint;
use super::{Problem, Rule};

/// Filters of input data: category, and the filters in it.
pub const INPUT_DATA_FILTERS: &[(&str, &[&str])] = &[
    ("Magnet", &["On", "Off", "Either"]),
    ("Beam Energy", &["No Beam", "4S", "Continuum", "", "Scan"]),
    ("Run Type", &["beam", "cosmic", "debug", "null", "physics"]),
    (
        "Data Tag",
        &[
            "bhabha_all_calib",
            "cosmic_calib",
            "gamma_gamma_calib",
            "hadron_calib",
            "btocharm_calib",
            "mumu_tight_or_highm_calib",
            "offip_calib",
            "radmumu_calib",
            "random_calib",
            "delayedbhabha_calib",
            "single_gamma_mc",
        ],
    ),
    (
        "Data Quality Tag",
        &[
            ">=30 Minute Run",
            "Bad For Alignment",
            "Good",
            "Good Shifter",
            "Good For PXD",
            "Good Or Recoverable",
            "Good Or Recoverable Shifter",
        ],
    ),
];

/// The category that a filter (without `NOT`) belongs to.
#[must_use]
pub fn filter_category(filter: &str) -> Option<&'static str> {
    INPUT_DATA_FILTERS
        .iter()
        .find(|(_, filters)| filters.contains(&filter))
        .map(|(category, _)| *category)
}

/// A filter split into "is negated" and its name; blanks before either part do not count.
fn split(filter: &str) -> (bool, &str) {
    let filter = filter.trim_start();
    match filter.strip_prefix("NOT") {
        Some(name) => (true, name.trim_start()),
        None => (false, filter),
    }
}

/// What is wrong with the filter `filter` of the input data `name`, if anything.
pub(super) fn check(name: &str, filter: &str) -> Option<Problem> {
    let (_, wanted) = split(filter);
    if filter_category(wanted).is_some() {
        return None;
    }
    let all = INPUT_DATA_FILTERS
        .iter()
        .flat_map(|(_, filters)| filters.iter().copied());
    let hint = if wanted.contains("NOT") {
        "`NOT` stands once, before the name of the filter".to_owned()
    } else {
        hint(wanted, all, "there are")
    };
    Some(Problem {
        rule: Rule::UnknownFilter,
        field: "input_data_filters".to_owned(),
        sentence: format!("`{filter}`, asked for `{name}`, is no filter"),
        hint: Some(hint),
    })
}

/// Pairs of filters of `name` that no run can meet together.
pub(super) fn contradictions(name: &str, filters: &[String]) -> Vec<Problem> {
    let parts: Vec<(bool, &str)> = filters.iter().map(|filter| split(filter)).collect();
    let mut found = Vec::new();
    for (index, first) in parts.iter().enumerate() {
        for second in &parts[index + 1..] {
            if first.1 == second.1 && first.0 != second.0 {
                found.push(Problem {
                    rule: Rule::Remark,
                    field: "input_data_filters".to_owned(),
                    sentence: format!(
                        "no run of `{name}` can be both `{0}` and `NOT {0}`",
                        first.1
                    ),
                    hint: Some("leave out one of the two".to_owned()),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_counts_only_before_the_name() {
        for good in ["On", "NOT On", "NOTOn", "NOT   On", "  On", "", "NOT"] {
            assert_eq!(check("x", good), None, "{good}");
        }
        for bad in ["GoodNOT", "NOT NOT Good", "On NOT", "On ", "good"] {
            assert!(check("x", bad).is_some(), "{bad}");
        }
    }
}
