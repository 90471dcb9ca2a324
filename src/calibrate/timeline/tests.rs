//! Cuts against all partitions there are, pieces against the rule run by run.

use proptest::prelude::*;

use super::atoms::{Atom, atoms};
use super::partition::partition;
use super::*;
use crate::expr::{Column, ORIGIN, Table};
use crate::iov::{ExpRun, IoV};

/// Upstream's form: blocks near a length, without gaps.
fn loss(block: &Block) -> f64 {
    (block.raw_time - 0.5).powi(2) + 10.0 * block.max_gap.powi(2) + 0.01 / block.net_time.max(0.01)
}

fn losses(blocks: &[Block]) -> Result<Vec<f64>, TimelineError> {
    Ok(blocks.iter().map(loss).collect())
}

/// A block from its atoms, by its definition.
fn block(atoms: &[Atom]) -> Block {
    let gaps = atoms.windows(2).map(|pair| pair[1].start - pair[0].end);
    Block {
        raw_time: atoms.last().unwrap().end - atoms[0].start,
        net_time: atoms.iter().map(|atom| atom.end - atom.start).sum(),
        max_gap: gaps.fold(0.0, f64::max),
        rows: atoms.iter().map(|atom| atom.rows.len()).sum(),
    }
}

/// The least sum of losses, by trying each of the 2^(n-1) partitions.
fn least(atoms: &[Atom], fewest: usize) -> f64 {
    let mut best = f64::INFINITY;
    for cuts in 0_u32..1 << (atoms.len() - 1) {
        let mut begin = 0;
        let mut sum = 0.0;
        let mut enough = true;
        for end in 1..=atoms.len() {
            if end == atoms.len() || cuts >> (end - 1) & 1 == 1 {
                let block = block(&atoms[begin..end]);
                enough &= block.rows >= fewest;
                sum += loss(&block);
                begin = end;
            }
        }
        if enough && sum < best {
            best = sum;
        }
    }
    best
}

fn total(atoms: &[Atom], ends: &[usize]) -> f64 {
    let mut begin = 0;
    let mut sum = 0.0;
    for end in ends {
        sum += loss(&block(&atoms[begin..*end]));
        begin = *end;
    }
    sum
}

proptest! {
    #[test]
    fn no_partition_has_a_lower_loss(
        lengths in prop::collection::vec((0.01..0.2_f64, 0.0..0.3_f64, 1..20_usize), 2..11),
        fewest in 1..30_usize,
    ) {
        let mut now = 100.0;
        let mut row = 0;
        let mut all = Vec::new();
        for (length, gap, rows) in lengths {
            let gap = if gap < 0.2 { 0.0 } else { gap };
            all.push(Atom { start: now, end: now + length, rows: (row..row + rows).collect() });
            row += rows;
            now += length + gap;
        }
        let ends = partition(&all, fewest, losses).unwrap();
        prop_assert_eq!(*ends.last().unwrap(), all.len());
        let best = least(&all, fewest);
        if best.is_finite() {
            prop_assert!((total(&all, &ends) - best).abs() < 1e-9 * best);
        } else {
            prop_assert_eq!(ends.len(), 1);
        }
    }
}

#[test]
fn runs_are_cut_into_atoms_and_empty_ones_are_gaps() {
    let run = |n| Some(ExpRun::new(7, n));
    // 0.3 hours with nothing in the middle, and a run of a minute.
    let times = [0.0, 0.04, 0.06, 0.26, 0.3, 1.0, 1.01];
    let runs = [run(1), run(1), run(1), run(1), run(1), run(2), run(2)];
    let found = atoms(&times, &runs, 0.05, 1.0 / 30.0);
    let ends = |atom: &Atom| (atom.start, atom.end, atom.rows.clone());
    let long: Vec<_> = found.long.iter().map(ends).collect();
    let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
    let expected = [
        (0.0, 0.05, vec![0, 1]),
        (0.05, 0.1, vec![2]),
        (0.25, 0.3, vec![3, 4]),
    ];
    assert_eq!(long.len(), expected.len(), "{long:?}");
    for (found, expected) in long.iter().zip(&expected) {
        assert!(
            close(found.0, expected.0) && close(found.1, expected.1),
            "{long:?}"
        );
        assert_eq!(found.2, expected.2);
    }
    assert_eq!(found.short.len(), 1);
    assert_eq!(found.short[0].rows, [5, 6]);
    // Short runs count where there are no others.
    let found = atoms(&times[5..], &runs[5..], 0.05, 1.0 / 30.0);
    assert_eq!((found.long.len(), found.short.len()), (1, 0));
}

/// Rows of these runs, one a minute, with rising numbers of events.
fn table(runs: &[(i32, f64, f64)]) -> (Table, Vec<f64>) {
    let (mut exps, mut numbers, mut events, mut times) = (vec![], vec![], vec![], vec![]);
    for (run, start, end) in runs {
        let mut time = *start;
        let mut event = 1;
        while time <= *end {
            exps.push(7);
            numbers.push(i64::from(*run));
            events.push(event);
            times.push(time);
            event += 10;
            time += 1.0 / 60.0;
        }
    }
    let mut table = Table::new();
    table.push("hours", Column::Float(times.clone())).unwrap();
    for (name, column) in ORIGIN.into_iter().zip([exps, numbers, events]) {
        table.push(name, Column::Int(column)).unwrap();
    }
    (table, times)
}

#[test]
fn a_pause_cuts_and_short_runs_join_the_nearest_interval() {
    let (table, times) = table(&[(1, 0.0, 0.5), (2, 0.52, 1.0), (3, 3.9, 3.92), (4, 4.0, 4.5)]);
    let found = Intervals::default().of(&table, &times, losses).unwrap();
    let spans: Vec<(String, usize)> = found
        .iter()
        .map(|i| (i.iov().unwrap().to_string(), i.rows.len()))
        .collect();
    let rows: usize = found.iter().map(|i| i.rows.len()).sum();
    assert_eq!(rows, times.len());
    assert_eq!(spans.last().unwrap().0, "7,3,7,4");
    for interval in &found {
        assert!(interval.end - interval.start < 1.1, "{spans:?}");
    }
    for pair in found.windows(2) {
        assert!(pair[0].end < pair[1].start, "{spans:?}");
    }
}

#[test]
fn wrong_times_and_losses_are_refused() {
    let (table, mut times) = table(&[(1, 0.0, 0.5), (2, 0.6, 1.0)]);
    let nan = |blocks: &[Block]| Ok(vec![f64::NAN; blocks.len()]);
    let error = Intervals::default().of(&table, &times, nan).unwrap_err();
    assert!(matches!(error, TimelineError::Loss { .. }), "{error}");
    let atom = Intervals {
        atom: 0.0,
        ..Intervals::default()
    };
    let error = atom.of(&table, &times, losses).unwrap_err();
    assert!(matches!(error, TimelineError::Length { .. }), "{error}");
    let atom = Intervals {
        atom: 1e-6,
        ..Intervals::default()
    };
    assert!(
        atom.of(&table, &times, losses).is_ok(),
        "only atoms with rows count"
    );
    times[3] = f64::NAN;
    let error = Intervals::default().of(&table, &times, losses).unwrap_err();
    assert!(
        error.to_string().starts_with("row 3 has no time"),
        "{error}"
    );
}

fn events(run: i32, numbers: &[u32]) -> Vec<Event> {
    let run = ExpRun::new(7, run);
    numbers
        .iter()
        .map(|event| Event { run, event: *event })
        .collect()
}

fn laid_out(pieces: &[Piece], coverage: &str) -> Vec<(String, Vec<(usize, u32)>)> {
    let stretches = lay_out(pieces, coverage.parse().unwrap()).unwrap();
    stretches
        .into_iter()
        .map(|s| (s.iov.to_string(), s.parts))
        .collect()
}

#[test]
fn runs_are_cut_at_events_and_gaps_take_the_nearest_piece() {
    let first = [events(1, &[1, 5]), events(2, &[3, 8, 11])].concat();
    let second = [events(2, &[12, 20]), events(7, &[1])].concat();
    let third = events(8, &[4]);
    let pieces = [first, second, third].map(Piece::Events);
    let expected = [
        ("7,0,7,1", vec![(0, 0)]),
        ("7,2,7,2", vec![(0, 0), (1, 12)]),
        ("7,3,7,7", vec![(1, 0)]),
        ("7,8,-1,-1", vec![(2, 0)]),
    ];
    let found = laid_out(&pieces, "7,0,-1,-1");
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(iov, p)| (iov.to_owned(), p))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn events_out_of_order_leave_the_fewest_on_the_wrong_side() {
    let early = Piece::Events(events(1, &[1, 2, 3, 4, 7, 5]));
    let late = Piece::Events(events(1, &[6, 8, 9, 10]));
    let found = laid_out(&[late, early], "7,1,7,1");
    // 6 and 7 stand the wrong way round: one of them must be wrong.
    assert_eq!(found, [("7,1,7,1".to_owned(), vec![(1, 0), (0, 6)])]);
}

#[test]
fn whole_runs_may_not_be_claimed_twice() {
    let whole = Piece::Runs("7,1,7,9".parse().unwrap());
    let within = Piece::Events(events(4, &[1]));
    let error = lay_out(&[whole.clone(), within], IoV::EVERYTHING).unwrap_err();
    assert_eq!(error, TimelineError::Twice(ExpRun::new(7, 4)));
    let open = Piece::Runs("7,10,-1,-1".parse().unwrap());
    let found = laid_out(&[whole, open], "7,0,-1,-1");
    assert_eq!(found.len(), 2);
    assert_eq!(found[1], ("7,10,-1,-1".to_owned(), vec![(1, 0)]));
    assert_eq!(lay_out(&[], IoV::EVERYTHING), Err(TimelineError::NoPieces));
}

proptest! {
    /// Run by run: the piece with events in it, else that of the nearest run with events.
    #[test]
    fn each_run_is_covered_once_by_the_nearest_piece(
        lengths in prop::collection::vec((1..4_i32, 0..5_i32), 1..6),
        low in 0..4_i32,
        more in 0..30_i32,
    ) {
        let mut owner: Vec<(i32, usize)> = Vec::new();
        let mut pieces = Vec::new();
        let mut run = 2;
        for (number, (runs, gap)) in lengths.iter().enumerate() {
            let of_piece: Vec<i32> = (run..run + runs).collect();
            owner.extend(of_piece.iter().map(|run| (*run, number)));
            let all = of_piece.iter().flat_map(|run| events(*run, &[1, 2]));
            pieces.push(Piece::Events(all.collect()));
            run += runs + gap;
        }
        let coverage = IoV::new(ExpRun::new(7, low), ExpRun::new(7, low + more)).unwrap();
        let stretches = lay_out(&pieces, coverage).unwrap();
        for run in low..=low + more {
            let here = ExpRun::new(7, run);
            let held: Vec<_> = stretches.iter().filter(|s| s.iov.contains_run(here)).collect();
            prop_assert_eq!(held.len(), 1, "run {} of {:?}", run, stretches);
            let nearest = owner.iter().min_by_key(|(known, _)| ((known - run).abs(), *known)).unwrap();
            prop_assert_eq!(&held[0].parts, &vec![(nearest.1, 0)], "run {}", run);
        }
        for pair in stretches.windows(2) {
            prop_assert!(pair[0].parts != pair[1].parts, "{:?}", stretches);
        }
    }
}
