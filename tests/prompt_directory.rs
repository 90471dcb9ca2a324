//! The official scripts together: their order, and that each of them can be planned.

#![cfg(feature = "cli")]

use std::path::Path;

use b2caf::script::directory::{Catalogue, Directory, Kind, Order, check};

/// What must come before what, as the live scripts of upstream say it; the others wait for nothing.
const EDGES: &[(&str, &[&str])] = &[
    ("caf_cdc_badwire", &["caf_cdc"]),
    ("caf_cdc_fudgefactor", &["caf_cdc", "caf_vxdcdc_alignment"]),
    ("caf_svd_time", &["caf_cdc"]),
    ("caf_vxdcdc_alignment", &["caf_cdc", "caf_svd_time"]),
    (
        "caf_klm_alignment",
        &["caf_vxdcdc_alignment", "caf_cdc", "caf_klm_channel_status"],
    ),
    ("caf_top", &["caf_top_pre"]),
    ("caf_cdcdedx_hadron", &["caf_cdcdedx_electron", "caf_top"]),
    (
        "caf_beamspot",
        &[
            "caf_cdcdedx_electron",
            "caf_cdcdedx_hadron",
            "caf_top",
            "caf_klm_strip_efficiency",
        ],
    ),
    ("caf_boostvector", &["caf_beamspot"]),
    ("caf_ecms", &["caf_boostvector"]),
    ("caf_pxd_gain", &["caf_beamspot"]),
    ("example_complex", &["example_simple"]),
];

fn directory() -> Directory {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    Directory::find(Some(&scripts)).unwrap()
}

#[test]
fn the_order_is_that_of_formats_and_of_what_scripts_wait_for() {
    let catalogue = Catalogue::read(&directory(), Kind::Calibration).unwrap();
    assert!(catalogue.problems.is_empty(), "{:?}", catalogue.problems);
    let order = Order::of(&catalogue).unwrap();
    assert_eq!(order.steps.len(), 27);
    let place = |script: &str| {
        order
            .steps
            .iter()
            .position(|step| step.script == script)
            .unwrap()
    };
    for step in &order.steps {
        let expected = EDGES.iter().find(|(script, _)| *script == step.script);
        let mut expected = expected.map_or(Vec::new(), |(_, before)| before.to_vec());
        let mut found: Vec<&str> = step.depends_on.iter().map(String::as_str).collect();
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{}", step.script);
        for before in found {
            assert!(
                place(before) < place(&step.script),
                "{before} {}",
                step.script
            );
        }
    }
    let formats: Vec<&str> = order
        .steps
        .iter()
        .map(|step| step.format.as_str())
        .collect();
    let mut runs = formats.clone();
    runs.dedup();
    assert_eq!(runs, ["raw", "cdst", "mdst"]);
    assert_eq!(
        formats.iter().filter(|format| **format == "raw").count(),
        13
    );
    let path: Vec<&str> = order.critical_path.iter().map(String::as_str).collect();
    let expected = [
        "caf_top_pre",
        "caf_top",
        "caf_cdcdedx_hadron",
        "caf_beamspot",
        "caf_boostvector",
        "caf_ecms",
    ];
    assert_eq!(path, expected);
    let alone = order.leading_to("caf_klm_alignment").unwrap();
    assert_eq!(alone.steps.len(), 5);
    assert_eq!(alone.critical_path.len(), 4);
}

#[test]
fn every_script_can_be_planned() {
    let verdicts = check(&directory(), Kind::Calibration, &[]).unwrap();
    assert_eq!(verdicts.len(), 27);
    for verdict in &verdicts {
        assert!(
            verdict.problems.is_empty(),
            "{}: {:?}",
            verdict.script,
            verdict.problems
        );
    }
}
