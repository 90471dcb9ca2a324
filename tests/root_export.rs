//! Files of several objects: histograms, graphs and tables in directories.

use b2caf::root::{
    Cache, Classes, Graph, Histogram, HistogramAxis, Record, RootFile, TableColumn, TableValues,
    Value, WriteError, Writer,
};

fn axis(title: &str, bins: usize, edges: &[f64]) -> HistogramAxis {
    HistogramAxis {
        title: title.into(),
        bins,
        low: edges.first().copied().unwrap_or(-1.0),
        high: edges.last().copied().unwrap_or(3.0),
        edges: edges.to_vec(),
    }
}

fn histogram(class: &str, axes: Vec<HistogramAxis>) -> Histogram {
    let cells: usize = axes.iter().map(|axis| axis.bins + 2).product();
    let contents: Vec<f64> = (0..cells).map(|cell| (cell * cell % 17) as f64).collect();
    let profile = class.starts_with("TProfile");
    let errors: Vec<f64> = contents.iter().map(|value| value * 2.0).collect();
    Histogram {
        class: class.into(),
        title: format!("a {class};x (cm)"),
        sumw2: if profile || class.ends_with('D') {
            errors
        } else {
            Vec::new()
        },
        bin_entries: if profile {
            vec![2.0; cells]
        } else {
            Vec::new()
        },
        entries: 1234.0,
        axes,
        contents,
    }
}

fn histograms() -> Vec<Histogram> {
    let (x, y, z) = (
        axis("x (cm)", 4, &[]),
        axis("", 3, &[0.0, 1.0, 10.0, 100.0]),
        axis("z", 2, &[]),
    );
    let mut all = Vec::new();
    for letter in ["C", "S", "I", "F", "D"] {
        all.push(histogram(&format!("TH1{letter}"), vec![y.clone()]));
        all.push(histogram(
            &format!("TH2{letter}"),
            vec![x.clone(), y.clone()],
        ));
        all.push(histogram(
            &format!("TH3{letter}"),
            vec![x.clone(), y.clone(), z.clone()],
        ));
    }
    all.push(histogram("TProfile", vec![x.clone()]));
    all.push(histogram("TProfile2D", vec![x, y]));
    all
}

/// Columns of so many rows.
struct Columns(Vec<bool>, Vec<i32>, Vec<i64>, Vec<f32>, Vec<f64>);

impl Columns {
    fn new(rows: usize) -> Self {
        let whole = |row: usize| (row as i64).wrapping_mul(0x9e37_79b9_7f4a_7c15_u64.cast_signed());
        Self(
            (0..rows).map(|row| row % 3 == 1).collect(),
            (0..rows).map(|row| whole(row) as i32).collect(),
            (0..rows).map(whole).collect(),
            (0..rows).map(|row| row as f32 / 7.0).collect(),
            (0..rows).map(|row| whole(row) as f64 / 3.0).collect(),
        )
    }

    fn columns(&self) -> [TableColumn<'_>; 5] {
        [
            ("on", TableValues::Bool(&self.0)),
            ("exp", TableValues::I32(&self.1)),
            ("id", TableValues::I64(&self.2)),
            ("x", TableValues::F32(&self.3)),
            ("energy", TableValues::F64(&self.4)),
        ]
        .map(|(name, values)| TableColumn { name, values })
    }
}

/// The collector's file: directories inside directories, tables of several lengths.
fn file(classes: &Classes) -> Vec<u8> {
    let mut writer = Writer::new(classes);
    for histogram in histograms() {
        let path = format!("CaTest/{0}/{0}_3.7/{0}_1", histogram.class);
        let record = histogram.to_record("h");
        writer
            .object(&path, "", &histogram.class, &record.into())
            .unwrap();
    }
    for rows in [0, 1, 1000, 70_000] {
        let columns = Columns::new(rows);
        let path = format!("CaTest/tables/t{rows}");
        writer.table(&path, "a table", &columns.columns()).unwrap();
    }
    for graph in graphs() {
        let record = graph.to_record("g");
        let class = record.class.to_string();
        writer.object(&class, "", &class, &record.into()).unwrap();
    }
    writer.directory("empty/inner").unwrap();
    writer.finish().unwrap()
}

fn graphs() -> [Graph; 2] {
    let bare = Graph {
        title: "points".into(),
        x: vec![1.0, 2.0, 4.0],
        y: vec![0.5, -0.5, 3.0],
        errors: (Vec::new(), Vec::new()),
    };
    let errors = (vec![0.1, 0.1, 0.2], vec![0.3, 0.2, 0.1]);
    [bare.clone(), Graph { errors, ..bare }]
}

#[test]
fn histograms_come_back() {
    let file = RootFile::parse("memory", file(&Classes::default())).unwrap();
    for histogram in histograms() {
        let path = format!("CaTest/{0}/{0}_3.7/{0}_1", histogram.class);
        assert_eq!(file.histogram(&path).unwrap(), histogram);
        let (_, value) = file.object(&path).unwrap();
        let again = Histogram::from_record(value.as_record().unwrap()).unwrap();
        assert_eq!(again, histogram);
    }
    for graph in graphs() {
        let name = graph.to_record("g").class;
        let (_, value) = file.object(&name).unwrap();
        assert_eq!(
            Graph::from_record(value.as_record().unwrap()).unwrap(),
            graph
        );
    }
}

#[test]
fn tables_come_back_basket_by_basket() {
    let file = RootFile::parse("memory", file(&Classes::default())).unwrap();
    for rows in [0, 1, 1000, 70_000] {
        let tree = file.tree(&format!("CaTest/tables/t{rows}")).unwrap();
        assert_eq!(tree.entries(), rows as u64);
        let columns = Columns::new(rows);
        let mut cache = Cache::new();
        let mut read = |name: &str| -> Vec<f64> {
            let column = tree.column(name).unwrap();
            let chunk = column.read(0..rows as u64, &mut cache).unwrap();
            let mut values = vec![0.0; chunk.len()];
            chunk.fill_f64(0, &mut values).unwrap();
            values
        };
        let expected: Vec<f64> = columns
            .0
            .iter()
            .map(|on| f64::from(u8::from(*on)))
            .collect();
        assert_eq!(read("on"), expected);
        assert_eq!(
            read("exp"),
            columns.1.iter().map(|v| f64::from(*v)).collect::<Vec<_>>()
        );
        assert_eq!(
            read("id"),
            columns.2.iter().map(|v| *v as f64).collect::<Vec<_>>()
        );
        assert_eq!(
            read("x"),
            columns.3.iter().map(|v| f64::from(*v)).collect::<Vec<_>>()
        );
        assert_eq!(read("energy"), columns.4);
        let ends: Vec<u64> = tree.clusters().iter().map(|range| range.end).collect();
        assert!(rows == 0 || ends.last() == Some(&(rows as u64)), "{ends:?}");
    }
}

#[test]
fn a_file_has_the_same_bytes_every_time() {
    let classes = Classes::default();
    let bytes = file(&classes);
    assert_eq!(bytes, file(&classes));
    if let Some(path) = std::env::var_os("B2CAF_EXPORT_TO") {
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn keys_are_those_that_were_written() {
    let file = RootFile::parse("memory", file(&Classes::default())).unwrap();
    let paths: Vec<&str> = file.keys().iter().map(|key| key.path.as_str()).collect();
    for path in [
        "CaTest",
        "CaTest/TH1F",
        "CaTest/TH1F/TH1F_3.7/TH1F_1",
        "CaTest/tables/t1000",
        "TGraphErrors",
        "empty/inner",
    ] {
        assert_eq!(
            paths.iter().filter(|known| **known == path).count(),
            1,
            "{path}"
        );
    }
}

#[test]
fn histograms_are_members_of_objects() {
    let class = r#"[{"name": "N::H", "version": 1, "bases": ["TObject"], "members": [
        {"name": "all", "type": "vector<TH2F>"}, {"name": "one", "type": "TH1D"},
        {"name": "three", "type": "TH1F[3]"}, {"name": "graph", "type": "TGraphErrors"}]}]"#;
    let classes = Classes::new(&serde_json::from_str::<Vec<_>>(class).unwrap(), &[]).unwrap();
    let th2 = histogram("TH2F", vec![axis("", 2, &[]), axis("", 2, &[])]);
    let th1 = histogram("TH1D", vec![axis("", 5, &[])]);
    let part = histogram("TH1F", vec![axis("", 1, &[])]);
    let value = Record::new("N::H")
        .with(
            "all",
            Value::List(vec![th2.to_record("a").into(), th2.to_record("b").into()]),
        )
        .with("one", th1.to_record("one"))
        .with("three", Value::List(vec![part.to_record("p").into(); 3]))
        .with("graph", graphs()[1].to_record("g"));
    let mut writer = Writer::new(&classes);
    writer.object("h", "", "N::H", &value.into()).unwrap();
    let file = RootFile::parse("memory", writer.finish().unwrap()).unwrap();
    let (_, found) = file.object("h").unwrap();
    let found = found.as_record().unwrap();
    let Some(Value::List(all)) = found.get("all") else {
        panic!("a list");
    };
    let read = |value: &Value| Histogram::from_record(value.as_record().unwrap()).unwrap();
    assert_eq!(read(&all[1]), th2);
    assert_eq!(read(found.get("one").unwrap()), th1);
}

#[test]
fn tables_that_cannot_be_are_refused() {
    let classes = Classes::default();
    let mut writer = Writer::new(&classes);
    let (two, three) = ([1.0, 2.0], [1, 2, 3]);
    let column = |name, values| TableColumn { name, values };
    let mut refuse = |columns: &[TableColumn<'_>]| {
        let error = writer.table("t", "", columns).unwrap_err();
        assert!(matches!(error, WriteError::Column { .. }));
        error.to_string()
    };
    let uneven = [
        column("a", TableValues::F64(&two)),
        column("b", TableValues::I32(&three)),
    ];
    assert!(refuse(&uneven).ends_with("3 values where the first has 2"));
    let twice = [
        column("a", TableValues::F64(&two)),
        column("a", TableValues::F64(&two)),
    ];
    assert!(refuse(&twice).ends_with("there is another column of that name"));
    assert!(refuse(&[column("a b", TableValues::F64(&two))]).contains("a name has letters"));
    writer.directory("t").unwrap();
    let error = writer.table("t", "", &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"t\" cannot be the name of an object: it is there already"
    );
    assert!(writer.directory("a//b").is_err());
}
