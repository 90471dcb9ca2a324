//! Look-ups in formulas built by hand.

use std::sync::Arc;

use crate::expr::build::{add, column, mul, parameter};
use crate::expr::{
    Bound, Columns, Expr, Formula, Lookup, LookupTable, Node, PayloadMember, Place, Program,
    Scratch, Slice, Type, derivative,
};

fn schema() -> Columns {
    Columns::new([("n", Type::Int), ("x", Type::Float)])
}

fn at(lookup: Lookup, index: &Expr, column: u32) -> Expr {
    let place = Place {
        source: 1,
        line: 4,
        column,
    };
    Node::Lookup(lookup, Arc::clone(index), place).into()
}

fn payload(member: &str, index: &Expr) -> Expr {
    at(Lookup::Payload(PayloadMember::new("P", member)), index, 7)
}

fn table(values: &[(i64, f64)]) -> Arc<LookupTable> {
    Arc::new(LookupTable::new(values.to_vec()).unwrap())
}

#[test]
fn values_that_are_fixed_need_nothing_else_and_are_not_counted() {
    let fixed = table(&[(1, 0.5), (7, -2.0)]);
    let filled = LookupTable::new([(1, 0.5)]).unwrap().with_missing(9.0);
    let outputs = [
        at(Lookup::Fixed(fixed), &column("n"), 1),
        at(Lookup::Fixed(Arc::new(filled)), &column("n"), 1),
    ];
    let program = Program::compile(&outputs, &schema()).unwrap();
    let mut scratch = Scratch::default();
    let inputs = [Slice::Int(&[7, 1, 2])];
    let found = program.evaluate(&inputs, &[], 3, &mut scratch).unwrap();
    let [first, second] = [found.get(0).floats(), found.get(1).floats()];
    assert_eq!((first[0], first[1], first[2].is_nan()), (-2.0, 0.5, true));
    assert_eq!(second, [9.0, 0.5, 9.0]);
    drop(found);
    assert!(scratch.take_missed().is_empty());
}

#[test]
fn a_look_up_is_a_constant_to_the_parameters_of_a_model() {
    // d(p·T[n] + T[n]) / dp = T[n]
    let t = payload("a", &column("n"));
    let model = add(&mul(&parameter("p"), &t), &t);
    assert_eq!(derivative(&model, "p").unwrap(), t);
}

#[test]
fn constants_that_are_not_in_force_are_named_with_the_place() {
    let program = Program::compile(&[payload("a", &column("n"))], &schema()).unwrap();
    let inputs = [Slice::Int(&[7])];
    let mut scratch = Scratch::default();
    let other = PayloadMember::new("P", "b");
    for bound in [Bound::default(), Bound::new(vec![(other, table(&[]))])] {
        scratch.bind(bound);
        let failure = program.evaluate(&inputs, &[], 1, &mut scratch).unwrap_err();
        let said = "which constants of payload P are in force is not known here";
        assert_eq!((failure.message.as_str(), failure.place.column), (said, 7));
    }
}

#[test]
fn a_row_counts_once_for_each_formula_that_found_nothing_in_it() {
    let n = column("n");
    let twice = add(&payload("a", &n), &payload("a", &mul(&n, &n)));
    let outputs = [twice.clone(), payload("b", &n), twice];
    let program = Program::compile(&outputs, &schema()).unwrap();
    let mut scratch = Scratch::default();
    let member = |name| PayloadMember::new("P", name);
    scratch.bind(Bound::new(vec![
        (member("a"), table(&[(1, 0.5), (2, 0.25), (4, 0.0)])),
        (member("b"), table(&[(3, 0.0)])),
    ]));
    // 2 finds 4; 3 finds neither 3 nor 9; 4 does not find 16.
    let inputs = [Slice::Int(&[1, 2, 3, 4])];
    for _ in 0..2 {
        program.evaluate(&inputs, &[], 4, &mut scratch).unwrap();
        let missed = scratch.take_missed();
        assert_eq!(missed[&member("a")], 2 * 2);
        assert_eq!(missed[&member("b")], 3);
    }
}

#[test]
fn all_look_ups_of_a_formula_are_listed_once() {
    let n = column("n");
    let inner = payload("b", &n);
    let nested = Node::Call(crate::expr::Function::ToInt, vec![inner], Place::default());
    let formula = Formula::Compiled(add(&payload("a", &nested.into()), &payload("b", &n)));
    let names: Vec<String> = formula
        .lookups()
        .iter()
        .map(|(m, _)| m.to_string())
        .collect();
    assert_eq!(names, ["P.a", "P.b"]);
}
