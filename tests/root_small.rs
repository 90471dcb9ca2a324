//! The small ROOT files of tests/data/root, whose values follow from the entry number.

use std::ops::Range;
use std::path::{Path, PathBuf};

use b2caf::root::{Cache, Chunk, Element, Error, RootFile, Rows, Tree};

const ENTRIES: u64 = 300;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/root")
        .join(name)
}

fn tree(name: &str) -> Tree {
    RootFile::open(path(name))
        .unwrap()
        .tree("dir/sub/tree")
        .unwrap()
}

fn floats(chunk: &Chunk) -> Vec<f64> {
    let mut values = vec![f64::NAN; chunk.len()];
    chunk.fill_f64(0, &mut values).unwrap();
    values
}

/// Entry `i` has `i % 4` hits; hit `k` of it has time `i + k / 4` and channel `10 i + k`.
fn check_hits(tree: &Tree, range: Range<u64>, cache: &mut Cache) {
    let time = tree
        .column("hit_t")
        .unwrap()
        .read(range.clone(), cache)
        .unwrap();
    let channel = tree
        .column("hit_c")
        .unwrap()
        .read(range.clone(), cache)
        .unwrap();
    let x = tree
        .column("x")
        .unwrap()
        .read(range.clone(), cache)
        .unwrap();
    let (times, offsets) = (floats(&time), time.offsets().unwrap());
    let mut channels = vec![0; channel.len()];
    channel.fill_i64(0, &mut channels).unwrap();
    assert_eq!(offsets, channel.offsets().unwrap());
    assert_eq!(offsets.len() as u64, range.end - range.start + 1);
    assert_eq!(
        floats(&x),
        range.clone().map(|i| i as f64 * 0.5).collect::<Vec<_>>()
    );
    for (index, entry) in range.enumerate() {
        let hits = offsets[index] as usize..offsets[index + 1] as usize;
        assert_eq!(hits.len() as u64, entry % 4);
        for (k, hit) in hits.enumerate() {
            assert_eq!(times[hit], entry as f64 + 0.25 * k as f64);
            assert_eq!(channels[hit], 10 * entry as i64 + k as i64);
        }
    }
}

#[test]
fn every_codec_and_every_range_gives_the_same_values() {
    for name in [
        "zstd.root",
        "lzma.root",
        "lz4.root",
        "stored.root",
        "no_offsets.root",
    ] {
        let tree = tree(name);
        assert_eq!(tree.entries(), ENTRIES, "{name}");
        let mut cache = Cache::new();
        for range in [
            0..300,
            0..0,
            0..1,
            79..81,
            80..160,
            299..300,
            300..300,
            3..297,
        ] {
            check_hits(&tree, range, &mut cache);
        }
        for first in 0..ENTRIES {
            check_hits(&tree, first..first + 1, &mut cache);
        }
    }
}

#[test]
fn clusters_are_all_entries_in_order() {
    for name in ["zstd.root", "stored.root"] {
        let clusters = tree(name).clusters();
        let mut next = 0;
        for cluster in clusters {
            assert_eq!(cluster.start, next);
            assert!(cluster.end > cluster.start);
            next = cluster.end;
        }
        assert_eq!(next, ENTRIES);
    }
}

#[test]
fn threads_share_a_file() {
    let tree = tree("zstd.root");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let tree = &tree;
            scope.spawn(move || {
                let mut cache = Cache::new();
                for first in (thread * 10..290).step_by(7) {
                    check_hits(tree, first..first + 10, &mut cache);
                }
            });
        }
    });
}

#[test]
fn columns_say_what_they_are() {
    let tree = tree("zstd.root");
    let column = |name| tree.column(name).unwrap();
    let kinds = [
        ("nhit", "int32_t", Element::I32, 0),
        ("hit_t", "float[]", Element::F32, 1),
        ("hit_c", "int16_t[]", Element::I16, 1),
        ("pair", "int32_t[2]", Element::I32, 0),
        ("big", "uint64_t", Element::U64, 0),
        ("ok", "bool", Element::Bool, 0),
        ("name", "char*", Element::String, 0),
    ];
    for (name, type_name, element, levels) in kinds {
        let column = column(name);
        assert_eq!(column.type_name(), type_name);
        assert_eq!(
            (column.element(), column.levels()),
            (element, levels),
            "{name}"
        );
        assert_eq!((column.object(), column.member()), ("", name));
    }
    assert_eq!(column("hit_t").rows(), &Rows::Array("nhit".into()));
    assert_eq!(column("pair").rows(), &Rows::Entry);
    assert_eq!(column("pair").dims(), [2]);
    let hits: Vec<&str> = tree.elements("nhit").map(|column| column.name()).collect();
    assert_eq!(hits, ["hit_t", "hit_c"]);
}

#[test]
fn texts_truths_and_pairs_are_read() {
    let tree = tree("zstd.root");
    let mut cache = Cache::new();
    let mut read = |name: &str| {
        tree.column(name)
            .unwrap()
            .read(78..290, &mut cache)
            .unwrap()
    };
    let names = read("name");
    // Some are longer than 254 letters: their length takes five bytes.
    for (index, entry) in (78..290).enumerate() {
        let expected = format!("entry {entry}{}", ".".repeat(entry % 300));
        assert_eq!(names.text(index).unwrap(), expected);
    }
    let ok = read("ok");
    let mut truths = vec![false; ok.len()];
    ok.fill_bool(0, &mut truths).unwrap();
    assert_eq!(
        truths,
        (78..290).map(|entry| entry % 3 == 0).collect::<Vec<_>>()
    );
    let pairs = read("pair");
    assert_eq!((pairs.entries(), pairs.len(), pairs.inner()), (212, 424, 2));
    let mut values = [0; 4];
    pairs.fill_i64(2, &mut values).unwrap();
    assert_eq!(values, [79, -79, 80, -80]);
}

#[test]
fn numbers_that_do_not_fit_are_errors() {
    let tree = tree("zstd.root");
    let mut cache = Cache::new();
    let big = tree.column("big").unwrap().read(0..2, &mut cache).unwrap();
    let mut floats = [0.0; 2];
    big.fill_f64(0, &mut floats).unwrap();
    assert_eq!(floats, [9_223_372_036_854_775_808.0; 2]);
    assert_eq!(
        big.fill_i64(0, &mut [0; 2]).unwrap_err().to_string(),
        "branch \"big\" holds 9223372036854775808, which is above the largest integer \
         9223372036854775807"
    );
    let name = tree.column("name").unwrap().read(0..2, &mut cache).unwrap();
    assert!(matches!(
        name.fill_f64(0, &mut floats),
        Err(Error::WrongType { .. })
    ));
    let x = tree.column("x").unwrap().read(0..2, &mut cache).unwrap();
    assert!(matches!(
        x.fill_i64(0, &mut [0; 2]),
        Err(Error::WrongType { .. })
    ));
    assert!(matches!(
        x.fill_f64(1, &mut floats),
        Err(Error::Values { .. })
    ));
    let beyond = tree.column("x").unwrap().read(299..301, &mut cache);
    assert!(matches!(beyond, Err(Error::Range { entries: 300, .. })));
}

#[test]
fn the_newest_cycle_is_taken_unless_one_is_named() {
    let file = RootFile::open(path("cycles.root")).unwrap();
    for (name, entries) in [("tree", 3), ("tree;1", 1), ("tree;2", 2), ("/tree;3", 3)] {
        let tree = file.tree(name).unwrap();
        assert_eq!(tree.entries(), entries, "{name}");
        let chunk = tree
            .column("a")
            .unwrap()
            .read(0..1, &mut Cache::new())
            .unwrap();
        assert_eq!(floats(&chunk), [10.0 * entries as f64]);
    }
}

#[test]
fn histograms_have_axes_and_contents() {
    let file = RootFile::open(path("cycles.root")).unwrap();
    let found = file.histogram("dir/counts").unwrap();
    assert_eq!(found.shape(), [6]);
    // 0.5, 1.5 and 1.5 were filled; numpy leaves out what is outside.
    assert_eq!(found.values(), [0.0, 1.0, 2.0, 0.0, 0.0, 0.0]);
    assert_eq!((found.axes[0].low, found.axes[0].high), (0.0, 4.0));
    let missing = file.histogram("dir/count").unwrap_err().to_string();
    assert!(missing.ends_with(
        "has no histogram \"dir/count\", did you mean \"dir/counts\"? (it has dir/counts;1)"
    ));
}

/// The message of an error, with the path of the file left out.
fn message<T>(name: &str, result: Result<T, Error>) -> String {
    let text = result.err().unwrap().to_string();
    text.replace(&path(name).display().to_string(), "FILE")
}

#[test]
fn errors_say_what_is_there() {
    let ntuple = RootFile::open(path("rntuple.root")).unwrap();
    assert_eq!(
        message("rntuple.root", ntuple.tree("tree")),
        "FILE: \"events\" is an RNTuple, which is not supported yet; write a TTree instead"
    );
    let cycles = RootFile::open(path("cycles.root")).unwrap();
    assert_eq!(
        message("cycles.root", cycles.tree("events")),
        "FILE: \"events\" is an RNTuple, which is not supported yet; write a TTree instead"
    );
    assert_eq!(
        message("cycles.root", cycles.tree("treee")),
        "FILE has no tree \"treee\", did you mean \"tree\"? (it has tree;1, tree;2, tree;3)"
    );
    let tree = cycles.tree("tree").unwrap();
    assert_eq!(
        message("cycles.root", tree.column("aa")),
        "tree \"tree\" of FILE has no branch \"aa\", did you mean \"a\"?"
    );
}

#[test]
fn what_is_no_root_file_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let text = RootFile::open(&path).unwrap_err().to_string();
        text.replace(&path.display().to_string(), "FILE")
    };
    assert_eq!(
        open("empty", b""),
        "FILE is no ROOT file: it starts with nothing: it is empty"
    );
    assert_eq!(
        open("text", b"hello\n"),
        "FILE is no ROOT file: it starts with \"hello\\n\""
    );
    let whole = std::fs::read(path("zstd.root")).unwrap();
    assert_eq!(
        open("cut", &whole[..20_000]),
        format!(
            "FILE is cut off: it has 20000 bytes, its header says {}; copy it again",
            whole.len()
        )
    );
    let absent = RootFile::open(folder.path().join("absent")).unwrap_err();
    assert!(matches!(absent, Error::Io { .. }));
    assert!(matches!(
        RootFile::open(folder.path()),
        Err(Error::Io { .. })
    ));
}

#[test]
fn a_codec_that_is_not_known_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(path("zstd.root")).unwrap();
    // The two letters before the content of each basket.
    while let Some(at) = bytes.windows(2).position(|pair| pair == b"ZS") {
        bytes[at..at + 2].copy_from_slice(b"QQ");
    }
    let changed = folder.path().join("codec.root");
    std::fs::write(&changed, &bytes).unwrap();
    let tree = RootFile::open(&changed)
        .unwrap()
        .tree("dir/sub/tree")
        .unwrap();
    let error = tree
        .column("x")
        .unwrap()
        .read(0..10, &mut Cache::new())
        .unwrap_err();
    let text = error
        .to_string()
        .replace(&changed.display().to_string(), "FILE");
    assert_eq!(
        text,
        "FILE is damaged: basket 0 of branch \"x\": unknown compression \"QQ\""
    );
}
