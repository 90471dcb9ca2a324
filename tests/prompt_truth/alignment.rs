//! Alignment of silicon sensors and wire layers: straight tracks through a detector out of place.

use std::collections::BTreeMap;

use serde_json::json;

use crate::bench::Bench;
use crate::detector::{Body, Detector, Sensor, Vector, Wires, along, cross, detector, dot, unit};
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const TRACKS: usize = 2400;
/// Of silicon along u and v, and of wires, in cm.
const RESOLUTION: [f64; 3] = [0.001, 0.002, 0.012];
/// Labels of a measurement: six of a sensor, its ladder and its half shell.
const LABELS: usize = 18;

/// A straight line, and two directions across it.
struct Line {
    point: Vector,
    direction: Vector,
    across: [Vector; 2],
}

impl Line {
    fn random(random: &mut Random) -> Self {
        let phi = random.uniform(0.0, std::f64::consts::TAU);
        let cos = random.uniform(-0.45, 0.45);
        let sin = (1.0 - cos * cos).sqrt();
        let direction = [sin * phi.cos(), sin * phi.sin(), cos];
        let first = unit(cross(direction, [0.0, 0.0, 1.0]));
        let across = [first, cross(direction, first)];
        let place = [
            random.gauss(0.0, 1.5),
            random.gauss(0.0, 1.5),
            random.gauss(2.0, 5.0),
        ];
        Self {
            point: place,
            direction,
            across,
        }
    }

    fn at(&self, s: f64) -> Vector {
        along(self.point, s, self.direction)
    }
}

/// A measurement: its error and its derivatives.
struct Measurement {
    error: f64,
    global: Vec<(i64, f64)>,
    local: [f64; 5],
}

impl Measurement {
    /// Of a line at `s`, along `seen`, which is blind to what moves along the line.
    fn new(line: &Line, s: f64, error: f64, seen: Vector, moves: &[(i64, Vector)]) -> Self {
        let global = moves.iter().map(|(label, by)| (*label, dot(seen, *by)));
        let [a, b] = line.across.map(|across| dot(seen, across));
        Self {
            error,
            global: global.collect(),
            local: [a, b, s * a, s * b, 0.0],
        }
    }
}

impl Detector {
    fn measurements(&self, line: &Line) -> Vec<Measurement> {
        let mut found = Vec::new();
        for sensor in &self.sensors {
            let [u, v, w] = sensor.body.axes;
            let towards = dot(w, line.direction);
            let s = dot(w, along(sensor.body.centre, -1.0, line.point)) / towards;
            let point = line.at(s);
            let inside = along(point, -1.0, sensor.body.centre);
            if dot(u, inside).abs() > sensor.width / 2.0
                || dot(v, inside).abs() > sensor.length / 2.0
            {
                continue;
            }
            let bodies = [
                &sensor.body,
                &self.ladders[sensor.ladder],
                &self.halves[sensor.half],
            ];
            let moves: Vec<(i64, Vector)> = bodies
                .iter()
                .flat_map(|body| (1..).map(move |i| body.label + i).zip(body.moves(point)))
                .collect();
            for (axis, error) in [(u, RESOLUTION[0]), (v, RESOLUTION[1])] {
                // The line meets a moved plane elsewhere.
                let seen = along(axis, -dot(axis, line.direction) / towards, w);
                found.push(Measurement::new(line, s, error, seen, &moves));
            }
        }
        for wires in &self.wires {
            found.extend(wires.measurements(line));
        }
        found
    }
}

impl Wires {
    fn measurements(&self, line: &Line) -> Vec<Measurement> {
        let [x, y, _] = line.point;
        let [dx, dy, _] = line.direction;
        let (a, b) = (dx * dx + dy * dy, x * dx + y * dy);
        let root = (b * b - a * (x * x + y * y - self.radius * self.radius)).sqrt();
        let mut found = Vec::new();
        for s in [(-b - root) / a, (-b + root) / a] {
            let point = line.at(s);
            if point[2] < self.backward || point[2] > self.forward {
                continue;
            }
            let part = (point[2] - self.backward) / (self.forward - self.backward);
            let around = [-point[1], point[0], 0.0];
            let ends = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], around];
            let mut moves: Vec<(i64, Vector)> = Vec::new();
            for (by, [fixed, sheared]) in ends.into_iter().zip([[1, 11], [2, 12], [6, 16]]) {
                moves.push((self.label + fixed, by));
                moves.push((self.label + sheared, by.map(|x| part * x)));
            }
            let wire = unit(along([0.0, 0.0, 1.0], self.stereo / self.radius, around));
            let seen = unit(cross(wire, line.direction));
            found.push(Measurement::new(line, s, RESOLUTION[2], seen, &moves));
        }
        found
    }
}

type Truth = BTreeMap<i64, f64>;

impl Detector {
    /// Shifts and turns that no whole can take over from its parts.
    fn out_of_place(&self, random: &mut Random) -> Truth {
        let mut truth = Truth::new();
        let bodies = self.sensors.iter().map(|s| (&s.body, 0.003));
        let bodies = bodies.chain(self.ladders.iter().map(|body| (body, 0.005)));
        for (body, size) in bodies.chain(self.halves.iter().map(|body| (body, 0.01))) {
            for i in 1..=6 {
                let unit = if i <= 3 { size } else { size / 10.0 };
                truth.insert(body.label + i, random.gauss(0.0, unit));
            }
        }
        for wires in &self.wires {
            for (i, size) in [(1, 0.01), (2, 0.01), (11, 0.01), (12, 0.01)] {
                truth.insert(wires.label + i, random.gauss(0.0, size));
            }
            for i in [6, 16] {
                truth.insert(wires.label + i, random.gauss(0.0, 0.01 / wires.radius));
            }
        }
        let mut rows: Vec<Truth> = Vec::new();
        for (number, ladder) in self.ladders.iter().enumerate() {
            let parts: Vec<&Sensor> = self.sensors.iter().filter(|s| s.ladder == number).collect();
            let parts: Vec<(&Body, Vec<Vector>)> =
                parts.into_iter().map(|s| (&s.body, s.points())).collect();
            rows.extend(together(ladder, &parts));
        }
        for (number, half) in self.halves.iter().enumerate() {
            let mut parts = Vec::new();
            for (place, ladder) in self.ladders.iter().enumerate() {
                let own = self
                    .sensors
                    .iter()
                    .filter(|s| s.ladder == place && s.half == number);
                let points: Vec<Vector> = own.flat_map(Sensor::points).collect();
                if !points.is_empty() {
                    parts.push((ladder, points));
                }
            }
            rows.extend(together(half, &parts));
        }
        for i in [1, 2, 6, 11, 12, 16] {
            rows.push(self.wires.iter().map(|w| (w.label + i, 1.0)).collect());
        }
        let stereo = self
            .wires
            .iter()
            .map(|w| (w.label + 6, w.stereo * w.radius));
        rows.push(stereo.collect());
        without(&mut truth, rows);
        truth
    }
}

impl Sensor {
    /// Four points with the mean square of the whole sheet.
    fn points(&self) -> Vec<Vector> {
        let [u, v, _] = self.body.axes;
        let (a, b) = (self.width / 12_f64.sqrt(), self.length / 12_f64.sqrt());
        let corners = [(a, b), (a, -b), (-a, b), (-a, -b)];
        corners
            .map(|(a, b)| along(along(self.body.centre, a, u), b, v))
            .to_vec()
    }
}

/// What of the motions of parts is each motion of the whole.
fn together(whole: &Body, parts: &[(&Body, Vec<Vector>)]) -> Vec<Truth> {
    let row = |motion: usize| {
        let mut row = Truth::new();
        for (part, points) in parts {
            for i in 0..6 {
                let share = |x: &Vector| dot(whole.moves(*x)[motion], part.moves(*x)[i]);
                row.insert(part.label + 1 + i as i64, points.iter().map(share).sum());
            }
        }
        row
    };
    (0..6).map(row).collect()
}

/// Takes these directions out of the truth.
fn without(truth: &mut Truth, rows: Vec<Truth>) {
    let product = |a: &Truth, b: &Truth| -> f64 {
        a.iter()
            .map(|(label, x)| x * b.get(label).copied().unwrap_or(0.0))
            .sum()
    };
    let subtract = |from: &mut Truth, by: f64, row: &Truth| {
        for (label, weight) in row {
            *from.entry(*label).or_insert(0.0) -= by * weight;
        }
    };
    let mut basis: Vec<Truth> = Vec::new();
    for mut row in rows {
        for _ in 0..2 {
            for other in &basis {
                let share = product(&row, other);
                subtract(&mut row, share, other);
            }
        }
        let length = product(&row, &row).sqrt();
        row.values_mut().for_each(|weight| *weight /= length);
        basis.push(row);
    }
    for row in &basis {
        let share = product(truth, row);
        subtract(truth, share, row);
    }
}

fn tracks(random: &mut Random, detector: &Detector, truth: &Truth, number: usize) -> Rows {
    let mut rows = Rows::new(&[
        ("track", Kind::Int),
        ("event", Kind::Int),
        ("residual", Kind::Float),
        ("sigma", Kind::Float),
        ("p_value", Kind::Float),
        ("labels", Kind::Ints(LABELS)),
        ("dglobal", Kind::Floats(LABELS)),
        ("dlocal", Kind::Floats(5)),
    ]);
    for track in 0..number {
        let line = Line::random(random);
        let own: [f64; 4] = std::array::from_fn(|i| random.gauss(0.0, [0.1, 0.1, 1e-3, 1e-3][i]));
        // Now and then one that is badly fitted.
        let bad = random.chance(0.02);
        for one in detector.measurements(&line) {
            let shifts = one.global.iter().map(|(label, slope)| slope * truth[label]);
            let lines = own.iter().zip(&one.local).map(|(a, b)| a * b);
            let mut residual: f64 = shifts.chain(lines).sum();
            residual +=
                random.gauss(0.0, one.error) + if bad { random.gauss(0.0, 0.5) } else { 0.0 };
            let mut row = vec![0.0, track as f64, residual, one.error];
            row.push(if bad { 1e-7 } else { 0.5 });
            let filled = |of: &dyn Fn(&(i64, f64)) -> f64| {
                let mut all: Vec<f64> = one.global.iter().map(of).collect();
                all.resize(LABELS, 0.0);
                all
            };
            row.extend(filled(&|(label, _)| *label as f64));
            row.extend(filled(&|(_, slope)| *slope));
            row.extend(one.local);
            rows.push(&row);
        }
    }
    rows
}

#[test]
fn sensors_ladders_half_shells_and_wires_are_put_back() {
    let mut random = Random::new(5);
    let detector = detector();
    let truth = detector.out_of_place(&mut random);
    let samples = ["cosmic", "hadron", "mumu", "offip"];
    let mut bench = Bench::new("caf_vxdcdc_alignment", &samples);
    for sample in samples {
        let rows = tracks(&mut random, &detector, &truth, TRACKS / samples.len());
        bench.file(&[sample], [26, 4], &[("mille_tracks", &rows)]);
    }
    let script = "prompt/calibrations/caf_vxdcdc_alignment.rhai";
    bench.change(script, "tracks::solver(1_000_000)", "tracks::solver(2_000)");
    // Tracks are not fitted again with what was found.
    bench.change(
        script,
        "prompt.max_iterations = 5",
        "prompt.max_iterations = 1",
    );
    bench.change(
        "lib/alignment.rhai",
        ".min_entries(1000)",
        ".min_entries(50)",
    );
    bench.configure(json!({ "only_prompt": true }));
    let outcome = bench.run("26,4,26,4");
    assert!(
        !outcome.said.contains("nothing determines"),
        "{}",
        outcome.said
    );
    let mut pulls = Pulls::new("alignment of silicon and wires");
    for name in ["VXDAlignment", "CDCAlignment"] {
        let whole = |name: &str| {
            let found = outcome.only(name, "26,4,-1,-1");
            let [elements, numbers] = ["element", "parameter"].map(|i| &found.payload.channels[i]);
            let unique = if name.starts_with("VXD") {
                1_000_000
            } else {
                2_700_000
            };
            let labels = elements
                .iter()
                .zip(numbers)
                .map(|(e, n)| (unique + e) * 100 + n);
            let values = found.values("m_constants").iter().copied();
            labels.zip(values).collect::<BTreeMap<i64, f64>>()
        };
        let (values, errors) = (whole(name), whole(&format!("{name}_ERRORS")));
        let corrections = whole(&format!("{name}_CORRECTIONS"));
        assert_eq!(values, corrections, "there were no constants before");
        for (label, value) in &values {
            // What moves residuals is taken back.
            pulls.add(*value, -truth[label], errors[label]);
        }
        let own = truth
            .keys()
            .filter(|label| (**label < 200_000_000) == name.starts_with("VXD"));
        assert_eq!(values.len(), own.count());
    }
    pulls.finish();
}
