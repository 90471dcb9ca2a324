//! Columns that are not there, or not what they should be.

use b2caf::expr::BinaryOp::{Div, Eq, Gt};
use b2caf::expr::{Failure, Reduction, Value};

use super::build::*;

fn fails(steps: Vec<b2caf::collect::Step>) -> String {
    let error = run(&collector("ntuple", steps), &ntuples(), 2).expect_err("this must fail");
    assert!(
        error.failure().is_some_and(|f| f.place != place(0)),
        "{error:?}"
    );
    let text = error.to_string();
    let file = own("ntuple_a.root").display().to_string();
    assert!(text.ends_with(&format!(" (columns of {file})")), "{text}");
    text.replace(&format!(" (columns of {file})"), "")
}

#[test]
fn unknown_names_are_named_with_the_nearest() {
    assert_eq!(
        fails(vec![select("s", f(op(Gt, col("xx"), num(0.0))))]),
        "there is no column `xx` in the event; did you mean `x`? the event has exp, run, event, x, k, good, nhit"
    );
    assert_eq!(
        fails(vec![each("hits")]),
        "there is no array `hits` in the tree; did you mean `hit`?"
    );
    assert_eq!(
        fails(vec![each("hit"), define("d", f(col("chh")))]),
        "there is no column `chh`, neither in `hit` nor in the event; did you mean `ch`? \
         `hit` has t, ch, hit_t, hit_ch"
    );
    assert_eq!(
        fails(vec![define("n", f(over(Reduction::Len, "hid", None)))]),
        "there is no array `hid` in the tree; did you mean `hit`?"
    );
}

#[test]
fn columns_of_the_script_are_suggested_too() {
    assert_eq!(
        fails(vec![
            each("hit"),
            define("shifted", f(col("t"))),
            select("s", f(op(Gt, col("shiftd"), num(0.0))))
        ]),
        "there is no column `shiftd`, neither in `hit` nor in the event; \
         did you mean `shifted`, which was defined before?"
    );
}

#[test]
fn names_are_taken_once() {
    assert_eq!(
        fails(vec![define("x", f(num(1.0)))]),
        "the name `x` is taken by another column; a new column needs a new name"
    );
    assert_eq!(
        fails(vec![
            each("hit"),
            define("d", f(col("t"))),
            define("d", f(col("t")))
        ]),
        "the name `d` is taken by another column; a new column needs a new name"
    );
    assert_eq!(
        fails(vec![
            table("a", &[]),
            histogram("a", f(col("x")), regular(1, 0.0, 1.0))
        ]),
        "there are two objects `a`; each object needs a name of its own"
    );
    assert_eq!(
        fails(vec![each("hit"), each("hit")]),
        "each(\"hit\") comes after another each; rows are elements of one array; use a second collector"
    );
}

#[test]
fn a_cut_is_a_condition() {
    assert_eq!(
        fails(vec![select("s", f(col("x")))]),
        "this must be a truth value, but is a number; compare it, as in `x != 0`"
    );
}

#[test]
fn files_are_compared_before_the_first_event() {
    let Some(folder) = test_data() else { return };
    let file = folder.join("root/uproot-Zmumu-zlib.root");
    if !file.is_file() {
        say!("skipped: there is no {}", file.display());
        return;
    }
    // A tree of another name first, then one without the column.
    let mut files = ntuples();
    files.push((file, iov("0,0,-1,-1")));
    let steps = vec![histogram("x", f(col("x")), regular(1, 0.0, 1.0))];
    let text = message(run(&collector("ntuple", steps), &files, 2));
    assert!(
        text.contains("uproot-Zmumu-zlib.root has no tree \"ntuple\""),
        "{text}"
    );
}

#[test]
fn a_row_that_fails_is_named() {
    let fails: fn(&[Value]) -> Result<Value, Failure> = |row| match row {
        [Value::Int(10007)] => Err(Failure {
            message: "no luck".into(),
            hint: None,
            place: place(11),
        }),
        _ => Ok(Value::Bool(true)),
    };
    let file = own("ntuple_a.root").display().to_string();
    let steps = vec![select("s", asked(&["event"], fails))];
    for threads in [1, 4] {
        let text = message(run(
            &collector("ntuple", steps.clone()),
            &ntuples(),
            threads,
        ));
        assert!(
            text.starts_with(&format!("{file}, entry 6 (run 7,")),
            "{text}"
        );
        assert!(text.ends_with("): no luck"), "{text}");
    }
    // The first entry whose k is 0 stops a whole division.
    let whole = std::sync::Arc::new(b2caf::expr::Node::Call(
        b2caf::expr::Function::Div,
        vec![int(1), col("k")],
        place(12),
    ));
    let steps = vec![
        select("zero", f(op(Eq, whole, int(0)))),
        histogram("x", f(op(Div, col("x"), num(2.0))), regular(1, 0.0, 1.0)),
    ];
    let first = message(run(&collector("ntuple", steps.clone()), &ntuples(), 1));
    assert!(first.starts_with(&format!("{file}, entry ")), "{first}");
    assert_eq!(
        message(run(&collector("ntuple", steps), &ntuples(), 8)),
        first
    );
}
