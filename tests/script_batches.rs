//! Slices, their curves, and fits of many channels that start from each other, from a script;
//! expectations are worked out by hand.

use std::fs;
use std::process::Command;

use serde_json::Value;

/// The last value of a script.
fn eval(script: &str) -> Result<Value, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.rhai");
    fs::write(&file, script).unwrap();
    let program = env!("CARGO_BIN_EXE_b2caf");
    let output = Command::new(program)
        .arg("eval")
        .arg(&file)
        .output()
        .unwrap();
    if !output.status.success() {
        return Err(String::from_utf8(output.stderr).unwrap());
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap())
}

/// Hits of two boards: at each x they scatter symmetrically round 1 + 2x and round 5 − x, as many
/// of them at each distance as a Gaussian of width 1 has.
const HITS: &str = r#"
    let board = []; let x = []; let y = [];
    for i in 0..6 {
        for k in -12..=12 {
            let distance = 0.25 * k;
            let count = round(40.0 * exp(-0.5 * distance * distance)).to_int();
            for n in 0..count {
                board.push(1); x.push(i + 0.5); y.push(1.0 + 2.0 * (i + 0.5) + distance);
                board.push(2); x.push(i + 0.5); y.push(5.0 - (i + 0.5) + distance);
            }
        }
    }
    let hits = table(#{ board: board, x: x, y: y });
    let blocks = hits.histograms2("board",
        |h| h.x, regular(8, 0.0, 8.0), |h| h.y, regular(96, -6.125, 17.875));
"#;

fn near(value: &Value, expected: f64, tolerance: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() < tolerance, "{value} {expected}");
}

#[test]
fn slices_give_curves_and_curves_are_fitted() {
    let script = HITS.to_owned()
        + r#"
        let slices = blocks.slices(Model("peak", |y, p| p.norm * exp(-0.5 * ((y - p.mean) / p.sigma) ** 2))
            .start("norm", |h| h.maximum).start("mean", |h| h.mode).start("sigma", |h| h.std), #{ min_entries: 10 });
        let curves = slices.points("mean");
        let line = Model("line", |x, p| p.offset + p.slope * x);
        let lines = fit_each(curves, line, #{ min_entries: 5 });
        let second = curves.channel(2);
        #{ lines: lines, all: slices.table().len(), points: curves.channel(1).entries,
           ends: [second.first.x, second.first.y, second.last.x, second.last.y], boards: curves.len() }
    "#;
    let value = eval(&script).unwrap();
    assert_eq!(
        (value["boards"].as_i64(), value["all"].as_i64()),
        (Some(2), Some(16))
    );
    assert_eq!(value["points"], 6);
    let lines = &value["lines"];
    let column = |name: &str, row: usize| match lines {
        Value::Array(rows) => rows[row][name].clone(),
        columns => columns[name][row].clone(),
    };
    for (row, offset, slope) in [(0, 1.0, 2.0), (1, 5.0, -1.0)] {
        near(&column("offset", row), offset, 1e-6);
        near(&column("slope", row), slope, 1e-6);
        assert_eq!(column("ok", row), true);
        assert_eq!(column("board", row), row + 1);
    }
    for (at, expected) in [0.5, 4.5, 5.5, -0.5].into_iter().enumerate() {
        near(&value["ends"][at], expected, 1e-6);
    }
}

#[test]
fn what_has_no_slices_and_what_is_no_start_is_said() {
    let cases = [
        (
            r#"hits.histograms("board", |h| h.y, regular(10, 0.0, 10.0)).slices(models::gaussian())"#,
            "only histograms of two dimensions have slices",
        ),
        (
            r#"blocks.slices(models::gaussian()).points("width")"#,
            "the fits of the slices have no parameter `width`",
        ),
        (
            r#"fit_each(hits.histograms("board", |h| h.y, regular(10, 0.0, 10.0)), models::gaussian(), #{ start: 3 })"#,
            "is \"neighbour\" or a table of earlier fits",
        ),
        (
            r#"fit_each(hits.histograms("board", |h| h.y, regular(10, 0.0, 10.0)), models::gaussian(), #{ start: hits })"#,
            "channel",
        ),
    ];
    for (end, expected) in cases {
        let script = format!("import \"std/models\" as models;\n{HITS}\n{end}");
        let error = eval(&script).unwrap_err();
        assert!(error.contains(expected), "{end}:\n{error}");
    }
}

#[test]
fn channels_start_from_their_neighbours_and_from_earlier_fits() {
    let script = format!("import \"std/models\" as models;\n{HITS}")
        + r#"
        let all = hits.histograms("board", |h| h.y - h.x, regular(96, -12.125, 11.875));
        let own = fit_each(all, models::gaussian());
        let next = fit_each(all, models::gaussian(), #{ start: "neighbour" });
        let again = fit_each(all, models::gaussian(), #{ start: own });
        [own.mean.to_array(), next.mean.to_array(), again.mean.to_array()]
    "#;
    let value = eval(&script).unwrap();
    for other in 1..3 {
        for board in 0..2 {
            near(
                &value[other][board],
                value[0][board].as_f64().unwrap(),
                1e-6,
            );
        }
    }
}

/// The rule of the crystal energies: the edge of the fit goes to where the curve is at a fraction
/// of its height, and a level that ends at its limit is held there.
#[test]
fn the_upper_edge_moves_until_it_is_at_its_fraction() {
    let script = r#"
        import "std/models" as models;
        let contents = [];
        for i in 0..120 {
            let x = 0.4 + 0.01 * (i + 0.5);
            contents.push(round(1000.0 * exp(-0.5 * ((x - 1.0) / 0.08) ** 2)));
        }
        let model = models::upper_edge_at(models::novosibirsk(), 0.2, 0.25, 10)
            .limits("level", 0.0, 10.0).hold_at_limit("level")
            .fix("eta", 0.0).range(|h| [0.6, h.high]);
        let fit = fit_histogram(contents, 0.4, 1.6, model);
        #{ valid: fit.valid, at_limit: fit.at_limit, level: fit.level, level_error: fit.level_error,
           ratio: fit.value(fit.high) / fit.norm, refits: fit.refits, ranges: fit.ranges, peak: fit.peak }
    "#;
    let value = eval(script).unwrap();
    assert_eq!(
        (&value["valid"], &value["at_limit"]),
        (&Value::Bool(true), &Value::Bool(false))
    );
    near(&value["level"], 0.0, 1e-12);
    near(&value["level_error"], 0.0, 1e-12);
    near(&value["peak"], 1.0, 1e-3);
    // where a Gaussian is at 0.225 of its height: 1 + 0.08 √(2 ln(1/0.225)) = 1.138
    near(&value["ratio"], 0.225, 0.025);
    let refits = value["refits"].as_u64().unwrap();
    assert!(refits >= 1 && refits < 10, "{refits}");
    let ranges = value["ranges"].as_array().unwrap();
    assert_eq!(ranges.len() as u64, refits);
    near(&ranges[0][1], 1.6, 1e-12);
}

#[test]
fn an_error_that_is_caught_says_what_was_wrong() {
    let script = r#"
        let said = "";
        try { fit_histogram([1, 2], 0.0, 1.0, Model("level", |x, p| p.a).limits("a", 2.0, 1.0)); }
        catch (e) { said = `${e}`; }
        said
    "#;
    let value = eval(script).unwrap();
    assert!(value.as_str().unwrap().contains("leave no room"), "{value}");
}

#[test]
fn rules_of_a_model_see_points_in_the_order_of_their_places() {
    // Through the ends exactly, whatever the order and the distances: 2 at 1, 7 at 4.5.
    let found = eval(
        r#"
        let line = Model("line", |x, p| p.a + p.b * x)
            .start("a", |g| g.first.y - g.first.x * (g.last.y - g.first.y) / (g.last.x - g.first.x))
            .start("b", |g| (g.last.y - g.first.y) / (g.last.x - g.first.x))
            .fix("a").fix("b");
        let f = fit_points([3.0, 1.0, 4.5], [40.0, 2.0, 7.0], [0.1, 0.1, 0.1], line);
        [f.value(1.0), f.value(4.5)]
        "#,
    )
    .unwrap();
    let ends: Vec<f64> = serde_json::from_value(found).unwrap();
    assert!(
        (ends[0] - 2.0).abs() < 1e-12 && (ends[1] - 7.0).abs() < 1e-12,
        "{ends:?}"
    );
}

#[test]
fn closures_may_capture_fits() {
    let found = eval(
        r#"
        let line = Model("line", |x, p| p.a + p.b * x);
        let at = fit_points([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], [0.1, 0.1, 0.1], line);
        let t = table(#{ x: [0.0, 1.0, 4.0] }).define("left", |r| r.x - (at.a + at.b));
        let rows = LinearModel(["c"]).equation("x", |t| t.x, |t, p| p.c);
        let mean = fit(t, rows);
        [t.left.to_array(), t.filter(|r| r.x > mean.c).len()]
        "#,
    )
    .unwrap();
    // a = 1, b = 2, and the mean of 0, 1 and 4 is 5/3.
    let left: Vec<f64> = serde_json::from_value(found[0].clone()).unwrap();
    for (found, expected) in left.iter().zip([-3.0, -2.0, 1.0]) {
        assert!((found - expected).abs() < 1e-9, "{left:?}");
    }
    assert_eq!(found[1], 1);
}
