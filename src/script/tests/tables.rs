//! What scripts do with tables, columns and histograms; expectations are worked out by hand.

use super::harness::given;

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(text, expected)| (text, given(text), expected))
        .filter(|(_, found, expected)| !found.starts_with(**expected))
        .map(|(text, found, expected)| format!("{text}\n  gives    {found}\n  not      {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tables_give_rows_and_columns() {
    check(&[
        ("[t.len(), t.is_empty(), t.time.len()]", "[6, false, 6]"),
        ("t.first(2).time.to_array()", "[1.0, 3.0]"),
        ("t.first(99).len()", "6"),
        ("t.first(-1)", "`first` takes a number of rows, not -1"),
        (
            "t.filter(|h| h.time > 2.5).channel.to_array()",
            "[1, 2, 2, 4]",
        ),
        (
            "t.filter(|h| h.late && h.side == \"b\").time.to_array()",
            "[4.0, 10.0]",
        ),
        ("t.filter(|h| h.time > 99.0).is_empty()", "true"),
        (
            "[t.any(|h| h.time > 9.0), t.any(|h| h.time > 10.0)]",
            "[true, false]",
        ),
        (
            "t.define(\"twice\", |h| 2.0 * h.time).twice.to_array()",
            "[2.0, 6.0, 4.0, 8.0, 12.0, 20.0]",
        ),
        (
            "t.define(\"time\", |h| h.channel).time.to_array()",
            "[1, 1, 2, 2, 2, 4]",
        ),
        (
            "t.column(|h| h.time - 1.0).to_array()",
            "[0.0, 2.0, 1.0, 3.0, 5.0, 9.0]",
        ),
        (
            "t.sort_by(|h| -h.time).time.to_array()",
            "[10.0, 6.0, 4.0, 3.0, 2.0, 1.0]",
        ),
        (
            "t.sort_by(|h| h.gap).gap.to_array()",
            "[1.0, 4.0, NaN, NaN, NaN, NaN]",
        ),
        (
            "t.sort_by(|h| h.side).time.to_array()",
            "[1.0, 2.0, 6.0, 3.0, 4.0, 10.0]",
        ),
        ("t.rename(\"time\", \"t\").t.sum()", "26.0"),
        (
            "t.rename(\"time\", \"gap\")",
            "the table has a column gap already",
        ),
        ("t.distinct(\"channel\").channel.to_array()", "[1, 2, 4]"),
        (
            "t.sort_by(|h| -h.time).distinct(\"channel\", [\"time\"]).time.to_array()",
            "[3.0, 6.0, 10.0]",
        ),
        (
            "t.distinct(\"side\", [\"time\", \"channel\"]).channel.to_array()",
            "[1, 1]",
        ),
        (
            "{ let cut = 2.5; let good = |h| h.time > cut; t.filter(good).len() }",
            "4",
        ),
        // Row by row, which is noted.
        (
            "t.column(|h| { let n = 0; while n < h.time { n += 1; } n }).to_array()",
            "[1, 3, 2, 4, 6, 10]",
        ),
        ("t.tiem", "the table has no column `tiem`"),
        (
            "t.filter(|h| h.time)",
            "this must be a truth value, but is a number",
        ),
        ("t.filter(|h| h.tiem > 1.0)", "there is no column tiem"),
    ]);
}

#[test]
fn tables_are_joined_stacked_and_filled() {
    let other = "t.filter(|h| h.channel > 1).distinct(\"channel\", [\"time\", \"side\", \"late\"])\
        .rename(\"time\", \"start\").rename(\"side\", \"where\").define(\"n\", |h| h.channel * 10)";
    check(&[
        (
            &format!("t.join({other}, \"channel\").start.to_array()"),
            "[NaN, NaN, 2.0, 2.0, 2.0, 10.0]",
        ),
        (
            &format!("t.join({other}, \"channel\").n.to_array()"),
            "[NaN, NaN, 20.0, 20.0, 20.0, 40.0]",
        ),
        (
            &format!("t.filter(|h| h.channel > 1).join({other}, \"channel\").n.to_array()"),
            "[20, 20, 20, 40]",
        ),
        (
            &format!("t.join({other}, \"channel\")[\"where\"].to_array()"),
            r#"["", "", "a", "a", "a", "b"]"#,
        ),
        // A column that both have stays that of the first.
        (
            &format!("t.join({other}, \"channel\").late.to_array()"),
            "[false, false, false, true, true, true]",
        ),
        (
            "t.join(t, \"channel\")",
            "the second table has several rows with channel 1",
        ),
        ("t.join(t, \"wire\")", "the first table has no column wire"),
        (
            "t.stack([\"t\"], [\"ime\", \"ie\"])",
            "the table has no column `tie`",
        ),
        (
            "t.first(2).define(\"d1\", |h| 1.0).define(\"d2\", |h| h.time).stack([\"d\"], [\"1\", \"2\"]).d.to_array()",
            "[1.0, 1.0, 1.0, 3.0]",
        ),
        (
            "t.fill_gaps(\"gap\", #{ from: \"median\" }).gap.to_array()",
            "[1.0, 2.5, 2.5, 4.0, 2.5, 2.5]",
        ),
        // In the order of channels: 1 (two rows), 2 (three), 4; between 1.0 and 4.0 lies 2.5.
        (
            "t.fill_gaps(\"gap\", #{ from: \"neighbours\" }).gap.to_array()",
            "[1.0, 2.5, 2.5, 4.0, 4.0, 4.0]",
        ),
        (
            "t.fill_gaps(\"gap\", #{ from: \"mean\" })",
            "`fill_gaps` must know what to fill in",
        ),
        (
            "t.fill_gaps(\"gap\", #{ form: \"median\" })",
            "options of `fill_gaps` have no key `form`",
        ),
    ]);
}

#[test]
fn rows_are_grouped_and_looked_up() {
    let by = |what: &str| format!("{{ let l = {what}; t.column(|h| l.at(h.channel)).to_array() }}");
    check(&[
        (
            &by("t.group(\"channel\").mean(\"time\")"),
            "[2.0, 2.0, 4.0, 4.0, 4.0, 10.0]",
        ),
        (
            &by("t.group(\"channel\").median(\"time\")"),
            "[2.0, 2.0, 4.0, 4.0, 4.0, 10.0]",
        ),
        (
            &by("t.group(\"channel\").sum(\"gap\")"),
            "[1.0, 1.0, 4.0, 4.0, 4.0, 0.0]",
        ),
        (
            &by("t.group(\"channel\").mean(\"gap\")"),
            "[1.0, 1.0, 4.0, 4.0, 4.0, NaN]",
        ),
        (
            &by("t.group(\"channel\").count()"),
            "[2.0, 2.0, 3.0, 3.0, 3.0, 1.0]",
        ),
        // Weights 1 and 1/9 for 1.0 and 3.0.
        (
            "{ let l = t.group(\"channel\").weighted_mean(\"time\", \"time\"); abs(l.at(1) - 1.2) < 1e-12 }",
            "true",
        ),
        ("t.group(\"channel\").mean(\"time\").mean() * 3.0", "16.0"),
        (
            &by("t.filter(|h| h.channel == 4).lookup(\"channel\", \"time\")"),
            "[NaN, NaN, NaN, NaN, NaN, 10.0]",
        ),
        (
            &by("t.filter(|h| h.channel == 4).lookup(\"channel\", \"time\", 0)"),
            "[0.0, 0.0, 0.0, 0.0, 0.0, 10.0]",
        ),
        (
            "{ let l = t.distinct(\"channel\", [\"time\"]).lookup(\"channel\", \"time\"); [l.at(2), l.at(7)] }",
            "[2.0, NaN]",
        ),
        (
            "t.lookup(\"channel\", \"time\")",
            "several rows have the channel 1",
        ),
        // Numbers that are whole are channels, too; NaN is none.
        (
            "t.define(\"c\", |h| 1.0 * h.channel).group(\"c\").count().at(2.0)",
            "3.0",
        ),
        (
            "t.define(\"c\", |h| if h.channel == 2 { NAN } else { 1.0 * h.channel }).group(\"c\").count().at(2)",
            "NaN",
        ),
        (
            "t.filter(|h| h.channel == 4).define(\"c\", |h| 1.0 * h.channel).lookup(\"c\", \"time\").at(4)",
            "10.0",
        ),
        (
            "t.define(\"half\", |h| h.time / 4.0).lookup(\"half\", \"channel\")",
            "`half` has numbers with a fraction; channels are whole numbers",
        ),
        (
            "t.lookup(\"side\", \"channel\")",
            "each value of `side` is a text; channels are whole numbers",
        ),
        ("t.group(\"chanel\")", "the table has no column `chanel`"),
        (
            "t.group(\"channel\").mean(\"side\")",
            "`side` does not hold numbers",
        ),
    ]);
}

#[test]
fn columns_are_asked_and_calculated_with() {
    check(&[
        (
            "[t.time.mean(), t.time.median(), t.time.sum()]",
            "[4.333333333333333, 3.5, 26.0]",
        ),
        (
            "[t.time.min(), t.time.max(), t.channel.max()]",
            "[1.0, 10.0, 4.0]",
        ),
        // Squares of the distances from 13/3 add up to 480/9.
        ("abs(t.time.std() - sqrt(480.0 / 54.0)) < 1e-12", "true"),
        (
            "[t.time.quantile(0.0), t.time.quantile(0.9), t.time.quantile(1)]",
            "[1.0, 8.0, 10.0]",
        ),
        (
            "t.time.quantile(1.5)",
            "a quantile is a fraction from 0 to 1, not 1.5",
        ),
        (
            "[t.gap.mean(), t.gap.median(), t.gap.sum(), t.gap.len()]",
            "[2.5, 2.5, 5.0, 6]",
        ),
        ("t.filter(|h| h.time > 99.0).time.mean()", "NaN"),
        (
            "t.side.mean()",
            "a column whose values are each a text has no mean",
        ),
        (
            "(t.time + t.channel).to_array()",
            "[2.0, 4.0, 4.0, 6.0, 8.0, 14.0]",
        ),
        (
            "(2 * t.time - 1).to_array()",
            "[1.0, 5.0, 3.0, 7.0, 11.0, 19.0]",
        ),
        ("(t.time ** 2).sum()", "166.0"),
        ("(-t.time).min()", "-10.0"),
        ("(12.0 / t.time).max()", "12.0"),
        (
            "t.channel / 2",
            "/ of two whole numbers would cut the result",
        ),
        (
            "t.time + t.first(2).time",
            "the columns have 6 and 2 values",
        ),
        ("t.time > 1.0", "`>` compares values, not whole columns"),
        ("t.time == t.gap", "`==` compares values, not whole columns"),
        ("1 < t.time", "`<` compares values, not whole columns"),
        ("t.time", "`data.result` holds a Column"),
    ]);
}

#[test]
fn objects_are_given_by_name() {
    check(&[
        ("data.histograms(\"times\").len()", "4"),
        ("data.histograms(\"times\").channel(2).entries", "3"),
        ("data.histograms(\"times\").channel(3).entries", "0"),
        (
            "data.histograms(\"times\").channel(9)",
            "there is no strip 9",
        ),
        // 10 lies beyond the last bin.
        ("data.histograms(\"times\").sum_channels().entries", "5"),
        (
            "data.histograms(\"times\").table().entries.to_array()",
            "[2.0, 3.0, 0.0, 0.0]",
        ),
        ("data.histogram(\"all\").entries", "5"),
        ("data.histogram(\"all\").between(2.0, 8.0).entries", "4"),
        (
            "data.histogram(\"times\")",
            "`times` is split into channels",
        ),
        ("data.histograms(\"found\")", "`found` is an efficiency"),
        (
            "data.efficiency(\"found\").table().passed.to_array()",
            "[2, 1, 0, 1]",
        ),
        (
            "data.efficiency(\"found\").table().value.to_array()",
            "[1.0, 0.3333333333333333, NaN, 1.0]",
        ),
        ("data.efficiency(\"energy\")", "`energy` is a sum"),
        (
            "[data.sum(\"energy\").total, data.sum(\"energy\").entries]",
            "[26.0, 6]",
        ),
        (
            "data.sum(\"energy\").table().strip.to_array()",
            "[1, 1, 2, 2, 3, 3, 4, 4]",
        ),
        (
            "data.sum(\"energy\").table().value.to_array()",
            "[4.0, 0.0, 0.0, 12.0, 0.0, 0.0, 10.0, 0.0]",
        ),
        (
            "data.table(\"hist\").len()",
            "no collector fills an object `hist`",
        ),
        (
            "data.histogram(\"hits\")",
            "the object `hits`: it is a table",
        ),
        ("data.collection(\"cosmics\").table(\"hits\").len()", "6"),
        (
            "data.collection(\"beam\")",
            "the calibration has no collection `beam`",
        ),
        (
            "[data.collections, data.runs, data.iov, data.iteration, data.options]",
            "[[\"cosmics\"], [ExpRun(7,1)], IoV(7,1,7,1), 0, #{}]",
        ),
    ]);
}

#[test]
fn rows_fill_histograms_and_these_are_fitted() {
    check(&[
        (
            "t.histogram(|h| h.time, regular(5, 0.0, 10.0)).entries",
            "5",
        ),
        (
            "t.histogram(|h| h.channel, regular(4, 0.5, 4.5)).content(2.0)",
            "3.0",
        ),
        (
            "t.histograms(\"channel\", |h| h.time, regular(5, 0.0, 10.0)).table().channel.to_array()",
            "[1, 2, 4]",
        ),
        (
            "t.histograms(\"channel\", |h| h.time, regular(5, 0.0, 10.0)).channel(2).entries",
            "3",
        ),
        (
            "t.filter(|h| h.time != 6.0).histograms(|h| if h.late { 1 } else { 0 }, |h| h.time, regular(5, 0.0, 20.0)).table().mean.to_array()",
            "[2.0, 7.0]",
        ),
        (
            "t.histograms(\"time\", |h| h.time, regular(5, 0.0, 10.0))",
            "`time` does not hold whole numbers",
        ),
        (
            "t.filter(|h| h.time > 99.0).histograms(\"channel\", |h| h.time, regular(5, 0.0, 10.0)).len()",
            "0",
        ),
        (
            "t.profiles(\"channel\", |h| h.time, regular(1, 0.0, 100.0), |h| h.time).channel(2).content(1.0)",
            "4.0",
        ),
        (
            "fit_each(t.define(\"class\", |h| h.channel).histograms(\"class\", |h| h.time, regular(5, 0.0, 10.0)), \
             models::line(), #{ min_entries: 3 })[\"class\"].to_array()",
            "[1, 2, 4]",
        ),
        // A constant through counts: the mean of the bins under Poisson, 5 entries in 5 bins.
        (
            "round(1e6 * fit(data.histogram(\"all\"), Model(\"c\", |x, p| p.level + 0.0 * x)).level)",
            "1000000.0",
        ),
        (
            "fit(data.histogram(\"all\"), Model(\"c\", |x, p| p.level * x).start(\"level\", 1.0)).value(2.0) > 0.0",
            "true",
        ),
        (
            "fit(data.histogram(\"all\"), Model(\"c\", |x, p| p.slope * x)).find_x(0.0, -3.0, 7.0) < 1e-12",
            "true",
        ),
        (
            "fit(data.histogram(\"all\"), Model(\"c\", |x, p| p.level + 0.0 * x)).leevl",
            "a fit has no `leevl`",
        ),
    ]);
}
