//! The meaning of formulas, written down a second time and as plainly as possible: one row, one
//! value, branch by branch.

use std::collections::BTreeSet;

use crate::expr::{
    BinaryOp, Expr, Function, Lookup, Node, PayloadMember, Reduction, UnaryOp, Value, maths,
};

/// One event: its columns by name, the elements of `A`.
pub(super) struct Event {
    pub(super) columns: Vec<(&'static str, Value)>,
    pub(super) elements: Vec<Vec<(&'static str, Value)>>,
}

/// There is no result.
#[derive(Debug)]
pub(super) struct Trap;

type Answer = Result<Value, Trap>;

pub(super) struct Interpreter<'a> {
    pub(super) event: &'a Event,
    pub(super) element: Option<usize>,
    pub(super) lets: Vec<(u32, Value)>,
    /// Look-ups that found nothing on the way.
    pub(super) missed: BTreeSet<PayloadMember>,
}

/// The values of look-ups: those of `low` are there from -2 to 2, those of `far` at three places.
pub(super) fn looked_up(member: &str, key: i64) -> Option<f64> {
    match (member, key) {
        ("low", -2..=2) => Some(key as f64 / 4.0),
        ("far", i64::MIN | 5 | i64::MAX) => Some(0.1),
        _ => None,
    }
}

fn number(v: &Value) -> f64 {
    match v {
        Value::Int(x) => *x as f64,
        Value::Float(x) => *x,
        other => panic!("{other:?} is no number"),
    }
}

fn truth(v: &Value) -> bool {
    matches!(v, Value::Bool(true))
}

/// Whether a formula gives numbers rather than whole numbers; types are fixed before any row is
/// seen, so both branches of an `if` count.
fn is_float(expr: &Expr, lets: &mut Vec<(u32, bool)>) -> bool {
    match &**expr {
        Node::Constant(v) => matches!(v, Value::Float(_)),
        Node::Column(path, _) => ["x", "y", "f"].contains(&path.0.last().unwrap().as_str()),
        Node::Reduce(how, _, body, _) => match how {
            Reduction::Max | Reduction::Min => true,
            Reduction::Sum => is_float(body.as_ref().unwrap(), lets),
            _ => false,
        },
        Node::Unary(UnaryOp::Neg, x, _) => is_float(x, lets),
        Node::Binary(op, a, b, _) => match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Rem | BinaryOp::Pow => {
                is_float(a, lets) || is_float(b, lets)
            }
            BinaryOp::Div => true,
            _ => false,
        },
        Node::Call(f, arguments, _) => match f {
            Function::Div | Function::ToInt | Function::IsNan => false,
            Function::Abs | Function::Min | Function::Max | Function::Pow => {
                arguments.iter().any(|a| is_float(a, lets))
            }
            _ => true,
        },
        Node::Lookup(..) => true,
        Node::If(_, a, b, _) => is_float(a, lets) || is_float(b, lets),
        Node::Let(n, value, body) => {
            let float = is_float(value, lets);
            lets.push((*n, float));
            let float = is_float(body, lets);
            lets.pop();
            float
        }
        Node::Local(n) => lets.iter().rev().find(|l| l.0 == *n).unwrap().1,
        _ => false,
    }
}

impl Interpreter<'_> {
    pub(super) fn ask(&mut self, expr: &Expr) -> Answer {
        match &**expr {
            Node::Constant(v) => Ok(v.clone()),
            Node::Column(path, _) => Ok(self.column(path.0.iter().map(String::as_str).collect())),
            Node::Reduce(how, _, body, _) => self.reduce(*how, body.as_ref()),
            Node::Unary(UnaryOp::Not, x, _) => Ok(Value::Bool(!truth(&self.ask(x)?))),
            Node::Unary(UnaryOp::Neg, x, _) => match self.ask(x)? {
                Value::Int(x) => x.checked_neg().map(Value::Int).ok_or(Trap),
                x => Ok(Value::Float(-number(&x))),
            },
            Node::Binary(BinaryOp::And, a, b, _) => {
                Ok(Value::Bool(truth(&self.ask(a)?) && truth(&self.ask(b)?)))
            }
            Node::Binary(BinaryOp::Or, a, b, _) => {
                Ok(Value::Bool(truth(&self.ask(a)?) || truth(&self.ask(b)?)))
            }
            Node::Binary(op, a, b, _) => {
                let (a, b) = (self.ask(a)?, self.ask(b)?);
                binary(*op, a, b)
            }
            Node::Call(f, arguments, _) => {
                let values: Result<Vec<_>, _> = arguments.iter().map(|a| self.ask(a)).collect();
                call(*f, &values?)
            }
            Node::If(c, a, b, _) => {
                let taken = if truth(&self.ask(c)?) { a } else { b };
                let value = self.ask(taken)?;
                let known = |v: &Value| matches!(v, Value::Float(_));
                let mut kinds: Vec<_> = self.lets.iter().map(|(n, v)| (*n, known(v))).collect();
                Ok(match value {
                    Value::Int(_) if is_float(expr, &mut kinds) => Value::Float(number(&value)),
                    other => other,
                })
            }
            Node::Let(n, value, body) => {
                let value = self.ask(value)?;
                self.lets.push((*n, value));
                let answer = self.ask(body);
                self.lets.pop();
                answer
            }
            Node::Local(n) => {
                let found = self.lets.iter().rev().find(|l| l.0 == *n);
                Ok(found.unwrap().1.clone())
            }
            Node::Lookup(Lookup::Payload(member), index, _) => {
                let key = match self.ask(index)? {
                    Value::Int(key) => key,
                    Value::Float(x) if x.is_nan() => i64::MIN,
                    Value::Float(x) if x.abs() < 2.0_f64.powi(63) && x as i64 as f64 == x => {
                        x as i64
                    }
                    Value::Float(x) if x == -2.0_f64.powi(63) => i64::MIN,
                    _ => return Err(Trap),
                };
                let found = looked_up(&member.member, key);
                if found.is_none() {
                    self.missed.insert(member.clone());
                }
                Ok(Value::Float(found.unwrap_or(f64::NAN)))
            }
            other => panic!("{other:?} is not made"),
        }
    }

    fn column(&self, path: Vec<&str>) -> Value {
        let columns = match (self.element, path.len()) {
            (Some(i), 1) => &self.event.elements[i],
            _ => &self.event.columns,
        };
        let name = path.last().unwrap();
        columns.iter().find(|c| c.0 == *name).unwrap().1.clone()
    }

    fn reduce(&mut self, how: Reduction, body: Option<&Expr>) -> Answer {
        let mut values = Vec::new();
        for i in 0..self.event.elements.len() {
            self.element = Some(i);
            values.push(body.map_or(Ok(Value::Bool(true)), |b| self.ask(b)));
        }
        self.element = None;
        let values: Vec<Value> = values.into_iter().collect::<Result<_, _>>()?;
        let count = values.iter().filter(|v| truth(v)).count();
        let numbers = values.iter().map(number);
        Ok(match how {
            Reduction::Len => Value::Int(values.len() as i64),
            Reduction::Count => Value::Int(count as i64),
            Reduction::Any => Value::Bool(count > 0),
            Reduction::Max => Value::Float(numbers.reduce(larger).unwrap_or(f64::NAN)),
            Reduction::Min => {
                let negative = values.iter().map(|v| -number(v)).reduce(larger);
                Value::Float(-negative.unwrap_or(f64::NAN))
            }
            Reduction::Sum => {
                let body = body.unwrap();
                let known = |v: &Value| matches!(v, Value::Float(_));
                let mut kinds: Vec<_> = self.lets.iter().map(|(n, v)| (*n, known(v))).collect();
                if is_float(body, &mut kinds) {
                    Value::Float(numbers.fold(0.0, |s, x| s + x))
                } else {
                    let mut sum = 0i64;
                    for value in values {
                        let Value::Int(x) = value else { panic!() };
                        sum = sum.checked_add(x).ok_or(Trap)?;
                    }
                    Value::Int(sum)
                }
            }
        })
    }
}

fn larger(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x > y {
        x
    } else {
        y
    }
}

pub(super) fn binary(op: BinaryOp, a: Value, b: Value) -> Answer {
    use std::cmp::Ordering::{Equal, Greater, Less};
    if let (Value::Int(x), Value::Int(y)) = (&a, &b) {
        let (x, y) = (*x, *y);
        let order = x.cmp(&y);
        let whole = |v: Option<i64>| v.map(Value::Int).ok_or(Trap);
        return match op {
            BinaryOp::Add => whole(x.checked_add(y)),
            BinaryOp::Sub => whole(x.checked_sub(y)),
            BinaryOp::Mul => whole(x.checked_mul(y)),
            BinaryOp::Rem => whole(x.checked_rem(y)),
            BinaryOp::Pow => {
                let mut power = 1i64;
                for _ in 0..y {
                    power = power.checked_mul(x).ok_or(Trap)?;
                }
                if y < 0 {
                    Err(Trap)
                } else {
                    Ok(Value::Int(power))
                }
            }
            BinaryOp::Lt => Ok(Value::Bool(order == Less)),
            BinaryOp::Le => Ok(Value::Bool(order != Greater)),
            BinaryOp::Gt => Ok(Value::Bool(order == Greater)),
            BinaryOp::Ge => Ok(Value::Bool(order != Less)),
            BinaryOp::Eq => Ok(Value::Bool(order == Equal)),
            BinaryOp::Ne => Ok(Value::Bool(order != Equal)),
            other => panic!("{other:?} of whole numbers is not made"),
        };
    }
    if let (Value::Bool(x), Value::Bool(y)) = (&a, &b) {
        return Ok(Value::Bool((x == y) == (op == BinaryOp::Eq)));
    }
    if let (BinaryOp::Pow, Value::Float(x), Value::Int(n)) = (op, &a, &b) {
        // x, x², x⁴, … where the power has that bit, multiplied from the lowest up.
        let squares = std::iter::successors(Some(*x), |s| Some(s * s));
        let bits = (0..64).map(|i| n.unsigned_abs() >> i & 1 == 1);
        let factors = squares.zip(bits).filter(|(_, used)| *used).map(|f| f.0);
        let positive = factors.reduce(|p, s| p * s).unwrap_or(1.0);
        return Ok(Value::Float(if *n < 0 { 1.0 / positive } else { positive }));
    }
    let (x, y) = (number(&a), number(&b));
    Ok(match op {
        BinaryOp::Add => Value::Float(x + y),
        BinaryOp::Sub => Value::Float(x - y),
        BinaryOp::Mul => Value::Float(x * y),
        BinaryOp::Div => Value::Float(x / y),
        BinaryOp::Rem => Value::Float(x % y),
        BinaryOp::Pow => Value::Float(libm::pow(x, y)),
        BinaryOp::Lt => Value::Bool(x < y),
        BinaryOp::Le => Value::Bool(x <= y),
        BinaryOp::Gt => Value::Bool(x > y),
        BinaryOp::Ge => Value::Bool(x >= y),
        BinaryOp::Eq => Value::Bool(x == y),
        BinaryOp::Ne => Value::Bool(x != y),
        BinaryOp::And | BinaryOp::Or => panic!("done before"),
    })
}

pub(super) fn call(f: Function, arguments: &[Value]) -> Answer {
    let whole = |v: Option<i64>| v.map(Value::Int).ok_or(Trap);
    match (f, arguments) {
        (Function::Abs, [Value::Int(x)]) => return whole(x.checked_abs()),
        (Function::Div, [Value::Int(x), Value::Int(y)]) => return whole(x.checked_div(*y)),
        (Function::Min, [Value::Int(x), Value::Int(y)]) => return Ok(Value::Int(*x.min(y))),
        (Function::Max, [Value::Int(x), Value::Int(y)]) => return Ok(Value::Int(*x.max(y))),
        (Function::ToInt, [Value::Int(x)]) => return Ok(Value::Int(*x)),
        (Function::IsNan, [v]) => return Ok(Value::Bool(number(v).is_nan())),
        (Function::Pow, [a, b]) => return binary(BinaryOp::Pow, a.clone(), b.clone()),
        _ => {}
    }
    let x = number(&arguments[0]);
    let y = arguments.get(1).map_or(0.0, number);
    Ok(Value::Float(match f {
        Function::Abs => x.abs(),
        Function::Sqrt => x.sqrt(),
        Function::Exp => maths::exp(x),
        Function::Ln => maths::ln(x),
        Function::Sin => libm::sin(x),
        Function::Atan2 => libm::atan2(x, y),
        Function::Hypot => libm::hypot(x, y),
        Function::Floor => x.floor(),
        Function::Round => x.round(),
        Function::Min => -larger(-x, -y),
        Function::Max => larger(x, y),
        Function::ToFloat => x,
        Function::ToInt => {
            // Every number in this range is exact as a whole number of 128 bits.
            let cut = x.trunc();
            let fits = cut.abs() < 1e30
                && (i128::from(i64::MIN)..=i128::from(i64::MAX)).contains(&(cut as i128));
            return if fits {
                Ok(Value::Int(cut as i64))
            } else {
                Err(Trap)
            };
        }
        other => panic!("{other:?} is not made"),
    }))
}
