//! A model and its derivatives as straight code over the places of a fit.
//!
//! What depends on parameters only is computed once per evaluation, the rest in blocks that stay
//! in the fastest memory. Equal parts of value and derivatives are computed once.

use std::collections::HashMap;

use crate::expr::{BinaryOp, Expr, Failure, Function, Node, Place, UnaryOp, Value, maths};

/// Places computed at once.
const BLOCK: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    /// A constant, as bits.
    Constant(u64),
    X,
    Parameter(usize),
    Neg(usize),
    Not(usize),
    Binary(BinaryOp, usize, usize),
    PowWhole(usize, i64),
    One(Function, usize),
    Two(Function, usize, usize),
    If(usize, usize, usize),
}

/// Straight code with several outputs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape {
    ops: Vec<Op>,
    /// Whether the value differs from place to place.
    varies: Vec<bool>,
    outputs: Vec<usize>,
}

/// Memory of one thread for the evaluation of tapes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    uniform: Vec<f64>,
    blocks: Vec<[f64; BLOCK]>,
}

struct Builder<'a> {
    names: &'a [String],
    tape: Tape,
    known: HashMap<Op, usize>,
    locals: HashMap<u32, usize>,
}

impl Tape {
    /// Code for formulas of `x` and the parameters `names`.
    pub(crate) fn compile(outputs: &[Expr], names: &[String]) -> Result<Self, Failure> {
        let mut builder = Builder {
            names,
            tape: Self::default(),
            known: HashMap::new(),
            locals: HashMap::new(),
        };
        for output in outputs {
            let at = builder.walk(output)?;
            builder.tape.outputs.push(at);
        }
        Ok(builder.tape)
    }

    /// Values of all outputs at all places, output by output.
    pub(crate) fn evaluate(
        &self,
        x: &[f64],
        p: &[f64],
        scratch: &mut Scratch,
        out: &mut [Vec<f64>],
    ) {
        scratch.uniform.clear();
        for (op, varies) in self.ops.iter().zip(&self.varies) {
            let value = if *varies {
                0.0
            } else {
                scalar(*op, p, &scratch.uniform)
            };
            scratch.uniform.push(value);
        }
        scratch.blocks.resize(self.ops.len(), [0.0; BLOCK]);
        for (block, value) in scratch.blocks.iter_mut().zip(&scratch.uniform) {
            block.fill(*value);
        }
        for out in out.iter_mut() {
            out.clear();
        }
        for places in x.chunks(BLOCK) {
            for (at, (op, varies)) in self.ops.iter().zip(&self.varies).enumerate() {
                if *varies {
                    let (before, rest) = scratch.blocks.split_at_mut(at);
                    column(*op, places, before, &mut rest[0]);
                }
            }
            for (out, at) in out.iter_mut().zip(&self.outputs) {
                out.extend_from_slice(&scratch.blocks[*at][..places.len()]);
            }
        }
    }
}

impl Builder<'_> {
    fn push(&mut self, op: Op) -> usize {
        if let Some(at) = self.known.get(&op) {
            return *at;
        }
        let varies = |at: usize| self.tape.varies[at];
        let varies = match op {
            Op::Constant(_) | Op::Parameter(_) => false,
            Op::X => true,
            Op::Neg(a) | Op::Not(a) | Op::PowWhole(a, _) | Op::One(_, a) => varies(a),
            Op::Binary(_, a, b) | Op::Two(_, a, b) => varies(a) || varies(b),
            Op::If(c, a, b) => varies(c) || varies(a) || varies(b),
        };
        let at = self.tape.ops.len();
        self.tape.ops.push(op);
        self.tape.varies.push(varies);
        self.known.insert(op, at);
        at
    }

    fn number(&mut self, value: f64) -> usize {
        self.push(Op::Constant(value.to_bits()))
    }

    fn walk(&mut self, expr: &Expr) -> Result<usize, Failure> {
        let refuse = |message: String, place: Place| Failure {
            message,
            hint: None,
            place,
        };
        Ok(match &**expr {
            Node::Constant(Value::Float(value)) => self.number(*value),
            #[expect(clippy::cast_precision_loss, reason = "as in the language")]
            Node::Constant(Value::Int(value)) => self.number(*value as f64),
            Node::Constant(Value::Bool(value)) => self.number(f64::from(u8::from(*value))),
            Node::Column(path, place) => {
                if path.0.len() == 1 && path.0[0] == "x" {
                    self.push(Op::X)
                } else {
                    let message = format!("a model knows x and its parameters, not {path}");
                    return Err(refuse(message, *place));
                }
            }
            Node::Parameter(name, place) => match self.names.iter().position(|n| n == name) {
                Some(at) => self.push(Op::Parameter(at)),
                None => return Err(refuse(format!("{name} is no parameter"), *place)),
            },
            Node::Unary(op, a, _) => {
                let a = self.walk(a)?;
                self.push(match op {
                    UnaryOp::Neg => Op::Neg(a),
                    UnaryOp::Not => Op::Not(a),
                })
            }
            Node::Binary(BinaryOp::Pow, a, b, _) => self.power(a, b)?,
            Node::Binary(op, a, b, _) => {
                let (a, b) = (self.walk(a)?, self.walk(b)?);
                self.push(Op::Binary(*op, a, b))
            }
            Node::Call(Function::Pow, arguments, _) if arguments.len() == 2 => {
                self.power(&arguments[0], &arguments[1])?
            }
            Node::Call(function, arguments, place) => match arguments.as_slice() {
                [a] => {
                    let a = self.walk(a)?;
                    self.push(Op::One(*function, a))
                }
                [a, b] => {
                    let (a, b) = (self.walk(a)?, self.walk(b)?);
                    self.push(Op::Two(*function, a, b))
                }
                _ => return Err(refuse("wrong number of arguments".into(), *place)),
            },
            Node::If(c, a, b, _) => {
                let (c, a, b) = (self.walk(c)?, self.walk(a)?, self.walk(b)?);
                self.push(Op::If(c, a, b))
            }
            Node::Let(local, value, body) => {
                let value = self.walk(value)?;
                self.locals.insert(*local, value);
                self.walk(body)?
            }
            Node::Local(local) => match self.locals.get(local) {
                Some(at) => *at,
                None => {
                    return Err(refuse(
                        format!("there is no local value {local}"),
                        Place::default(),
                    ));
                }
            },
            Node::Element(_, _, place) | Node::Reduce(_, _, _, place) => {
                return Err(refuse("a model cannot use arrays".into(), *place));
            }
            Node::Constant(Value::Text(text)) => {
                return Err(refuse(
                    format!("a model cannot use the text \"{text}\""),
                    Place::default(),
                ));
            }
        })
    }

    fn power(&mut self, a: &Expr, b: &Expr) -> Result<usize, Failure> {
        let whole = match &**b {
            Node::Constant(Value::Int(n)) => Some(*n),
            #[expect(clippy::cast_possible_truncation, reason = "small and whole")]
            Node::Constant(Value::Float(n)) if n.fract() == 0.0 && n.abs() <= 64.0 => {
                Some(*n as i64)
            }
            _ => None,
        };
        let base = self.walk(a)?;
        Ok(match whole {
            Some(n) => self.push(Op::PowWhole(base, n)),
            None => {
                let exponent = self.walk(b)?;
                self.push(Op::Two(Function::Pow, base, exponent))
            }
        })
    }
}

fn scalar(op: Op, p: &[f64], known: &[f64]) -> f64 {
    match op {
        Op::Constant(bits) => f64::from_bits(bits),
        Op::X => 0.0,
        Op::Parameter(at) => p[at],
        Op::Neg(a) => -known[a],
        Op::Not(a) => truth(known[a] == 0.0),
        Op::Binary(op, a, b) => two(op, known[a], known[b]),
        Op::PowWhole(a, n) => maths::pow_whole(known[a], n),
        Op::One(function, a) => one(function, known[a]),
        Op::Two(function, a, b) => pair(function, known[a], known[b]),
        Op::If(c, a, b) => known[if known[c] == 0.0 { b } else { a }],
    }
}

fn column(op: Op, x: &[f64], known: &[[f64; BLOCK]], out: &mut [f64; BLOCK]) {
    let mut map2 = |a: usize, b: usize, f: fn(f64, f64) -> f64| {
        for ((o, a), b) in out.iter_mut().zip(&known[a]).zip(&known[b]).take(x.len()) {
            *o = f(*a, *b);
        }
    };
    match op {
        Op::X => out[..x.len()].copy_from_slice(x),
        Op::Binary(BinaryOp::Add, a, b) => map2(a, b, |a, b| a + b),
        Op::Binary(BinaryOp::Sub, a, b) => map2(a, b, |a, b| a - b),
        Op::Binary(BinaryOp::Mul, a, b) => map2(a, b, |a, b| a * b),
        Op::Binary(BinaryOp::Div, a, b) => map2(a, b, |a, b| a / b),
        Op::Binary(op, a, b) => {
            for (i, o) in out.iter_mut().enumerate().take(x.len()) {
                *o = two(op, known[a][i], known[b][i]);
            }
        }
        Op::Two(function, a, b) => {
            for (i, o) in out.iter_mut().enumerate().take(x.len()) {
                *o = pair(function, known[a][i], known[b][i]);
            }
        }
        Op::One(Function::Exp, a) => {
            for (o, a) in out.iter_mut().zip(&known[a]).take(x.len()) {
                *o = maths::exp(*a);
            }
        }
        Op::One(function, a) => {
            for (o, a) in out.iter_mut().zip(&known[a]).take(x.len()) {
                *o = one(function, *a);
            }
        }
        Op::Neg(a) => {
            for (o, a) in out.iter_mut().zip(&known[a]).take(x.len()) {
                *o = -*a;
            }
        }
        Op::Not(a) => {
            for (o, a) in out.iter_mut().zip(&known[a]).take(x.len()) {
                *o = truth(*a == 0.0);
            }
        }
        Op::PowWhole(a, n) => {
            for (o, a) in out.iter_mut().zip(&known[a]).take(x.len()) {
                *o = maths::pow_whole(*a, n);
            }
        }
        Op::If(c, a, b) => {
            for (i, o) in out.iter_mut().enumerate().take(x.len()) {
                *o = if known[c][i] == 0.0 {
                    known[b][i]
                } else {
                    known[a][i]
                };
            }
        }
        Op::Constant(_) | Op::Parameter(_) => {}
    }
}

fn truth(value: bool) -> f64 {
    f64::from(u8::from(value))
}

fn two(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Rem => a % b,
        BinaryOp::Pow => maths::pow(a, b),
        BinaryOp::Lt => truth(a < b),
        BinaryOp::Le => truth(a <= b),
        BinaryOp::Gt => truth(a > b),
        BinaryOp::Ge => truth(a >= b),
        #[expect(clippy::float_cmp, reason = "what the formula asks")]
        BinaryOp::Eq => truth(a == b),
        #[expect(clippy::float_cmp, reason = "what the formula asks")]
        BinaryOp::Ne => truth(a != b),
        BinaryOp::And => truth(a != 0.0 && b != 0.0),
        BinaryOp::Or => truth(a != 0.0 || b != 0.0),
    }
}

fn one(function: Function, a: f64) -> f64 {
    match function {
        Function::Abs => a.abs(),
        Function::Sqrt => a.sqrt(),
        Function::Exp => maths::exp(a),
        Function::Ln => maths::ln(a),
        Function::Log10 => maths::log10(a),
        Function::Sin => maths::sin(a),
        Function::Cos => maths::cos(a),
        Function::Tan => maths::tan(a),
        Function::Asin => maths::asin(a),
        Function::Acos => maths::acos(a),
        Function::Atan => maths::atan(a),
        Function::Sinh => maths::sinh(a),
        Function::Cosh => maths::cosh(a),
        Function::Tanh => maths::tanh(a),
        Function::Floor => a.floor(),
        Function::Ceil => a.ceil(),
        Function::Round => a.round(),
        Function::ToInt => a.trunc(),
        Function::IsNan => truth(a.is_nan()),
        Function::ToFloat => a,
        _ => f64::NAN,
    }
}

fn pair(function: Function, a: f64, b: f64) -> f64 {
    match function {
        Function::Atan2 => maths::atan2(a, b),
        Function::Hypot => maths::hypot(a, b),
        Function::Pow => maths::pow(a, b),
        Function::Min => maths::min(a, b),
        Function::Max => maths::max(a, b),
        Function::Div => (a / b).trunc(),
        _ => f64::NAN,
    }
}
