//! Payloads as ROOT files: columns as objects of their classes, and back.

use crate::root::Record;

use super::root_form::in_turns;
use super::{Payload, PayloadFormat, RootForm};

fn payload(
    name: &str,
    class: &str,
    channels: &[(&str, Vec<i64>)],
    members: &[(&str, Vec<f64>)],
) -> Payload {
    let channels = channels
        .iter()
        .map(|(name, numbers)| ((*name).to_owned(), numbers.clone()));
    let members = members
        .iter()
        .map(|(name, values)| ((*name).to_owned(), values.clone()));
    Payload {
        channels: channels.collect(),
        members: members.collect(),
        ..Payload::empty(name, class)
    }
}

/// What comes back after writing, without the object it came in.
fn back(payload: &Payload) -> Payload {
    let bytes = RootForm.write(payload).unwrap();
    assert_eq!(bytes, RootForm.write(payload).unwrap());
    let read = RootForm.read(&payload.name, bytes).unwrap();
    assert_eq!(read.class, payload.class);
    read
}

fn comes_back(payload: &Payload) {
    let read = back(payload);
    let columns = |p: &Payload| (p.channels.clone(), p.members.clone());
    assert_eq!(columns(&read), columns(payload));
    // The object that was read is written to the same bytes.
    assert_eq!(
        RootForm.write(&read).unwrap(),
        RootForm.write(payload).unwrap()
    );
}

fn refused(payload: &Payload) -> String {
    RootForm.write(payload).unwrap_err().to_string()
}

fn numbers(range: std::ops::Range<i64>) -> Vec<i64> {
    range.collect()
}

/// Numbers that are exact as 32-bit floats.
fn values(count: usize, step: f64) -> Vec<f64> {
    (0..count)
        .map(|i| f64::from(u16::try_from(i).unwrap()) * step - 1.0)
        .collect()
}

#[test]
fn columns_become_members_by_position() {
    let crystals = [("crystal", numbers(1..8737))];
    let members = [
        ("m_CalibConst", values(8736, 0.25)),
        ("m_CalibConstUnc", values(8736, 0.5)),
    ];
    comes_back(&payload(
        "ECLCrystalEnergy",
        "ECLCrystalCalib",
        &crystals,
        &members,
    ));
    let slots = [("slot", numbers(1..17))];
    let members = [
        ("m_T0", values(16, 0.125)),
        ("m_errT0", values(16, 0.5)),
        ("m_status", vec![1.0; 16]),
    ];
    comes_back(&payload(
        "TOPCalModuleT0",
        "TOPCalModuleT0",
        &slots,
        &members,
    ));
    let (mut slots, mut channels) = (Vec::new(), Vec::new());
    for slot in 1..17 {
        slots.extend([slot; 512]);
        channels.extend(0..512);
    }
    let status = (0..8192).map(|place| f64::from(place % 3)).collect();
    let mask = payload(
        "TOPCalChannelMask",
        "TOPCalChannelMask",
        &[("slot", slots), ("channel", channels)],
        &[("m_status", status)],
    );
    comes_back(&mask);
}

#[test]
fn positions_are_the_numbers_of_channels_in_any_order() {
    let mut crystals = numbers(1..8737);
    crystals.reverse();
    let column = |numbers: &[i64]| {
        numbers
            .iter()
            .map(|n| f64::from(i32::try_from(*n).unwrap()))
            .collect::<Vec<_>>()
    };
    let members = [
        ("m_CalibConst", column(&crystals)),
        ("m_CalibConstUnc", column(&crystals)),
    ];
    let read = back(&payload(
        "ECLCrystalEnergy",
        "ECLCrystalCalib",
        &[("crystal", crystals.clone())],
        &members,
    ));
    assert_eq!(read.channels["crystal"], numbers(1..8737));
    assert_eq!(read.members["m_CalibConst"], column(&numbers(1..8737)));
}

#[test]
fn columns_become_maps_by_key() {
    let delays = payload(
        "KLMTimeCableDelay",
        "KLMTimeCableDelay",
        &[("channel", vec![12, 700, 37000])],
        &[("m_timeDelay", vec![0.5, -1.25, 3.0])],
    );
    comes_back(&delays);
    let (elements, parameters) = (vec![8480, 8480, 8512], vec![1, 2, 1]);
    let alignment = payload(
        "VXDAlignment",
        "VXDAlignment",
        &[("element", elements), ("parameter", parameters)],
        &[("m_constants", vec![1e-4, 0.3, -2e-4])],
    );
    comes_back(&alignment);
    let names = [
        "m_DeltaU",
        "m_DeltaV",
        "m_DeltaW",
        "m_DeltaAlpha",
        "m_DeltaBeta",
        "m_DeltaGamma",
    ];
    let shifts: Vec<(&str, Vec<f64>)> = names.iter().map(|name| (*name, vec![0.5, 0.25])).collect();
    comes_back(&payload(
        "BKLMAlignment",
        "BKLMAlignment",
        &[("module", vec![10, 11])],
        &shifts,
    ));
}

#[test]
fn lists_by_key_have_two_numbers_and_may_have_members_that_all_share() {
    let channels = [("board", vec![1, 1, 7, 7]), ("parameter", vec![0, 1, 0, 1])];
    let members = [
        ("m_twParamMode", vec![1.0; 4]),
        ("m_nTwParams", vec![2.0; 4]),
        ("m_tws", vec![2.5, 0.0625, 3.5, 0.125]),
    ];
    let walks = payload("CDCTimeWalks", "CDCTimeWalks", &channels, &members);
    comes_back(&walks);
    let mut other = walks.clone();
    other.members[0][2] = 0.0;
    assert_eq!(
        refused(&other),
        "payload CDCTimeWalks: m_twParamMode: all channels share it, but it is 1 for the first and 0 for 7,0"
    );
    let mut gap = walks;
    gap.channels[1][1] = 2;
    assert_eq!(
        refused(&gap),
        "payload CDCTimeWalks: m_tws: the value number 1 of 1 is missing"
    );
}

#[test]
fn single_objects_have_no_channels() {
    comes_back(&payload(
        "CDCDedxRunGain",
        "CDCDedxRunGain",
        &[],
        &[("m_gain", vec![0.97])],
    ));
    // A number of 32 bits on file.
    let mass = payload(
        "CollisionInvariantMass",
        "CollisionInvariantMass",
        &[],
        &[
            ("m_mass", vec![10.579]),
            ("m_massError", vec![0.25]),
            ("m_massSpread", vec![0.005]),
        ],
    );
    assert_eq!(back(&mass).members["m_mass"], [f64::from(10.579_f32)]);
}

#[test]
fn a_class_of_its_own_is_described_in_its_file() {
    comes_back(&payload(
        "ExampleTime",
        "ExampleTime",
        &[("wire", vec![5, 9])],
        &[("t0", vec![0.1, 0.2]), ("error", vec![0.3, 0.4])],
    ));
    comes_back(&payload(
        "ExampleTime",
        "ExampleTime",
        &[("layer", vec![1, 1]), ("wire", vec![0, 1])],
        &[("t0", vec![0.1, 0.2])],
    ));
    comes_back(&payload(
        "ExampleGain",
        "ExampleGain",
        &[],
        &[("gain", vec![0.1])],
    ));
    comes_back(&payload(
        "ExampleTime",
        "ExampleTime",
        &[("wire", Vec::new())],
        &[("t0", Vec::new())],
    ));
}

#[test]
fn what_does_not_fit_its_class_is_refused() {
    let crystals = |last: i64| [("crystal", numbers(1..last + 1))];
    let of = |channels: &[(&str, Vec<i64>)], members: &[(&str, Vec<f64>)]| {
        refused(&payload(
            "ECLCrystalEnergy",
            "ECLCrystalCalib",
            channels,
            members,
        ))
    };
    let both = |count: usize| {
        [
            ("m_CalibConst", vec![1.0; count]),
            ("m_CalibConstUnc", vec![0.1; count]),
        ]
    };
    assert_eq!(
        of(&crystals(120), &both(120)),
        "payload ECLCrystalEnergy: m_CalibConst: it has a value for each of 8736 channels, and 8616 are missing: \
         121; 122; 123; 124; 125, …"
    );
    assert_eq!(
        of(&[("crystal", numbers(0..8736))], &both(8736)),
        "payload ECLCrystalEnergy: m_CalibConst: there is no crystal 0: they go from 1 to 8736"
    );
    assert_eq!(
        of(&crystals(8736), &both(8736)[..1]),
        "payload ECLCrystalEnergy: m_CalibConstUnc: no value is given for it"
    );
    let mut third = both(8736).to_vec();
    third.push(("m_CalibCost", vec![0.0; 8736]));
    assert_eq!(
        of(&crystals(8736), &third),
        "payload ECLCrystalEnergy: m_CalibCost: class Belle2::ECLCrystalCalib has no such member; it has m_CalibConst, \
         m_CalibConstUnc"
    );
    let status = payload(
        "KLMChannelStatus",
        "KLMChannelStatus",
        &[("channel", vec![3])],
        &[("m_ChannelStatus", vec![1.5])],
    );
    assert_eq!(
        refused(&status),
        "payload KLMChannelStatus: m_ChannelStatus: it is a whole number, not 1.5 for channel 3"
    );
    let two = payload(
        "KLMTimeCableDelay",
        "KLMTimeCableDelay",
        &[("layer", vec![3]), ("strip", vec![4])],
        &[("m_timeDelay", vec![1.5])],
    );
    assert_eq!(
        refused(&two),
        "payload KLMTimeCableDelay: m_timeDelay: its channels have 1 number (channel), these have 2"
    );
    let far = payload(
        "KLMTimeCableDelay",
        "KLMTimeCableDelay",
        &[("channel", vec![70_000])],
        &[("m_timeDelay", vec![1.5])],
    );
    assert!(refused(&far).contains("70000"), "{}", refused(&far));
    let large = payload(
        "CDCTimeZeros",
        "CDCTimeZeros",
        &[("wire", vec![7])],
        &[("m_t0s", vec![1e300])],
    );
    assert!(refused(&large).contains("m_t0s"), "{}", refused(&large));
}

#[test]
fn objects_may_take_turns_within_a_run() {
    let gain = |value: f64| {
        Record::new("Belle2::CDCDedxRunGain")
            .with("m_gain", value)
            .into()
    };
    let several = Payload {
        object: Some(in_turns(vec![gain(1.0), gain(2.0)], &[1000])),
        ..Payload::empty("CDCDedxRunGain", "CDCDedxRunGain")
    };
    let read = back(&several);
    assert!(read.members.is_empty());
    assert_eq!(
        RootForm.write(&read).unwrap(),
        RootForm.write(&several).unwrap()
    );
    let once = Payload {
        object: Some(in_turns(vec![gain(1.5)], &[])),
        ..Payload::empty("CDCDedxRunGain", "CDCDedxRunGain")
    };
    assert_eq!(back(&once).members["m_gain"], [1.5]);
}

/// A until event 10, B until event 50, then C.
#[test]
fn objects_take_turns_by_event() {
    let gain = |value: f64| {
        Record::new("Belle2::CDCDedxRunGain")
            .with("m_gain", value)
            .into()
    };
    let of = |events: &[u32]| Payload {
        object: Some(in_turns(vec![gain(1.0), gain(2.0), gain(3.0)], events)),
        ..Payload::empty("CDCDedxRunGain", "CDCDedxRunGain")
    };
    let read = back(&of(&[10, 50]));
    for (event, expected) in [
        (0, 1.0),
        (9, 1.0),
        (10, 2.0),
        (49, 2.0),
        (50, 3.0),
        (u32::MAX, 3.0),
    ] {
        assert_eq!(read.at_event(event), Some(&gain(expected)), "event {event}");
    }
    assert_eq!(
        refused(&of(&[50, 10])),
        "payload CDCDedxRunGain does not fit class CDCDedxRunGain: first events must rise, but 10 comes after 50"
    );
    assert_eq!(
        refused(&of(&[50])),
        "payload CDCDedxRunGain does not fit class CDCDedxRunGain: 3 objects need 2 first events, not 1"
    );
}
