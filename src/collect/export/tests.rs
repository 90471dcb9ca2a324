//! What scripts of a test seldom make: too many axes, texts, names, runs without rows.

use std::sync::Arc;

use crate::collect::fill::Part;
use crate::collect::output::CollectedObject;
use crate::collect::{Collected, Granularity, RunCount};
use crate::expr::{Column, Table};
use crate::hist::{Axis, Block, ChannelRange, CountBlock, ProfileBlock};
use crate::iov::ExpRun;
use crate::root::{Cache, RootFile};

fn object(name: &str, empty: Part, filled: Part) -> CollectedObject {
    CollectedObject {
        name: name.into(),
        empty,
        runs: vec![(Some(ExpRun::new(7, 2)), filled)],
    }
}

/// Objects that were filled in run 2 of runs 1 and 2.
fn collected(objects: Vec<CollectedObject>) -> Collected {
    let count = |run| RunCount {
        run: ExpRun::new(7, run),
        read: 1,
        collected: 1,
    };
    Collected {
        collector: "C".into(),
        granularity: Granularity::Run,
        row_name: "events".into(),
        rows: 2,
        files: Vec::new(),
        runs: vec![count(1), count(2)],
        cuts: Vec::new(),
        missed: Vec::new(),
        objects,
    }
}

fn parsed(collected: &Collected) -> (RootFile, Vec<String>) {
    let made = collected.to_root().unwrap();
    (
        RootFile::parse("memory", made.bytes).unwrap(),
        made.left_out,
    )
}

fn column(file: &RootFile, tree: &str, name: &str) -> Vec<f64> {
    let tree = file.tree(tree).unwrap();
    let column = tree.column(name).unwrap();
    let chunk = column.read(0..tree.entries(), &mut Cache::new()).unwrap();
    let mut values = vec![0.0; chunk.len()];
    chunk.fill_f64(0, &mut values).unwrap();
    values
}

fn channels() -> Vec<ChannelRange> {
    vec![
        ChannelRange::new("layer", -1, 1),
        ChannelRange::new("wire", 0, 9),
    ]
}

fn axis() -> Axis {
    Axis::regular(2, 0.0, 2.0, "").unwrap()
}

#[test]
fn too_many_axes_are_a_tree_of_the_filled_cells() {
    let empty = CountBlock::new(vec![axis(), axis()], channels()).unwrap();
    let mut counts = empty.clone();
    // The second row twice; the last has no cell.
    let rows: [&[f64]; 2] = [&[0.5, -3.0, -3.0, f64::NAN], &[9.0, 1.5, 1.5, 0.5]];
    counts.fill(&[&[1, -1, -1, 0], &[9, 3, 3, 0]], &rows);
    let mut means = ProfileBlock::new(axis(), channels()).unwrap();
    let none = means.clone();
    means.fill(&[&[0, 0], &[4, 4]], &[0.5, 0.5], &[3.0, 4.0]);
    let part = |block: Block| Part::Block(Box::new(block));
    let (file, _) = parsed(&collected(vec![
        object("n", part(Block::Counts(empty)), part(Block::Counts(counts))),
        object("m", part(Block::Profile(none)), part(Block::Profile(means))),
    ]));
    let infinity = f64::INFINITY;
    for (name, values) in [
        ("layer", [-1.0, 1.0]),
        ("wire", [3.0, 9.0]),
        ("bin_x", [0.0, 1.0]),
        ("low_x", [-infinity, 0.0]),
        ("high_x", [0.0, 1.0]),
        ("bin_y", [2.0, 3.0]),
        ("low_y", [1.0, 2.0]),
        ("high_y", [2.0, infinity]),
        ("entries", [2.0, 1.0]),
    ] {
        assert_eq!(column(&file, "C/n/n_7.2/n_1", name), values, "{name}");
    }
    for (name, value) in [
        ("bin_x", 1.0),
        ("entries", 2.0),
        ("sum", 7.0),
        ("sum_of_squares", 25.0),
    ] {
        assert_eq!(column(&file, "C/m/m_7.2/m_1", name), [value], "{name}");
    }
}

#[test]
fn too_many_cells_are_a_tree_of_the_filled_cells() {
    let wires = vec![ChannelRange::new("wire", 0, 9_999_999)];
    let empty = CountBlock::new(vec![axis()], wires).unwrap();
    let mut filled = empty.clone();
    filled.fill(&[&[9_999_999]], &[&[1.0]]);
    let part = |block: CountBlock| Part::Block(Box::new(Block::Counts(block)));
    let (file, _) = parsed(&collected(vec![object("n", part(empty), part(filled))]));
    assert_eq!(column(&file, "C/n/n_7.2/n_1", "wire"), [9_999_999.0]);
    assert_eq!(column(&file, "C/n/n_7.2/n_1", "bin_x"), [2.0]);
}

#[test]
fn texts_are_left_out_and_said_so_and_names_are_made_plain() {
    let mut table = Table::new();
    let texts = vec![Arc::from("one")];
    table.push("a.x", Column::Float(vec![1.5])).unwrap();
    table.push("a_x", Column::Int(vec![-4])).unwrap();
    table.push("words", Column::Text(texts)).unwrap();
    let empty = Part::Table(table.filtered(&[false]));
    let (file, left_out) = parsed(&collected(vec![object("t", empty, Part::Table(table))]));
    assert_eq!(left_out, ["t.words"]);
    let tree = file.tree("C/t/t_7.2/t_1").unwrap();
    let names: Vec<&str> = tree.columns().iter().map(|column| column.name()).collect();
    assert_eq!(names, ["a_x", "a_x_"]);
    assert_eq!(column(&file, "C/t/t_7.2/t_1", "a_x"), [1.5]);
    assert_eq!(column(&file, "C/t/t_7.2/t_1", "a_x_"), [-4.0]);
    // The other run has its directory, and nothing in it.
    let paths = file.keys().iter().map(|key| key.path.as_str());
    let of_run: Vec<&str> = paths.filter(|path| path.contains("_7.1")).collect();
    assert_eq!(of_run, ["C/t/t_7.1"]);
}

#[test]
fn names_that_no_directory_can_have_are_refused() {
    for (name, why) in [
        ("a/b", "it has a slash"),
        ("a;1", "a name needs letters, and no semicolon"),
        ("RunRange", "it is there already"),
    ] {
        let empty = Part::Table(Table::new());
        let objects = collected(vec![object(name, empty.clone(), empty)]);
        let error = objects.to_root().unwrap_err().to_string();
        assert!(error.ends_with(why), "{error}");
    }
}
