//! A global fit as a JSON value: its identity.

use serde_json::{Value, json};

use super::rule::{Choice, Global};

/// Everything about a global fit that changes what comes out.
pub(in super::super) fn describe_global(global: &Global) -> Value {
    let choice = |choice: &Choice| json!([choice.name, choice.rows]);
    let constraints = global.constraints.iter();
    let hierarchies = global.hierarchies.iter();
    json!({
        "records": global.records,
        "components": global.components,
        "fixed": global.fixed.iter().map(choice).collect::<Vec<_>>(),
        "constraints": constraints
            .map(|c| json!([choice(&c.chosen), c.weight, c.each]))
            .collect::<Vec<_>>(),
        "hierarchies": hierarchies
            .map(|h| json!([h.component, h.levels, h.motions]))
            .collect::<Vec<_>>(),
        "method": format!("{:?}", global.method),
        "scale_errors": global.scale_errors,
        "chi2_cut": global.chi2_cut,
        "downweight": global.downweight,
        "min_entries": global.min_entries,
        "min_records": global.min_records,
        "save": global.save,
    })
}
