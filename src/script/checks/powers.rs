//! `-x ** 2`, which is read as (-x)² here and as -(x²) everywhere else.

use rhai::{Expr, Position};

use super::super::Source;
use super::text::{Found, expressions, message};

/// Powers whose base begins with a minus outside of brackets.
pub(super) fn found(source: &Source) -> Found {
    // As Rhai counts lines.
    let before = std::iter::repeat_n(Vec::new(), source.lines_before as usize);
    let lines = source.text.lines().map(|line| line.chars().collect());
    let text: Vec<Vec<char>> = before.chain(lines).collect();
    let mut messages = Vec::new();
    expressions(source, |expression| {
        let Expr::FnCall(call, at) = expression else {
            return;
        };
        if call.name != "**" || !begins_with_minus(&call.args[0], &text) {
            return;
        }
        let minus = call.args[0].start_position();
        if !in_brackets(&text, minus, *at) {
            let said = "`-x ** 2` is read as (-x) ** 2".to_owned();
            let hint = "write -(x ** 2), or (-x) ** 2 if that is meant";
            messages.push(message(source, minus, said, hint));
        }
    });
    ("script::minus-power", messages)
}

fn begins_with_minus(base: &Expr, text: &[Vec<char>]) -> bool {
    match base {
        Expr::FnCall(call, _) => call.name == "-" && call.args.len() == 1,
        Expr::IntegerConstant(..) | Expr::FloatConstant(..) => {
            at(text, base.start_position()) == Some('-')
        }
        _ => false,
    }
}

fn at(text: &[Vec<char>], position: Position) -> Option<char> {
    let (line, column) = (position.line()?, position.position()?);
    text.get(line - 1)?.get(column - 1).copied()
}

/// Whether a bracket opens just before the minus and closes just before the power.
fn in_brackets(text: &[Vec<char>], minus: Position, power: Position) -> bool {
    let before = |position: Position| {
        let (line, column) = (position.line()?, position.position()?);
        let row = text.get(line - 1)?.get(..column - 1)?;
        row.iter()
            .rposition(|c| !c.is_whitespace())
            .map(|index| (line - 1, index))
    };
    let (Some(open), Some(close)) = (before(minus), before(power)) else {
        return false;
    };
    text[open.0][open.1] == '('
        && text[close.0][close.1] == ')'
        && closes(text, open) == Some(close)
}

/// Where the bracket that opens at `from` closes.
fn closes(text: &[Vec<char>], from: (usize, usize)) -> Option<(usize, usize)> {
    let mut depth = 0_u32;
    for (number, line) in text.iter().enumerate().skip(from.0) {
        let skip = if number == from.0 { from.1 } else { 0 };
        for (column, c) in line.iter().enumerate().skip(skip) {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                return Some((number, column));
            }
        }
    }
    None
}
