//! Closures grown at random: compiled and row by row they give the same bits.

use crate::expr::{Column, Formula, Type};

use super::super::{compile_row, interpret_row};
use super::harness::script;
use super::ways::{exact, rows, wanted};

/// A source of numbers that are the same in every run (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn pick(&mut self, of: &[&str]) -> String {
        let count = of.len() as u64;
        of[self.roll(count) as usize].to_owned()
    }

    /// A whole number.
    fn whole(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.pick(&["c.n", "c.m", "1", "2", "-3", "7", "64", "w", "c.n"]);
        }
        let d = depth - 1;
        match self.roll(9) {
            0 => format!("({} + {})", self.whole(d), self.whole(d)),
            1 => format!("({} - {})", self.whole(d), self.whole(d)),
            2 => format!("({} * {})", self.whole(d), self.whole(d)),
            3 => format!("({} % {})", self.whole(d), self.whole(d)),
            4 => format!("div({}, {})", self.whole(d), self.whole(d)),
            5 => format!("min({}, {})", self.whole(d), self.whole(d)),
            6 => format!("abs({})", self.whole(d)),
            7 => format!("to_int({})", self.number(d)),
            _ => self.choice(d, Self::whole),
        }
    }

    /// A number.
    fn number(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.pick(&["c.a", "c.b", "0.5", "-2.0", "1e-3", "PI", "f", "c.a", "c.b"]);
        }
        let d = depth - 1;
        let one = [
            "abs", "sqrt", "exp", "ln", "sin", "cos", "atan", "tanh", "floor", "round",
        ];
        let two = ["min", "max", "hypot", "atan2", "pow"];
        match self.roll(12) {
            0 => format!("({} + {})", self.number(d), self.number(d)),
            1 => format!("({} - {})", self.number(d), self.whole(d)),
            2 => format!("({} * {})", self.number(d), self.number(d)),
            3 => format!("({} / {})", self.number(d), self.whole(d)),
            4 => format!("({} / {})", self.whole(d), self.number(d)),
            5 => format!("({} % {})", self.number(d), self.number(d)),
            6 => format!("({}) ** {}", self.number(d), self.whole(0)),
            7 => format!("(-({}))", self.number(d)),
            8 => format!("{}({})", self.pick(&one), self.number(d)),
            9 => format!(
                "{}({}, {})",
                self.pick(&two),
                self.number(d),
                self.number(d)
            ),
            10 => format!("{{ let f = {}; {} }}", self.number(d), self.number(d)),
            _ => self.choice(d, Self::number),
        }
    }

    /// A truth value.
    fn truth(&mut self, depth: u32) -> String {
        if depth == 0 {
            return self.pick(&[
                "c.k",
                "true",
                "c.s == \"wire\"",
                "c.a > 0.0",
                "c.n in 0..64",
            ]);
        }
        let d = depth - 1;
        let sign = self.pick(&["<", "<=", ">", ">=", "==", "!="]);
        match self.roll(7) {
            0 => format!("({} {sign} {})", self.number(d), self.number(d)),
            1 => format!("({} {sign} {})", self.whole(d), self.whole(d)),
            2 => format!("({} {sign} {})", self.number(d), self.whole(d)),
            3 => format!("({} && {})", self.truth(d), self.truth(d)),
            4 => format!("({} || {})", self.truth(d), self.truth(d)),
            5 => format!("!({})", self.truth(d)),
            _ => format!("is_nan({})", self.number(d)),
        }
    }

    fn choice(&mut self, depth: u32, of: fn(&mut Self, u32) -> String) -> String {
        let (test, yes, no) = (self.truth(depth), of(self, depth), of(self, depth));
        match self.roll(3) {
            0 => format!("(if {test} {{ {yes} }} else {{ {no} }})"),
            1 => format!("{{ let t = {test}; if t {{ {yes} }} else {{ {no} }} }}"),
            _ => format!("switch c.s {{ \"wire\" if {test} => {yes}, _ => {no} }}"),
        }
    }
}

#[test]
fn closures_grown_at_random_give_the_same_bits_both_ways() {
    let rows = rows();
    let mut dice = Dice(20_260_101);
    let (mut compared, mut failed) = (0, 0);
    for number in 0..300 {
        let depth = 1 + number % 4;
        let body = match number % 3 {
            0 => dice.whole(depth),
            1 => dice.number(depth),
            _ => dice.truth(depth),
        };
        let text = format!("let w = 5; let f = 0.75; |c| {body}");
        let script = script(&text);
        let formula = compile_row(&script.context, &script.closure)
            .unwrap()
            .formula;
        assert!(
            matches!(formula, Formula::Compiled(_)),
            "{text} is not compiled"
        );
        let slow = interpret_row(&script.context, &script.closure, None)
            .unwrap()
            .formula;
        for row in rows.iter().skip(number as usize % 5).step_by(5) {
            let fast = row.evaluate(&formula);
            let kind = fast.as_ref().map_or(Type::Float, Column::kind);
            let slow = row.evaluate_as(&slow, wanted(kind));
            // A formula fails where a row does, or for all rows when its types do not fit.
            if fast.is_err() {
                failed += 1;
                continue;
            }
            compared += 1;
            assert_eq!(exact(fast), exact(slow), "{text} of {row:?}");
        }
    }
    assert!(
        compared > 2 * failed,
        "{compared} compared, {failed} failed"
    );
}
