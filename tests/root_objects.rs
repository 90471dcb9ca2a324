//! Objects of any declared class: written, read back, and refused where a value does not fit.

#[path = "objects/shapes.rs"]
mod shapes;

use std::sync::Arc;

use b2caf::root::{
    ClassDeclaration, Classes, EnumDeclaration, Misfit, Record, RootFile, Value, WriteError,
    write_object,
};
use proptest::prelude::*;
use shapes::{Dice, Shapes, shapes};

fn classes(json: &str) -> Classes {
    let classes: Vec<ClassDeclaration> = serde_json::from_str(json).unwrap();
    let enums: Vec<EnumDeclaration> =
        serde_json::from_str(r#"[{"name": "N::E", "values": {"off": 0, "on": 1}}]"#).unwrap();
    Classes::new(&classes, &enums).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_is_read(shape in shapes(), seed in any::<u64>()) {
        let made = Shapes::new(&shape, false);
        let set = Classes::new(&made.classes, &made.enums).unwrap();
        let value = made.value(&mut Dice(seed));
        let bytes = write_object("thing", "a title", &made.class, &value, &set).unwrap();
        prop_assert_eq!(&bytes, &write_object("thing", "a title", &made.class, &value, &set).unwrap());
        let file = RootFile::parse("memory", bytes).unwrap();
        // The file describes its classes itself.
        let (class, found) = file.object("thing").unwrap();
        prop_assert_eq!(class, made.class);
        prop_assert_eq!(found, value);
    }

    #[test]
    fn old_streamers_need_the_declaration(shape in shapes(), seed in any::<u64>()) {
        let made = Shapes::new(&shape, true);
        let set = Classes::new(&made.classes, &made.enums).unwrap();
        let value = made.value(&mut Dice(seed));
        let bytes = write_object("thing", "", &made.class, &value, &set).unwrap();
        let file = RootFile::parse("memory", bytes).unwrap();
        prop_assert!(file.object("thing").is_err());
        prop_assert_eq!(file.object_of("thing", &set).unwrap().1, value);
    }

    #[test]
    fn changed_bytes_do_no_harm(shape in shapes(), seed in any::<u64>()) {
        let made = Shapes::new(&shape, false);
        let set = Classes::new(&made.classes, &made.enums).unwrap();
        let mut dice = Dice(seed);
        let value = made.value(&mut dice);
        let whole = write_object("thing", "", &made.class, &value, &set).unwrap();
        for _ in 0..20 {
            let mut bytes = whole.clone();
            let place = dice.below(bytes.len());
            bytes[place] ^= 1 << dice.below(8);
            if let Ok(file) = RootFile::parse("memory", bytes) {
                let _ = file.object("thing");
            }
        }
    }
}

const WALKS: &str = r#"[
    {"name": "N::Part", "version": 1, "members": [{"name": "x", "type": "short"}, {"name": "y", "type": "float"}]},
    {"name": "N::Walks", "version": 2, "bases": ["TObject"], "members": [
        {"name": "mode", "type": "unsigned short"},
        {"name": "on", "type": "bool", "default": true},
        {"name": "kind", "type": "N::E", "default": 1},
        {"name": "pair", "type": "float[2][3]"},
        {"name": "walks", "type": "map<unsigned short,vector<float> >"},
        {"name": "parts", "type": "vector<N::Part>"},
        {"name": "cells", "type": "set<int>"}]}]"#;

fn part(x: Value, y: f64) -> Value {
    Record::new("N::Part").with("x", x).with("y", y).into()
}

fn good() -> Record {
    let walk = |key: i64, values: &[f64]| (Value::Int(key), Value::Floats(values.to_vec()));
    Record::new("N::Walks")
        .with("mode", 1)
        .with("pair", Value::Floats(vec![0.5; 6]))
        .with(
            "walks",
            Value::Map(vec![walk(7, &[1.0, 2.0]), walk(3, &[])]),
        )
        .with("parts", Value::List(vec![part(Value::Int(-3), 0.25)]))
        .with("cells", Value::Ints(vec![5, -2]))
}

fn changed(name: &str, value: impl Into<Value>) -> Record {
    let mut record = good();
    record.members.retain(|(member, _)| **member != *name);
    record.with(name, value)
}

fn refused(record: Record) -> String {
    let set = classes(WALKS);
    let error = write_object("walks", "", "N::Walks", &record.into(), &set).unwrap_err();
    error.to_string()
}

#[test]
fn defaults_fill_in_and_maps_are_sorted() {
    let set = classes(WALKS);
    let bytes = write_object("walks", "", "N::Walks", &good().into(), &set).unwrap();
    let file = RootFile::parse("memory", bytes).unwrap();
    let (_, found) = file.object("walks").unwrap();
    let found = found.as_record().unwrap();
    assert_eq!(found.get("on"), Some(&Value::Bool(true)));
    assert_eq!(found.get("kind"), Some(&Value::Int(1)));
    assert_eq!(found.get("cells"), Some(&Value::Ints(vec![-2, 5])));
    let Some(Value::Map(walks)) = found.get("walks") else {
        panic!("a map");
    };
    assert_eq!(walks[0], (Value::Int(3), Value::Floats(vec![])));
    assert_eq!(walks[1], (Value::Int(7), Value::Floats(vec![1.0, 2.0])));
}

#[test]
fn values_that_do_not_fit_are_named() {
    let pair = |key: i64, value: Value| (Value::Int(key), value);
    let floats = |values: &[f64]| Value::Floats(values.to_vec());
    for (record, message) in [
        (
            changed("mode", -1),
            "N::Walks: mode: -1 does not fit into unsigned short",
        ),
        (
            changed("mode", 0.5),
            "N::Walks: mode: 0.5 does not fit into unsigned short",
        ),
        (
            changed("mode", "one"),
            "N::Walks: mode: a text where unsigned short belongs",
        ),
        (changed("on", 2), "N::Walks: on: 2 does not fit into bool"),
        (
            changed("kind", 3_000_000_000_i64),
            "N::Walks: kind: 3000000000 does not fit into int",
        ),
        (
            changed("pair", floats(&[1.0; 5])),
            "N::Walks: pair: 5 values where 6 belong",
        ),
        (
            changed("pair", floats(&[1.0, 1e39, 0.0, 0.0, 0.0, 0.0])),
            "N::Walks: pair[1]: 1000000000000000000000000000000000000000 does not fit into float",
        ),
        (
            changed(
                "walks",
                Value::Map(vec![pair(1, floats(&[])), pair(1, floats(&[]))]),
            ),
            "N::Walks: walks: key Int(1) is there twice",
        ),
        (
            changed(
                "walks",
                Value::Map(vec![pair(1, floats(&[])), pair(70_000, floats(&[]))]),
            ),
            "N::Walks: walks[1].first: 70000 does not fit into unsigned short",
        ),
        (
            changed(
                "walks",
                Value::Map(vec![pair(1, floats(&[])), pair(2, Value::Float(1.0))]),
            ),
            "N::Walks: walks[1].second: a number where a list of float belongs",
        ),
        (
            changed(
                "parts",
                Value::List(vec![
                    part(Value::Int(1), 0.0),
                    part(Value::Int(40_000), 0.0),
                ]),
            ),
            "N::Walks: parts[1].x: 40000 does not fit into short",
        ),
        (
            changed(
                "parts",
                Value::List(vec![Record::new("N::Part").with("x", 1).into()]),
            ),
            "N::Walks: parts[0].y: no value is given",
        ),
        (
            changed("parts", Value::List(vec![Record::new("N::Walks").into()])),
            "N::Walks: parts[0]: an object of class N::Walks where one of class N::Part belongs",
        ),
        (
            changed("cells", Value::Ints(vec![1, 2, 1])),
            "N::Walks: cells: Int(1) is there twice",
        ),
        (
            good().with("mod", 1),
            "N::Walks: mod: there is no such member, did you mean \"mode\"?",
        ),
        (
            good().with("mode", 1),
            "N::Walks: member mode is there twice",
        ),
    ] {
        assert_eq!(refused(record), message);
    }
    let error = write_object("x", "", "N::Walk", &good().into(), &classes(WALKS)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "class N::Walk is not declared, did you mean \"N::Walks\"?"
    );
    let wrong = write_object("a/b", "", "N::Walks", &good().into(), &classes(WALKS));
    assert!(matches!(wrong, Err(WriteError::Name { .. })));
}

#[test]
fn a_symmetric_matrix_must_be_symmetric() {
    let set = classes(
        r#"[{"name": "N::M", "version": 1, "members": [{"name": "m", "type": "TMatrixTSym<double>"}]}]"#,
    );
    let matrix = |elements: &[f64]| {
        let matrix = Record::new("TMatrixTSym<double>");
        let matrix = matrix.with("fElements", Value::Floats(elements.to_vec()));
        Value::from(Record::new("N::M").with("m", matrix))
    };
    let bytes = write_object("m", "", "N::M", &matrix(&[1.0, 0.5, 0.5, 2.0]), &set).unwrap();
    let (_, found) = RootFile::parse("memory", bytes)
        .unwrap()
        .object("m")
        .unwrap();
    let found = found
        .as_record()
        .unwrap()
        .get("m")
        .unwrap()
        .as_record()
        .unwrap()
        .clone();
    assert_eq!(
        found.get("fElements"),
        Some(&Value::Floats(vec![1.0, 0.5, 0.5, 2.0]))
    );
    assert_eq!(found.get("fNrows"), Some(&Value::Int(2)));
    let error = write_object("m", "", "N::M", &matrix(&[1.0, 0.5, 0.25, 2.0]), &set).unwrap_err();
    let WriteError::Misfit { path, reason, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(
        (&*path, reason),
        ("m.fElements", Misfit::Asymmetric { row: 0, column: 1 })
    );
}

#[test]
fn declarations_that_cannot_be_are_refused() {
    let refuse = |json: &str| {
        let classes: Vec<ClassDeclaration> = serde_json::from_str(json).unwrap();
        Classes::new(&classes, &[]).unwrap_err().to_string()
    };
    let member = |cpp_type: &str, title: &str| {
        let member = format!(r#"{{"name": "x", "type": "{cpp_type}", "title": "{title}"}}"#);
        refuse(&format!(
            r#"[{{"name": "C", "version": 1, "members": [{member}]}}]"#
        ))
    };
    assert!(member("vector<D>", "").contains("member x is of type D, which is neither declared"));
    assert!(member("vector<int", "").contains("brackets"));
    assert!(member("C", "").contains("holds an object of its own class"));
    assert!(member("C[3]", "").contains("holds an object of its own class"));
    assert!(member("double*", "").contains("needs the title"));
    assert!(member("float[0]", "").contains("dimensions"));
    assert!(member("float[99999][99999][99999]", "").contains("dimensions"));
    assert!(member("vector<int>[3]", "").contains("arrays hold numbers or objects"));
    let checksum = r#"[{"name": "C", "version": 1, "checksum": "0x00000001", "members": []}]"#;
    assert!(refuse(checksum).contains("its bases and members give"));
    let twice = r#"[{"name": "C", "version": 1}, {"name": "C", "version": 2}]"#;
    assert!(refuse(twice).contains("declared twice"));
    let hidden = r#"[{"name": "B", "version": 1, "members": [{"name": "x", "type": "int"}]},
        {"name": "C", "version": 1, "bases": ["B"], "members": [{"name": "x", "type": "int"}]}]"#;
    assert!(refuse(hidden).contains("one member of that name"));
    let own = r#"[{"name": "C", "version": 1, "members": [{"name": "x", "type": "vector<C>"}]}]"#;
    let classes: Vec<ClassDeclaration> = serde_json::from_str(own).unwrap();
    assert!(
        Classes::new(&classes, &[]).is_ok(),
        "a container may hold the class itself"
    );
}

#[test]
fn objects_behind_pointers_keep_their_class() {
    let set = classes(
        r#"[{"name": "N::A", "version": 3, "bases": ["TObject"], "members": [{"name": "a", "type": "int"}]},
        {"name": "N::L", "version": 1, "bases": ["TNamed"], "members": [
            {"name": "list", "type": "TList*", "title": "->"}, {"name": "array", "type": "TObjArray"},
            {"name": "other", "type": "TList*"}, {"name": "none", "type": "TList*"}]}]"#,
    );
    let a = |a: i64| Value::from(Record::new("N::A").with("a", a));
    let value = Value::from(
        Record::new("N::L")
            .with("fName", "n")
            .with("fTitle", "t")
            .with(
                "list",
                Value::List(vec![a(1), Value::from("text"), Value::Null]),
            )
            .with("array", Value::List(vec![a(2), a(3)]))
            .with("other", Value::List(vec![a(4)]))
            .with("none", Value::Null),
    );
    let name = "a name whose length moves the places that tags count from";
    let bytes = write_object(name, "", "N::L", &value, &set).unwrap();
    let (_, found) = RootFile::parse("memory", bytes)
        .unwrap()
        .object(name)
        .unwrap();
    assert_eq!(found, value);
    let Value::Object(record) = found else {
        panic!("an object");
    };
    assert_eq!(Arc::unwrap_or_clone(record).members.len(), 6);
}
