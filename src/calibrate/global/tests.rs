//! Labels, places, rules and what comes out of a small fit.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::component::{FILES, components};
use super::hierarchy::constraints;
use super::parameters::{Parameter, Parameters, rows};
use super::*;
use crate::calibrate::{AlgResult, Execution, Input, Kind, Objects, Used, execute};
use crate::calibrate::{Algorithm, Params, Strategy};
use crate::conditions::Chain;
use crate::expr::{Column, Formula, Node, Place, Table, Value};
use crate::iov::ExpRun;

const VXD: i64 = 1_000_000;
const CDC: i64 = 2_700_000;

fn silicon(layer: i64, ladder: i64, sensor: i64, segment: i64) -> i64 {
    (layer << 13) | (ladder << 8) | (sensor << 5) | segment
}

fn label(unique: i64, element: i64, number: i64) -> i64 {
    (unique + element) * 100 + number
}

#[test]
fn every_file_of_the_folder_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/stdlib/alignment");
    let found: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let known: BTreeSet<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, known);
    assert_eq!(components().len(), FILES.len(), "a file does not parse");
}

#[test]
fn labels_have_the_meaning_of_upstream() {
    // The example of the reference: x of the beam spot.
    let x = Parameter::of(10_000_001).unwrap();
    assert_eq!(
        (
            x.label.component.payload.as_str(),
            x.label.parameter.name.as_str()
        ),
        ("BeamSpot", "x")
    );
    let sensor = Parameter::of(label(VXD, silicon(4, 10, 3, 0), 5)).unwrap();
    let id = sensor.silicon.as_ref().unwrap();
    assert_eq!(
        (id.layer, id.ladder, id.sensor, id.half_shell.as_str()),
        (4, 10, 3, "pat")
    );
    assert_eq!(sensor.label.parameter.name, "dBeta");
    let half = Parameter::of(label(VXD, silicon(1, 0, 0, 2), 1)).unwrap();
    assert_eq!(half.silicon.unwrap().half_shell, "yang");
    // The first layer of the second superlayer, as a whole, and a wire of it.
    for (wire, number, name) in [(511, 6, "layerPhi"), (159, 6, "wireFwdZ")] {
        let found = Parameter::of(label(CDC, 8 * 512 + wire, number)).unwrap();
        assert_eq!(found.label.parameter.name, name);
    }
    for (wrong, said) in [
        (label(VXD, silicon(3, 8, 1, 0), 1), "has no element"),
        (label(VXD, silicon(3, 7, 3, 0), 1), "has no element"),
        (label(VXD, silicon(3, 7, 2, 0), 7), "has no parameter 7"),
        (label(CDC, 8 * 512 + 160, 0), "has no element"),
        (label(CDC, 14 * 512 + 511, 1), "has no element"),
        (99, "belongs to no payload"),
        (1_000_000_000, "changes with time"),
    ] {
        let message = Parameter::of(wrong).unwrap_err();
        assert!(message.contains(said), "{wrong}: {message}");
    }
}

/// Angles of stereo superlayers as the alignment of upstream takes them, in rad.
const STEREO: [(i64, f64); 4] = [(1, 0.068), (3, -0.060), (5, 0.064), (7, -0.072)];

#[test]
fn places_are_those_of_the_detector() {
    let mut parameters = Parameters::new();
    for superlayer in 0..9 {
        for inside in 0..if superlayer == 0 { 8 } else { 6 } {
            let number = label(CDC, (8 * superlayer + inside) * 512 + 511, 6);
            parameters.insert(number, Parameter::of(number).unwrap());
        }
    }
    let table = rows(&parameters).unwrap();
    let Some(Column::Int(layers)) = table.column("layer") else {
        panic!("no layers");
    };
    assert_eq!(*layers, (0..56).collect::<Vec<i64>>());
    let Some(Column::Float(stereo)) = table.column("stereo") else {
        panic!("no angles");
    };
    for (layer, angle) in stereo.iter().enumerate() {
        let superlayer = if layer < 8 { 0 } else { (layer as i64 - 2) / 6 };
        let known = STEREO.iter().find(|(known, _)| *known == superlayer);
        let expected = known.map_or(0.0, |(_, angle)| *angle);
        assert!((angle - expected).abs() < 0.012, "layer {layer}: {angle}");
    }
    // A wire ends where it is turned to: 18 half cells of 160 in the second superlayer.
    let phi = |number: i64| {
        let wire = Parameter::of(label(CDC, 8 * 512 + 3, number)).unwrap();
        let table = rows(&Parameters::from([(wire.number, wire)])).unwrap();
        match table.column("phi").and_then(|phi| phi.value(0)) {
            Some(Value::Float(phi)) => phi,
            other => panic!("{other:?}"),
        }
    };
    let turned = (phi(4) - phi(0)) / (std::f64::consts::TAU / 160.0);
    assert!((turned - 9.0).abs() < 1e-9, "{turned}");
}

#[test]
fn parts_are_tied_to_the_next_whole_that_has_parameters() {
    let rule = Hierarchy {
        component: "VXDAlignment".into(),
        levels: LEVELS.map(str::to_owned).to_vec(),
        motions: MOTIONS.map(str::to_owned).to_vec(),
        place: Place::default(),
    };
    let found = |elements: &[i64]| {
        let mut parameters = Parameters::new();
        for element in elements {
            for number in 1..=6 {
                let number = label(VXD, *element, number);
                parameters.insert(number, Parameter::of(number).unwrap());
            }
        }
        let all = constraints(&rule, &parameters, &|_| true).unwrap();
        all.into_iter()
            .map(|c| (c.name, c.terms.len()))
            .collect::<Vec<_>>()
    };
    let sensors = [silicon(3, 1, 1, 0), silicon(3, 1, 2, 0)];
    let (ladder, half) = (silicon(3, 1, 0, 0), silicon(3, 0, 0, 1));
    assert!(found(&sensors).is_empty(), "there is no whole");
    let of_ladder = found(&[sensors[0], sensors[1], ladder]);
    assert_eq!(of_ladder.len(), 6);
    assert!(
        of_ladder
            .iter()
            .all(|(name, _)| name.ends_with("of ladder 3.1"))
    );
    // Sensors belong to the half shell where their ladder has no parameters of its own.
    let of_half = found(&[sensors[0], sensors[1], half]);
    assert!(
        of_half
            .iter()
            .all(|(name, _)| name.ends_with("of half shell pat"))
    );
    let of_both = found(&[sensors[0], sensors[1], ladder, half]);
    assert_eq!(of_both.len(), 12);
    // The half shell ties its one ladder, not the sensors.
    let half_terms = of_both.iter().filter(|(name, _)| name.ends_with("pat"));
    assert!(half_terms.into_iter().all(|(_, terms)| *terms <= 6));
    // Another half shell has nothing to tie.
    assert!(found(&[sensors[0], silicon(3, 0, 0, 2)]).is_empty());
}

/// Records of single measurements of two layers of wires.
struct Single(Table);

impl Objects for Single {
    fn runs(&self) -> Vec<ExpRun> {
        vec![ExpRun::new(7, 1)]
    }

    fn by_run(&self) -> bool {
        true
    }

    fn channels(
        &self,
        _: &str,
        _: &[ExpRun],
    ) -> Result<Option<crate::calibrate::Channels>, String> {
        Ok(None)
    }

    fn rows(&self, _: &str, _: &[ExpRun]) -> Result<Option<u64>, String> {
        Ok(None)
    }

    fn table(&self, _: &str, _: &[ExpRun]) -> Result<Option<Table>, String> {
        Ok(Some(self.0.clone()))
    }
}

fn layer_x(sheet: i64) -> i64 {
    label(CDC, sheet * 512 + 511, 1)
}

/// Four measurements of `x` of layer 0, which is 2, and of layer 1, which is 1; three of another payload.
fn measured(more: &[(i64, f64)]) -> Table {
    let mut all: Vec<(i64, f64)> = Vec::new();
    for noise in [-0.1, 0.1, -0.1, 0.1] {
        all.push((layer_x(0), 2.0 + noise));
        all.push((layer_x(1), 1.0 + noise));
    }
    all.extend(more);
    let mut table = Table::new();
    let floats = |of: &dyn Fn(&(i64, f64)) -> f64| Column::Float(all.iter().map(of).collect());
    table.push("hit", Column::Int(vec![0; all.len()])).unwrap();
    table
        .push("residual", floats(&|(_, value)| *value))
        .unwrap();
    table.push("error", floats(&|_| 0.2)).unwrap();
    let labels = all.iter().map(|(label, _)| *label).collect();
    table.push("label0", Column::Int(labels)).unwrap();
    table.push("slope0", floats(&|_| 1.0)).unwrap();
    table
}

fn run(global: Global, table: Table) -> Execution {
    let algorithm = Algorithm {
        name: "GlobalFit".into(),
        kind: Kind::Global(Box::new(global)),
        strategy: Strategy::default(),
        params: Params::default(),
        place: Place::default(),
    };
    let input = Input {
        objects: Arc::new(Single(table)),
        runs: vec![ExpRun::new(7, 1)],
        iov: "7,1,7,1".parse().unwrap(),
        iteration: 0,
        constants: Chain::default(),
        earlier: None,
        options: None,
        used: Used::default(),
    };
    execute(&algorithm, &input)
}

fn global(components: &[&str]) -> Global {
    let components = components.iter().map(|name| (*name).to_owned()).collect();
    Global::new("tracks", components, Place::default())
}

fn constant(value: Value) -> Formula {
    Formula::Compiled(Node::Constant(value).into())
}

fn choice(chosen: bool) -> Choice {
    Choice {
        name: "all".into(),
        rows: constant(Value::Bool(chosen)),
        place: Place::default(),
    }
}

fn member(execution: &Execution, name: &str) -> Vec<f64> {
    let mut payloads = execution.payloads.iter();
    let saved = payloads.find(|saved| saved.payload.name == name).unwrap();
    saved.payload.members["m_constants"].clone()
}

#[test]
fn what_is_found_is_taken_away_and_large_corrections_ask_for_more() {
    let done = run(global(&["CDCAlignment"]), measured(&[]));
    assert_eq!(done.result, AlgResult::Iterate, "{}", done.message);
    let values = member(&done, "CDCAlignment");
    assert!(
        (values[0] + 2.0).abs() < 1e-12 && (values[1] + 1.0).abs() < 1e-12,
        "{values:?}"
    );
    assert_eq!(member(&done, "CDCAlignment_CORRECTIONS"), values);
    for error in member(&done, "CDCAlignment_ERRORS") {
        // The mean of four.
        assert!((error - 0.1).abs() < 1e-12, "{error}");
    }
    assert!(
        done.notes
            .iter()
            .any(|note| note.contains("no CDCAlignment is in force"))
    );
}

#[test]
fn rules_hold_and_tie() {
    let mut tied = global(&["CDCAlignment"]);
    tied.constraints.push(ConstraintRule {
        chosen: choice(true),
        weight: constant(Value::Float(1.0)),
        each: None,
    });
    let values = member(&run(tied.clone(), measured(&[])), "CDCAlignment");
    // Half of the difference stays.
    assert!(
        (values[0] + 0.5).abs() < 1e-12 && (values[1] - 0.5).abs() < 1e-12,
        "{values:?}"
    );
    tied.constraints[0].chosen = choice(false);
    let none = run(tied.clone(), measured(&[]));
    assert_eq!(none.result, AlgResult::Failure);
    assert!(
        none.message.contains("chooses none of the 2 parameters"),
        "{}",
        none.message
    );
    tied.constraints[0].chosen = choice(true);
    tied.constraints[0].weight = constant(Value::Float(f64::NAN));
    let strange = run(tied, measured(&[]));
    assert!(
        strange.message.contains("the weight of parameter"),
        "{}",
        strange.message
    );
    let mut held = global(&["CDCAlignment"]);
    held.fixed.push(choice(true));
    let held = run(held, measured(&[]));
    assert_eq!(held.result, AlgResult::NotEnoughData, "{}", held.message);
    assert!(held.payloads.is_empty());
}

#[test]
fn few_records_and_other_payloads_are_said() {
    let beam = 10_000_001;
    let mut asked = global(&["CDCAlignment"]);
    asked.min_records = 20;
    let few = run(asked.clone(), measured(&[]));
    assert_eq!(few.result, AlgResult::NotEnoughData);
    assert_eq!(few.message, "8 records, 20 needed");
    asked.min_records = 0;
    let left_out = run(asked.clone(), measured(&[(beam, 1.0)]));
    let said =
        |execution: &Execution, text: &str| execution.notes.iter().any(|note| note.contains(text));
    assert!(
        said(&left_out, "derivatives of BeamSpot are left out"),
        "{:?}",
        left_out.notes
    );
    assert_eq!(left_out.payloads.len(), 3);
    let both = run(
        global(&["CDCAlignment", "BeamSpot"]),
        measured(&[(beam, 1.0)]),
    );
    // The beam spot helps, and is not written.
    assert_eq!(both.payloads.len(), 3);
    let unknown = run(asked, measured(&[(99, 1.0)]));
    assert!(
        unknown.message.contains("label 99 belongs to no payload"),
        "{}",
        unknown.message
    );
}

#[test]
fn payloads_are_objects_of_their_class() {
    for (component, number, element) in [
        ("BKLMAlignment", 30, 8),
        ("EKLMSegmentAlignment", 41, 3),
        ("VXDAlignment", 10, 8480),
    ] {
        let own = label(100_000 * number, element, 2);
        let mut asked = global(&[component]);
        asked.min_records = 1;
        let done = run(asked, measured(&[(own, 0.5), (own, 0.5)]));
        assert_eq!(done.payloads.len(), 3, "{component}: {}", done.message);
        for saved in &done.payloads {
            let unfit = crate::conditions::unfit(&saved.payload);
            assert!(unfit.is_none(), "{component}: {unfit:?}");
        }
    }
}
