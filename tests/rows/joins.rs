//! Related elements, in plain files and in those of basf2; and what cannot be.

use b2caf::hist::Block;
use b2caf::iov::IoV;
use md5::{Digest, Md5};
use serde_json::json;

use super::described::*;

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

/// What is read of relations does not depend on where a batch of entries begins.
#[test]
fn relations_are_the_same_in_parts() {
    use b2caf::root::{Cache, RootFile};
    let Some(file) = test_data().map(|folder| folder.join("basf2/mdst.root")) else {
        return;
    };
    if !file.exists() {
        say!("skipped: there is no {}", file.display());
        return;
    }
    let tree = RootFile::open(&file).unwrap().tree("tree").unwrap();
    let lists = tree.columns().iter().filter(|column| column.levels() == 2);
    let mut compared = 0;
    for column in lists.filter(|column| column.name().contains("m_elements")) {
        let read = |range| {
            let chunk = column.read(range, &mut Cache::new()).unwrap();
            let mut values = vec![0.0; chunk.len()];
            chunk.fill_f64(0, &mut values).unwrap();
            let [items, inner] = chunk.levels() else {
                panic!("{} has two levels", column.name());
            };
            let list = |item: u64| {
                let [from, to] = [item, item + 1].map(|n| inner[n as usize] as usize);
                values[from..to].to_vec()
            };
            let entry = |pair: &[u64]| (pair[0]..pair[1]).map(list).collect::<Vec<_>>();
            items.windows(2).map(entry).collect::<Vec<_>>()
        };
        let whole = read(0..tree.entries());
        let middle = tree.entries() / 3;
        let parts = [read(0..middle), read(middle..tree.entries())].concat();
        assert_eq!(whole, parts, "{}", column.name());
        compared += 1;
    }
    assert!(compared > 0);
}
