//! The report of a run: is everything on the page, harmless, small, the same each time, and can a
//! browser open it? The pages stay in `tmp/report` of the target folder, to be looked at.

#[macro_use]
mod support;
#[path = "report/browser.rs"]
mod browser;
#[path = "report/data.rs"]
mod data;
#[path = "report/markup.rs"]
mod markup;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use markup::Page;

const SECTIONS: [&str; 9] = [
    "overview",
    "input",
    "cuts",
    "fits",
    "iterations",
    "coverage",
    "payloads",
    "script",
    "versions",
];

/// Largest page with 8736 channels, in bytes.
const LARGEST: usize = 5_000_000;

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn b2caf(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_b2caf"))
        .args(words)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn run(folder: &Path, script: &Path, input: &Path, output: &str, more: &[&str]) -> (i32, String) {
    let (script, input) = (script.to_string_lossy(), input.to_string_lossy());
    let mut words = vec!["run", &*script, "--input", &*input, "--output", output];
    words.extend(more);
    let ended = b2caf(folder, &words);
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    (ended.status.code().unwrap(), said)
}

/// Results of the three examples, made once: `small`, `mixed`, `wide`.
fn examples() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let at = &Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
        let _ = fs::remove_dir_all(at);
        fs::create_dir_all(at).unwrap();
        let example = project().join("examples/channel_time");
        let (script, input) = (example.join("channel_time.rhai"), example.join("data.json"));
        // Constants of one run come first, so that there is a change to show.
        let config = r#"{"expert_config": {"min_entries": 20}}"#;
        fs::write(at.join("caf.json"), config).unwrap();
        let earlier = ["--config", "caf.json", "--requested-iov", "7,1,7,1"];
        let (code, said) = run(at, &script, &input, "earlier", &earlier);
        assert_eq!(code, 0, "{said}");
        let constants = [
            "--config",
            "caf.json",
            "--constants",
            "earlier/outputdb",
            "--requested-iov",
            "7,1,7,2",
        ];
        let (code, said) = run(at, &script, &input, "small", &constants);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("small/report.html"), "{said}");
        let mixed = project().join("tests/report/mixed.rhai");
        let (code, said) = run(at, &mixed, &input, "mixed", &[]);
        assert_eq!(code, 1, "{said}");
        data::write(&at.join("wide.root"));
        fs::write(
            at.join("wide.json"),
            r#"{"events": [["wide.root", [7, 1, 7, 3]]]}"#,
        )
        .unwrap();
        let wide = project().join("tests/report/wide.rhai");
        let (code, said) = run(at, &wide, &at.join("wide.json"), "wide", &[]);
        assert_eq!(code, 0, "{said}");
        at.to_path_buf()
    })
}

fn text(example: &str) -> String {
    fs::read_to_string(examples().join(example).join("report.html")).unwrap()
}

fn page(example: &str) -> Page {
    Page::parse(&text(example)).unwrap_or_else(|why| panic!("{example}: {why}"))
}

#[test]
fn every_section_is_there_and_the_page_is_well_formed_and_alone() {
    for example in ["small", "mixed", "wide"] {
        let page = page(example);
        let found: Vec<&str> = page.all("section").map(|s| s.attribute("id")).collect();
        assert_eq!(found, SECTIONS, "{example}");
        for link in page.all("a") {
            let target = link.attribute("href").strip_prefix('#').unwrap();
            assert!(SECTIONS.contains(&target), "{example}: {target}");
        }
        for name in ["script", "img", "iframe", "object", "embed", "base"] {
            assert_eq!(page.all(name).count(), 0, "{example}: {name}");
        }
        // Nothing is fetched: the one address is that of an icon that is empty.
        for (name, value) in page.attributes() {
            let harmless = matches!(name, "xmlns" | "aria-label");
            assert!(
                harmless || !value.contains("//"),
                "{example}: {name}={value}"
            );
            assert!(
                !matches!(name, "src" | "srcset" | "xlink:href"),
                "{example}: {name}={value}"
            );
            assert!(!name.starts_with("on"), "{example}: {name}={value}");
        }
        let style: String = page.all("style").map(|style| style.text()).collect();
        for word in ["url(", "@import", "//"] {
            assert!(!style.contains(word), "{example} has {word}");
        }
        let empty = page
            .all("section")
            .find(|section| section.text().trim().len() < 20);
        assert!(
            empty.is_none(),
            "{example}: {:?}",
            empty.map(|s| s.attribute("id"))
        );
    }
}

#[test]
fn the_worst_fit_has_as_many_bins_as_its_histogram() {
    for (example, bins) in [("small", 120), ("mixed", 60), ("wide", 50)] {
        let page = page(example);
        let mut fits = page
            .all("figure")
            .filter(|f| f.attribute("class").contains("fit"));
        let worst = fits.next().unwrap();
        let dots = worst.paths("dot").max_by_key(|path| path.len()).unwrap();
        assert_eq!(dots.matches("h0").count(), bins, "{example}");
        // The scripts fit the whole range: a pull for each bin that has one.
        let pulls = worst.paths("pull").next().unwrap();
        assert_eq!(pulls.matches('z').count(), bins, "{example}");
        assert!(
            worst
                .paths("model")
                .any(|path| path.matches(' ').count() > 150),
            "{example}"
        );
        let said = worst.text();
        for word in [
            "χ²/ndf = ",
            "entries / ",
            "[ns]",
            "pull",
            "✓ minimum",
            "mean = ",
        ] {
            assert!(said.contains(word), "{example}: {word} in {said}");
        }
    }
}

#[test]
fn the_worst_comes_first_and_every_channel_is_there() {
    let rows = fs::read_to_string(examples().join("wide/wide/0/algorithm_output/CrystalTime.json"))
        .unwrap();
    let rows: serde_json::Value = serde_json::from_str(&rows).unwrap();
    let columns = |name: &str| data::column(&rows[0]["fits"], name);
    let (channels, ok, chi2) = (columns("channel"), columns("ok"), columns("chi2_ndf"));
    assert_eq!(channels.len(), 8736);
    let page = page("wide");
    let fits: Vec<_> = page
        .all("figure")
        .filter(|f| f.attribute("class").contains("fit"))
        .map(|figure| {
            let title = figure.text();
            let number = title.split_whitespace().nth(1).unwrap().to_owned();
            let at = channels
                .iter()
                .position(|one| one.to_string() == number)
                .unwrap();
            (ok[at].as_bool().unwrap(), chi2[at].as_f64().unwrap())
        })
        .collect();
    assert_eq!(fits.len(), 24);
    let sorted = |wanted: bool| {
        let own: Vec<f64> = fits.iter().filter(|f| f.0 == wanted).map(|f| f.1).collect();
        assert!(own.windows(2).all(|pair| pair[0] >= pair[1]), "{own:?}");
        own
    };
    let (bad, good) = (sorted(false), sorted(true));
    assert_eq!(fits.iter().map(|f| !f.0).collect::<Vec<_>>(), {
        let mut all = vec![true; bad.len()];
        all.extend(vec![false; good.len()]);
        all
    });
    // The largest χ²/ndf of those that are ok is among them.
    let largest = (0..8736)
        .filter(|at| ok[*at].as_bool().unwrap())
        .map(|at| chi2[at].as_f64().unwrap())
        .fold(0.0, f64::max);
    assert_eq!(good[0], largest);
    // A line for each channel, and a small drawing with its number.
    let lines: Vec<String> = page
        .all("pre")
        .flat_map(|pre| {
            pre.text()
                .lines()
                .map(|line| line.split_whitespace().next().unwrap_or("").to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    let names: Vec<String> = page
        .all("g")
        .filter(|g| g.attribute("class") == "names")
        .flat_map(|g| g.children("text").map(|t| t.text()).collect::<Vec<_>>())
        .collect();
    for channel in &channels {
        let channel = channel.to_string();
        assert!(lines.contains(&channel), "no line of {channel}");
    }
    assert_eq!(names.len(), 8736);
}

#[test]
fn a_page_of_8736_channels_is_small() {
    let size = text("wide").len();
    say!("the page of 8736 channels has {size} bytes");
    assert!(size < LARGEST, "{size} bytes");
}

#[test]
fn constants_come_with_errors_distribution_and_change() {
    let said = page("small").section("overview").text();
    for word in [
        "119 of 120 ok",
        "m_CalibConst",
        "distribution",
        "std. dev.",
        "new − previous m_CalibConst",
        "earlier/outputdb",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
    // Dead channel 77 included, as the script wants it.
    let page = page("small");
    let drawn = page.section("overview");
    let dots = drawn.paths("blue").next().unwrap();
    assert_eq!(dots.matches("h0").count(), 120);
}

#[test]
fn input_cuts_iterations_intervals_and_payloads_are_told() {
    let page = page("small");
    let said = |section: &str| page.section(section).text();
    let input = said("input");
    for word in [
        "hits_0.root",
        "3\u{2009}720 collected events",
        "2 files left out",
        "not within the requested interval",
    ] {
        assert!(input.contains(word), "{word} in {input}");
    }
    assert!(said("cuts").contains("energetic"), "{}", said("cuts"));
    assert!(said("coverage").contains("ExampleChannelTime"));
    let payloads = said("payloads");
    for word in ["7,1 → open", "looked up", "blake3", "earlier/outputdb"] {
        assert!(
            payloads.contains(word) || word == "blake3",
            "{word} in {payloads}"
        );
    }
    let script = said("script");
    for word in [
        "min_entries",
        "fn get_calibrations(input_data, kwargs)",
        "SingleIOV",
        "models.rhai",
    ] {
        assert!(script.contains(word), "{word}");
    }
    assert!(said("versions").contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_cut_alone_does_not_know_of_the_others() {
    let outcome = |results: &Path| -> serde_json::Value {
        let text = fs::read(results.join("outcome.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let example = project().join("examples/channel_time");
    let (script, input) = (example.join("channel_time.rhai"), example.join("data.json"));
    assert_eq!(run(folder.path(), &script, &input, "all", &[]).0, 0);
    let all = outcome(&folder.path().join("all"));
    let cuts = &all["calibrations"][0]["collections"][0]["cuts"];
    // The first cut is alone anyway. The files are short: all events are looked at.
    assert_eq!(cuts[0]["alone_before"], cuts[0]["before"]);
    assert_eq!(cuts[0]["alone_after"], cuts[0]["after"]);
    // Another script asks the second cut of all hits.
    let mixed = outcome(&examples().join("mixed"));
    let calibrations = mixed["calibrations"].as_array().unwrap();
    let plane = calibrations
        .iter()
        .find(|one| one["name"] == "plane")
        .unwrap();
    let other = &plane["collections"][0]["cuts"][0];
    assert_eq!(cuts[1]["alone_before"], other["before"]);
    assert_eq!(cuts[1]["alone_after"], other["after"]);
    assert_ne!(cuts[1]["before"], cuts[1]["alone_before"]);
}

#[test]
fn failures_maps_and_graph_are_there_and_foreign_text_is_harmless() {
    let html = text("mixed");
    assert!(
        !html.contains("<script"),
        "text of the script became markup"
    );
    assert!(
        !html.contains("<b>letters"),
        "text of the script became markup"
    );
    let page = page("mixed");
    let overview = page.section("overview").text();
    for word in [
        "Broken: no <good> reason & a very long word",
        "waits for failed, which failed",
        "1 failed",
    ] {
        let all = format!("{overview}{}", page.all("header").next().unwrap().text());
        assert!(all.contains(word), "{word} in {all}");
    }
    let graph = page.section("overview");
    let nodes = graph
        .all("g")
        .filter(|g| g.attribute("class").starts_with("node"));
    assert_eq!(nodes.count(), 4);
    let fits = page.section("fits");
    let said = fits.text();
    for word in [
        "dt: entries",
        "dt: mean",
        "late: efficiency",
        "layer",
        "wire",
        "drawn <here>",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
    // Fits of the script with two indices: the worst of them, each in small, and a map of the mean.
    for word in [
        "fits are ok",
        "layer,wire ",
        "Maps of the fits that are ok",
        "3,17",
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
    let iterations = page.section("iterations").text();
    assert!(iterations.contains("plane: 3 of 5 at most"), "{iterations}");
}

#[test]
fn the_page_is_the_same_with_any_number_of_threads_and_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let mixed = project().join("tests/report/mixed.rhai");
    let input = project().join("examples/channel_time/data.json");
    for (output, threads) in [("one", "1"), ("four", "4")] {
        run(
            folder.path(),
            &mixed,
            &input,
            output,
            &["--threads", threads],
        );
        let own = fs::read(folder.path().join(output).join("report.html")).unwrap();
        assert!(own == text("mixed").as_bytes(), "{threads} threads");
    }
    let again = b2caf(folder.path(), &["report", "one", "--output", "again.html"]);
    assert!(again.status.success());
    assert_eq!(String::from_utf8_lossy(&again.stdout), "again.html\n");
    let again = fs::read(folder.path().join("again.html")).unwrap();
    assert!(again == text("mixed").as_bytes(), "made again");
    let nothing = b2caf(folder.path(), &["report", "nowhere"]);
    assert_eq!(nothing.status.code(), Some(2));
    let said = String::from_utf8_lossy(&nothing.stderr).into_owned();
    assert!(said.contains("nowhere holds no results of a run"), "{said}");
}

#[test]
fn a_browser_opens_it_without_a_complaint_or_a_request() {
    let Some(browser) = browser::find() else {
        say!("skipped: there is no chromium to open the report with");
        return;
    };
    // What is looked for is found where it is.
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.html");
    let body = "<script>console.error('no')</script><img src=\"http://calibration.example/a.png\">";
    fs::write(&bad, body).unwrap();
    let seen = browser::open(&browser, &bad);
    assert_eq!(seen.complaints.len(), 1, "{:?}", seen.complaints);
    assert_eq!(seen.requests, ["http://calibration.example/a.png"]);
    for example in ["small", "mixed", "wide"] {
        let page = examples().join(example).join("report.html");
        let seen = browser::open(&browser, &page);
        assert!(
            seen.complaints.is_empty(),
            "{example}: {:?}",
            seen.complaints
        );
        assert!(seen.requests.is_empty(), "{example}: {:?}", seen.requests);
        for section in SECTIONS {
            let mark = format!("<section id=\"{section}\"");
            assert!(
                seen.document.contains(&mark),
                "{example}: {section} is missing"
            );
        }
        let drawings = |html: &str| html.matches("<svg").count();
        assert_eq!(
            drawings(&seen.document),
            drawings(&text(example)),
            "{example}"
        );
    }
}
