//! A small reader of formulas, so that tests can be read: names are columns, `p.NAME` parameters,
//! `A.sum(t: t.f)` reductions, `if c { a } else { b }`, `let a = x; y`.

use crate::expr::{BinaryOp, Expr, Function, Node, Path, Place, Reduction, UnaryOp, Value};

pub(super) fn parse(text: &str) -> Expr {
    let mut reader = Reader {
        rest: tokens(text),
        lets: Vec::new(),
        made: 0,
        element: None,
    };
    let expr = reader.block();
    assert!(
        reader.rest.is_empty(),
        "left over: {:?} in {text}",
        reader.rest
    );
    expr
}

/// Tokens from last to first, each with its column.
fn tokens(text: &str) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    let characters: Vec<char> = text.chars().collect();
    let mut i = 0;
    while i < characters.len() {
        let c = characters[i];
        let start = i;
        let word = |c: char| c.is_alphanumeric() || c == '_';
        if c.is_whitespace() {
            i += 1;
            continue;
        } else if c.is_ascii_digit() {
            while i < characters.len() && (word(characters[i]) || characters[i] == '.') {
                i += 1;
            }
        } else if word(c) {
            while i < characters.len() && word(characters[i]) {
                i += 1;
            }
        } else if c == '"' {
            i += 1;
            while characters[i] != '"' {
                i += 1;
            }
            i += 1;
        } else {
            let two: String = characters[i..].iter().take(2).collect();
            let long = ["**", "<=", ">=", "==", "!=", "&&", "||"].contains(&two.as_str());
            i += if long { 2 } else { 1 };
        }
        let column = u32::try_from(start).unwrap() + 1;
        found.push((characters[start..i].iter().collect(), column));
    }
    found.reverse();
    found
}

struct Reader {
    rest: Vec<(String, u32)>,
    lets: Vec<(String, u32)>,
    made: u32,
    element: Option<String>,
}

const LEVELS: [&[(&str, BinaryOp)]; 7] = [
    &[("||", BinaryOp::Or)],
    &[("&&", BinaryOp::And)],
    &[("==", BinaryOp::Eq), ("!=", BinaryOp::Ne)],
    &[
        ("<", BinaryOp::Lt),
        ("<=", BinaryOp::Le),
        (">", BinaryOp::Gt),
        (">=", BinaryOp::Ge),
    ],
    &[("+", BinaryOp::Add), ("-", BinaryOp::Sub)],
    &[
        ("*", BinaryOp::Mul),
        ("/", BinaryOp::Div),
        ("%", BinaryOp::Rem),
    ],
    &[("**", BinaryOp::Pow)],
];

impl Reader {
    fn peek(&self) -> &str {
        self.rest.last().map_or("", |t| t.0.as_str())
    }

    fn next(&mut self) -> (String, Place) {
        let (text, column) = self.rest.pop().expect("more to come");
        let place = Place {
            source: 1,
            line: 1,
            column,
        };
        (text, place)
    }

    fn take(&mut self, wanted: &str) {
        let (text, _) = self.next();
        assert_eq!(text, wanted);
    }

    fn block(&mut self) -> Expr {
        if self.peek() != "let" {
            return self.level(0);
        }
        self.take("let");
        let (name, _) = self.next();
        self.take("=");
        let value = self.level(0);
        self.take(";");
        self.made += 1;
        let number = self.made;
        self.lets.push((name, number));
        let body = self.block();
        self.lets.pop();
        Node::Let(number, value, body).into()
    }

    fn level(&mut self, level: usize) -> Expr {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1);
        while let Some((_, op)) = operators.iter().find(|(s, _)| *s == self.peek()) {
            let (_, place) = self.next();
            let right = self.level(level + 1);
            left = Node::Binary(*op, left, right, place).into();
        }
        left
    }

    fn unary(&mut self) -> Expr {
        let op = match self.peek() {
            "-" => UnaryOp::Neg,
            "!" => UnaryOp::Not,
            _ => return self.simple(),
        };
        let (_, place) = self.next();
        Node::Unary(op, self.unary(), place).into()
    }

    fn simple(&mut self) -> Expr {
        let (text, place) = self.next();
        let constant = |value| Node::Constant(value).into();
        match text.as_str() {
            "(" => {
                let inner = self.block();
                self.take(")");
                return inner;
            }
            "if" => return self.choice(place),
            "true" => return constant(Value::Bool(true)),
            "false" => return constant(Value::Bool(false)),
            "NAN" => return constant(Value::Float(f64::NAN)),
            "INFINITY" => return constant(Value::Float(f64::INFINITY)),
            _ => {}
        }
        if text.starts_with('"') {
            return constant(Value::Text(text.trim_matches('"').into()));
        }
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return constant(match text.parse() {
                Ok(whole) => Value::Int(whole),
                Err(_) => Value::Float(text.parse().expect("a number")),
            });
        }
        if let Some((_, number)) = self.lets.iter().rev().find(|(n, _)| *n == text) {
            return Node::Local(*number).into();
        }
        self.name(text, place)
    }

    fn choice(&mut self, place: Place) -> Expr {
        let condition = self.level(0);
        self.take("{");
        let a = self.block();
        self.take("}");
        self.take("else");
        self.take("{");
        let b = self.block();
        self.take("}");
        Node::If(condition, a, b, place).into()
    }

    fn arguments(&mut self) -> Vec<Expr> {
        self.take("(");
        let mut arguments = Vec::new();
        while self.peek() != ")" {
            arguments.push(self.block());
            if self.peek() == "," {
                self.take(",");
            }
        }
        self.take(")");
        arguments
    }

    fn name(&mut self, text: String, place: Place) -> Expr {
        if self.peek() == "(" {
            let arguments = self.arguments();
            let function = Function::ALL.iter().find(|f| f.1 == text);
            let function = function.unwrap_or_else(|| panic!("no function {text}")).0;
            return Node::Call(function, arguments, place).into();
        }
        let mut path = vec![text];
        while self.peek() == "." {
            self.take(".");
            path.push(self.next().0);
        }
        if path[0] == "p" && path.len() == 2 {
            return Node::Parameter(path.remove(1), place).into();
        }
        if self.element.as_ref() == Some(&path[0]) {
            path.remove(0);
        }
        if self.peek() == "[" {
            self.take("[");
            let i = self.next().0.parse().expect("a position");
            self.take("]");
            return Node::Element(Path(path), i, place).into();
        }
        let how = match path.last().map(String::as_str) {
            Some("len") => Reduction::Len,
            Some("count") => Reduction::Count,
            Some("sum") => Reduction::Sum,
            Some("max") => Reduction::Max,
            Some("min") => Reduction::Min,
            Some("any") => Reduction::Any,
            _ => return Node::Column(Path(path), place).into(),
        };
        path.pop();
        let mut body = None;
        if self.peek() == "(" {
            self.take("(");
            let outer = self.element.replace(self.rest.pop().expect("a name").0);
            self.take(":");
            body = Some(self.block());
            self.element = outer;
            self.take(")");
        }
        Node::Reduce(how, Path(path), body, place).into()
    }
}
