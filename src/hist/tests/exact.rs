//! Exact sums against sums of whole numbers of any size.

use proptest::prelude::*;

use crate::hist::ExactSum;

fn sum(values: &[f64]) -> ExactSum {
    let mut sum = ExactSum::default();
    for &value in values {
        assert!(sum.add(value));
    }
    sum
}

#[test]
fn sums_found_by_hand() {
    assert_eq!(sum(&[]).value(), 0.0);
    assert_eq!(sum(&[1e100, 1.0, -1e100]).value(), 1.0);
    assert_eq!(sum(&[1e308, 1e308, -1e308]).value(), 1e308);
    assert_eq!(sum(&[1e308, 1e308]).value(), f64::INFINITY);
    assert_eq!(sum(&[f64::MAX, f64::MIN]).value(), 0.0);
    assert_eq!(sum(&[f64::MAX, 2f64.powi(969)]).value(), f64::MAX);
    // Half a step above the largest number is rounded to even: too large.
    assert_eq!(sum(&[f64::MAX, 2f64.powi(970)]).value(), f64::INFINITY);
    assert_eq!(sum(&[5e-324, 5e-324]).value(), 1e-323);
    assert_eq!(
        sum(&[f64::MIN_POSITIVE, -5e-324]).value(),
        f64::MIN_POSITIVE.next_down()
    );
    assert_eq!(sum(&[0.1; 10]).value(), 1.0);
    assert_eq!(sum(&[-3.5, 0.0, -0.0]).value(), -3.5);
    // Ties go to even, anything beyond decides.
    let tie = 2f64.powi(53);
    assert_eq!(sum(&[tie, 1.0]).value(), tie);
    assert_eq!(sum(&[tie, 2.0, 1.0]).value(), tie + 4.0);
    assert_eq!(sum(&[tie, 1.0, 1e-300]).value(), tie + 2.0);
    assert_eq!(sum(&[-tie, -1.0, -1e-300]).value(), -tie - 2.0);
    let mut bad = ExactSum::default();
    assert!(!bad.add(f64::NAN) && !bad.add(f64::INFINITY));
    assert_eq!(bad.value(), 0.0);
}

#[test]
fn written_in_one_way() {
    let text = |values: &[f64]| serde_json::to_string(&sum(values)).unwrap();
    assert_eq!(text(&[]), "\"0p0\"");
    assert_eq!(text(&[10.0]), "\"5p1\"");
    assert_eq!(text(&[-0.75, -16.0]), "\"-43p-2\"");
    assert_eq!(text(&[1e300, 1.0, -1e300]), text(&[1.0]));
    for wrong in [
        "", "5", "p1", "xp1", "5p", "5p99999", "1p-3000", "-", "5p1.5",
    ] {
        let read = serde_json::from_value::<ExactSum>(wrong.into());
        assert!(read.is_err(), "{wrong}");
    }
    assert_eq!(
        serde_json::from_value::<ExactSum>("0p-5000".into())
            .unwrap()
            .value(),
        0.0
    );
}

#[test]
fn many_large_and_small_numbers() {
    // 2^20 numbers that fill 128 bits soon.
    let mut sum = ExactSum::default();
    sum.add(1.0);
    for _ in 0..1 << 20 {
        sum.add(f64::from_bits(0x42ff_ffff_ffff_ffff));
        sum.add(5e-324);
    }
    let wanted = f64::from_bits(0x42ff_ffff_ffff_ffff) * f64::from(1 << 20);
    sum.add(-wanted);
    sum.add(-1.0);
    assert_eq!(sum.value(), 5e-324 * f64::from(1 << 20));
}

/// Numbers of very different size, also the smallest and largest ones.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        3 => -1e3..1e3f64,
        1 => any::<f64>().prop_filter("finite", |x| x.is_finite()),
        1 => (-1e6f32..1e6).prop_map(f64::from),
        1 => prop_oneof![Just(0.0), Just(5e-324), Just(f64::MAX), Just(f64::MIN), Just(1e-310)],
    ]
}

/// The correctly rounded sum, by a different way: sorted pairs of rounded sums and what rounding
/// took away, until nothing is taken away.
fn plain(values: &[f64]) -> Option<f64> {
    let mut parts: Vec<f64> = Vec::new();
    for &value in values {
        let mut x = value;
        let mut kept = Vec::new();
        for &y in &parts {
            let (large, small) = if x.abs() < y.abs() { (y, x) } else { (x, y) };
            let high = large + small;
            if !high.is_finite() {
                return None;
            }
            let low = small - (high - large);
            if low != 0.0 {
                kept.push(low);
            }
            x = high;
        }
        kept.push(x);
        parts = kept;
    }
    // Parts do not overlap and rise: the last one is the sum unless the rest is half a step.
    let mut rest = parts.iter().rev();
    let mut high = *rest.next().unwrap_or(&0.0);
    let mut low = 0.0;
    for &part in rest.by_ref() {
        let sum = high + part;
        low = part - (sum - high);
        high = sum;
        if low != 0.0 {
            break;
        }
    }
    if let Some(&next) = rest.next()
        && ((low < 0.0 && next < 0.0) || (low > 0.0 && next > 0.0))
    {
        let twice = low * 2.0;
        let moved = high + twice;
        if moved - high == twice {
            high = moved;
        }
    }
    Some(high)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_order_and_division_gives_the_same_bits(
        values in prop::collection::vec(any_number(), 0..60), cuts in prop::collection::vec(0usize..60, 0..4), seed: u64,
    ) {
        let whole = sum(&values);
        if let Some(wanted) = plain(&values) {
            prop_assert_eq!((whole.value() + 0.0).to_bits(), (wanted + 0.0).to_bits());
        }
        let mut shuffled = values.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(i, usize::try_from(state >> 33).unwrap() % (i + 1));
        }
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c.min(values.len())).collect();
        cuts.extend([0, values.len()]);
        cuts.sort_unstable();
        let pieces: Vec<ExactSum> = cuts.windows(2).map(|w| sum(&shuffled[w[0]..w[1]])).collect();
        let mut forward = ExactSum::default();
        pieces.iter().for_each(|p| forward.merge(p));
        let mut backward = ExactSum::default();
        pieces.iter().rev().for_each(|p| backward.merge(p));
        let text = serde_json::to_string(&whole).unwrap();
        for other in [&forward, &backward] {
            prop_assert_eq!(other, &whole);
            prop_assert_eq!(serde_json::to_string(other).unwrap(), text.clone());
        }
        // What was stored goes on as if it had never been.
        let mut stored = ExactSum::default();
        for piece in &pieces {
            stored = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
            stored.merge(piece);
        }
        prop_assert_eq!(&stored, &whole);
        let mut read: ExactSum = serde_json::from_str(&text).unwrap();
        read.add(0.1);
        let mut added = whole.clone();
        added.add(0.1);
        prop_assert_eq!(read, added);
    }
}
