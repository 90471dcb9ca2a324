//! Histograms as rules and fits see them, with values found by hand.

use crate::hist::{Axis, Histogram, Moments};

/// Bins of width 1 from 0 to 6 with 1, 4, 10, 4, 1, 0 entries, underflow 2, overflow 3.
fn bell() -> Histogram {
    let axis = Axis::regular(6, 0.0, 6.0, "ns").unwrap();
    let counts = vec![2.0, 1.0, 4.0, 10.0, 4.0, 1.0, 0.0, 3.0];
    Histogram::of_counts(axis, counts)
}

#[test]
fn properties() {
    let h = bell();
    assert_eq!(
        (h.entries(), h.all_entries(), h.maximum()),
        (20.0, 25.0, 10.0)
    );
    assert_eq!((h.mode(), h.mean(), h.bin_width()), (2.5, 2.5, 1.0));
    // (2·2² + 8·1²) / 20
    assert_eq!(h.std(), 0.8f64.sqrt());
    assert_eq!((h.low(), h.high()), (0.0, 6.0));
    assert_eq!(
        (h.content(2.0), h.content(-9.0), h.content(6.0)),
        (10.0, 2.0, 3.0)
    );
    assert!(h.content(f64::NAN).is_nan());
    assert_eq!((h.error(1), h.error(5)), (2.0, 0.0));
    // Half of the 20 entries: 5 below the fullest bin, half of its 10.
    assert_eq!(
        (h.quantile(0.5), h.quantile(0.0), h.quantile(1.0)),
        (2.5, 0.0, 5.0)
    );
    assert_eq!(h.quantile(0.125), 1.375);
    assert!(h.quantile(1.5).is_nan());
}

#[test]
fn nothing_filled() {
    let axis = Axis::regular(2, 0.0, 1.0, "").unwrap();
    let h = Histogram::of_counts(axis, Vec::new());
    assert_eq!((h.entries(), h.maximum()), (0.0, 0.0));
    for value in [h.mean(), h.std(), h.mode(), h.quantile(0.5)] {
        assert!(value.is_nan());
    }
}

#[test]
fn parts_lose_nothing() {
    let h = bell().between(1.0, 4.0).unwrap();
    assert_eq!(h.counts, [3.0, 4.0, 10.0, 4.0, 4.0]);
    assert_eq!(
        (h.low(), h.high(), h.entries(), h.all_entries()),
        (1.0, 4.0, 18.0, 25.0)
    );
    let h = bell().rebin(2).unwrap();
    assert_eq!(h.counts, [2.0, 5.0, 14.0, 1.0, 3.0]);
    assert!(bell().rebin(4).is_err());
}

#[test]
fn bins_below_a_fraction_are_masked() {
    let h = bell().above(0.4, 1).unwrap();
    assert_eq!(h.mask, Some(vec![false, true, true, true, false, false]));
    assert_eq!(
        (h.entries(), h.mean(), h.std()),
        (18.0, 2.5, (8.0f64 / 18.0).sqrt())
    );
    // Seen in pairs 5, 14, 1, of which 5 is below 0.4 · 14.
    let h = bell().above(0.4, 2).unwrap();
    assert_eq!(h.mask, Some(vec![false, false, true, true, false, false]));
    let part = h.between(1.0, 4.0).unwrap();
    assert_eq!(part.mask, Some(vec![false, true, true]));
    assert_eq!(h.rebin(2).unwrap().mask, Some(vec![false, true, false]));
    assert_eq!(h.rebin(3).unwrap().mask, Some(vec![false, false]));
}

#[test]
fn values_with_errors_are_averaged_with_their_entries() {
    let axis = Axis::regular(2, 0.0, 2.0, "").unwrap();
    let (values, errors) = (vec![0.0, 2.0, 5.0, 0.0], [0.0, 0.5, 0.25, 0.0]);
    let h = Histogram::of_values(axis, values, &errors, vec![0.0, 1.0, 2.0, 0.0]);
    assert_eq!((h.entries(), h.error(0), h.error(1)), (3.0, 0.5, 0.25));
    let joined = h.rebin(2).unwrap();
    // (1·2 + 2·5) / 3 and (1²·0.5² + 2²·0.25²) / 3²
    assert_eq!(joined.counts, [0.0, 4.0, 0.0]);
    assert_eq!(joined.error(0), (0.5f64 / 9.0).sqrt());
    assert_eq!(joined.entries(), 3.0);
}

#[test]
fn moments_before_binning_are_used_until_the_histogram_is_changed() {
    let mut h = bell();
    h.moments = Some(Moments {
        mean: 2.4,
        std: 0.7,
    });
    assert_eq!((h.mean(), h.std()), (2.4, 0.7));
    assert_eq!(h.between(0.0, 6.0).unwrap().mean(), 2.5);
    assert_eq!(h.above(0.0, 1).unwrap().mean(), 2.5);
    let text = serde_json::to_string(&h).unwrap();
    assert_eq!(serde_json::from_str::<Histogram>(&text).unwrap(), h);
    let damaged = text.replace("\"counts\":[2.0,", "\"counts\":[");
    let error = serde_json::from_str::<Histogram>(&damaged).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("7 contents where there are 8 cells"),
        "{error}"
    );
}
