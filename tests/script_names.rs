//! The list of names of the scripting API says what the bindings bind.

#![cfg(feature = "script")]

/// Names that stand as texts behind one of these words in the bindings.
fn bound() -> std::collections::BTreeSet<String> {
    const REGISTER: [&str; 6] = [
        "register_fn(",
        "register_get(",
        "register_get_set(",
        "set_var(",
        // Numbers of histograms, which rules take without the engine, too.
        "whole_of(",
        "number_of(",
    ];
    let mut names = std::collections::BTreeSet::new();
    let mut files = vec![
        "src/script/engine.rs".into(),
        "src/script/closures/coded.rs".into(),
    ];
    for entry in std::fs::read_dir("src/script/bindings").expect("the bindings") {
        files.push(entry.expect("an entry").path());
    }
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file of bindings");
        for word in REGISTER {
            for rest in text.split(word).skip(1) {
                let name = rest
                    .trim_start()
                    .strip_prefix('"')
                    .and_then(|r| r.split('"').next());
                names.extend(name.map(str::to_owned));
            }
        }
    }
    names.retain(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
    names
}

#[test]
fn every_bound_name_is_described_and_every_described_name_is_bound() {
    use b2caf::expr::Function;
    use b2caf::script::api;
    // Told from outside: withheld names, and how values are written as text.
    const SILENT: [&str; 6] = ["timestamp", "sleep", "exit", "to_debug", "get", "items"];
    // Found by indexers, variables and loops instead of by a name in the bindings.
    const OTHERWISE: [&str; 12] = [
        "COLUMN",
        "NAME",
        "PARAMETER",
        "PARAMETER_error",
        "INPUT_DATA_FILTERS",
        "__doc__",
        "NAN",
        "PI",
        "INFINITY",
        "info",
        "warning",
        "expert_config",
    ];
    let bound = bound();
    let described: Vec<&str> = api::names().iter().map(|n| n.name).collect();
    let stray: Vec<&String> = bound
        .iter()
        .filter(|name| !described.contains(&name.as_str()) && !SILENT.contains(&name.as_str()))
        .collect();
    assert!(stray.is_empty(), "not described in names.txt: {stray:?}");
    let attribute = |n: &api::Name| matches!(n.kind, Some("Fit" | "Settings")) && !n.called;
    let native = |name: &str| Function::ALL.iter().any(|(_, known, _)| *known == name);
    let assigned = [
        "max_collector_jobs",
        "max_files_per_collector_job",
        "backend_args",
    ];
    let missing: Vec<&str> = api::names()
        .iter()
        .filter(|n| n.available && !attribute(n) && !native(n.name))
        .map(|n| n.name)
        .filter(|n| !bound.contains(*n) && !OTHERWISE.contains(n) && !assigned.contains(n))
        .collect();
    assert!(missing.is_empty(), "described, but not bound: {missing:?}");
}
