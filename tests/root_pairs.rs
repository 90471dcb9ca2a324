//! An object of each payload that is known, and of random classes: written, read back, and laid down
//! with its values for ROOT itself to read (`tests/root_check`) where `B2CAF_PAIRS` names a folder.

#[path = "support/notation.rs"]
mod notation;
#[path = "objects/shapes.rs"]
mod shapes;

use std::fs;
use std::path::PathBuf;

use b2caf::conditions::{Library, Payload, PayloadFormat, RootForm};
use b2caf::root::{
    ClassDeclaration, Classes, Histogram, HistogramAxis, Record, RootFile, Shape, Value,
    write_object,
};
use notation::json;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};
use shapes::{Dice, Shapes, shapes};

/// Sets of random classes.
const SETS: usize = 40;

/// Where pairs go, in a folder of their own.
fn folder(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("B2CAF_PAIRS")?).join(name);
    fs::create_dir_all(&folder).unwrap();
    Some(folder)
}

/// Numbers that are exact in all types, each another one.
struct Numbers(i64);

impl Numbers {
    fn whole(&mut self) -> i64 {
        self.0 = (self.0 + 1) % 100;
        self.0
    }

    fn float(&mut self) -> f64 {
        f64::from(u8::try_from(self.whole()).unwrap()) * 0.125 - 3.0
    }

    fn value(&mut self, shape: &Shape) -> Value {
        match shape {
            // Truth values and numbers of enumerations are among them.
            Shape::Whole => Value::Int(self.whole() % 2),
            Shape::Number => Value::Float(self.float()),
            Shape::Text => Value::Text(format!("text {}", self.whole()).into()),
            Shape::List(item) => self.list(item, 3),
            Shape::Fixed(item, dims) => self.list(item, dims.iter().product()),
            Shape::Map(key, item) => {
                let keys = (0..3).map(|place| match &**key {
                    Shape::Text => Value::Text(format!("key {place}").into()),
                    Shape::Pair(..) => Record::new("")
                        .with("first", 7 + place)
                        .with("second", 1)
                        .into(),
                    _ => Value::Int(5 + 2 * place),
                });
                let keys: Vec<Value> = keys.collect();
                Value::Map(
                    keys.into_iter()
                        .map(|key| (key, self.value(item)))
                        .collect(),
                )
            }
            Shape::Pair(first, second) => {
                let first = self.value(first);
                Record::new("")
                    .with("first", first)
                    .with("second", self.value(second))
                    .into()
            }
            Shape::Object(class) => self.object(class),
        }
    }

    /// Items in rising order, as sets keep them.
    fn list(&mut self, item: &Shape, count: usize) -> Value {
        match item {
            Shape::Whole => Value::Ints(
                (0..i64::try_from(count).unwrap())
                    .map(|place| place % 4)
                    .collect(),
            ),
            Shape::Number => Value::Floats((0..count).map(|_| self.float()).collect()),
            _ => Value::List((0..count).map(|_| self.value(item)).collect()),
        }
    }

    fn object(&mut self, class: &str) -> Value {
        match class {
            "TMatrixTSym<double>" => {
                let full = vec![1.0, 0.5, 0.25, 0.5, 2.0, 0.125, 0.25, 0.125, 3.0];
                Record::new(class)
                    .with("fElements", Value::Floats(full))
                    .into()
            }
            "TH2F" => self.histogram().into(),
            _ => {
                let fields = Library::standard().classes().fields(class).unwrap();
                let mut record = Record::new(class);
                for field in fields.iter().filter(|field| !field.has_default) {
                    let value = self.value(&field.shape);
                    record = record.with(&field.name, value);
                }
                record.into()
            }
        }
    }

    fn histogram(&mut self) -> Record {
        let axis = |bins: usize, edges: Vec<f64>| HistogramAxis {
            title: "x".into(),
            bins,
            low: 0.0,
            high: 4.0,
            edges,
        };
        let histogram = Histogram {
            class: "TH2F".into(),
            title: "counts".into(),
            axes: vec![axis(2, Vec::new()), axis(3, vec![0.0, 1.0, 2.0, 4.0])],
            contents: (0..20).map(|_| self.float()).collect(),
            sumw2: Vec::new(),
            bin_entries: Vec::new(),
            entries: 20.0,
        };
        histogram.to_record("h")
    }
}

/// An object of a class; a set holds each number once.
fn example(class: &str) -> Value {
    Numbers(0).object(class)
}

#[test]
fn each_known_payload_is_written_and_read_back() {
    let library = Library::standard();
    let target = folder("known");
    let mut names: Vec<String> = library.payload_names().map(str::to_owned).collect();
    names.sort();
    assert!(names.len() > 50);
    for pattern in names {
        let name = pattern.replace("<first>", "1").replace("<last>", "8736");
        let class = library
            .payload_class(&name)
            .unwrap_or_else(|| panic!("{name}"));
        let key_class = library.payload(&name).unwrap().key_class.clone();
        let mut object = example(class);
        if key_class == "TClonesArray" {
            let items = Value::List(vec![object.clone(), example(class)]);
            object = Record::new(&key_class)
                .with("class", class)
                .with("objects", items)
                .into();
        }
        let payload = Payload {
            object: Some(object),
            ..Payload::empty(&name, class)
        };
        let bytes = RootForm
            .write(&payload)
            .unwrap_or_else(|error| panic!("{error}"));
        let read = RootForm
            .read(&name, bytes.clone())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(RootForm.write(&read).unwrap(), bytes, "{name}");
        let (found, object) = RootFile::parse(&*name, bytes.clone())
            .unwrap()
            .object_of(&name, library.classes())
            .unwrap();
        assert_eq!(found, key_class, "{name}");
        if let Some(target) = &target {
            let expected = json!({ "key": name, "class": found, "members": json(&object) });
            lay_down(target, &name, &bytes, &expected);
        }
    }
}

fn lay_down(folder: &std::path::Path, name: &str, bytes: &[u8], expected: &Json) {
    fs::write(folder.join(format!("{name}.root")), bytes).unwrap();
    fs::write(folder.join(format!("{name}.json")), expected.to_string()).unwrap();
}

/// Whether ROOT can be asked about a class: of containers with pairs, arrays, hashes or enumerations
/// inside it wants a dictionary of each, and has none.
fn is_common(class: &ClassDeclaration) -> bool {
    let odd = |cpp_type: &str| {
        let inside = cpp_type.contains('<') && cpp_type.contains("N::E");
        inside
            || ["pair<", "array<", "unordered_"]
                .iter()
                .any(|part| cpp_type.contains(part))
    };
    !class.members.iter().any(|member| odd(&member.cpp_type))
}

/// The same for classes and values that are drawn.
#[test]
fn random_classes_are_laid_down_for_root() {
    let Some(target) = folder("random") else {
        return;
    };
    let mut runner = TestRunner::deterministic();
    let (mut classes, mut enums) = (Vec::new(), Json::Null);
    let mut set = 0;
    while set < SETS {
        let shape = shapes().new_tree(&mut runner).unwrap().current();
        let made = Shapes::new(&shape, set % 4 == 3);
        if !made.classes.iter().all(is_common) {
            continue;
        }
        set += 1;
        let known = Classes::new(&made.classes, &made.enums).unwrap();
        let value = made.value(&mut Dice(set as u64));
        // One dictionary serves all: each set has a name space of its own.
        let space = |text: &str| text.replace("N::C", &format!("N::S{set}C"));
        let declared = |class: &ClassDeclaration| -> ClassDeclaration {
            let mut class = class.clone();
            class.name = space(&class.name);
            class.bases = class.bases.iter().map(|base| space(base)).collect();
            for member in &mut class.members {
                member.cpp_type = space(&member.cpp_type);
            }
            class
        };
        let own: Vec<_> = made.classes.iter().map(declared).collect();
        let own_set = Classes::new(&own, &made.enums).unwrap();
        let value = notation::renamed(&value, &space);
        let name = format!("thing{set}");
        let class = space(&made.class);
        assert!(known.declaration(&made.class).is_some());
        let bytes = write_object(&name, "", &class, &value, &own_set).unwrap();
        lay_down(
            &target,
            &name,
            &bytes,
            &json!({ "key": name, "class": class, "members": json(&value) }),
        );
        classes.extend(own.iter().map(notation::declaration));
        enums = json!([{ "name": "N::E", "values": { "a": 0 } }]);
    }
    let declarations = json!({ "enums": enums, "classes": classes });
    fs::write(target.join("classes.json"), declarations.to_string()).unwrap();
}
