//! Masks of the PXD: single pixels, drain lines and rows that are hot or dead, of sensors with and
//! without hits.

use std::collections::BTreeSet;

use b2caf::root::Value;
use serde_json::json;

use crate::bench::{Bench, Constants};
use crate::rows::{Kind, Rows};

const COLUMNS: i64 = 250;
const ROWS: i64 = 768;
/// The sensor with hits: layer 2, ladder 3, backward.
const SENSOR: i64 = 8192 * 2 + 256 * 3 + 32 * 2;
const EVENTS: usize = 200;
/// Hits of each pixel that is neither hot nor dead.
const USUAL: usize = 2;
/// More than seven times as many, and just not.
const HOT: usize = 15;
const WARM: usize = 14;

/// Pixels, as column and row.
const HOT_PIXELS: [(i64, i64); 2] = [(3, 5), (249, 767)];
const WARM_PIXEL: (i64, i64) = (7, 7);
const DEAD_PIXELS: [(i64, i64); 2] = [(0, 0), (120, 400)];
const DEAD_ROW: i64 = 300;
/// A drain line serves every fourth row of a column.
const DEAD_DRAIN: (i64, i64) = (20, 2);

fn hits_of(u: i64, v: i64) -> usize {
    if HOT_PIXELS.contains(&(u, v)) {
        HOT
    } else if (u, v) == WARM_PIXEL {
        WARM
    } else if DEAD_PIXELS.contains(&(u, v)) || v == DEAD_ROW || (u, v % 4) == DEAD_DRAIN {
        0
    } else {
        USUAL
    }
}

fn hits() -> Rows {
    let mut rows = Rows::new(&[("sensor", Kind::Int), ("u", Kind::Int), ("v", Kind::Int)]);
    for (u, v) in (0..COLUMNS).flat_map(|u| (0..ROWS).map(move |v| (u, v))) {
        for _ in 0..hits_of(u, v) {
            rows.push(&[SENSOR as f64, u as f64, v as f64]);
        }
    }
    rows
}

/// The numbers that a member has for a sensor.
fn set(constants: &Constants, member: &str, sensor: i64) -> BTreeSet<i64> {
    let Some(Value::Object(object)) = &constants.payload.object else {
        panic!("no object");
    };
    let Some(Value::Map(map)) = object.get(member) else {
        panic!("no map {member}");
    };
    let found = map.iter().find(|(key, _)| *key == Value::Int(sensor));
    match found {
        Some((_, Value::Ints(numbers))) => numbers.iter().copied().collect(),
        Some((_, other)) => panic!("{other:?}"),
        None => BTreeSet::new(),
    }
}

#[test]
fn hot_and_dead_pixels_drains_and_rows_are_told_apart() {
    let mut bench = Bench::new("caf_pxd", &["beamorphysics", "cosmic"]);
    let hits = hits();
    bench.file(
        &["cosmic"],
        [26, 1],
        &[("pxd_hits", &hits), ("events", &Rows::events(EVENTS))],
    );
    bench.configure(json!({ "kwargs": { "minEvents": 100, "minHits": 1 } }));
    let outcome = bench.run("26,1,26,9");
    let pixel = |(u, v): &(i64, i64)| ROWS * u + v;
    let masked = outcome.only("PXDMaskedPixelPar", "26,1,26,1");
    let hot: BTreeSet<i64> = HOT_PIXELS.iter().map(pixel).collect();
    assert_eq!(set(masked, "m_MapSingles", SENSOR), hot);

    let dead = outcome.only("PXDDeadPixelPar", "26,1,26,1");
    let single: BTreeSet<i64> = DEAD_PIXELS.iter().map(pixel).collect();
    assert_eq!(set(dead, "m_MapSingles", SENSOR), single);
    assert_eq!(set(dead, "m_MapRows", SENSOR), BTreeSet::from([DEAD_ROW]));
    let (u, line) = DEAD_DRAIN;
    assert_eq!(
        set(dead, "m_MapDrains", SENSOR),
        BTreeSet::from([4 * u + line])
    );
}
