//! Which columns of a tree are the measurements of a global fit.

use crate::collect::schema::{Field, Names, Shape};
use crate::expr::{Failure, Formula, Node, Path, Place, Type};

/// Of each measurement: residual and its error, labels of global parameters with the derivatives
/// that belong to them, derivatives with respect to the parameters of the record.
const MEMBERS: [&str; 5] = ["residual", "sigma", "labels", "dglobal", "dlocal"];
/// Where a row is a measurement, the number of its record in the event.
const TRACK: &str = "track";

/// The measurements of a tree: elements of an array, or its rows.
#[derive(Debug)]
pub(super) struct Records {
    /// Name of the array; `None` where a row of the tree is a measurement.
    pub(super) array: Option<String>,
    /// Column of the object and its formula. First come those that tell where a record begins: `hit`,
    /// which counts from 0 in each, or `event` and `track`. Then `residual`, `error`, `local0` …,
    /// `label0`, `slope0` ….
    pub(super) columns: Vec<(String, Formula)>,
}

impl Records {
    /// The columns that are measurements.
    ///
    /// # Errors
    /// When there are none, or more than one set of them, or they do not fit together.
    pub(super) fn find(names: &Names, place: Place) -> Result<Self, Failure> {
        let fails = |message: String, hint: &str| Failure {
            message,
            hint: Some(hint.to_owned()),
            place,
        };
        let stems = names.fields.iter().filter_map(|field| {
            let path = field.path();
            let stem = path.strip_suffix(MEMBERS[0])?.to_owned();
            members(names, &stem).map(|found| (stem, found))
        });
        let mut stems = stems.collect::<Vec<_>>().into_iter();
        let Some((stem, found)) = stems.next() else {
            return Err(fails(
                "the tree has no records: measurements with residual, sigma, labels, dglobal and dlocal"
                    .into(),
                "they are an array of each row, or rows themselves with `event` and `track`; labels, dglobal \
                 and dlocal have a fixed length, and label 0 is none",
            ));
        };
        if let Some((other, _)) = stems.next() {
            let both = format!("both `{stem}residual` and `{other}residual` begin records");
            return Err(fails(both, "keep one of them in the tree"));
        }
        let [_, _, labels, slopes, locals] = found.map(width);
        if labels != slopes {
            return Err(fails(
                format!("a measurement has {labels} labels and {slopes} derivatives"),
                "each of `labels` has its derivative in `dglobal`",
            ));
        }
        if found[2].kind != Type::Int {
            return Err(fails(
                format!("`{}` holds no whole numbers", found[2].path()),
                "write labels as 32-bit integers",
            ));
        }
        let jagged = matches!(found[0].shape, Shape::Jagged { .. });
        let mut columns = if jagged {
            vec![("hit".to_owned(), item("index", 1, 0, place))]
        } else {
            begins(names, place).ok_or_else(|| {
                fails(
                    "rows with residuals need whole numbers `event` and `track` that tell which of them belong \
                     together"
                        .into(),
                    "number the tracks of each event, and keep the rows of a track together",
                )
            })?
        };
        let name = |member: &str| match jagged && (stem.ends_with('.') || stem.ends_with('_')) {
            true => member.to_owned(),
            false => format!("{stem}{member}"),
        };
        let one = |member: &str, width, i| item(&name(member), width, i, place);
        columns.push(("residual".to_owned(), one("residual", 1, 0)));
        columns.push(("error".to_owned(), one("sigma", 1, 0)));
        for i in 0..locals {
            columns.push((format!("local{i}"), one("dlocal", locals, i)));
        }
        for i in 0..labels {
            columns.push((format!("label{i}"), one("labels", labels, i)));
            columns.push((format!("slope{i}"), one("dglobal", slopes, i)));
        }
        let array = stem.trim_end_matches(['.', '_']);
        let array = if array.is_empty() { "residual" } else { array };
        Ok(Self {
            array: jagged.then(|| array.to_owned()),
            columns,
        })
    }
}

/// The columns of all members behind that beginning, of the same kind of rows.
fn members<'a>(names: &'a Names, stem: &str) -> Option<[&'a Field; 5]> {
    let find = |member: &str| {
        let path = format!("{stem}{member}");
        names.fields.iter().find(|field| field.path() == path)
    };
    let counter = |field: &'a Field| match &field.shape {
        Shape::Scalar | Shape::Fixed(_) => Some(None),
        Shape::Jagged { counter, .. } => Some(Some(counter.as_str())),
        Shape::Opaque(_) => None,
    };
    let mut found = [find(MEMBERS[0])?; 5];
    for (at, member) in MEMBERS.into_iter().enumerate() {
        found[at] = find(member)?;
        if counter(found[at])? != counter(found[0])? {
            return None;
        }
    }
    (width(found[0]) == 1 && width(found[1]) == 1).then_some(found)
}

/// Where a row is a measurement: what tells the records apart.
fn begins(names: &Names, place: Place) -> Option<Vec<(String, Formula)>> {
    let event = names.run_fields(None).ok()?.event?;
    let whole = |field: &&Field| field.shape == Shape::Scalar && field.kind == Type::Int;
    let track = names.fields.iter().find(|field| field.path() == TRACK);
    let track = track.filter(whole)?;
    let column = |field: &Field| {
        let node = Node::Column(Path(field.names.clone()), place);
        Formula::Compiled(node.into())
    };
    Some(vec![
        ("event".to_owned(), column(&names.fields[event])),
        (TRACK.to_owned(), column(track)),
    ])
}

/// One value of a member.
fn item(name: &str, width: u32, i: u32, place: Place) -> Formula {
    let path = Path(name.split('.').map(str::to_owned).collect());
    let node = match width {
        1 => Node::Column(path, place),
        _ => Node::Element(path, i, place),
    };
    Formula::Compiled(node.into())
}

/// Values of a measurement.
fn width(field: &Field) -> u32 {
    match field.shape {
        Shape::Fixed(width) | Shape::Jagged { width, .. } => width,
        Shape::Scalar | Shape::Opaque(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(counter: Option<&str>, all: &[(&str, Type, u32)]) -> Names {
        let field = |(name, kind, width): &(&str, Type, u32)| Field {
            names: name.split('.').map(str::to_owned).collect(),
            kind: *kind,
            shape: match (counter, *width) {
                (Some(counter), width) if !["event", "track", "run"].contains(name) => {
                    Shape::Jagged {
                        counter: counter.to_owned(),
                        width,
                    }
                }
                (_, 1) => Shape::Scalar,
                (_, width) => Shape::Fixed(width),
            },
        };
        Names {
            fields: all.iter().map(field).collect(),
        }
    }

    fn columns(stem: &str, labels: u32, slopes: u32) -> Vec<(String, Type, u32)> {
        let member = |name: &str, kind, width| (format!("{stem}{name}"), kind, width);
        vec![
            member("residual", Type::Float, 1),
            member("sigma", Type::Float, 1),
            member("labels", Type::Int, labels),
            member("dglobal", Type::Float, slopes),
            member("dlocal", Type::Float, 2),
            ("run".into(), Type::Int, 1),
            ("event".into(), Type::Int, 1),
        ]
    }

    fn found(counter: Option<&str>, all: &[(String, Type, u32)]) -> Result<Records, String> {
        let all: Vec<_> = all.iter().map(|(n, k, w)| (n.as_str(), *k, *w)).collect();
        Records::find(&names(counter, &all), Place::default()).map_err(|failure| failure.message)
    }

    #[test]
    fn measurements_are_an_array_or_rows() {
        for (stem, array) in [
            ("mille_hits.", "mille_hits"),
            ("hits_", "hits"),
            ("", "residual"),
        ] {
            let records = found(Some("n"), &columns(stem, 3, 3)).unwrap();
            assert_eq!(records.array.as_deref(), Some(array));
            let names: Vec<_> = records.columns.iter().map(|(n, _)| n.as_str()).collect();
            let wanted =
                "hit residual error local0 local1 label0 slope0 label1 slope1 label2 slope2";
            assert_eq!(names.join(" "), wanted);
        }
        let mut rows = columns("", 1, 1);
        assert!(
            found(None, &rows)
                .unwrap_err()
                .contains("`event` and `track`")
        );
        rows.push(("track".into(), Type::Int, 1));
        let records = found(None, &rows).unwrap();
        assert_eq!(records.array, None);
        let names: Vec<_> = records.columns.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(
            names.join(" "),
            "event track residual error local0 local1 label0 slope0"
        );
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        assert!(found(None, &[]).unwrap_err().contains("no records"));
        let uneven = found(Some("n"), &columns("h_", 3, 2)).unwrap_err();
        assert!(uneven.contains("3 labels and 2 derivatives"), "{uneven}");
        let both = [columns("a_", 1, 1), columns("b_", 1, 1)].concat();
        let both = found(Some("n"), &both).unwrap_err();
        assert!(both.contains("`a_residual` and `b_residual`"), "{both}");
        let mut floats = columns("h_", 2, 2);
        floats[2].1 = Type::Float;
        let floats = found(Some("n"), &floats).unwrap_err();
        assert!(floats.contains("no whole numbers"), "{floats}");
    }
}
