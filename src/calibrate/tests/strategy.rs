//! Which runs SingleIOV takes, and the interval of its payloads.

use crate::calibrate::AlgResult;
use crate::conditions::Chain;
use crate::iov::{ExpRun, IoV};

use super::toy::{Random, Toy, algorithm, declared, run_with};

fn toy() -> Toy {
    let mut random = Random(21);
    let values: Vec<Vec<f64>> = (0..3)
        .map(|_| (0..900).map(|_| random.normal()).collect())
        .collect();
    Toy::crystals(&values, &[(7, 1), (7, 5), (7, 9)].map(ExpRun::from))
}

/// Runs used, interval, entries of the first crystal.
fn run(toy: &Toy, requested: &str, apply: Option<&str>) -> Result<(Vec<i32>, String, f64), String> {
    let mut algorithm = algorithm(Vec::new());
    declared(&mut algorithm).payloads.clear();
    algorithm.params.apply_iov = apply.map(|text| text.parse().unwrap());
    let requested: IoV = requested.parse().unwrap();
    let execution = run_with(&algorithm, toy.clone(), requested, Chain::default());
    if execution.result != AlgResult::Ok {
        return Err(execution.message);
    }
    let entries = execution
        .fits
        .unwrap()
        .column("entries")
        .unwrap()
        .to_floats()
        .unwrap()[0];
    let runs = execution.runs.iter().map(|run| run.run).collect();
    Ok((runs, execution.iov.unwrap().to_string(), entries))
}

#[test]
fn the_interval_is_the_one_given_or_that_of_the_data() {
    let toy = toy();
    let all = vec![1, 5, 9];
    let iov = |text: &str| text.to_owned();
    assert_eq!(
        run(&toy, "0,0,-1,-1", None),
        Ok((all.clone(), iov("7,1,7,9"), 900.0))
    );
    assert_eq!(
        run(&toy, "0,0,-1,-1", Some("7,0,-1,-1")),
        Ok((all, iov("7,0,-1,-1"), 900.0))
    );
    // The requested interval chooses runs; it is not the interval of the payloads.
    assert_eq!(
        run(&toy, "7,2,7,-1", None),
        Ok((vec![5, 9], iov("7,5,7,9"), 600.0))
    );
    assert_eq!(
        run(&toy, "7,2,7,6", Some("7,1,-1,-1")),
        Ok((vec![5], iov("7,1,-1,-1"), 300.0))
    );
}

#[test]
fn no_run_is_left() {
    assert_eq!(
        run(&toy(), "8,0,-1,-1", None),
        Err("no run with data lies in the requested interval 8,0,-1,-1; the data go from 7,1 to 7,9".into())
    );
    assert_eq!(
        run(&Toy::default(), "0,0,-1,-1", None),
        Err("no event was collected, so there is no run with data".into())
    );
}

#[test]
fn data_of_all_runs_together_cannot_be_cut() {
    let mut toy = toy();
    toy.together = true;
    let (runs, iov, entries) = run(&toy, "7,0,7,9", None).unwrap();
    assert_eq!((runs.len(), iov.as_str(), entries), (3, "7,1,7,9", 900.0));
    assert_eq!(
        run(&toy, "7,2,7,9", None),
        Err("the collector keeps the data of all runs together, and 1 of 3 runs lie outside the requested interval 7,2,7,9; \
             use granularity \"run\", or leave these files out".into())
    );
}
