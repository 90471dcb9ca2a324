//! Random classes and random values of them.

use b2caf::root::{ClassDeclaration, EnumDeclaration, Record, Value};
use proptest::prelude::*;
use serde_json::json;

/// The type of a member.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Number(usize),
    Enum,
    Text(bool),
    Vector(Box<Shape>),
    Set(usize, bool),
    Map(Box<Shape>, Box<Shape>, bool),
    Fixed(usize, Vec<usize>),
    Array(usize, usize),
    Pair(Box<Shape>, Box<Shape>),
    Class(Vec<Shape>, Base),
    Objects(Vec<Shape>, usize),
    Doubles,
}

/// What a class stands on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Base {
    Object,
    Named,
    None,
    /// No version either.
    Foreign,
}

/// Numbers: name, smallest and largest whole value, whether a float.
const NUMBERS: [(&str, i64, i64, bool); 12] = [
    ("char", -128, 127, false),
    ("short", -32_768, 32_767, false),
    ("int", -2_147_483_648, 2_147_483_647, false),
    ("long", i64::MIN, i64::MAX, false),
    ("unsigned char", 0, 255, false),
    ("unsigned short", 0, 65_535, false),
    ("unsigned int", 0, 4_294_967_295, false),
    ("unsigned long", 0, i64::MAX, false),
    ("Long64_t", i64::MIN, i64::MAX, false),
    ("float", 0, 0, true),
    ("double", 0, 0, true),
    ("bool", 0, 1, false),
];

/// Classes with up to a few levels inside.
pub(crate) fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    prop::collection::vec(shape(), 1..6)
}

fn base() -> impl Strategy<Value = Base> {
    prop_oneof![
        Just(Base::Object),
        Just(Base::Named),
        Just(Base::None),
        Just(Base::Foreign)
    ]
}

fn key() -> impl Strategy<Value = Shape> {
    prop_oneof![
        (0..9_usize).prop_map(Shape::Number),
        any::<bool>().prop_map(Shape::Text),
        (0..9_usize, 0..9_usize)
            .prop_map(|(a, b)| Shape::Pair(Box::new(Shape::Number(a)), Box::new(Shape::Number(b)))),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        (0..NUMBERS.len()).prop_map(Shape::Number),
        Just(Shape::Enum),
        any::<bool>().prop_map(Shape::Text),
        (0..NUMBERS.len()).prop_map(|number| Shape::Vector(Box::new(Shape::Number(number)))),
        (0..9_usize, any::<bool>()).prop_map(|(number, hash)| Shape::Set(number, hash)),
        (0..NUMBERS.len(), prop::collection::vec(1..4_usize, 1..4))
            .prop_map(|(number, dims)| Shape::Fixed(number, dims)),
        (0..NUMBERS.len(), 1..5_usize).prop_map(|(number, count)| Shape::Array(number, count)),
        Just(Shape::Doubles),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|item| Shape::Vector(Box::new(item))),
            (key(), inner.clone(), any::<bool>()).prop_map(|(k, v, hash)| Shape::Map(
                Box::new(k),
                Box::new(v),
                hash
            )),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Shape::Pair(Box::new(a), Box::new(b))),
            (prop::collection::vec(inner.clone(), 1..4), base())
                .prop_map(|(members, base)| Shape::Class(members, base)),
            (prop::collection::vec(inner, 1..3), 1..4_usize)
                .prop_map(|(members, count)| Shape::Objects(members, count)),
        ]
    })
}

/// The same numbers every time.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33 ^ self.0 << 31
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Declarations of classes of some shapes.
pub(crate) struct Shapes {
    pub(crate) classes: Vec<ClassDeclaration>,
    pub(crate) enums: Vec<EnumDeclaration>,
    /// The outermost class.
    pub(crate) class: String,
    root: Typed,
}

/// A shape with the names of its types.
enum Typed {
    Number(usize),
    Enum,
    Text,
    List(Box<Typed>),
    Set(usize),
    Map(Box<Typed>, Box<Typed>),
    Fixed(usize, usize),
    Pair(Box<Typed>, Box<Typed>, String),
    Class(Vec<(String, Typed)>, String),
    Objects(Box<Typed>, usize),
}

impl Shapes {
    /// From the members of the outermost class; with an old generated streamer only of simple
    /// members.
    pub(crate) fn new(members: &[Shape], generated: bool) -> Self {
        let enums = serde_json::from_value(json!([{"name": "N::E", "values": {"a": 0}}])).unwrap();
        let mut shapes = Self {
            classes: Vec::new(),
            enums,
            class: String::new(),
            root: Typed::Enum,
        };
        let simple = |shape: &&Shape| match shape {
            Shape::Vector(item) => matches!(**item, Shape::Number(_)),
            Shape::Number(_) | Shape::Fixed(..) | Shape::Doubles => true,
            _ => !generated,
        };
        let mut members: Vec<Shape> = members.iter().filter(simple).cloned().collect();
        members.push(Shape::Number(2));
        let (name, root) = shapes.class(&members, Base::Object, generated);
        shapes.class = name;
        shapes.root = root;
        shapes
    }

    fn class(&mut self, members: &[Shape], base: Base, generated: bool) -> (String, Typed) {
        let mut typed = Vec::new();
        let mut declared = Vec::new();
        for (index, shape) in members.iter().enumerate() {
            let (cpp_type, inner) = self.typed(shape, true);
            let name = format!("m_{index}");
            declared.push(json!({"name": &name, "type": cpp_type}));
            typed.push((name, inner));
        }
        let name = format!("N::C{}", self.classes.len());
        let (bases, version) = match base {
            Base::Object => (json!(["TObject"]), json!(3)),
            Base::Named => (json!(["TNamed"]), json!(1)),
            Base::None => (json!([]), json!(2)),
            Base::Foreign => (json!([]), json!(null)),
        };
        if let Base::Named = base {
            for name in ["fTitle", "fName"] {
                typed.insert(0, (name.to_owned(), Typed::Text));
            }
        }
        let streaming = if generated { "generated" } else { "info" };
        let class = json!({"name": &name, "version": version, "bases": bases,
            "streaming": streaming, "members": declared});
        self.classes.push(serde_json::from_value(class).unwrap());
        (name.clone(), Typed::Class(typed, name))
    }

    /// The C++ type of a shape as a member, or inside a container.
    fn typed(&mut self, shape: &Shape, member: bool) -> (String, Typed) {
        match shape {
            Shape::Number(number) => (NUMBERS[*number].0.into(), Typed::Number(*number)),
            Shape::Enum => ("N::E".into(), Typed::Enum),
            Shape::Text(standard) => (
                if *standard { "string" } else { "TString" }.into(),
                Typed::Text,
            ),
            Shape::Vector(item) => {
                let (name, item) = self.typed(item, false);
                (format!("vector<{name} >"), Typed::List(Box::new(item)))
            }
            Shape::Set(number, hash) => {
                let set = if *hash { "unordered_set" } else { "set" };
                (
                    format!("{set}<{}>", NUMBERS[*number].0),
                    Typed::Set(*number),
                )
            }
            Shape::Map(key, value, hash) => {
                let (key_name, key) = self.typed(key, false);
                let (name, value) = self.typed(value, false);
                let map = if *hash { "unordered_map" } else { "map" };
                let map = format!("{map}<{key_name},{name} >");
                (map, Typed::Map(Box::new(key), Box::new(value)))
            }
            Shape::Fixed(number, dims) if member => {
                let brackets: String = dims.iter().map(|dim| format!("[{dim}]")).collect();
                let count = dims.iter().product();
                (
                    format!("{}{brackets}", NUMBERS[*number].0),
                    Typed::Fixed(*number, count),
                )
            }
            Shape::Fixed(number, dims) => self.typed(&Shape::Array(*number, dims[0]), member),
            Shape::Array(number, count) => {
                let name = format!("std::array<{},{count}>", NUMBERS[*number].0);
                (name, Typed::Fixed(*number, *count))
            }
            Shape::Pair(first, second) => {
                let (first_name, first) = self.typed(first, false);
                let (second_name, second) = self.typed(second, false);
                let close = if second_name.ends_with('>') {
                    " >"
                } else {
                    ">"
                };
                let name = format!("pair<{first_name},{second_name}{close}");
                let name = name.replace("std::", "");
                let named = name
                    .replace(" >", ">")
                    .replace(">>", "> >")
                    .replace(">>", "> >");
                (name, Typed::Pair(Box::new(first), Box::new(second), named))
            }
            Shape::Class(members, base) => self.class(members, *base, false),
            Shape::Objects(members, count) if member => {
                let (name, class) = self.class(members, Base::None, false);
                (
                    format!("{name}[{count}]"),
                    Typed::Objects(Box::new(class), *count),
                )
            }
            Shape::Objects(members, _) => self.class(members, Base::Object, false),
            Shape::Doubles if member => {
                ("TArrayD".into(), Typed::List(Box::new(Typed::Number(10))))
            }
            Shape::Doubles => self.typed(&Shape::Vector(Box::new(Shape::Number(10))), member),
        }
    }

    /// A random value of the outermost class, as it is read back.
    pub(crate) fn value(&self, dice: &mut Dice) -> Value {
        self.root.value(dice)
    }
}

impl Typed {
    fn value(&self, dice: &mut Dice) -> Value {
        match self {
            Self::Number(number) => one(*number, dice),
            Self::Enum => Value::Int(dice.below(5) as i64 - 2),
            Self::Text => text(dice),
            Self::List(item) => {
                let count = dice.below(4);
                match **item {
                    Self::Number(number) => packed(number, count, dice),
                    Self::Enum => Value::Ints((0..count).map(|_| dice.below(9) as i64).collect()),
                    _ => Value::List((0..count).map(|_| item.value(dice)).collect()),
                }
            }
            Self::Set(number) => {
                let Value::Ints(mut items) = packed(*number, dice.below(6), dice) else {
                    panic!("sets hold whole numbers");
                };
                items.sort_unstable();
                items.dedup();
                Value::Ints(items)
            }
            Self::Map(key, value) => {
                let mut keys: Vec<Value> = (0..dice.below(5)).map(|_| key.value(dice)).collect();
                keys.sort_by(order);
                keys.dedup();
                Value::Map(
                    keys.into_iter()
                        .map(|key| (key, value.value(dice)))
                        .collect(),
                )
            }
            Self::Fixed(number, count) => packed(*number, *count, dice),
            Self::Pair(first, second, name) => {
                let pair = Record::new(name).with("first", first.value(dice));
                pair.with("second", second.value(dice)).into()
            }
            Self::Class(members, name) => {
                let mut record = Record::new(name);
                for (name, member) in members {
                    record = record.with(name, member.value(dice));
                }
                record.into()
            }
            Self::Objects(class, count) => {
                Value::List((0..*count).map(|_| class.value(dice)).collect())
            }
        }
    }
}

/// The order of keys: numbers, texts, pairs of numbers.
fn order(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Object(a), Value::Object(b)) => {
            let both = |name| order(a.get(name).unwrap(), b.get(name).unwrap());
            both("first").then(both("second"))
        }
        _ => panic!("keys of one kind"),
    }
}

fn text(dice: &mut Dice) -> Value {
    let length = [0, 1, 5, 254, 255, 300][dice.below(6)];
    let letter = ["a", "ä", "Z", " "][dice.below(4)];
    Value::from(&*letter.repeat(length))
}

fn one(number: usize, dice: &mut Dice) -> Value {
    match (NUMBERS[number].0, whole(number, dice)) {
        ("bool", value) => Value::Bool(value == 1),
        (_, _) if NUMBERS[number].3 => Value::Float(fraction(number, dice)),
        (_, value) => Value::Int(value),
    }
}

fn packed(number: usize, count: usize, dice: &mut Dice) -> Value {
    if NUMBERS[number].3 {
        return Value::Floats((0..count).map(|_| fraction(number, dice)).collect());
    }
    Value::Ints((0..count).map(|_| whole(number, dice)).collect())
}

fn whole(number: usize, dice: &mut Dice) -> i64 {
    let (_, low, high, _) = NUMBERS[number];
    match dice.below(6) {
        0 => low,
        1 => high,
        2 => 0.clamp(low, high),
        _ => (dice.next() as i64 >> dice.below(60)).clamp(low, high),
    }
}

fn fraction(number: usize, dice: &mut Dice) -> f64 {
    let value = match dice.below(8) {
        0 => 0.0,
        1 => f64::INFINITY,
        2 => f64::from(f32::MAX),
        3 => f64::from(f32::MIN_POSITIVE) / 8.0,
        _ => (dice.next() as i64 as f64) / 1e15,
    };
    if NUMBERS[number].0 == "float" {
        f64::from(value as f32)
    } else {
        value
    }
}
