//! Blocks of channels: against plain counting, in any order and division, through JSON.

use proptest::prelude::*;

use crate::hist::{
    Axis, Block, BlockError, ChannelRange, CountBlock, EfficiencyBlock, ProfileBlock, SumBlock,
};

fn crystals() -> Vec<ChannelRange> {
    vec![ChannelRange::new("crystal", 1, 4)]
}

#[test]
fn counts_per_channel() {
    let axis = Axis::regular(2, 0.0, 2.0, "").unwrap();
    let mut block = CountBlock::new(vec![axis], crystals()).unwrap();
    let channels = [4, 1, 4, 0, 5, 4, 4, i64::MIN, i64::MAX];
    let x = [0.5, 1.5, 1.25, 0.5, 0.5, 9.0, f64::NAN, 0.0, 0.0];
    block.fill(&[&channels], &[&x]);
    assert_eq!(block.outside(), 4);
    assert_eq!(block.filled(), [[1], [4]]);
    assert_eq!(block.cells_of(&[4]).unwrap(), [0, 1, 1, 1, 1]);
    assert_eq!(block.cells_of(&[2]).unwrap(), [0; 5]);
    assert_eq!(block.cells_of(&[9]), None);
    assert_eq!(block.cells_of(&[]), None);
    let four = block.histogram(&[4]).unwrap();
    assert_eq!(four.counts, [0.0, 1.0, 1.0, 1.0]);
    assert_eq!((four.not_a_number, four.entries()), (1.0, 2.0));
    // 0.5 and 1.25, as they were, not the centres of their bins.
    assert_eq!((four.mean(), four.std()), (0.875, 0.375));
    assert_eq!(block.histogram(&[3]).unwrap().entries(), 0.0);
    let all = block.sum_channels();
    assert_eq!(all.cells_of(&[]).unwrap(), [0, 1, 2, 1, 1]);
    assert_eq!(all.histogram(&[]).unwrap().mean(), 3.25 / 3.0);
}

#[test]
fn two_dimensions_and_two_indices() {
    let x = Axis::regular(2, 0.0, 2.0, "").unwrap();
    let y = Axis::variable(vec![0.0, 1.0, 10.0], "").unwrap();
    let ranges = vec![
        ChannelRange::new("layer", 0, 1),
        ChannelRange::new("cell", -1, 1),
    ];
    let mut block = CountBlock::new(vec![x, y], ranges).unwrap();
    block.fill(
        &[&[0, 1, 1, 2], &[1, -1, -1, 0]],
        &[&[0.5, 1.5, 1.5, 0.5], &[5.0, 0.5, 99.0, 5.0]],
    );
    assert_eq!(block.outside(), 1);
    assert_eq!(block.filled(), [[0, 1], [1, -1]]);
    assert_eq!(
        block.slice(&[1, -1], 2).unwrap().counts,
        [0.0, 1.0, 0.0, 1.0]
    );
    assert_eq!(
        block.slice(&[0, 1], 1).unwrap().counts,
        [0.0, 0.0, 1.0, 0.0]
    );
    assert_eq!(block.slice(&[0, 1], 5), None);
    assert!(block.histogram(&[0, 1]).is_none());
}

#[test]
fn profiles_efficiencies_sums() {
    let axis = Axis::regular(2, 0.0, 2.0, "").unwrap();
    let mut profile = ProfileBlock::new(axis, crystals()).unwrap();
    profile.fill(
        &[&[2; 5]],
        &[0.5, 0.5, 1.5, 1.5, f64::NAN],
        &[1.0, 4.0, 7.0, f64::NAN, 3.0],
    );
    let h = profile.histogram(&[2]).unwrap();
    assert_eq!(h.values(), [2.5, 7.0]);
    // Standard deviation 1.5 of two values.
    assert_eq!((h.error(0), h.error(1)), (1.5 / 2f64.sqrt(), 0.0));
    assert_eq!(
        (h.entries(), h.not_a_number, profile.not_finite()),
        (3.0, 1.0, 1)
    );
    assert_eq!(profile.histogram(&[1]).unwrap().values(), [0.0, 0.0]);

    let mut efficiency = EfficiencyBlock::new(crystals()).unwrap();
    efficiency.fill(&[&[3, 3, 3, 3, 7]], &[true, true, true, false, true]);
    let three = efficiency.get(&[3]).unwrap();
    assert_eq!((three.passed, three.total, three.value()), (3, 4, 0.75));
    assert_eq!(three.error(), (0.75f64 * 0.25 / 4.0).sqrt());
    assert_eq!((efficiency.outside(), efficiency.filled().len()), (1, 1));
    assert!(efficiency.get(&[1]).unwrap().value().is_nan());

    let mut sum = SumBlock::new(Vec::new()).unwrap();
    sum.fill(&[], &[1e100, 1.0, f64::INFINITY, -1e100]);
    let all = sum.get(&[]).unwrap();
    assert_eq!(
        (all.total.value(), all.entries, all.not_finite),
        (1.0, 3, 1)
    );
}

#[test]
fn what_cannot_be() {
    let axis = || Axis::regular(2, 0.0, 2.0, "").unwrap();
    let empty = vec![ChannelRange::new("crystal", 5, 4)];
    let wrong = SumBlock::new(empty).unwrap_err().to_string();
    assert!(
        wrong.starts_with("channels crystal go from 5 to 4"),
        "{wrong}"
    );
    for (first, last) in [(0, i64::MAX), (i64::MIN, i64::MAX), (0, 1 << 32)] {
        assert!(SumBlock::new(vec![ChannelRange::new("x", first, last)]).is_err());
    }
    assert_eq!(
        CountBlock::new(Vec::new(), Vec::new()).unwrap_err(),
        BlockError::Dimensions { given: 0 }
    );
    let large = || Axis::regular(1 << 20, 0.0, 2.0, "").unwrap();
    assert_eq!(
        CountBlock::new(vec![large(), large()], Vec::new()).unwrap_err(),
        BlockError::Cells
    );
    let mut one = CountBlock::new(vec![axis()], crystals()).unwrap();
    let other = CountBlock::new(vec![large()], crystals()).unwrap();
    assert_eq!(one.merge(&other), Err(BlockError::Different));
    let mut sum = Block::Sum(SumBlock::new(Vec::new()).unwrap());
    assert_eq!(sum.merge(&Block::Counts(one)), Err(BlockError::Different));
}

#[test]
fn many_channels_are_found_by_name() {
    let ranges = || {
        vec![
            ChannelRange::new("a", 0, 99_999),
            ChannelRange::new("b", 1, 30_000),
        ]
    };
    let mut block = SumBlock::new(ranges()).unwrap();
    block.fill(
        &[&[99_999, 0, 99_999], &[30_000, 1, 30_000]],
        &[1.0, 2.0, 4.0],
    );
    assert_eq!(block.get(&[99_999, 30_000]).unwrap().total.value(), 5.0);
    let filled: Vec<_> = block.filled().into_iter().map(|(n, _)| n).collect();
    assert_eq!(filled, [[0, 1], [99_999, 30_000]]);
}

#[test]
fn cells_beyond_32_bits() {
    let stored = r#"{"axes":[{"Regular":{"bins":1,"low":0.0,"high":1.0,"unit":""}}],
        "channels":[],"outside":0,"filled":[{"channel":[],"first":1,"counts":[4294967295]}]}"#;
    let mut block: CountBlock = serde_json::from_str(stored).unwrap();
    let copy = block.clone();
    block.fill(&[], &[&[0.5, 0.5]]);
    assert_eq!(block.cells_of(&[]).unwrap()[1], 4_294_967_297);
    block.merge(&copy).unwrap();
    block.merge(&copy).unwrap();
    assert_eq!(block.cells_of(&[]).unwrap()[1], 3 * 4_294_967_295 + 2);
    let back: CountBlock = serde_json::from_str(&serde_json::to_string(&block).unwrap()).unwrap();
    assert_eq!(back, block);
}

#[test]
fn damaged_files_are_refused() {
    let axis = Axis::regular(2, 0.0, 2.0, "").unwrap();
    let mut block = CountBlock::new(vec![axis], crystals()).unwrap();
    block.fill(&[&[2, 3]], &[&[0.5, 1.5]]);
    let text = serde_json::to_string(&Block::Counts(block)).unwrap();
    assert!(
        text.starts_with(r#"{"kind":"counts","axes":[{"Regular":"#),
        "{text}"
    );
    assert!(serde_json::from_str::<Block>(&text).is_ok());
    for (from, to) in [
        ("\"first\":1", "\"first\":99"),
        ("\"first\":1", "\"first\":18446744073709551615"),
        ("[2]", "[9]"),
        ("[3]", "[2]"),
        ("\"bins\":2", "\"bins\":0"),
        ("\"bins\":2", "\"bins\":4000000000"),
        ("\"last\":4", "\"last\":0"),
        ("\"last\":4", "\"last\":9223372036854775807"),
        ("\"counts\":[1]", "\"counts\":[18446744073709551615]"),
        ("\"high\":2.0", "\"high\":-2.0"),
    ] {
        let wrong = text.replace(from, to);
        assert_ne!(wrong, text, "{from}");
        let error = serde_json::from_str::<Block>(&wrong)
            .unwrap_err()
            .to_string();
        assert!(!error.is_empty());
    }
}

fn blocks(rows: &[(i64, f64, f64)]) -> Vec<Block> {
    let axis = || Axis::regular(5, -1.0, 2.0, "").unwrap();
    let channels: Vec<i64> = rows.iter().map(|r| r.0).collect();
    let x: Vec<f64> = rows.iter().map(|r| r.1).collect();
    let y: Vec<f64> = rows.iter().map(|r| r.2).collect();
    let passed: Vec<bool> = y.iter().map(|y| *y > 0.0).collect();
    let mut counts = CountBlock::new(vec![axis()], crystals()).unwrap();
    let mut plane = CountBlock::new(vec![axis(), axis()], crystals()).unwrap();
    let mut profile = ProfileBlock::new(axis(), crystals()).unwrap();
    let mut efficiency = EfficiencyBlock::new(crystals()).unwrap();
    let mut sum = SumBlock::new(crystals()).unwrap();
    counts.fill(&[&channels], &[&x]);
    plane.fill(&[&channels], &[&x, &y]);
    profile.fill(&[&channels], &x, &y);
    efficiency.fill(&[&channels], &passed);
    sum.fill(&[&channels], &y);
    vec![
        Block::Counts(counts),
        Block::Counts(plane),
        Block::Profile(profile),
        Block::Efficiency(efficiency),
        Block::Sum(sum),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -1.5..2.5f64,
        1 => -1e9..1e9f64,
        1 => prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-1.0), Just(2.0), Just(1e-300), Just(1e300)],
    ]
}

proptest! {
    #[test]
    fn any_order_and_division_gives_the_same_bytes(
        rows in prop::collection::vec((0i64..6, number(), number()), 0..40), cut: prop::sample::Index, seed: usize,
    ) {
        let whole = blocks(&rows);
        let mut other = rows.clone();
        if !other.is_empty() {
            other.rotate_left(seed % rows.len());
            other.reverse();
        }
        let (a, b) = other.split_at(cut.index(other.len() + 1));
        let (c, d) = b.split_at(b.len() / 2);
        let (a, c, d) = (blocks(a), blocks(c), blocks(d));
        for (i, block) in whole.iter().enumerate() {
            // (a + c) + d and d + (c + a)
            let mut left = a[i].clone();
            left.merge(&c[i]).unwrap();
            left.merge(&d[i]).unwrap();
            let mut right = c[i].clone();
            right.merge(&a[i]).unwrap();
            let mut last = d[i].clone();
            last.merge(&right).unwrap();
            let text = serde_json::to_string(block).unwrap();
            for merged in [left, last] {
                prop_assert_eq!(&merged, block);
                prop_assert_eq!(serde_json::to_string(&merged).unwrap(), text.clone());
            }
            let back: Block = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&back, block);
            prop_assert_eq!(serde_json::to_string(&back).unwrap(), text);
        }
        // Counting row by row.
        let Block::Counts(counts) = &whole[0] else { unreachable!() };
        let axis = &counts.axes()[0];
        for channel in 1..=4 {
            let mut wanted = vec![0; axis.cells()];
            for row in rows.iter().filter(|r| r.0 == channel) {
                wanted[axis.index(row.1)] += 1;
            }
            prop_assert_eq!(counts.cells_of(&[channel]).unwrap(), wanted);
        }
        prop_assert_eq!(counts.outside(), rows.iter().filter(|r| r.0 < 1 || r.0 > 4).count() as u64);
    }
}

/// Too many places for a list of all: what is filled is found, and merged, as in a list of pairs.
#[test]
fn a_few_of_very_many_channels_are_kept() {
    let ranges = || {
        vec![
            ChannelRange::new("sensor", 1, 40),
            ChannelRange::new("pixel", 0, 191_999),
        ]
    };
    let mut expected: std::collections::BTreeMap<Vec<i64>, u64> = std::collections::BTreeMap::new();
    let mut whole = SumBlock::new(ranges()).unwrap();
    for seed in 0..3_i64 {
        let sensors: Vec<i64> = (0..500).map(|i| 1 + (i * (7 + seed)) % 41).collect();
        let pixels: Vec<i64> = (0..500).map(|i| (i * i * 7919 + seed) % 192_000).collect();
        let mut part = SumBlock::new(ranges()).unwrap();
        part.fill(&[&sensors, &pixels], &[1.0; 500]);
        whole.merge(&part).unwrap();
        for (sensor, pixel) in sensors.into_iter().zip(pixels) {
            *expected.entry(vec![sensor, pixel]).or_default() += 1;
        }
    }
    // Sensor 41 is none.
    let outside = expected.iter().filter(|(numbers, _)| numbers[0] > 40);
    assert_eq!(whole.outside(), outside.map(|(_, n)| n).sum::<u64>());
    assert!(whole.outside() > 0);
    expected.retain(|numbers, _| numbers[0] <= 40);
    let filled = whole.filled();
    let found = filled
        .iter()
        .map(|(numbers, sum)| (numbers.clone(), sum.entries));
    assert!(found.eq(expected.clone()));
    assert_eq!(
        whole.get(&[40, 191_999]).unwrap().entries,
        *expected.get(&vec![40, 191_999]).unwrap_or(&0)
    );
    assert_eq!(whole.get(&[41, 0]), None);
}

#[test]
fn what_is_not_a_number_on_any_axis_is_counted_once() {
    let axis = || Axis::regular(3, 0.0, 3.0, "").unwrap();
    let nan = f64::NAN;
    let mut one = CountBlock::new(vec![axis()], crystals()).unwrap();
    one.fill(&[&[1, 2, 2, 9]], &[&[nan, nan, 1.0, nan]]);
    assert_eq!(one.not_a_number(), 2, "channel 9 is outside");
    let ranges = || {
        vec![
            ChannelRange::new("layer", 0, 1),
            ChannelRange::new("cell", 0, 1),
        ]
    };
    let mut two = CountBlock::new(vec![axis(), axis()], ranges()).unwrap();
    assert_eq!(two.not_a_number(), 0);
    two.fill(
        &[&[0, 0, 1, 1, 1], &[0, 1, 1, 0, 0]],
        &[&[nan, 0.5, nan, -9.0, 9.0], &[0.5, nan, nan, 9.0, 0.5]],
    );
    assert_eq!(two.not_a_number(), 3);
    let mut more = two.clone();
    more.merge(&two).unwrap();
    assert_eq!(more.not_a_number(), 6);
    let mut profile = ProfileBlock::new(axis(), ranges()).unwrap();
    profile.fill(
        &[&[0, 0, 1], &[0, 1, 1]],
        &[nan, 0.5, nan],
        &[1.0, nan, 2.0],
    );
    assert_eq!((profile.not_a_number(), profile.not_finite()), (2, 1));
}

#[test]
fn cells_that_overflow_while_blocks_are_merged_keep_their_counts() {
    let axis = Axis::regular(1, 0.0, 1.0, "").unwrap();
    let most = u64::from(u32::MAX);
    let mut a = CountBlock::new(vec![axis], crystals()).unwrap();
    for (channel, count) in [(3, most), (1, 5)] {
        let page = a.page(&[channel]).unwrap();
        a.add_at(page * 4 + 1, count);
    }
    let mut sum = CountBlock::new(a.axes().to_vec(), crystals()).unwrap();
    for _ in 0..3 {
        sum.merge(&a).unwrap();
    }
    let double = sum.clone();
    sum.merge(&double).unwrap();
    assert_eq!(sum.cells_of(&[3]).unwrap(), [0, 6 * most, 0, 0]);
    assert_eq!(sum.cells_of(&[1]).unwrap(), [0, 30, 0, 0]);
}
