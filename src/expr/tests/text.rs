//! Formulas written as text.

use crate::expr::{Column, Table, from_text};

fn names() -> Vec<String> {
    ["rawTime", "maxGap", "nEv"].map(str::to_owned).to_vec()
}

fn value(text: &str) -> f64 {
    let formula = from_text(text, &names()).unwrap_or_else(|error| panic!("{error}"));
    let mut table = Table::new();
    for (name, value) in names().into_iter().zip([1.25, 0.5, 400.0]) {
        table.push(name, Column::Float(vec![value])).unwrap();
    }
    let values = table.evaluate(&crate::expr::Formula::Compiled(formula));
    values.unwrap().to_floats().unwrap()[0]
}

#[test]
fn formulas_of_configurations_have_their_values() {
    let (raw, gap, rows) = (1.25_f64, 0.5_f64, 400.0_f64);
    for (text, expected) in [
        (
            "pow(rawTime - 2.0, 2) + 10 * pow(maxGap, 2)",
            (raw - 2.0).powi(2) + 10.0 * gap * gap,
        ),
        (
            "pow(0.000010e0*rawTime, 2) +  1./nEv",
            (1e-5 * raw).powi(2) + 1.0 / rows,
        ),
        ("1 / 2", 0.5),
        ("2 - 3 - 4", -5.0),
        ("8 / 4 / 2", 1.0),
        ("2 ** 3 ** 2", 512.0),
        ("2^3", 8.0),
        ("-2 ** 2", -4.0),
        ("2 ** -1", 0.5),
        ("+3 - -2", 5.0),
        ("(rawTime)*(1e3 + .5E+1)", raw * 1005.0),
        ("sqrt(max(nEv, 1)) * cos(PI)", -20.0),
        ("exp(0)", 1.0),
    ] {
        assert!(
            (value(text) - expected).abs() < 1e-12 * expected.abs(),
            "{text}: {}",
            value(text)
        );
    }
}

#[test]
fn what_is_no_formula_is_said_with_its_place() {
    for (text, column, begin, hint) in [
        ("", 1, "a number or a name is missing", ""),
        ("rawTime +", 10, "a number or a name is missing", ""),
        (
            "pow(rawtime, 2)",
            5,
            "there is no `rawtime`",
            "did you mean `rawTime`?",
        ),
        ("(1 + 2", 1, "this bracket is never closed", ""),
        ("1 + 2)", 6, "`)` where the formula could end", ""),
        ("pow(2)", 1, "`pow` takes 2 values, not 1", ""),
        (
            "log(nEv)",
            1,
            "there is no function `log`",
            "write `ln(x)` for base e, `log10(x)` for base 10",
        ),
        ("2 nEv", 3, "`n` where the formula could end", ""),
        ("3.4.5", 1, "`3.4.` is no number", ""),
        ("1e999", 1, "`1e999` is no number", ""),
        (
            "a, b",
            1,
            "there is no `a`",
            "it may use rawTime, maxGap, nEv",
        ),
        ("nEv # 2", 5, "`#` where the formula could end", ""),
    ] {
        let error = from_text(text, &names()).unwrap_err();
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.message.starts_with(begin), "{text}: {error}");
        assert_eq!(error.hint.unwrap_or_default(), hint, "{text}");
    }
    let deep = "(".repeat(10_000);
    assert!(
        from_text(&deep, &names())
            .unwrap_err()
            .message
            .contains("levels")
    );
}
