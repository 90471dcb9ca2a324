//! The modules of `stdlib` and the scripts of the project: documented, and they do what they say.

#![cfg(feature = "script")]

use std::fs;
use std::path::{Path, PathBuf};

use b2caf::dataset::InputData;
use b2caf::iov::IoV;
use b2caf::script::{Diagnostic, Options, Script, Severity, draw, eval};
use serde_json::{Map, Value};

fn scripts(folder: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "rhai"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{folder} is empty");
    found
}

fn drawn(all: &[Diagnostic]) -> String {
    all.iter().map(|one| draw(one, false)).collect()
}

/// Each function with the lines of its documentation.
fn functions(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(line) = line.strip_prefix("///") {
            lines.push(line.strip_prefix(' ').unwrap_or(line).to_owned());
        } else if let Some(rest) = line.strip_prefix("fn ") {
            let name = rest.split('(').next().unwrap_or(rest).to_owned();
            found.push((name, std::mem::take(&mut lines)));
        } else {
            lines.clear();
        }
    }
    found
}

/// The lines of an example up to each stated value, and that value.
fn examples(documentation: &[String]) -> Vec<(String, Value)> {
    let mut lines = documentation
        .iter()
        .skip_while(|line| *line != "# Example")
        .skip(1);
    let mut before = String::new();
    let mut found = Vec::new();
    for line in lines.by_ref() {
        let value = line
            .rsplit_once("    // ")
            .and_then(|(_, v)| serde_json::from_str(v).ok());
        if let Some(value) = value {
            found.push((format!("{before}{line}\n"), value));
        } else {
            before.push_str(line);
            before.push('\n');
        }
    }
    found
}

#[test]
fn the_examples_of_the_standard_modules_are_true() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut many = 0;
    let mut wrong = Vec::new();
    for path in scripts("stdlib") {
        let module = fs::read_to_string(&path).expect("a module");
        assert!(
            module.starts_with("//! "),
            "{} does not say what it is for",
            path.display()
        );
        for (name, documentation) in functions(&module) {
            let what = format!("{}::{name}", path.display());
            let sentence = documentation.iter().take_while(|line| !line.is_empty());
            let sentence = sentence.cloned().collect::<Vec<_>>().join(" ");
            assert!(
                sentence.ends_with(['.', ':']),
                "{what} is not documented: {sentence}"
            );
            for (example, expected) in examples(&documentation) {
                many += 1;
                let script = folder.path().join("example.rhai");
                fs::write(&script, format!("{module}\n{example}")).expect("written");
                match eval(&script, &[], &Options::default()).0 {
                    Ok(value) if value == expected => {}
                    Ok(value) => wrong.push(format!("{what} gives {value}, not {expected}")),
                    Err(errors) => wrong.push(format!("{what}\n{}", drawn(&errors))),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(many >= 5, "only {many} examples were found");
}

#[test]
fn a_folder_of_modules_stands_in_for_the_built_in_ones() {
    let folder = tempfile::tempdir().expect("a folder");
    let modules = folder.path().join("modules");
    fs::create_dir(&modules).expect("made");
    fs::write(modules.join("files.rhai"), "const ANSWER = 42;").expect("written");
    let script = folder.path().join("script.rhai");
    let text = "import \"std/files\" as files; import \"std/models\" as models; \
        [files::ANSWER, models::line().parameters.len()]";
    fs::write(&script, text).expect("written");
    let options = Options {
        stdlib: Some(modules),
        ..Options::default()
    };
    let value = eval(&script, &[], &options)
        .0
        .map_err(|errors| drawn(&errors));
    assert_eq!(value, Ok(serde_json::json!([42, 2])));
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_of_the_scripts_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("scripts");
    fs::create_dir(&inside).expect("made");
    fs::write(folder.path().join("outside.rhai"), "const X = 1;").expect("written");
    std::os::unix::fs::symlink("../outside.rhai", inside.join("other.rhai")).expect("linked");
    let script = inside.join("script.rhai");
    fs::write(&script, "import \"other\" as other; other::X").expect("written");
    let errors = eval(&script, &[], &Options::default())
        .0
        .expect_err("refused");
    assert_eq!(errors[0].code, "script::import-outside");
}

/// Settings, and a plan from no files at all.
fn planned(path: &Path) -> Result<usize, Vec<Diagnostic>> {
    let script = Script::load(path, &Options::default())?;
    let plan = script.plan(&InputData::default(), IoV::EVERYTHING, &Map::new())?;
    let said = script.take_messages();
    let slow = said.iter().find(|m| m.code == "closure::row-by-row");
    assert!(
        slow.is_none(),
        "{}: a closure is not compiled",
        path.display()
    );
    assert!(said.iter().all(|m| m.severity != Severity::Error));
    // Every text that took part is known by its hash.
    assert!(plan.sources.iter().all(|(_, hash)| hash.len() == 64));
    Ok(plan.calibrations.len())
}

#[test]
fn the_example_becomes_a_plan() {
    for path in scripts("examples/channel_time") {
        match planned(&path) {
            Ok(many) => assert!(many > 0),
            Err(errors) => panic!("{}", drawn(&errors)),
        }
    }
}

#[test]
fn the_identity_of_a_script_is_that_of_its_texts() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("caf_a.rhai");
    let text = "import \"caf_b\" as b; import \"std/files\" as files;\n\
        const settings = CalibrationSettings(#{ name: \"A\", expert_username: \"me\", subsystem: \"ecl\", \
        description: \"\", input_data_formats: [\"cdst\"], input_data_names: [\"x\"], depends_on: [b::settings] });\n\
        fn get_calibrations(input_data, kwargs) { [Calibration(\"A\")] }\n";
    let other = text
        .replace("import \"caf_b\" as b; ", "")
        .replace("b::settings", "")
        .replace("\"A\"", "\"B\"");
    fs::write(&script, text).expect("written");
    fs::write(folder.path().join("caf_b.rhai"), &other).expect("written");
    let loaded =
        Script::load(&script, &Options::default()).unwrap_or_else(|e| panic!("{}", drawn(&e)));
    assert_eq!(loaded.settings().depends_on[0].name, "B");
    let plan = loaded.plan(&InputData::default(), IoV::EVERYTHING, &Map::new());
    let plan = plan.unwrap_or_else(|e| panic!("{}", drawn(&e)));
    let hash = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
    let expected = vec![
        (folder.path().join("caf_b.rhai"), hash(&other)),
        (
            PathBuf::from("std/files.rhai"),
            hash(&fs::read_to_string("stdlib/files.rhai").expect("read")),
        ),
        (script, hash(text)),
    ];
    let mut found = plan.sources.clone();
    found.sort();
    let mut expected = expected;
    expected.sort();
    assert_eq!(found, expected);
}
