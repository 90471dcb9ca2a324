//! Formulas written as text: `b1*exp[-b2*x] + 3**2`, enough for the published test sets.

use crate::expr::build::{add, binary, call, column, div, mul, neg, number, parameter, sub};
use crate::expr::{BinaryOp, Expr, Function};

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

/// The formula of a text, or what could not be understood.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '[' => '(',
            ']' => ')',
            c => c,
        })
        .collect();
    let mut parser = Parser {
        text: text.as_bytes(),
        at: 0,
    };
    let formula = parser.sum()?;
    if parser.at == parser.text.len() {
        Ok(formula)
    } else {
        Err(format!("{} of {text}", &text[parser.at..]))
    }
}

impl Parser<'_> {
    fn eat(&mut self, word: &str) -> bool {
        let found = self.text[self.at..].starts_with(word.as_bytes());
        if found {
            self.at += word.len();
        }
        found
    }

    fn sum(&mut self) -> Result<Expr, String> {
        let mut left = self.product()?;
        loop {
            if self.eat("+") {
                left = add(&left, &self.product()?);
            } else if self.eat("-") {
                left = sub(&left, &self.product()?);
            } else {
                return Ok(left);
            }
        }
    }

    fn product(&mut self) -> Result<Expr, String> {
        let mut left = self.sign()?;
        loop {
            let power = self.text[self.at..].starts_with(b"**");
            if !power && self.eat("*") {
                left = mul(&left, &self.sign()?);
            } else if self.eat("/") {
                left = div(&left, &self.sign()?);
            } else {
                return Ok(left);
            }
        }
    }

    fn sign(&mut self) -> Result<Expr, String> {
        if self.eat("-") {
            return Ok(neg(&self.sign()?));
        }
        let base = self.atom()?;
        if self.eat("**") {
            return Ok(binary(BinaryOp::Pow, &base, &self.sign()?));
        }
        Ok(base)
    }

    fn atom(&mut self) -> Result<Expr, String> {
        if self.eat("(") {
            let inner = self.sum()?;
            return if self.eat(")") {
                Ok(inner)
            } else {
                Err("no closing bracket".into())
            };
        }
        let rest = &self.text[self.at..];
        let length = rest
            .iter()
            .position(|c| !(c.is_ascii_alphanumeric() || *c == b'.'))
            .unwrap_or(rest.len());
        let word = String::from_utf8_lossy(&rest[..length]).into_owned();
        self.at += length;
        if let Ok(value) = word.parse::<f64>() {
            return Ok(number(value));
        }
        let function = match word.as_str() {
            "exp" => Function::Exp,
            "log" => Function::Ln,
            "sin" => Function::Sin,
            "cos" => Function::Cos,
            "arctan" => Function::Atan,
            "sqrt" => Function::Sqrt,
            "pi" => return Ok(number(std::f64::consts::PI)),
            "x" => return Ok(column("x")),
            name if name.starts_with('b') && name.len() > 1 => return Ok(parameter(name)),
            _ => return Err(format!("what is {word:?}")),
        };
        Ok(call(function, &self.atom()?))
    }
}
