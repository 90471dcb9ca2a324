//! What a fit says beyond its values: its JSON form; the meaning is in the room `fit`.

use serde_json::{Map, Value, json};

use crate::expr::{self, Column};
use crate::fit::{Fit, probability};

/// Everything about a fit, by name.
pub(super) fn to_json(fit: &Fit) -> Value {
    let by_name = |values: &[f64]| -> Value {
        let pairs = fit.names.iter().cloned().zip(values);
        Value::Object(pairs.map(|(name, v)| (name, (*v).into())).collect())
    };
    let rows = fit.covariance.chunks_exact(fit.names.len().max(1));
    let mut json = Map::new();
    let mut put = |name: &str, value: Value| json.insert(name.to_owned(), value);
    put("values", by_name(&fit.values));
    put("errors", by_name(&fit.errors));
    put("names", json!(fit.names));
    put("covariance", json!(rows.collect::<Vec<_>>()));
    put("chi2", fit.chi2.into());
    put("ndf", fit.ndf.into());
    put("chi2_ndf", fit.chi2_ndf().into());
    put("probability", probability(fit.chi2, fit.ndf).into());
    put("entries", fit.entries.into());
    put("low", fit.low.into());
    put("high", fit.high.into());
    put("refits", fit.refits.into());
    put("ranges", json!(fit.ranges));
    put("edm", fit.edm.into());
    put("valid", fit.valid().into());
    put("minimum", fit.minimum.into());
    put("edm_reached", fit.edm_reached.into());
    put("at_limit", fit.at_limit.into());
    put("call_limit", fit.call_limit.into());
    put("accurate", fit.accurate.into());
    put("why", fit.why.as_str().into());
    Value::Object(json)
}

/// The columns of a table by name; what is no finite number is null.
pub(super) fn table_to_json(table: &expr::Table) -> Value {
    let values = |column: &Column| match column {
        Column::Bool(values) => json!(values),
        Column::Int(values) => json!(values),
        Column::Float(values) => json!(values),
        Column::Text(values) => json!(values.iter().map(|text| &**text).collect::<Vec<_>>()),
    };
    let columns = table.columns();
    Value::Object(columns.map(|(n, c)| (n.to_owned(), values(c))).collect())
}
