//! The release, and where scripts are found.

use std::fs;
use std::path::Path;

use super::release::{FILES, unpacked};
use super::{Directory, DirectoryError, Kind};

#[test]
fn the_release_carries_every_script_as_it_is() {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&scripts).sort_by_file_name() {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(&scripts).unwrap();
        let name = name.to_string_lossy().into_owned();
        if entry.file_type().is_file() && !name.contains("__pycache__") {
            found.push(name);
        }
    }
    let mut carried: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
    carried.sort_unstable();
    found.sort_unstable();
    assert_eq!(carried, found);
    let directory = Directory::find(Some(&scripts)).unwrap();
    assert_eq!(directory.differences().unwrap(), Vec::<String>::new());
}

#[test]
fn what_was_unpacked_and_changed_is_mended() {
    let cache = tempfile::tempdir().unwrap();
    let scripts = unpacked(cache.path()).unwrap();
    let file = scripts.join("prompt/calibrations/example_simple.rhai");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, "changed").unwrap();
    assert_eq!(unpacked(cache.path()).unwrap(), scripts);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    fs::remove_file(&file).unwrap();
    unpacked(cache.path()).unwrap();
    assert!(file.is_file());
    let left = fs::read_dir(cache.path()).unwrap().count();
    assert_eq!(left, 1, "drafts are left behind");
}

#[test]
fn scripts_are_found_by_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let error = Directory::find(Some(folder.path())).unwrap_err();
    assert!(matches!(error, DirectoryError::NoScripts { .. }), "{error}");
    let calibrations = folder.path().join("prompt/calibrations");
    fs::create_dir_all(&calibrations).unwrap();
    for name in ["b.rhai", "a.rhai", "c.py"] {
        fs::write(calibrations.join(name), "").unwrap();
    }
    let directory = Directory::find(Some(folder.path())).unwrap();
    assert_eq!(directory.names(Kind::Calibration).unwrap(), ["a", "b"]);
    assert!(directory.names(Kind::Validation).unwrap().is_empty());
    for name in ["a", "a.rhai", "a.py", "elsewhere/a.py"] {
        let found = directory.script(Kind::Calibration, name).unwrap();
        assert_eq!(found, calibrations.join("a.rhai"), "{name}");
    }
    let error = directory.script(Kind::Calibration, "c").unwrap_err();
    assert_eq!(error.to_string(), "there is no script c");
    let differ = directory.differences().unwrap();
    assert!(differ.contains(&"prompt/calibrations/a.rhai".to_owned()));
    assert!(differ.contains(&"prompt/calibrations/example_simple.rhai (missing)".to_owned()));
}

#[test]
fn texts_are_compared_with_those_of_the_release() {
    use super::release::compared;
    let hash = |text: &str| blake3::hash(text.as_bytes()).to_hex().to_string();
    let (name, text) = FILES[0];
    let version = env!("CARGO_PKG_VERSION");
    let at = |name: &str| Path::new("/somewhere/scripts").join(name);
    assert_eq!(compared(&[("mine.rhai".into(), hash(text))]), None);
    assert_eq!(
        compared(&[(at(name), hash(text))]),
        Some(format!("as in release {version}"))
    );
    let other = [
        (at(name), hash("other")),
        ("std/models.rhai".into(), hash("")),
    ];
    assert_eq!(
        compared(&other),
        Some(format!("not as in release {version}: {name}"))
    );
}

#[test]
fn settings_are_read_again_when_a_text_has_changed() {
    use super::Catalogue;
    let folder = tempfile::tempdir().unwrap();
    let calibrations = folder.path().join("prompt/calibrations");
    fs::create_dir_all(&calibrations).unwrap();
    fs::create_dir_all(folder.path().join("lib")).unwrap();
    // A name of its own, so that nothing of another test is met.
    let about = |name: &str| {
        format!(
            "import \"lib/names\" as names;\nexport const settings = CalibrationSettings(#{{ name: names::NAME + \"{name}\", \
             expert_username: \"x\", subsystem: \"ecl\", description: \"{}\", input_data_formats: [\"cdst\"], \
             input_data_names: [\"a\"] }});\n",
            folder.path().display()
        )
    };
    let read = || {
        let directory = Directory::find(Some(folder.path())).unwrap();
        let all = Catalogue::settings(&directory, Kind::Calibration).unwrap();
        all.map(|all| all["a"]["name"].as_str().unwrap().to_owned())
            .map_err(|catalogue| catalogue.problems.len())
    };
    let lib = folder.path().join("lib/names.rhai");
    fs::write(&lib, "const NAME = \"one\";\n").unwrap();
    fs::write(calibrations.join("a.rhai"), about("x")).unwrap();
    for _ in 0..2 {
        assert_eq!(read(), Ok("onex".to_owned()));
    }
    fs::write(calibrations.join("a.rhai"), about("y")).unwrap();
    assert_eq!(read(), Ok("oney".to_owned()));
    fs::write(&lib, "const NAME = \"two\";\n").unwrap();
    assert_eq!(read(), Ok("twoy".to_owned()));
    fs::write(&lib, "const NAM = \"two\";\n").unwrap();
    assert_eq!(read(), Err(1));
}
