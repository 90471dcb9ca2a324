//! Payloads that are made outside of calibrations and taken over from a staging tag.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::SUBSYSTEMS;

/// Payloads of local calibrations by subsystem, as upstream lists them; a subsystem that is not here has none.
const PAYLOADS: &[(&str, &[&str])] = &[
    (
        "svd",
        &[
            "SVDNoiseCalibrations",
            "SVDPedestalCalibrations",
            "SVDPulseShapeCalibrations",
            "SVDFADCMaskedStrips",
            "SVDGlobalConfigParameters",
            "SVDGlobalXMLFile.xml",
            "SVDLocalConfigParameters",
        ],
    ),
    ("cdc", &["CDCBadWires"]),
    (
        "ecl",
        &["ECLCrystalElectronics", "ECLCrystalElectronicsTime"],
    ),
    (
        "top",
        &[
            "TOPCalTimebase",
            "TOPCalChannelT0",
            "TOPCalChannelPulseHeight",
            "TOPCalChannelThresholdEff",
        ],
    ),
    ("trigger", &["TRGGDLDBPrescales", "CDCTriggerDeadch"]),
    ("alignment", &["VXDAlignment", "CDCAlignment"]),
];

/// The subsystem that has no local calibrations: its scripts only show how it is done.
const EXAMPLE: &str = "example";

/// Staging tags by subsystem, each with the payloads that are taken over from it.
#[must_use]
pub fn local_calibrations() -> IndexMap<&'static str, (String, &'static [&'static str])> {
    let subsystems = SUBSYSTEMS.iter().filter(|name| **name != EXAMPLE);
    let one = |name: &&'static str| {
        let payloads = PAYLOADS.iter().find(|(known, _)| known == name);
        let payloads: &[&str] = payloads.map_or(&[], |(_, payloads)| payloads);
        (*name, (format!("local_staging_{name}"), payloads))
    };
    subsystems.map(one).collect()
}

/// The same as JSON in upstream's form: subsystem → tag → payloads.
#[must_use]
pub fn local_calibrations_json() -> Value {
    let all = local_calibrations().into_iter();
    let one = |(name, (tag, payloads)): (&str, (String, &[&str]))| {
        (name.to_owned(), json!({ tag: payloads }))
    };
    Value::Object(all.map(one).collect::<Map<String, Value>>())
}
