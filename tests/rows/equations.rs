//! Sums of linear equations.

use b2caf::hist::Block;
use serde_json::json;

use super::described::*;

/// Equations of showers: the energies of their cells over that of the shower make 1.
const EQUATIONS: &str = r#"
    let collector = Collector("Showers", #{ tree: "ntuple" })
        .each("cell")
        .join("of", "shower", "shower")
        .normal_equations("cells", #{
            equation: |c| c.shower,
            channel: |c| c.id,
            channels: 1..=40,
            coefficient: |c| c.e / c.of.e,
        });
"#;

#[test]
fn normal_equations_are_those_of_a_dense_matrix() {
    use b2caf::fit::systems::{LinearSystem, Method};
    let statements = EQUATIONS.to_owned();
    let found = of_own(&statements).unwrap();
    for run in RUNS {
        let Block::Equations(block) = found.block("cells", &[run]).unwrap() else {
            panic!("it is a system of equations");
        };
        let want = &expected()["equations"][run.run.to_string()];
        let list = |key: &str| -> Vec<f64> { serde_json::from_value(want[key].clone()).unwrap() };
        assert_eq!(json!(block.equations()), want["equations"]);
        assert_eq!(block.left_out(), 0);
        let sums = block.sums();
        assert_eq!(json!(sums.entries), want["entries"]);
        let system = LinearSystem::new(&sums.channels, &sums.right, &sums.entries, &sums.sums);
        for method in [Method::Lu, Method::Cholesky] {
            let solved = system.as_ref().unwrap().solve(method).unwrap();
            for (have, key) in [(&solved.values, "solution"), (&solved.errors, "error")] {
                for (a, b) in have.iter().zip(list(key)) {
                    assert!(
                        (a - b).abs() < 1e-9 * b.abs().max(1.0),
                        "{key}: {a} instead of {b}"
                    );
                }
            }
        }
    }
}

#[test]
fn equations_do_not_see_threads_and_need_their_options() {
    let statements = EQUATIONS.to_owned();
    let statements = statements.replace("\"ntuple\"", "\"ntuple\", granularity: \"all\"");
    let (collector, _) = described(&statements);
    let collector = collector.unwrap();
    let content = |threads| {
        let iov = "7,3,7,4".parse().unwrap();
        let found = collected(&collector, &own("relations.root"), iov, threads).unwrap();
        serde_json::to_string(&found).unwrap()
    };
    assert!(content(1) == content(3), "threads differ");
    let without = |line: &str, with: &str| {
        of_own(&statements.replace(line, with))
            .map(|_| ())
            .unwrap_err()
    };
    let said = [
        (without("channel: |c| c.id,", ""), "`channel` is missing"),
        (without("1..=40", "40"), "`channels` is a range"),
        (without("1..=40", "5..=4"), "unknowns go from 5 to 4"),
        (without("|c| c.id", "|c| c.e"), "channel"),
        (
            without("coefficient", "coeficient"),
            "did you mean `coefficient`?",
        ),
        (
            without("|c| c.shower", "7"),
            "`equation` is a closure over a row",
        ),
        (
            without(
                "        });",
                "        }).per_channel(\"x\", |c| c.id, 1..=3);",
            ),
            "`per_channel` splits the object declared just before",
        ),
    ];
    for (said, wanted) in said {
        assert!(said.contains(wanted), "{said}");
    }
}
