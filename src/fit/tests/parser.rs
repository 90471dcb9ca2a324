//! Formulas written as text: `b1*exp[-b2*x] + 3**2`, enough for the published test sets.

use std::sync::Arc;

use crate::expr::build::{add, binary, call, column, div, mul, neg, number, parameter, sub};
use crate::expr::{BinaryOp, Expr, Function, Node, Place};

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    /// The names of columns; any other name is a parameter. Without: `x` and `b1, b2, …` alone.
    columns: Option<&'a [&'a str]>,
}

/// The formula of a text, or what could not be understood. Brackets of all kinds are the same,
/// as are small and capital letters.
pub(super) fn parse(text: &str) -> Result<Expr, String> {
    parse_any(text, None)
}

/// The same over these columns, where any other name is a parameter.
pub(super) fn parse_over(text: &str, columns: &[&str]) -> Result<Expr, String> {
    parse_any(text, Some(columns))
}

fn parse_any(text: &str, columns: Option<&[&str]>) -> Result<Expr, String> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '[' | '{' => '(',
            ']' | '}' => ')',
            c => c.to_ascii_lowercase(),
        })
        .collect();
    let mut parser = Parser {
        text: text.as_bytes(),
        at: 0,
        columns,
    };
    let formula = parser.sum()?;
    if parser.at == parser.text.len() {
        Ok(formula)
    } else {
        let rest = String::from_utf8_lossy(&parser.text[parser.at..]);
        Err(format!("{rest} of {text}"))
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
        if self.eat("+") {
            return self.sign();
        }
        let base = self.atom()?;
        if self.eat("**") || self.eat("^") {
            return Ok(binary(BinaryOp::Pow, &base, &self.sign()?));
        }
        Ok(base)
    }

    /// The length of the number that begins here: digits, a point, an exponent with its sign.
    fn digits(&self) -> usize {
        let rest = &self.text[self.at..];
        let run = |from: usize, good: fn(&u8) -> bool| {
            let tail = rest.get(from..).unwrap_or(&[]);
            tail.iter().take_while(|c| good(c)).count()
        };
        let mantissa = run(0, |c| c.is_ascii_digit() || *c == b'.');
        if mantissa == 0 || rest.get(mantissa) != Some(&b'e') {
            return mantissa;
        }
        let sign = usize::from(matches!(rest.get(mantissa + 1), Some(b'+' | b'-')));
        match run(mantissa + 1 + sign, u8::is_ascii_digit) {
            0 => mantissa,
            exponent => mantissa + 1 + sign + exponent,
        }
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
        let digits = self.digits();
        let named = rest.iter().take_while(|c| c.is_ascii_alphanumeric());
        let length = if digits > 0 { digits } else { named.count() };
        let word = String::from_utf8_lossy(&rest[..length]).into_owned();
        self.at += length;
        if digits > 0 {
            let value = word.parse::<f64>();
            return value.map(number).map_err(|_| format!("no number: {word}"));
        }
        let function = match word.as_str() {
            "exp" => Function::Exp,
            "log" | "ln" => Function::Ln,
            "sin" => Function::Sin,
            "cos" => Function::Cos,
            "arctan" | "atan" => Function::Atan,
            "sqrt" => Function::Sqrt,
            "max" | "min" => return self.extreme(&word),
            "pi" => return Ok(number(std::f64::consts::PI)),
            name if self.columns.is_some_and(|columns| columns.contains(&name)) => {
                return Ok(column(name));
            }
            name if self.columns.is_some() && !name.is_empty() => return Ok(parameter(name)),
            name if is_numbered(name, 'x') => return Ok(column(name)),
            name if is_numbered(name, 'b') && name.len() > 1 => return Ok(parameter(name)),
            _ => return Err(format!("what is {word:?}")),
        };
        if self.text.get(self.at) != Some(&b'(') {
            return Err(format!("no bracket after {word}"));
        }
        Ok(call(function, &self.atom()?))
    }

    /// `max(a, b)` or `min(a, b)`.
    fn extreme(&mut self, word: &str) -> Result<Expr, String> {
        if !self.eat("(") {
            return Err(format!("no bracket after {word}"));
        }
        let first = self.sum()?;
        if !self.eat(",") {
            return Err(format!("{word} is of two numbers"));
        }
        let second = self.sum()?;
        if !self.eat(")") {
            return Err("no closing bracket".into());
        }
        let function = if word == "max" {
            Function::Max
        } else {
            Function::Min
        };
        let both = vec![first, second];
        Ok(Arc::new(Node::Call(function, both, Place::default())))
    }
}

/// A letter, and perhaps a number.
fn is_numbered(name: &str, letter: char) -> bool {
    let number = name.strip_prefix(letter);
    number.is_some_and(|number| number.bytes().all(|c| c.is_ascii_digit()))
}

#[test]
fn formulas_are_read_as_they_are_meant() {
    let value = |text: &str| {
        let formula = parse(text).expect(text);
        let names = crate::expr::parameters(&formula);
        let values = vec![3.0; names.len()];
        crate::fit::objective::evaluate_once(&[formula], &names, 2.0, &values).expect(text)[0]
    };
    for (text, expected) in [
        ("-x**2", -4.0),
        ("2**-1", 0.5),
        ("2**3**2", 512.0),
        ("1 - x/2/2 + 1", 1.5),
        ("1.5e-1*X + .5", 0.8),
        ("{b1 + 1}*[x - 1]^2", 4.0),
        ("exp[0*x]*b2", 3.0),
        ("(-2)**3 + x", -6.0),
    ] {
        let have = value(text);
        assert!((have - expected).abs() < 1e-14, "{text}: {have}");
    }
    for text in ["", "b1*", "exp x", "sinh(x)", "(x", "x)", "b*x", "2e"] {
        assert!(parse(text).is_err(), "{text}");
    }
}
