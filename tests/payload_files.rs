//! Payload files made by ROOT: read to the values that ROOT reads, written again from them.

#[macro_use]
mod support;
#[path = "payloads/expected.rs"]
mod expected;
#[path = "payloads/standard.rs"]
mod standard;

use std::path::{Path, PathBuf};

use b2caf::root::{RootFile, Value, write_object};
use serde_json::Value as Json;

fn folder() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data =
        std::env::var_os("B2CAF_TEST_DATA").map_or(here.join("../shared/data"), PathBuf::from);
    let folder = data.join("payloads");
    if folder.join("expected.json").is_file() {
        return Some(folder);
    }
    say!("SKIPPED: no {}/expected.json", folder.display());
    None
}

/// Every described file with its description.
fn files() -> Vec<(PathBuf, Json)> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let all: Json = serde_json::from_str(&text).unwrap();
    let described = all.as_object().unwrap().values();
    let described = described.filter(|entry| entry.get("file").is_some());
    described
        .map(|entry| (folder.join(entry["file"].as_str().unwrap()), entry.clone()))
        .collect()
}

fn read(path: &Path, entry: &Json) -> (String, Value) {
    let key = entry["key"].as_str().unwrap();
    let classes = standard::of(key).classes;
    let file = RootFile::open(path).unwrap();
    assert!(file.keys().iter().any(|k| k.path == key), "{key}");
    file.object_of(key, &classes).unwrap()
}

#[test]
fn values_are_those_of_root() {
    for (path, entry) in files() {
        let (class, value) = read(&path, &entry);
        assert_eq!(class, entry["class"].as_str().unwrap());
        expected::same(&entry["members"], &value, entry["file"].as_str().unwrap());
    }
}

#[test]
fn files_describe_their_classes_unless_they_have_old_streamers() {
    for (path, entry) in files() {
        let key = entry["key"].as_str().unwrap();
        let file = RootFile::open(&path).unwrap();
        match file.object(key) {
            Ok((_, value)) => assert_eq!(value, read(&path, &entry).1, "{key}"),
            // ROOT leaves out some classes without version, of which nothing can be guessed.
            Err(error) => assert!(error.to_string().contains("does not describe"), "{error}"),
        }
        assert!(
            file.object(key).is_err() || !standard::of(key).generated(),
            "{key}"
        );
    }
}

#[test]
fn written_again_they_give_the_same_values() {
    // Where pairs for ROOT itself are laid down.
    let target = std::env::var_os("B2CAF_PAIRS").map(|folder| PathBuf::from(folder).join("again"));
    for (path, entry) in files() {
        let (class, value) = read(&path, &entry);
        let key = entry["key"].as_str().unwrap();
        let classes = standard::of(key).classes;
        let bytes = write_object(key, "", &class, &value, &classes).unwrap();
        let again = write_object(key, "", &class, &value, &classes).unwrap();
        assert_eq!(bytes, again, "{key}");
        if let Some(target) = &target {
            std::fs::create_dir_all(target).unwrap();
            std::fs::write(target.join(path.file_name().unwrap()), &bytes).unwrap();
            std::fs::copy(
                path.with_file_name("expected.json"),
                target.join("expected.json"),
            )
            .unwrap();
        }
        let file = RootFile::parse("written.root", bytes).unwrap();
        let found = file.object_of(key, &classes).unwrap();
        assert_eq!((&found.0, &found.1), (&class, &value), "{key}");
        if !standard::of(key).generated() {
            assert_eq!(file.object(key).unwrap().1, value, "{key}");
        }
    }
}

#[test]
fn every_payload_of_the_reference_is_served() {
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/payload_infos.json"),
    );
    let names: serde_json::Map<String, Json> = serde_json::from_str(&text.unwrap()).unwrap();
    for name in names.keys() {
        let one = standard::of(&name.replace("<first>", "1").replace("<last>", "1000"));
        let class = one.payload["key_class"].as_str().unwrap();
        assert!(
            class == "TClonesArray" || one.classes.checksum(class).is_some(),
            "{name}"
        );
    }
}

/// A payload of 2016 in older versions of its classes, which only the file itself describes.
#[test]
fn a_real_payload_of_older_classes_is_read() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data =
        std::env::var_os("B2CAF_TEST_DATA").map_or(here.join("../shared/data"), PathBuf::from);
    let found = walkdir::WalkDir::new(data.join("basf2"))
        .into_iter()
        .flatten();
    let named = |path: &Path| path.to_string_lossy().contains("dbstore_BeamParameters");
    for path in found
        .map(|entry| entry.into_path())
        .filter(|path| named(path))
    {
        let (class, value) = RootFile::open(&path)
            .unwrap()
            .object("BeamParameters")
            .unwrap();
        assert_eq!(class, "Belle2::BeamParameters");
        let get = |value: &Value, name: &str| value.as_record().unwrap().get(name).unwrap().clone();
        let number = |value: &Value, name: &str| match get(value, name) {
            Value::Float(number) => number,
            other => panic!("{name}: {other:?}"),
        };
        // The design: beams of 7.004 and 4.002 GeV that cross at 83 mrad, electrons as good as
        // massless, energies spread by 5.13 and 2.375 MeV.
        for (beam, covariance, energy, spread) in [
            ("m_her", "m_covHER", 7.004, 5.13e-3_f64),
            ("m_ler", "m_covLER", 4.002, 2.375e-3),
        ] {
            let vector = get(&value, beam);
            let momentum = get(&vector, "fP");
            let [x, y, z] = ["fX", "fY", "fZ"].map(|name| number(&momentum, name));
            assert_eq!(number(&vector, "fE"), energy);
            assert!((x.hypot(y).hypot(z) - energy).abs() < 1e-6);
            assert!((x.atan2(z.abs()) - 0.0415).abs() < 1e-6);
            let Value::Floats(covariance) = get(&value, covariance) else {
                panic!("numbers");
            };
            assert!((covariance[0].sqrt() - spread).abs() < 1e-8);
        }
        assert_eq!(get(&value, "m_generationFlags"), Value::Int(14));
        return;
    }
    say!(
        "SKIPPED: no payload of BeamParameters in {}",
        data.display()
    );
}
