//! Random formulas: column code must give what the plain interpreter gives, and fail where it
//! fails.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::arrays::Events;
use super::interpreter::{Event, Interpreter, Trap, binary, call, looked_up};
use crate::expr::{
    BinaryOp, Bound, Expr, Function, Lookup, LookupTable, Node, Path, PayloadMember, Place,
    Program, Reduction, Scratch, Slice, Type, UnaryOp, Value, scalar,
};

/// A source of choices.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len())]
    }

    fn float(&mut self) -> f64 {
        let special = [
            0.0,
            -0.0,
            1.0,
            -1.5,
            f64::NAN,
            f64::INFINITY,
            1e300,
            0.1,
            3.0,
            -7.25,
        ];
        self.of(&special)
    }

    fn int(&mut self) -> i64 {
        let special = [0, 0, 1, 1, 2, 3, -1, -2, 5, 7, 10, -13, i64::MAX, i64::MIN];
        self.of(&special)
    }

    fn value(&mut self, kind: Type) -> Value {
        match kind {
            Type::Bool => Value::Bool(self.roll(2) == 0),
            Type::Int => Value::Int(self.int()),
            _ => Value::Float(self.float()),
        }
    }
}

/// Makes formulas of a wanted type.
struct Maker {
    dice: Dice,
    lets: Vec<(u32, Type)>,
    made: u32,
    inside: bool,
}

const NUMBERS: [Type; 2] = [Type::Int, Type::Float];

impl Maker {
    fn node(node: Node) -> Expr {
        node.into()
    }

    fn leaf(&mut self, kind: Type) -> Expr {
        let known: Vec<u32> = self
            .lets
            .iter()
            .filter(|l| l.1 == kind)
            .map(|l| l.0)
            .collect();
        if !known.is_empty() && self.dice.roll(2) == 0 {
            return Self::node(Node::Local(self.dice.of(&known)));
        }
        if self.dice.roll(3) == 0 {
            return Self::node(Node::Constant(self.dice.value(kind)));
        }
        let event: &[&str] = match kind {
            Type::Bool => &["ok"],
            Type::Int => &["n", "m"],
            _ => &["x", "y"],
        };
        let member = match kind {
            Type::Bool => "b",
            Type::Int => "i",
            _ => "f",
        };
        let path = match (self.inside, self.dice.roll(3)) {
            (false, _) => vec![self.dice.of(event)],
            (true, 0) => vec!["event", self.dice.of(event)],
            (true, _) => vec![member],
        };
        let path = Path(path.into_iter().map(str::to_owned).collect());
        Self::node(Node::Column(path, Place::default()))
    }

    fn number(&mut self, depth: u32) -> Expr {
        let kind = self.dice.of(&NUMBERS);
        self.make(kind, depth)
    }

    fn make(&mut self, kind: Type, depth: u32) -> Expr {
        let here = Place::default();
        if depth == 0 {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        match self.dice.roll(10) {
            0 => self.leaf(kind),
            1 | 2 => {
                let c = self.make(Type::Bool, depth);
                let a = self.make(kind, depth);
                // One of the branches may be whole.
                let other = if kind == Type::Float {
                    self.dice.of(&NUMBERS)
                } else {
                    kind
                };
                let b = self.make(other, depth);
                Self::node(Node::If(c, a, b, here))
            }
            3 => {
                let bound = self.dice.of(&[Type::Bool, Type::Int, Type::Float]);
                let value = self.make(bound, depth);
                self.made += 1;
                let number = self.made;
                self.lets.push((number, bound));
                let body = self.make(kind, depth);
                self.lets.pop();
                Self::node(Node::Let(number, value, body))
            }
            4 if !self.inside => self.reduction(kind, depth),
            _ => match kind {
                Type::Bool => self.condition(depth),
                Type::Int => self.whole(depth),
                _ => self.float(depth),
            },
        }
    }

    fn reduction(&mut self, kind: Type, depth: u32) -> Expr {
        let (how, body) = match kind {
            Type::Bool => (Reduction::Any, Type::Bool),
            Type::Int => self.dice.of(&[
                (Reduction::Len, Type::Bool),
                (Reduction::Count, Type::Bool),
                (Reduction::Sum, Type::Int),
            ]),
            _ => self.dice.of(&[
                (Reduction::Sum, Type::Float),
                (Reduction::Max, Type::Float),
                (Reduction::Min, Type::Int),
            ]),
        };
        self.inside = true;
        let body = self.make(body, depth);
        self.inside = false;
        let body = (how != Reduction::Len).then_some(body);
        let path = Path(vec!["A".to_owned()]);
        Self::node(Node::Reduce(how, path, body, Place::default()))
    }

    fn condition(&mut self, depth: u32) -> Expr {
        let here = Place::default();
        match self.dice.roll(5) {
            0 => {
                let x = self.make(Type::Bool, depth);
                Self::node(Node::Unary(UnaryOp::Not, x, here))
            }
            1 | 2 => {
                let op = self
                    .dice
                    .of(&[BinaryOp::And, BinaryOp::Or, BinaryOp::Eq, BinaryOp::Ne]);
                let (a, b) = (self.make(Type::Bool, depth), self.make(Type::Bool, depth));
                Self::node(Node::Binary(op, a, b, here))
            }
            3 => {
                let x = self.number(depth);
                Self::node(Node::Call(Function::IsNan, vec![x], here))
            }
            _ => {
                let op = self.dice.of(&[
                    BinaryOp::Lt,
                    BinaryOp::Le,
                    BinaryOp::Gt,
                    BinaryOp::Ge,
                    BinaryOp::Eq,
                    BinaryOp::Ne,
                ]);
                let (a, b) = (self.number(depth), self.number(depth));
                Self::node(Node::Binary(op, a, b, here))
            }
        }
    }

    fn whole(&mut self, depth: u32) -> Expr {
        let here = Place::default();
        if self.dice.roll(5) == 0 {
            let x = self.number(depth);
            return Self::node(Node::Call(Function::ToInt, vec![x], here));
        }
        let a = self.make(Type::Int, depth);
        match self.dice.roll(9) {
            0 => Self::node(Node::Unary(UnaryOp::Neg, a, here)),
            1 => Self::node(Node::Call(Function::Abs, vec![a], here)),
            2 | 3 => {
                let f = self.dice.of(&[Function::Div, Function::Min, Function::Max]);
                let b = self.make(Type::Int, depth);
                Self::node(Node::Call(f, vec![a, b], here))
            }
            4 => {
                let n = self.dice.of(&[0, 1, 2, 3, 9, -1]);
                let b = Self::node(Node::Constant(Value::Int(n)));
                Self::node(Node::Binary(BinaryOp::Pow, a, b, here))
            }
            _ => {
                let op =
                    self.dice
                        .of(&[BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Rem]);
                let b = self.make(Type::Int, depth);
                Self::node(Node::Binary(op, a, b, here))
            }
        }
    }

    fn float(&mut self, depth: u32) -> Expr {
        let here = Place::default();
        if self.dice.roll(6) == 0 {
            let key = self.number(depth);
            let member = PayloadMember::new("T", self.dice.of(&["low", "far"]));
            return Self::node(Node::Lookup(Lookup::Payload(member), key, here));
        }
        let a = self.make(Type::Float, depth);
        match self.dice.roll(4) {
            0 => {
                let f = self.dice.of(&[
                    Function::Abs,
                    Function::Sqrt,
                    Function::Exp,
                    Function::Ln,
                    Function::Sin,
                    Function::Floor,
                    Function::Round,
                    Function::ToFloat,
                ]);
                Self::node(Node::Call(f, vec![a], here))
            }
            1 => {
                let f = self.dice.of(&[
                    Function::Atan2,
                    Function::Hypot,
                    Function::Min,
                    Function::Max,
                    Function::Pow,
                ]);
                let b = self.number(depth);
                Self::node(Node::Call(f, vec![a, b], here))
            }
            _ => {
                let op = self.dice.of(&[
                    BinaryOp::Add,
                    BinaryOp::Sub,
                    BinaryOp::Mul,
                    BinaryOp::Div,
                    BinaryOp::Rem,
                    BinaryOp::Pow,
                ]);
                let b = self.number(depth);
                let (a, b) = if op != BinaryOp::Pow && self.dice.roll(2) == 0 {
                    (b, a)
                } else {
                    (a, b)
                };
                Self::node(Node::Binary(op, a, b, here))
            }
        }
    }
}

fn events(dice: &mut Dice, rows: usize) -> Vec<Event> {
    (0..rows)
        .map(|_| Event {
            columns: vec![
                ("n", dice.value(Type::Int)),
                ("x", dice.value(Type::Float)),
                ("ok", dice.value(Type::Bool)),
                ("m", dice.value(Type::Int)),
                ("y", dice.value(Type::Float)),
            ],
            elements: (0..dice.roll(4))
                .map(|_| {
                    vec![
                        ("f", dice.value(Type::Float)),
                        ("i", dice.value(Type::Int)),
                        ("b", dice.value(Type::Bool)),
                    ]
                })
                .collect(),
        })
        .collect()
}

/// A column of values of one type.
fn column(values: impl Iterator<Item = Value>) -> (Vec<bool>, Vec<i64>, Vec<f64>) {
    let mut column = (Vec::new(), Vec::new(), Vec::new());
    for value in values {
        match value {
            Value::Bool(x) => column.0.push(x),
            Value::Int(x) => column.1.push(x),
            Value::Float(x) => column.2.push(x),
            Value::Text(_) => unreachable!(),
        }
    }
    column
}

/// The tables of both look-ups.
fn constants() -> Bound {
    let keys = [i64::MIN, -2, -1, 0, 1, 2, 5, i64::MAX];
    let table = |name: &str| {
        let values = keys
            .into_iter()
            .filter_map(|k| Some((k, looked_up(name, k)?)));
        let table = Arc::new(LookupTable::new(values).unwrap());
        (PayloadMember::new("T", name), table)
    };
    Bound::new(vec![table("low"), table("far")])
}

type Missed = BTreeMap<PayloadMember, u64>;

/// What column code gives for the events, and how often it found nothing; `None` if it fails.
fn compiled(program: &Program, events: &[&Event]) -> Option<(Vec<Value>, Missed)> {
    let of_event = |i: usize| column(events.iter().map(|e| e.columns[i].1.clone()));
    let elements = || events.iter().flat_map(|e| &e.elements);
    let of_element = |i: usize| column(elements().map(|e| e[i].1.clone()));
    let mut offsets = vec![5];
    for event in events {
        offsets.push(offsets.last().unwrap() + event.elements.len());
    }
    let event: Vec<_> = (0..5).map(of_event).collect();
    let element: Vec<_> = (0..3).map(of_element).collect();
    let inputs: Vec<Slice<'_>> = program
        .columns()
        .iter()
        .map(|&c| match c {
            0 | 3 => Slice::Int(&event[c].1),
            1 | 4 => Slice::Float(&event[c].2),
            2 => Slice::Bool(&event[c].0),
            10 => Slice::Offsets(&offsets),
            11 => Slice::Float(&element[0].2),
            12 => Slice::Int(&element[1].1),
            _ => Slice::Bool(&element[2].0),
        })
        .collect();
    let mut scratch = Scratch::default();
    scratch.bind(constants());
    let outputs = program
        .evaluate(&inputs, &[], events.len(), &mut scratch)
        .ok()?;
    let values = (0..events.len()).map(|i| outputs.get(0).value(i).unwrap());
    let values = values.collect();
    drop(outputs);
    Some((values, scratch.take_missed()))
}

fn bits(value: &Value) -> (u8, u64) {
    match value {
        Value::Bool(x) => (0, u64::from(*x)),
        Value::Int(x) => (1, x.cast_unsigned()),
        Value::Float(x) if x.is_nan() => (2, u64::MAX),
        Value::Float(x) => (2, x.to_bits()),
        Value::Text(_) => unreachable!(),
    }
}

fn interpreted(event: &Event, expr: &Expr) -> Result<(Value, BTreeSet<PayloadMember>), Trap> {
    let lets = Vec::new();
    let element = None;
    let missed = BTreeSet::new();
    let mut interpreter = Interpreter {
        event,
        element,
        lets,
        missed,
    };
    let value = interpreter.ask(expr)?;
    Ok((value, interpreter.missed))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn column_code_is_the_plain_meaning(seed: u64, depth in 1u32..6) {
        let mut maker = Maker { dice: Dice(seed), lets: Vec::new(), made: 0, inside: false };
        let kind = maker.dice.of(&[Type::Bool, Type::Int, Type::Float]);
        let expr = maker.make(kind, depth);
        let events = events(&mut maker.dice, 9);
        // A constant part without a result is found before any row is.
        let Ok(program) = Program::compile(std::slice::from_ref(&expr), &Events) else {
            let fails = events.iter().all(|e| interpreted(e, &expr).is_err());
            prop_assert!(fails, "{expr:?} is refused without need");
            return Ok(());
        };
        let mut all = Vec::new();
        let mut expected = Missed::new();
        for event in &events {
            let alone = compiled(&program, &[event]);
            match (interpreted(event, &expr), alone) {
                (Ok((wanted, missed)), Some((given, found))) => {
                    prop_assert_eq!(bits(&given[0]), bits(&wanted), "{:?}", expr);
                    let once = missed.iter().map(|member| (member.clone(), 1));
                    prop_assert_eq!(found, once.collect::<Missed>(), "{:?}", expr);
                    for member in missed {
                        *expected.entry(member).or_default() += 1;
                    }
                    all.push((event, given[0].clone()));
                }
                (Err(Trap), None) => {}
                (wanted, given) => prop_assert!(false, "{:?} is {:?}, not {:?}", expr, given, wanted),
            }
        }
        let good: Vec<&Event> = all.iter().map(|(e, _)| *e).collect();
        // A look-up that is the same for all rows may fail without any.
        if good.is_empty() {
            return Ok(());
        }
        let (together, found) = compiled(&program, &good).expect("none of them fails");
        prop_assert_eq!(found, expected, "{:?}", expr);
        for (given, (_, wanted)) in together.iter().zip(&all) {
            prop_assert_eq!(bits(given), bits(wanted), "{:?}", expr);
        }
    }

    #[test]
    fn operators_on_single_values_are_the_plain_meaning(seed: u64) {
        let mut dice = Dice(seed);
        let kinds = [dice.of(&NUMBERS), dice.of(&NUMBERS)];
        let (a, b) = (dice.value(kinds[0]), dice.value(kinds[1]));
        let op = dice.of(&[
            BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul, BinaryOp::Rem, BinaryOp::Lt, BinaryOp::Le,
            BinaryOp::Gt, BinaryOp::Ge, BinaryOp::Eq, BinaryOp::Ne,
        ]);
        let same = |given: Result<Value, crate::expr::Failure>, wanted: Result<Value, Trap>| {
            given.map(|v| bits(&v)).ok() == wanted.map(|v| bits(&v)).ok()
        };
        prop_assert!(same(scalar::binary(op, &a, &b), binary(op, a.clone(), b.clone())));
        let f = dice.of(&[
            Function::Abs, Function::Sqrt, Function::Exp, Function::Ln, Function::Sin, Function::Floor,
            Function::Round, Function::ToFloat, Function::ToInt, Function::IsNan,
        ]);
        let one = [a.clone()];
        prop_assert!(same(scalar::call(f, &one), call(f, &one)), "{f:?} of {a:?}");
        let f = dice.of(&[Function::Atan2, Function::Hypot, Function::Min, Function::Max]);
        let two = [a.clone(), b.clone()];
        prop_assert!(same(scalar::call(f, &two), call(f, &two)), "{f:?} of {two:?}");
    }
}
