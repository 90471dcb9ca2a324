//! Tables, and formulas that are asked row by row.

use std::sync::Arc;

use super::parse::parse;
use crate::expr::{
    BATCH, Bound, Column, Failure, Formula, Path, Place, RowFunction, Table, Type, Value, Wanted,
    scalar,
};
use crate::expr::{BinaryOp, Function};

#[derive(Debug)]
struct Asked {
    columns: Vec<(Path, Place)>,
    answer: fn(&[Value]) -> Result<Value, Failure>,
}

impl RowFunction for Asked {
    fn columns(&self) -> &[(Path, Place)] {
        &self.columns
    }

    fn call(&self, row: &[Value], _: &Arc<Bound>) -> Result<Value, Failure> {
        (self.answer)(row)
    }

    fn source(&self) -> &str {
        "asked"
    }

    fn place(&self) -> Place {
        Place::default()
    }
}

fn asked(columns: &[&str], answer: fn(&[Value]) -> Result<Value, Failure>) -> Formula {
    let columns = columns
        .iter()
        .map(|c| (Path(vec![(*c).to_owned()]), Place::default()))
        .collect();
    Formula::Interpreted(Arc::new(Asked { columns, answer }))
}

fn table(rows: usize) -> Table {
    let mut table = Table::new();
    let n = |i: usize| i64::try_from(i).unwrap();
    let whole = Column::Int((0..rows).map(n).collect());
    let half = Column::Float((0..rows).map(|i| n(i) as f64 / 2.0).collect());
    table.push("n", whole).unwrap();
    table.push("x", half).unwrap();
    table
}

#[test]
fn many_batches_compiled_and_row_by_row_agree() {
    let table = table(2 * BATCH + 17);
    let compiled = Formula::Compiled(parse("exp(-x) ** 3 * n"));
    let answer = |row: &[Value]| {
        let minus = scalar::unary(crate::expr::UnaryOp::Neg, &row[1])?;
        let exp = scalar::call(Function::Exp, &[minus])?;
        let cubed = scalar::binary(BinaryOp::Pow, &exp, &Value::Int(3))?;
        scalar::binary(BinaryOp::Mul, &cubed, &row[0])
    };
    let one = table.evaluate(&compiled).unwrap();
    let two = table.evaluate(&asked(&["n", "x"], answer)).unwrap();
    assert_eq!(one.len(), table.len());
    assert_eq!(one, two);
    let Column::Float(values) = one else {
        panic!("numbers")
    };
    let wanted = libm::exp(-1.0);
    assert_eq!(
        values[2].to_bits(),
        (wanted * (wanted * wanted) * 2.0).to_bits()
    );
}

#[test]
fn what_is_wanted_is_given() {
    let table = table(3);
    let whole = Formula::Compiled(parse("n"));
    let numbers = table.evaluate_as(&whole, Wanted::Number).unwrap();
    assert_eq!(numbers, Column::Float(vec![0.0, 1.0, 2.0]));
    assert_eq!(
        table.evaluate_as(&whole, Wanted::Whole).unwrap().kind(),
        Type::Int
    );
    let failure = table.evaluate_as(&whole, Wanted::Condition).unwrap_err();
    assert_eq!(
        failure.message,
        "this must be a truth value, but is a whole number"
    );
    assert_eq!(failure.place.column, 1);
    let failure = table
        .evaluate_as(&Formula::Compiled(parse("x")), Wanted::Whole)
        .unwrap_err();
    assert_eq!(failure.hint.unwrap(), "to_int(…) cuts off the fraction");
}

#[test]
fn answers_keep_their_type() {
    let table = table(3);
    let same = asked(&["n"], |row| Ok(row[0].clone()));
    assert_eq!(table.evaluate(&same).unwrap(), Column::Int(vec![0, 1, 2]));
    let numbers = table.evaluate_as(&same, Wanted::Number).unwrap();
    assert_eq!(numbers, Column::Float(vec![0.0, 1.0, 2.0]));
    let mixed = asked(&["n"], |row| {
        Ok(match row[0] {
            Value::Int(2) => Value::Float(0.5),
            _ => Value::Int(1),
        })
    });
    let failure = table.evaluate(&mixed).unwrap_err();
    assert_eq!(
        failure.message,
        "this must be a whole number in all rows, but is a number in one"
    );
    let numbers = table.evaluate_as(&mixed, Wanted::Number).unwrap();
    assert_eq!(numbers, Column::Float(vec![1.0, 1.0, 0.5]));
}

#[test]
fn tables_refuse_what_does_not_fit() {
    let mut table = table(3);
    let taken = table.push("n", Column::Int(vec![1, 2, 3])).unwrap_err();
    assert_eq!(taken.to_string(), "the table has a column n already");
    let length = table.push("m", Column::Int(vec![1])).unwrap_err();
    assert_eq!(
        length.to_string(),
        "column m has 1 values, the table 3 rows"
    );
    assert!(table.append(&Table::new()).is_err());
    let copy = table.clone();
    table.append(&copy).unwrap();
    assert_eq!(table.len(), 6);
    let kept = table.filtered(&[true, false, false, false, false, true]);
    assert_eq!(kept.column("n"), Some(&Column::Int(vec![0, 2])));
    assert_eq!(kept.len(), 2);
}

#[test]
fn json_keeps_order_and_every_bit() {
    let mut table = Table::new();
    let numbers = vec![0.1, -0.0, 1e-320, f64::INFINITY, f64::NEG_INFINITY];
    table.push("z", Column::Float(numbers)).unwrap();
    table
        .push("a", Column::Int(vec![i64::MIN, i64::MAX, 0, 1, 2]))
        .unwrap();
    table
        .push(
            "t",
            Column::Text(["", "é", "\"", "x", "y"].map(Arc::from).to_vec()),
        )
        .unwrap();
    let text = serde_json::to_string(&table).unwrap();
    let back: Table = serde_json::from_str(&text).unwrap();
    assert_eq!(back, table);
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    assert!(
        text.starts_with(r#"{"columns":{"z":{"float":[0.1,-0.0,1e-320,"inf","-inf"]}"#),
        "{text}"
    );
    let nan: Table =
        serde_json::from_str(r#"{"columns":{"x":{"float":["nan"]}},"rows":1}"#).unwrap();
    assert!(matches!(nan.column("x"), Some(Column::Float(v)) if v[0].is_nan()));
    let wrong = serde_json::from_str::<Table>(r#"{"columns":{"x":{"int":[1]}},"rows":2}"#);
    assert!(
        wrong
            .unwrap_err()
            .to_string()
            .contains("column x has 1 values, the table 2 rows")
    );
}

#[test]
fn rows_know_where_they_come_from_only_together() {
    let with = |origin: bool| {
        let mut table = Table::new();
        table.push("x", Column::Float(vec![1.0, 2.0])).unwrap();
        for name in crate::expr::ORIGIN.iter().filter(|_| origin) {
            table.push(*name, Column::Int(vec![7, 8])).unwrap();
        }
        table
    };
    let mut both = with(true);
    both.append(&with(true)).unwrap();
    assert_eq!(
        (both.len(), both.columns().len(), both.shown().count()),
        (4, 4, 1)
    );
    both.append(&with(false)).unwrap();
    assert_eq!((both.len(), both.columns().len()), (6, 1));
    let mut without = with(false);
    without.append(&with(true)).unwrap();
    assert_eq!((without.len(), without.columns().len()), (4, 1));
}
