//! Pairs of the rows of an event, and back to rows.

use b2caf::collect::Collector;
use b2caf::hist::Block;

use super::described::*;

/// Pairs of tracks; what is in `{…}` is put around the value of each closure.
fn pairs(open: &str, close: &str) -> String {
    let text = r#"
    let collector = Collector("Pairs", #{ tree: "ntuple" })
        .each("track")
        .join("best", "fit", "fit")
        .define("fast", |t| «t.p - 0.4»)
        .select("momentum", |t| «t.fast > 0.0»)
        .pairs()
        .select("both", |a, b| «min(a.fast, b.fast) > 0.0»)
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
        .select("again", |t| «t.fast + 0.4 > 0.6»)
        .table("singles", ["run", "event", "index", "p", "fast"]);
    "#;
    text.replace('«', open).replace('»', close)
}

#[test]
fn pairs_and_their_rows_are_those_counted_by_hand() {
    let expected = &expected()["pairs"];
    let found = of_own(&pairs("", "")).unwrap();
    let mut cuts = cuts(&found);
    // A cut that all pairs pass.
    let all = cuts.as_array_mut().unwrap().remove(2);
    assert_eq!(all[0], all[1]);
    assert_eq!(cuts, expected["cuts"]);
    assert_eq!(found.cuts[0].name, "related best");
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
    assert_eq!(said.len(), 15);
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
