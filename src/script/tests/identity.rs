//! What makes a scripted algorithm or strategy another one.

use crate::calibrate::{Kind, Strategy};

use super::super::bindings::AlgorithmHandle;
use super::harness::value;

fn source(text: &str) -> String {
    let (value, _text) = value(text).unwrap();
    if let Some(strategy) = value.clone().try_cast::<Strategy>() {
        return match strategy {
            Strategy::Scripted(scripted) => scripted.source(),
            other => panic!("{other:?}"),
        };
    }
    match value.cast::<AlgorithmHandle>().get().kind {
        Kind::Scripted(scripted) => scripted.source(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_what_changes_the_outcome_changes_the_identity() {
    let base = "const N = 3; fn many(x) { x * N } let k = 2; let m = Model(\"m\", |x, p| p.a * x); \
        Algorithm(\"A\").calibrate(|data| { if many(k) > 1 { fit(data.histogram(\"h\"), m); } AlgResult::ok })";
    let same = source(base);
    assert_eq!(
        source(&base.replace("|data| {", "|data| { /* what it does */\n")),
        same
    );
    assert_eq!(source(&format!("const OTHER = 1; {base}")), same);
    for (from, to) in [
        ("N = 3", "N = 4"),
        ("x * N", "x * N + 1"),
        ("k = 2", "k = 5"),
        ("> 1", "> 2"),
        ("AlgResult::ok", "AlgResult::failure"),
        ("p.a * x", "p.a + x"),
        ("|x, p| p.a * x)", "|x, p| p.a * x).start(\"a\", 2.0)"),
        (".calibrate(", ".setup("),
        (
            "Algorithm(\"A\")",
            "Algorithm(\"A\").boundary_required(|data| true)",
        ),
    ] {
        assert_ne!(source(&base.replace(from, to)), same, "{from} → {to}");
    }
    let strategy = "let n = 1; Strategy(\"S\", |s| { if n > 0 { s.fail(\"no\"); } })";
    assert_eq!(
        source(strategy),
        source(&strategy.replace("\"S\"", "\"T\""))
    );
    assert_ne!(
        source(strategy),
        source(&strategy.replace("n = 1", "n = 2"))
    );
}
