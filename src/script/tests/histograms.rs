//! Histograms as members of payloads that scripts save.

use crate::calibrate::AlgResult;
use crate::conditions::{PayloadFormat, RootForm};
use crate::root::{Histogram, Value};

use super::harness::executed;

/// A payload with four histograms of groups and energies, the first one as it is said.
fn saved(first: &str) -> Result<Histogram, String> {
    let text = format!(
        r#"Algorithm("A").calibrate(|data| {{
            let other = #{{ x: regular(1, 0.0, 1.0), y: regular(1, 0.0, 1.0), contents: [[0.5]] }};
            data.save("ECLnOptimal", #{{
                m_eUpperBoundariesFwd: [1.0], m_eUpperBoundariesBrl: [1.0], m_eUpperBoundariesBwd: [1.0],
                m_groupNumber: [1, 2, 1], m_nOptimal: {first},
                m_peakFracEnergy: other, m_bias: other, m_logPeakEnergy: other,
            }});
            AlgResult::ok
        }})"#
    );
    let execution = executed(&text);
    if execution.result != AlgResult::Ok {
        return Err(execution.message);
    }
    // Through the bytes of a file and back.
    let payload = &execution.payloads[0].payload;
    let bytes = RootForm.write(payload).unwrap();
    let read = RootForm.read("ECLnOptimal", bytes).unwrap();
    let object = read.object.unwrap();
    let Some(Value::Object(member)) = object.as_record().unwrap().get("m_nOptimal") else {
        panic!("{object:?}");
    };
    Ok(Histogram::from_record(member).unwrap())
}

#[test]
fn a_histogram_of_two_axes_is_given_row_by_row() {
    let found = saved(
        "#{ x: regular(3, 0.0, 3.0), y: variable([0.0, 1.0, 4.0]), contents: [[1, 2, 3], [4, 5, 6]], \
         errors: [[1, 1, 1], [2, 2, 2]], title: \"crystals\" }",
    )
    .unwrap();
    assert_eq!(
        (found.class.as_str(), found.title.as_str()),
        ("TH2F", "crystals")
    );
    assert_eq!((found.axes[0].bins, found.axes[1].bins), (3, 2));
    assert_eq!(
        (found.axes[0].edges.len(), &found.axes[1].edges[..]),
        (0, &[0.0, 1.0, 4.0][..])
    );
    // Five cells along x with those outside, four along y.
    let mut expected = vec![0.0; 20];
    for (x, y, content) in [
        (1, 1, 1.0),
        (2, 1, 2.0),
        (3, 1, 3.0),
        (1, 2, 4.0),
        (2, 2, 5.0),
        (3, 2, 6.0),
    ] {
        expected[x + 5 * y] = content;
    }
    assert_eq!(found.contents, expected);
    assert_eq!(found.sumw2[2 * 5 + 1], 4.0);
    assert_eq!(found.entries, 21.0);
}

#[test]
fn a_histogram_may_have_the_members_that_root_has() {
    let found = saved(
        "#{ fName: \"h\", fXaxis: #{ fName: \"xaxis\", fNbins: 2, fXmin: 0.0, fXmax: 1.0 }, \
         fYaxis: #{ fName: \"yaxis\", fNbins: 1, fXmin: 0.0, fXmax: 1.0 }, fEntries: 2, \
         fArray: [0, 0, 0, 0, 0, 7, 8, 0, 0, 0, 0, 0] }",
    )
    .unwrap();
    assert_eq!(found.contents[5..7], [7.0, 8.0]);
    assert_eq!(found.entries, 2.0);
}

#[test]
fn histograms_that_do_not_fit_are_refused_with_what_is_wrong() {
    for (given, said) in [
        (
            "3",
            "it is a Histogram or a map `#{ x: axis, contents: … }`, not an int",
        ),
        (
            "#{ x: regular(2, 0.0, 1.0), contents: [[1, 2]] }",
            "`y` is an axis",
        ),
        (
            "#{ x: regular(2, 0.0, 1.0), y: regular(2, 0.0, 1.0), contents: [[1, 2]] }",
            "`contents` has not 2 × 2 numbers",
        ),
        (
            "#{ x: regular(2, 0.0, 1.0), y: regular(2, 0.0, 1.0) }",
            "`contents` is missing",
        ),
        (
            "#{ x: regular(2, 0.0, 1.0), y: regular(2, 0.0, 1.0), content: [] }",
            "a histogram has no `content`",
        ),
        (
            "data.histogram(\"all\")",
            "has 2 axes, and this histogram has one",
        ),
    ] {
        let message = saved(given).unwrap_err();
        assert!(
            message.contains("m_nOptimal") && message.contains(said),
            "{given}: {message}"
        );
    }
}
