//! Kinds of values, as people call them.

use rhai::Dynamic;

/// The kind of a value: `int`, `string`, `Collector`, `()`.
pub(super) fn kind(value: &Dynamic) -> String {
    readable(value.type_name())
}

/// A value with its article: `an int`, `a Collector`, `nothing`.
pub(super) fn a_kind(value: &Dynamic) -> String {
    with_article(&kind(value))
}

/// A kind with its article.
pub(super) fn with_article(kind: &str) -> String {
    match kind {
        "()" => "nothing".into(),
        "input_data" | "kwargs" => kind.into(),
        _ if kind.starts_with(['A', 'E', 'I', 'O', 'a', 'e', 'i', 'o']) => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

/// A kind from the name that Rhai or Rust has for it.
pub(super) fn readable(name: &str) -> String {
    let name = name.trim();
    if name.contains("RangeInclusive") || name.contains("Range<") || name.starts_with("range") {
        return "range".into();
    }
    if name.contains("ImmutableString") || name.contains("String") {
        return "string".into();
    }
    let inner = match name.split_once("Handle<") {
        Some((_, inner)) => inner.trim_end_matches('>'),
        None => name,
    };
    match inner.rsplit("::").next().unwrap_or(inner) {
        "i64" => "int",
        "f64" => "float",
        "FnPtr" | "Fn" => "closure",
        "Draft" => "Calibration",
        "Fitted" | "FittedRows" => "Fit",
        "UnderWay" => "StrategyRun",
        "Executed" => "Execution",
        "Answer" => "AlgResult",
        "Sample" => "Collection",
        "SettingsHandle" | "ValidationHandle" => "Settings",
        "Input" => "input_data",
        "Kwargs" => "kwargs",
        "Vec<rhai::Dynamic>" | "Array" => "array",
        "Map" => "map",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_as_scripts_name_them() {
        assert_eq!(kind(&Dynamic::from_int(1)), "int");
        assert_eq!(kind(&Dynamic::from_array(Vec::new())), "array");
        assert_eq!(kind(&Dynamic::from_map(rhai::Map::new())), "map");
        assert_eq!(
            a_kind(&Dynamic::from(crate::iov::IoV::EVERYTHING)),
            "an IoV"
        );
        assert_eq!(a_kind(&Dynamic::UNIT), "nothing");
        assert_eq!(readable("&str | ImmutableString | String"), "string");
        let collector =
            "b2caf::script::bindings::handle::Handle<b2caf::collect::collector::Collector>";
        assert_eq!(readable(collector), "Collector");
    }
}
