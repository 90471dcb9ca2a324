//! Cable delays and signal speeds of the KLM: two fits that depend on each other.

use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const CHANNELS: usize = 60;
const RESOLUTION: f64 = 3.0;
/// Nanoseconds per centimetre of endcap, barrel, and both kinds of resistive plates.
const SPEEDS: [f64; 4] = [0.066, 0.06, 0.05, 0.055];
const MEMBERS: [&str; 4] = [
    "m_DelayEKLMScintillators",
    "m_DelayBKLMScintillators",
    "m_DelayRPCPhi",
    "m_DelayRPCZ",
];
/// A Gaussian fitted within twice its width knows its mean less well than the plain mean does.
const CORE: f64 = 1.15;

fn kind(channel: usize) -> usize {
    match channel {
        0..12 => 2,
        12..24 => 3,
        24..42 => 1,
        _ => 0,
    }
}

/// How far from its reader a channel is hit at most.
fn reach(channel: usize) -> f64 {
    if channel % 4 == 0 { 125.0 } else { 250.0 }
}

fn columns() -> Rows {
    Rows::new(&[
        ("channelId", Kind::Int),
        ("kind", Kind::Int),
        ("dist", Kind::Double),
        ("recTime", Kind::Double),
        ("flyTime", Kind::Double),
        ("t0", Kind::Double),
    ])
}

/// Digits of one run, so many for each channel.
fn digits(random: &mut Random, delays: &[f64], numbers: &[usize]) -> Rows {
    let mut rows = columns();
    for channel in 0..CHANNELS {
        for _ in 0..numbers[channel] {
            let distance = random.uniform(0.0, reach(channel));
            let mut time =
                delays[channel] + SPEEDS[kind(channel)] * distance + random.gauss(0.0, RESOLUTION);
            if numbers[channel] > 50 && random.chance(0.05) {
                time += random.uniform(-50.0, 50.0);
            }
            let (event, flight) = (random.gauss(0.0, 5.0), random.uniform(5.0, 20.0));
            let measured = time + event + flight;
            let numbers = [channel as f64, kind(channel) as f64];
            rows.push(&[numbers[0], numbers[1], distance, measured, flight, event]);
        }
    }
    rows
}

/// Statistical error of the speed of a kind with so many digits per channel.
fn speed_error(kind: usize, numbers: &[usize]) -> f64 {
    let own = (0..CHANNELS).filter(|channel| self::kind(*channel) == kind);
    let spread: f64 = own
        .map(|channel| numbers[channel] as f64 * reach(channel).powi(2) / 12.0)
        .sum();
    CORE * RESOLUTION / spread.sqrt()
}

/// That of a delay: of its own digits, and of the speed.
fn delay_error(channel: usize, numbers: &[usize]) -> f64 {
    let own = CORE * RESOLUTION / (numbers[channel] as f64).sqrt();
    let of_speed = 0.5 * reach(channel) * speed_error(kind(channel), numbers);
    own.hypot(of_speed)
}

#[test]
fn delays_and_speeds_are_found_and_sparse_channels_take_them_from_their_neighbours() {
    let mut random = Random::new(9);
    let delays: Vec<f64> = (0..CHANNELS)
        .map(|channel| if channel < 24 { -700.0 } else { -4700.0 } + random.gauss(0.0, 10.0))
        .collect();
    let mut total = vec![0; CHANNELS];
    let mut bench = Bench::new("caf_klm_time", &["hlt_mumu"]);
    for run in 1..=3 {
        let mut numbers = vec![300; CHANNELS];
        // Dead; one digit short of a fit; just enough for it.
        numbers[7] = 0;
        numbers[40] = [20, 20, 9][run as usize - 1];
        numbers[45] = [20, 20, 10][run as usize - 1];
        for (total, number) in total.iter_mut().zip(&numbers) {
            *total += number;
        }
        let rows = digits(&mut random, &delays, &numbers);
        bench.file(&["hlt_mumu"], [26, run], &[("klm_digits", &rows)]);
    }
    // More than two runs have.
    bench.configure(serde_json::json!({ "min_digits": 45_000 }));
    let outcome = bench.run("26,1,26,9");
    assert!(outcome.said.contains("not_enough_data"));

    let speeds = outcome.only("KLMTimeConstants", "26,1,-1,-1");
    let mut pulls = Pulls::new("KLM signal speed");
    for kind in 0..4 {
        let found = speeds.values(MEMBERS[kind])[0];
        pulls.add(found, SPEEDS[kind], speed_error(kind, &total));
    }
    pulls.finish();

    let found = outcome.only("KLMTimeCableDelay", "26,1,-1,-1");
    let mut pulls = Pulls::new("KLM cable delay");
    for (channel, delay) in found.channels("m_timeDelay") {
        let channel = channel as usize;
        if channel == 7 || channel == 40 {
            let near = [channel - 1, channel + 1].map(|at| found.at("m_timeDelay", at as i64));
            let inside = delay >= near[0].min(near[1]) && delay <= near[0].max(near[1]);
            assert!(inside, "channel {channel}: {delay} beside {near:?}");
            continue;
        }
        pulls.add(delay, delays[channel], delay_error(channel, &total));
    }
    pulls.finish();
}

#[test]
fn cables_of_two_experiments_are_not_calibrated_together() {
    let mut random = Random::new(10);
    let mut bench = Bench::new("caf_klm_time", &["hlt_mumu"]);
    let number = 600;
    let mut numbers = vec![number; CHANNELS];
    numbers[24..].fill(0);
    for run in [[26, 9], [27, 1]] {
        let delays = [-700.0 - 40.0 * f64::from(run[0] - 26); CHANNELS];
        let rows = digits(&mut random, &delays, &numbers);
        bench.file(&["hlt_mumu"], run, &[("klm_digits", &rows)]);
    }
    bench.configure(serde_json::json!({ "min_digits": 24 * number }));
    let outcome = bench.run("26,1,27,9");
    let found = outcome.of("KLMTimeCableDelay", &["26,1,26,-1", "27,0,-1,-1"]);
    let mut pulls = Pulls::new("KLM cable delay by experiment");
    for (constants, truth) in found.iter().zip([-700.0, -740.0]) {
        for (channel, delay) in constants.channels("m_timeDelay") {
            let error = delay_error(channel as usize, &numbers);
            pulls.add(delay, truth, error);
        }
    }
    pulls.finish();
}

#[test]
fn a_kind_of_channel_without_a_speed_is_not_calibrated() {
    let mut random = Random::new(11);
    let mut bench = Bench::new("caf_klm_time", &["hlt_mumu"]);
    let mut numbers = vec![600; CHANNELS];
    // Enough for fits of channels, not for the slices along the strip.
    numbers[24..42].fill(60);
    let rows = digits(&mut random, &[-700.0; CHANNELS], &numbers);
    bench.file(&["hlt_mumu"], [26, 1], &[("klm_digits", &rows)]);
    bench.configure(serde_json::json!({ "min_digits": 4000 }));
    let (said, well) = bench.tried("26,1,26,9");
    assert!(!well, "{said}");
    assert!(said.contains("signal speed of the kinds [1]"), "{said}");
    assert!(said.contains("no payloads from this calibration"), "{said}");
}
