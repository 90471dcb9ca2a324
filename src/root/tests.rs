//! Declarations against what ROOT made of the same classes.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::classes::known;
use super::infos::element_class;
use super::streamer::Member;
use super::{ClassDeclaration, Classes, EnumDeclaration};

/// A file of `stdlib/payloads`.
#[derive(Deserialize)]
struct Payloads {
    #[serde(default)]
    enums: Vec<EnumDeclaration>,
    classes: Vec<ClassDeclaration>,
}

/// A description as ROOT 6.40 wrote it.
#[derive(Deserialize)]
struct Info {
    version: u16,
    checksum: String,
    elements: Vec<Element>,
}

#[derive(Deserialize)]
struct Element {
    kind: String,
    name: String,
    r#type: i32,
    type_name: String,
    size: u32,
    array_length: usize,
    array_dim: usize,
    max_index: Vec<i32>,
    #[serde(default)]
    title: String,
    base_version: Option<u32>,
    stl_type: Option<i32>,
    stl_content_code: Option<i32>,
    count_version: Option<u32>,
    count_name: Option<String>,
    count_class: Option<String>,
}

fn here(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn declared(path: &Path) -> Classes {
    let text = std::fs::read_to_string(path).unwrap();
    let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
    value.as_object_mut().unwrap().remove("payloads");
    value.as_object_mut().unwrap().remove("channels");
    let file: Payloads = serde_json::from_value(value).unwrap();
    Classes::new(&file.classes, &file.enums).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// All classes of the standard payloads in one set.
fn all_classes() -> Classes {
    let mut all = Classes::default();
    for entry in std::fs::read_dir(here("stdlib/payloads")).unwrap() {
        let one = declared(&entry.unwrap().path());
        let classes: Vec<_> = one
            .names()
            .map(|n| one.declaration(n).unwrap().clone())
            .collect();
        let enums = classes.iter().flat_map(|class| &class.members);
        let enums: Vec<_> = enums
            .flat_map(|member| member.cpp_type.split(['<', '>', ',', '[', ']']))
            .filter_map(|name| one.enumeration(name).cloned())
            .collect();
        all.add(&classes, &enums).unwrap();
    }
    all
}

fn same(class: &str, derived: &Member, element: &Element) {
    let place = format!("{class}.{}", element.name);
    assert_eq!(element_class(derived), element.kind, "{place}");
    assert_eq!(*derived.name, *element.name, "{place}");
    assert_eq!(derived.kind, element.r#type, "{place}");
    assert_eq!(derived.type_name, element.type_name, "{place}");
    assert_eq!(derived.size, element.size, "{place}");
    assert_eq!(derived.length, element.array_length, "{place}");
    assert_eq!(derived.dims.len(), element.array_dim, "{place}");
    let mut index = [0; 5];
    for (place, dim) in derived.dims.iter().enumerate() {
        index[place] = *dim as i32;
    }
    if derived.base {
        index[1] = derived.base_checksum.cast_signed();
    }
    assert_eq!(index, *element.max_index, "{place}");
    assert_eq!(derived.title, element.title, "{place}");
    if let Some(version) = element.base_version {
        assert_eq!(derived.base_version, version, "{place}");
    }
    let container = (derived.container, derived.content);
    let expected = (
        element.stl_type.unwrap_or(0),
        element.stl_content_code.unwrap_or(0),
    );
    assert_eq!(container, expected, "{place}");
    let counter = (
        &*derived.counter,
        &*derived.counter_class.0,
        derived.counter_class.1,
    );
    let expected = (
        element.count_name.as_deref().unwrap_or(""),
        element.count_class.as_deref().unwrap_or(""),
        element.count_version.unwrap_or(0),
    );
    assert_eq!(counter, expected, "{place}");
}

/// Pairs for which ROOT had no dictionary: their checksum is a constant and their sizes unknown.
const EMULATED: &str = "0x0b5fb752";

#[test]
fn derived_descriptions_are_those_of_root() {
    let classes = all_classes();
    let text = std::fs::read_to_string(here("tests/data/streamer_infos.json")).unwrap();
    let infos: BTreeMap<String, Info> = serde_json::from_str(&text).unwrap();
    let (mut compared, mut left_out) = (0, 0);
    for (class, info) in &infos {
        // A pair that lies in a map has no description of its own in our files.
        let Some(layout) = classes.layout(class) else {
            assert!(class.starts_with("pair<"), "{class}");
            left_out += 1;
            continue;
        };
        assert_ne!(info.checksum, EMULATED, "{class}");
        assert_eq!(
            format!("0x{:08x}", layout.checksum),
            info.checksum,
            "{class}"
        );
        assert_eq!(layout.version, info.version, "{class}");
        if class.starts_with("TSeqCollection") {
            continue;
        }
        assert_eq!(layout.members.len(), info.elements.len(), "{class}");
        for (derived, element) in layout.members.iter().zip(&info.elements) {
            same(class, derived, element);
        }
        compared += 1;
    }
    assert!(compared >= 80, "{compared} compared, {left_out} left out");
}

#[test]
fn checksums_come_from_the_members() {
    let text = std::fs::read_to_string(here("tests/data/payload_checksums.json")).unwrap();
    let expected: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
    for entry in std::fs::read_dir(here("stdlib/payloads")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        value.as_object_mut().unwrap().remove("payloads");
        value.as_object_mut().unwrap().remove("channels");
        let mut file: Payloads = serde_json::from_value(value).unwrap();
        for class in &mut file.classes {
            class.checksum = None;
        }
        let classes = Classes::new(&file.classes, &file.enums).unwrap();
        for name in classes.names() {
            let checksum = format!("0x{:08x}", classes.checksum(name).unwrap());
            assert_eq!(checksum, expected[name], "{name}");
        }
    }
}

#[test]
fn checksums_of_roots_own_classes_come_from_their_members() {
    // Two have members that are not stored but count: theirs are taken from ROOT.
    let exceptions = ["TSeqCollection", "THashList"];
    for (name, layouts) in known().layouts.iter() {
        let mut declaration = known().declaration(name).unwrap().clone();
        let expected = layouts[0].checksum;
        declaration.name = name.to_owned();
        declaration.checksum = None;
        let computed = super::derive::checksum_of(&declaration, known());
        let same = computed == Some(expected);
        assert_eq!(same, !exceptions.contains(&name), "{name}");
    }
}

#[test]
fn files_describe_the_classes_that_roots_files_describe() {
    let text = std::fs::read_to_string(here("tests/data/payload_infos.json")).unwrap();
    let expected: BTreeMap<String, Vec<String>> = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for entry in std::fs::read_dir(here("stdlib/payloads")).unwrap() {
        let path = entry.unwrap().path();
        let classes = declared(&path);
        let text = std::fs::read_to_string(&path).unwrap();
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        for payload in file["payloads"].as_array().unwrap() {
            let Some(expected) = expected.get(payload["name"].as_str().unwrap()) else {
                continue;
            };
            let of = |name: &str| payload[name].as_str().map(ToOwned::to_owned);
            let met = [of("key_class"), of("class")];
            let met: Vec<String> = met.into_iter().flatten().collect();
            let found = super::infos::reachable(&classes, &met);
            let mut found: Vec<&str> = found.iter().map(|(name, _)| &**name).collect();
            // A pair inside a map needs none in our form of maps.
            let needed = |name: &&str| !name.starts_with("pair<") || *name == "pair<int,int>";
            let mut expected: Vec<&str> =
                expected.iter().map(|name| &**name).filter(needed).collect();
            found.sort_unstable();
            expected.sort_unstable();
            // Every reader knows them; ROOT describes them in some of its files.
            for list in [&mut found, &mut expected] {
                list.retain(|name| !matches!(*name, "TObject" | "TString"));
            }
            // A class without version that ROOT left out, so that its file needs a dictionary.
            found.retain(|name| !name.ends_with("::OffsetData"));
            assert_eq!(found, expected, "{}", payload["name"]);
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}
