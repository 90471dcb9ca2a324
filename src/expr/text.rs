//! Formulas written as text, as configurations have them: `pow(rawTime - 2, 2) + 1. / nEv`.

use std::sync::Arc;

use super::build::{binary, number};
use super::{BinaryOp, Expr, Function, Node, Path, Place, UnaryOp, nearest};

/// Why a text is no formula, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}, at character {column} of `{text}`")]
pub struct TextError {
    /// What is wrong.
    pub message: String,
    /// Which character, from 1.
    pub column: usize,
    /// The whole text.
    pub text: String,
    /// What to do about it, if known.
    pub hint: Option<String>,
}

/// Brackets within brackets that are followed.
const DEPTH: usize = 64;

/// The formula that `text` writes, over columns of these `names`.
///
/// Numbers (whole ones are numbers, too, so that `1 / 2` is 0.5), names, `PI`, `+ - * /`, powers as
/// `**` or `^` (they bind tighter than a sign and to the right), brackets, and the functions that
/// scripts have.
///
/// # Errors
/// The first character that cannot be understood, or a name that is unknown.
pub fn from_text(text: &str, names: &[String]) -> Result<Expr, TextError> {
    let mut reader = Reader {
        characters: text.chars().collect(),
        next: 0,
        depth: 0,
        text,
        names,
    };
    let formula = reader.sum()?;
    match reader.peek() {
        None => Ok(formula),
        Some(other) => Err(reader.here(format!("`{other}` where the formula could end"))),
    }
}

struct Reader<'a> {
    characters: Vec<char>,
    next: usize,
    depth: usize,
    text: &'a str,
    names: &'a [String],
}

type Read = Result<Expr, TextError>;

impl Reader<'_> {
    /// The next character that is no blank.
    fn peek(&mut self) -> Option<char> {
        while self.at(0).is_some_and(char::is_whitespace) {
            self.next += 1;
        }
        self.at(0)
    }

    fn at(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.next + ahead).copied()
    }

    fn takes(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.next += usize::from(found);
        found
    }

    fn error(&self, at: usize, message: String) -> TextError {
        TextError {
            message,
            column: at + 1,
            text: self.text.to_owned(),
            hint: None,
        }
    }

    fn here(&self, message: String) -> TextError {
        self.error(self.next, message)
    }

    fn sum(&mut self) -> Read {
        let mut sum = self.product()?;
        loop {
            let op = match self.peek() {
                Some('+') => BinaryOp::Add,
                Some('-') => BinaryOp::Sub,
                _ => return Ok(sum),
            };
            self.next += 1;
            sum = binary(op, &sum, &self.product()?);
        }
    }

    fn product(&mut self) -> Read {
        let mut product = self.signed()?;
        loop {
            let op = match (self.peek(), self.at(1)) {
                (Some('*'), next) if next != Some('*') => BinaryOp::Mul,
                (Some('/'), _) => BinaryOp::Div,
                _ => return Ok(product),
            };
            self.next += 1;
            product = binary(op, &product, &self.signed()?);
        }
    }

    fn signed(&mut self) -> Read {
        if self.takes('-') {
            let of = self.deeper(Self::signed)?;
            return Ok(Arc::new(Node::Unary(UnaryOp::Neg, of, Place::default())));
        }
        if self.takes('+') {
            return self.deeper(Self::signed);
        }
        let base = self.atom()?;
        let marks = match (self.peek(), self.at(1)) {
            (Some('^'), _) => 1,
            (Some('*'), Some('*')) => 2,
            _ => return Ok(base),
        };
        self.next += marks;
        let exponent = self.deeper(Self::signed)?;
        Ok(binary(BinaryOp::Pow, &base, &exponent))
    }

    fn deeper(&mut self, read: fn(&mut Self) -> Read) -> Read {
        if self.depth == DEPTH {
            return Err(self.here(format!("more than {DEPTH} levels of brackets and signs")));
        }
        self.depth += 1;
        let inside = read(self);
        self.depth -= 1;
        inside
    }

    fn atom(&mut self) -> Read {
        match self.peek() {
            None => Err(self.here("a number or a name is missing".to_owned())),
            Some('(') => {
                let opened = self.next;
                self.next += 1;
                let inside = self.deeper(Self::sum)?;
                self.close(opened)?;
                Ok(inside)
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.named(),
            Some(other) => Err(self.here(format!("`{other}` where a number or a name could be"))),
        }
    }

    fn close(&mut self, opened: usize) -> Result<(), TextError> {
        if self.takes(')') {
            return Ok(());
        }
        match self.peek() {
            None => Err(self.error(opened, "this bracket is never closed".to_owned())),
            Some(other) => Err(self.here(format!("`{other}` where the bracket could close"))),
        }
    }

    /// A number with an optional fraction and exponent: `2`, `2.`, `.5`, `1e-5`.
    fn number(&mut self) -> Read {
        let start = self.next;
        let digits = |this: &mut Self| {
            while this.at(0).is_some_and(|c| c.is_ascii_digit()) {
                this.next += 1;
            }
        };
        digits(self);
        if self.at(0) == Some('.') {
            self.next += 1;
            digits(self);
        }
        if matches!(self.at(0), Some('e' | 'E')) {
            let signs = usize::from(matches!(self.at(1), Some('+' | '-')));
            if self.at(1 + signs).is_some_and(|c| c.is_ascii_digit()) {
                self.next += 1 + signs;
                digits(self);
            }
        }
        let written: String = self.characters[start..self.next].iter().collect();
        let value = written.parse::<f64>().ok().filter(|v| v.is_finite());
        let after = self.at(0).filter(|c| c.is_alphanumeric() || *c == '.');
        match (value, after) {
            (Some(value), None) => Ok(number(value)),
            (_, Some(after)) => Err(self.error(start, format!("`{written}{after}` is no number"))),
            (None, None) => Err(self.error(start, format!("`{written}` is no number"))),
        }
    }

    fn named(&mut self) -> Read {
        let start = self.next;
        while self.at(0).is_some_and(|c| c.is_alphanumeric() || c == '_') {
            self.next += 1;
        }
        let name: String = self.characters[start..self.next].iter().collect();
        if self.peek() == Some('(') {
            return self.call(&name, start);
        }
        if self.names.contains(&name) {
            return Ok(Arc::new(Node::Column(Path(vec![name]), Place::default())));
        }
        if name == "PI" {
            return Ok(number(std::f64::consts::PI));
        }
        let near = nearest(&name, self.names.iter().map(String::as_str));
        let hint = near.map_or_else(
            || format!("it may use {}", self.names.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        Err(TextError {
            hint: Some(hint),
            ..self.error(start, format!("there is no `{name}`"))
        })
    }

    fn call(&mut self, name: &str, start: usize) -> Read {
        let opened = self.next;
        self.next += 1;
        let mut arguments = Vec::new();
        if self.peek() != Some(')') {
            arguments.push(self.deeper(Self::sum)?);
            while self.takes(',') {
                arguments.push(self.deeper(Self::sum)?);
            }
        }
        self.close(opened)?;
        if let Some(function) = Function::named(name, arguments.len()) {
            return Ok(Arc::new(Node::Call(function, arguments, Place::default())));
        }
        let known = Function::ALL.iter().map(|(_, known, _)| *known);
        let taken = Function::ALL.iter().find(|(_, known, _)| *known == name);
        let (message, hint) = match taken {
            Some((_, _, takes)) => {
                let message = format!("`{name}` takes {takes} values, not {}", arguments.len());
                (message, None)
            }
            None if name == "log" => {
                let hint = "write `ln(x)` for base e, `log10(x)` for base 10";
                (
                    format!("there is no function `{name}`"),
                    Some(hint.to_owned()),
                )
            }
            None => {
                let near = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
                (format!("there is no function `{name}`"), near)
            }
        };
        Err(TextError {
            hint,
            ..self.error(start, message)
        })
    }
}
