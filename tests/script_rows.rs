//! Rows that belong together, as scripts collect them: pairs, related elements. The numbers are
//! counted from the same files in Python, row by row.

#![cfg(feature = "script")]

#[macro_use]
mod support;

use std::path::{Path, PathBuf};

use b2caf::collect::{Collected, Collector, NoConstants, Options as Threads, Silent, collect};
use b2caf::dataset::InputData;
use b2caf::expr::Table;
use b2caf::hist::Block;
use b2caf::iov::{ExpRun, IoV};
use b2caf::script::{Diagnostic, Options, Script, draw};
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

const HEAD: &str = r#"
export const settings = CalibrationSettings(#{
    name: "Rows", expert_username: "mmuster", subsystem: "example", description: "rows",
    input_data_formats: ["cdst"], input_data_names: ["sample"],
});
fn mass(a, b) { sqrt(2.0 * a.p * b.p * (1.0 - cos(a.phi - b.phi))) }
fn get_calibrations(input_data, kwargs) {
"#;

const TAIL: &str = r#"
    [Calibration("rows", #{ collector: collector, algorithms: [TestCalibrationAlgorithm()] })]
}
"#;

/// The collector of a script, and all that was said; or what was refused.
fn described(statements: &str) -> (Result<Collector, String>, Vec<Diagnostic>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.rhai");
    std::fs::write(&path, format!("{HEAD}{statements}{TAIL}")).unwrap();
    let said = |all: Vec<Diagnostic>| all.iter().map(|one| draw(one, false)).collect();
    let script = match Script::load(&path, &Options::default()) {
        Ok(script) => script,
        Err(found) => return (Err(said(found)), Vec::new()),
    };
    let iov = IoV::try_from([7, 1, 7, 9]).unwrap();
    let plan = script.plan(&InputData::default(), iov, &Map::new());
    let collector = plan.map_err(said).map(|plan| {
        let calibrations = plan.calibrations.into_iter();
        let mut collections = calibrations.flat_map(|c| c.collections.into_values());
        collections.find_map(|c| c.collector).unwrap()
    });
    (collector, script.take_messages())
}

fn collected(
    collector: &Collector,
    file: &Path,
    iov: IoV,
    threads: usize,
) -> Result<Collected, String> {
    let options = Threads {
        threads,
        ..Threads::default()
    };
    let files = [(file.to_path_buf(), iov)];
    let found = collect(collector, &files, &NoConstants, options, &Silent);
    found.map_err(|error| error.to_string())
}

/// What a script collects from relations.root.
fn of_own(statements: &str) -> Result<Collected, String> {
    let (collector, _) = described(statements);
    let iov = "7,3,7,4".parse().unwrap();
    collected(&collector?, &own("relations.root"), iov, 2)
}

fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn expected() -> Value {
    let text = std::fs::read_to_string(own("relation_expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The folder with real data, if there is one.
fn test_data() -> Option<PathBuf> {
    let folder = std::env::var_os("B2CAF_TEST_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    say!("skipped: there is no test data folder {}", folder.display());
    None
}

const RUNS: [ExpRun; 2] = [ExpRun::new(7, 3), ExpRun::new(7, 4)];

fn cuts(collected: &Collected) -> Value {
    let counts = collected.cuts.iter();
    counts.map(|cut| json!([cut.before, cut.after])).collect()
}

/// Rows of a table with whole numbers as such, sorted by run, event and what follows.
fn rows(table: &Table, columns: &[&str]) -> Vec<Vec<f64>> {
    let columns = columns.iter().map(|name| {
        let column = table
            .column(name)
            .unwrap_or_else(|| panic!("a column {name}"));
        column.to_floats().unwrap()
    });
    let columns: Vec<Vec<f64>> = columns.collect();
    let row = |n: usize| columns.iter().map(|column| column[n]).collect();
    (0..table.len()).map(row).collect()
}

fn close(have: &[Vec<f64>], want: &Value) {
    let mut want: Vec<Vec<f64>> = serde_json::from_value(want.clone()).unwrap();
    // Tables are one run after the other.
    want.sort_by(|a, b| a[0].total_cmp(&b[0]));
    assert_eq!(have.len(), want.len());
    for (have, want) in have.iter().zip(&want) {
        for (a, b) in have.iter().zip(want) {
            assert!(
                (a - b).abs() <= 1e-12 * b.abs(),
                "{have:?} instead of {want:?}"
            );
        }
    }
}

/// Pairs of tracks; what is in `{…}` is put around the value of each closure.
fn pairs(open: &str, close: &str) -> String {
    let text = r#"
    let collector = Collector("Pairs", #{ tree: "ntuple" })
        .each("track")
        .join("best", "fit", "fit")
        .select("momentum", |t| «t.p > 0.4»)
        .pairs()
        .select("opposite", |a, b| «a.best.charge * b.best.charge < 0»)
        .define("mass", |a, b| «mass(a.best, b.best)»)
        .efficiency("heavy", |one, other| «other.mass > 2.0»)
        .per_channel("first", |a, b| «a.side», 1..=3)
        .per_channel("second", |a, b| «b.side», 1..=3)
        .select("mass", |a, b| «a.mass > 1.0»)
        .table("pairs", #{
            run: |a, b| «a.event.run», number: |a, b| «b.event.event»,
            i: |a, b| «a.index», j: |a, b| «b.index», tracks: |a, b| a.event.track.len,
            mass: |a, b| «b.mass»,
        })
        .table("named", ["a.index", "b.best.p", "mass", "run"])
        .singles()
        .select("again", |t| «t.p > 0.6»)
        .table("singles", ["run", "event", "index", "p"]);
    "#;
    text.replace('«', open).replace('»', close)
}

#[test]
fn pairs_and_their_rows_are_those_counted_by_hand() {
    let expected = &expected()["pairs"];
    let found = of_own(&pairs("", "")).unwrap();
    assert_eq!(cuts(&found), expected["cuts"]);
    assert_eq!(found.cuts[0].name, "related fit (best)");
    let table = found.table("pairs", &RUNS).unwrap();
    let columns = ["run", "number", "i", "j", "tracks", "mass"];
    close(&rows(&table, &columns), &expected["pairs"]);
    let named = found.table("named", &RUNS).unwrap();
    assert_eq!(named.column("a.index"), table.column("i"));
    assert_eq!(named.column("mass"), table.column("mass"));
    let table = found.table("singles", &RUNS).unwrap();
    close(
        &rows(&table, &["run", "event", "index", "p"]),
        &expected["singles"],
    );
    let Block::Efficiency(sides) = found.block("heavy", &RUNS).unwrap() else {
        panic!("it is an efficiency");
    };
    for side in expected["sides"].as_array().unwrap() {
        let [a, b, passed, total] = [0, 1, 2, 3].map(|n| side[n].as_u64().unwrap());
        let have = sides.get(&[a as i64, b as i64]).unwrap();
        assert_eq!((have.passed, have.total), (passed, total), "{side}");
    }
}

#[test]
fn closures_asked_row_by_row_give_the_same() {
    let (fast, said) = described(&pairs("", ""));
    assert_eq!(said.len(), 0);
    // A loop cannot be compiled.
    let (slow, said) = described(&pairs(
        "{ let all = []; for i in 0..1 { all.push(",
        "); } all[0] }",
    ));
    assert_eq!(said.len(), 13);
    let iov = || "7,3,7,4".parse().unwrap();
    let content = |collector: &Collector, threads| {
        let found = collected(collector, &own("relations.root"), iov(), threads).unwrap();
        serde_json::to_string(&found).unwrap()
    };
    let (fast, slow) = (fast.unwrap(), slow.unwrap());
    let first = content(&fast, 1);
    assert!(first == content(&slow, 1), "row by row differs");
    for threads in [2, 3] {
        assert!(first == content(&fast, threads), "{threads} threads differ");
    }
}

/// What a join leaves of the elements of an array, and the sum of a member of the others.
fn join(array: &str, join: &str, value: &str) -> String {
    format!(
        "let collector = Collector(\"Join\", #{{ granularity: \"all\" }}).each(\"{array}\")
            .join({join}).sum(\"sum\", |c| {value});"
    )
}

#[test]
fn related_elements_are_those_that_uproot_finds() {
    let Some(folder) = test_data() else {
        return;
    };
    let cases = [
        (
            "pion",
            join("Tracks", "\"fit\", \"TrackFitResults\"", "c.fit.m_pValue"),
        ),
        (
            "proton",
            join(
                "Tracks",
                "\"fit\", \"TrackFitResults\", \"m_trackFitIndices[4]\"",
                "c.fit.m_pValue",
            ),
        ),
        (
            "forward",
            join("ECLClusters", "\"mc\", \"MCParticles\"", "c.mc.m_energy"),
        ),
        (
            "backward",
            join(
                "ECLClusters",
                "\"track\", \"Tracks\"",
                "c.track.m_trackFitIndices[2]",
            ),
        ),
        (
            "particles",
            join(
                "MCParticles",
                "\"cluster\", \"ECLClusters\"",
                "c.cluster.m_logEnergy",
            ),
        ),
        (
            "named",
            join(
                "ECLClusters",
                "\"track\", \"Tracks\", \"ECLClustersToTracksNamedBremsstrahlung\"",
                "c.track.m_trackFitIndices[2]",
            ),
        ),
        (
            "positive",
            join(
                "V0s",
                "\"track\", \"Tracks\", \"m_trackIndexPositive\"",
                "c.track.m_trackFitIndices[2]",
            ),
        ),
    ];
    let expected = expected();
    let mut compared = 0;
    for (name, facts) in expected["basf2"].as_object().unwrap() {
        let path = folder.join("basf2").join(name);
        let content = std::fs::read(&path).unwrap_or_default();
        let sum = Md5::digest(&content);
        let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        if facts["md5"] != hex.as_str() {
            say!(
                "skipped: {} is not the file that was counted",
                path.display()
            );
            continue;
        }
        for (case, script) in &cases {
            let (collector, _) = described(script);
            let found = collected(&collector.unwrap(), &path, IoV::EVERYTHING, 2).unwrap();
            let Block::Sum(block) = found.block("sum", &[]).unwrap() else {
                panic!("it is a sum");
            };
            let sum = block.get(&[]).unwrap();
            let want = facts[case].as_array().unwrap();
            assert_eq!(
                cuts(&found),
                json!([[want[0], want[1]]]),
                "{case} of {name}"
            );
            let (have, want) = (sum.total.value(), want[2].as_f64().unwrap());
            assert!(
                (have - want).abs() <= 1e-9 * want.abs(),
                "{case} of {name}: {have}, {want}"
            );
            compared += 1;
        }
    }
    say!("{compared} joins compared with uproot");
}

#[test]
fn what_cannot_be_is_refused_with_what_there_is() {
    let base = "let collector = Collector(\"Rows\", #{ tree: \"ntuple\" })";
    let cases = [
        (".pairs();", "`pairs` needs more than one row per event"),
        (
            ".each(\"track\").singles();",
            "`singles` goes back from pairs to rows",
        ),
        (
            ".each(\"track\").pairs().pairs();",
            "the rows are pairs already",
        ),
        (".join(\"fit\", \"fit\");", "the rows are events"),
        (
            ".each(\"track\").pairs().join(\"fit\", \"fit\", \"fit\");",
            "put it before `pairs()`",
        ),
        (
            ".each(\"track\").pairs().select(\"x\", |t| t.p > 1.0);",
            "rows are pairs here, so write it as `|a, b| …`",
        ),
        (
            ".each(\"track\").select(\"x\", |a, b| a.p > b.p);",
            "`|a, b|` comes after `pairs()`",
        ),
        (
            ".each(\"track\").pairs().select(\"x\", |a, b| a.q > b.p);",
            "there is no column `q`, neither in `track` nor in the event",
        ),
        (
            ".each(\"track\").pairs().table(\"x\", [\"p\"]);",
            "each row of the pair has its own `p`; write `a.p` or `b.p`",
        ),
        (
            ".each(\"track\").pairs().sum(\"x\", |a, b| a);",
            "the row itself is not a value",
        ),
        (
            ".each(\"track\").pairs().define(\"p\", |a, b| 1.0);",
            "the name `p` is taken",
        ),
        (
            ".each(\"track\").pairs().define(\"m\", |a, b| a.p).singles().sum(\"x\", |t| t.m);",
            "`m` was defined for pairs, which are gone here",
        ),
        (
            ".each(\"track\").join(\"f\", \"fits\");",
            "there is no array `fits` in the tree; did you mean `fit`?",
        ),
        (
            ".each(\"track\").join(\"f\", \"fit\");",
            "there is no relation between `track` and `fit` in the tree",
        ),
        (
            ".each(\"track\").join(\"f\", \"fit\", \"fid\");",
            "`fid` is neither a relation nor a member of `track`; did you mean `fit`?",
        ),
        (
            ".each(\"track\").join(\"f\", \"fit\", \"p\");",
            "`p` is a number, not the number of an element of `fit`",
        ),
        (
            ".each(\"track\").join(\"p\", \"fit\", \"fit\");",
            "the name `p` is taken",
        ),
        (
            ".each(\"track\").join(\"f\", \"fit\", \"fit\").sum(\"x\", |t| t.f.phy);",
            "there is no column `phy` in `fit`; did you mean `phi`?",
        ),
        (
            ".each(\"track\").join(\"f\", \"fit\", \"fit\").sum(\"x\", |t| t.f);",
            "`f` is an element of `fit`, not one value",
        ),
        (
            ".each(\"track\").join(\"f\", \"shower\", \"side\").sum(\"x\", |t| t.f.e);",
            "leads to element",
        ),
    ];
    let mut wrong = Vec::new();
    for (rest, message) in cases {
        match of_own(&format!("{base}{rest}")) {
            Err(said) if said.contains(message) => {}
            other => wrong.push(format!(
                "{rest}\n  {}",
                other.err().unwrap_or("worked".into())
            )),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn relations_that_there_are_are_listed() {
    let Some(file) = test_data().map(|folder| folder.join("basf2/mdst.root")) else {
        return;
    };
    if !file.exists() {
        say!("skipped: there is no {}", file.display());
        return;
    }
    let (collector, _) = described(&join("Tracks", "\"x\", \"V0s\"", "c.x.m_pdg"));
    let said = collected(&collector.unwrap(), &file, IoV::EVERYTHING, 1).unwrap_err();
    assert!(
        said.contains("there is no relation between `Tracks` and `V0s`"),
        "{said}"
    );
    assert!(said.contains("the relations of `Tracks` are"), "{said}");
    assert!(
        said.contains("TracksToECLClusters") && said.contains("Tracks.m_trackFitIndices"),
        "{said}"
    );
}

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
