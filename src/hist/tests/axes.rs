//! Axes: what is refused, where values belong.

use proptest::prelude::*;

use crate::hist::Axis;

#[test]
fn what_is_no_axis() {
    let message = |axis: Result<Axis, crate::hist::AxisError>| axis.unwrap_err().to_string();
    let wanted =
        "an axis needs at least one bin and a range from low to high, not 0 bins from 1 to 2";
    assert_eq!(message(Axis::regular(0, 1.0, 2.0, "")), wanted);
    for (low, high) in [
        (2.0, 1.0),
        (1.0, 1.0),
        (f64::NAN, 1.0),
        (0.0, f64::INFINITY),
        (f64::MIN, f64::MAX),
    ] {
        assert!(message(Axis::regular(3, low, high, "")).starts_with("an axis needs"));
    }
    let narrow = message(Axis::regular(100, 1.0, 1.0 + 1e-15, ""));
    assert_eq!(
        narrow,
        "100 bins from 1 to 1.000000000000001 are too narrow to be told apart"
    );
    assert!(message(Axis::regular(1 << 40, 0.0, 1.0, "")).contains("too many"));
    assert_eq!(
        message(Axis::variable(vec![1.0], "")),
        "an axis needs at least two edges, not 1"
    );
    let falling = message(Axis::variable(vec![1.0, 2.0, 2.0], ""));
    assert_eq!(
        falling,
        "the edges of an axis must be finite and rise: edge 2 is 2"
    );
    assert!(Axis::variable(vec![1.0, f64::NAN], "").is_err());
}

#[test]
fn cells() {
    let regular = Axis::regular(4, 0.0, 2.0, "ns").unwrap();
    let variable = Axis::variable(vec![0.0, 0.5, 1.0, 1.5, 2.0], "ns").unwrap();
    for axis in [regular, variable] {
        let values = [
            -1e300,
            -0.0,
            0.0,
            0.5,
            1.4999,
            2.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        let cells = values.map(|x| axis.index(x));
        assert_eq!(cells, [0, 1, 1, 2, 3, 5, 5, 0, 6], "{axis:?}");
        assert_eq!((axis.bins(), axis.cells(), axis.unit()), (4, 7, "ns"));
        assert_eq!(axis.edges(), [0.0, 0.5, 1.0, 1.5, 2.0]);
        assert_eq!((axis.centre(1), axis.width(1)), (0.75, 0.5));
        assert!(axis.edge(5).is_nan());
    }
}

#[test]
fn parts() {
    let axis = Axis::regular(10, 0.0, 10.0, "").unwrap();
    let (part, first) = axis.between(2.4, 6.5).unwrap();
    assert_eq!(
        (part.bins(), part.low(), part.high(), first),
        (5, 2.0, 7.0, 2)
    );
    let nothing = axis.between(2.6, 3.4).unwrap_err().to_string();
    assert_eq!(
        nothing,
        "no bin has its centre between 2.6 and 3.4: the axis goes from 0 to 10"
    );
    let coarse = axis.rebin(5).unwrap();
    assert_eq!(coarse.edges(), [0.0, 5.0, 10.0]);
    for n in [0, -1, 3, 11] {
        let message = axis.rebin(n).unwrap_err().to_string();
        assert_eq!(
            message,
            format!("10 bins cannot be joined {n} by {n}: {n} must be at least 1 and divide 10")
        );
    }
}

proptest! {
    #[test]
    fn a_value_lies_between_the_edges_of_its_bin(
        bins in 1i64..5000, low in -1e3..1e3f64, width in 1e-6..1e3f64, x in -2e3..3e3f64, pick: prop::sample::Index,
    ) {
        let axis = Axis::regular(bins, low, low + width, "").unwrap();
        let edge = axis.edge(pick.index(axis.bins() + 1));
        for x in [x, low + width * (x / 1e3), edge, edge.next_down(), edge.next_up()] {
            let cell = axis.index(x);
            if cell == 0 {
                prop_assert!(x < axis.low());
            } else if cell == axis.bins() + 1 {
                prop_assert!(x >= axis.high());
            } else {
                prop_assert!(axis.edge(cell - 1) <= x && x < axis.edge(cell), "{axis:?} {x}");
            }
        }
        let edges = axis.edges();
        let same = Axis::variable(edges, "").unwrap();
        prop_assert_eq!(same.index(x), axis.index(x));
    }
}
