//! Which columns form an array: `each("ECLClusters")`, `each("Jet")`, `each("Jet_px")`.

use super::field::{Field, FieldId, Shape, some_of};
use crate::expr::{Unknown, nearest};

/// A member of an array: the name in closures, the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// Names after the element: `c.m_time` is `["m_time"]`.
    pub(crate) names: Vec<String>,
    /// The column.
    pub(crate) field: FieldId,
}

/// Columns with one value per element of the same array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Array {
    /// As the collector calls it.
    pub(crate) name: String,
    /// Members in the order of the file; first come the names that are meant first.
    pub(crate) members: Vec<Member>,
    /// The column that tells how many elements an entry has when no member is used.
    pub(crate) measure: FieldId,
}

impl Array {
    /// The array of that name.
    ///
    /// # Errors
    /// A sentence and a hint when there is none, or when its columns have different lengths.
    pub(crate) fn find(fields: &[Field], name: &str) -> Result<Self, Unknown> {
        of_objects(fields, name)
            .or_else(|| of_prefix(fields, name).transpose())
            .or_else(|| of_column(fields, name).map(Ok))
            .unwrap_or_else(|| Err(unknown(fields, name)))
    }
}

/// The names that `each` is meant for: branches of objects, first parts of plain names, columns.
pub(crate) fn array_names(fields: &[Field]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for field in fields {
        if !matches!(field.shape, Shape::Jagged { .. }) {
            continue;
        }
        match field.names.split_last() {
            Some((_, above)) if !above.is_empty() => names.push(above.join(".")),
            _ => {
                let path = field.path();
                let prefix = path.split('_').next().unwrap_or_default();
                if prefix != path && !prefix.is_empty() {
                    names.push(prefix.to_owned());
                }
                names.push(path);
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn counter(field: &Field) -> Option<&str> {
    match &field.shape {
        Shape::Jagged { counter, .. } => Some(counter),
        _ => None,
    }
}

/// The members of a branch of objects: all columns below it with its counter.
fn of_objects(fields: &[Field], name: &str) -> Option<Result<Array, Unknown>> {
    let above: Vec<&str> = name.split('.').collect();
    let below = |field: &Field| {
        field.names.len() > above.len() && field.names.iter().zip(&above).all(|(a, b)| a == b)
    };
    let measure = fields
        .iter()
        .position(|f| below(f) && counter(f).is_some())?;
    let shared = counter(&fields[measure])?;
    let members = fields
        .iter()
        .enumerate()
        .filter(|(_, f)| below(f) && counter(f) == Some(shared))
        .map(|(field, f)| Member {
            names: f.names[above.len()..].to_vec(),
            field,
        })
        .collect();
    let direct = fields[measure].names.len() == above.len() + 1;
    let other = fields
        .iter()
        .filter(|f| below(f))
        .find_map(|f| counter(f).filter(|c| *c != shared));
    if !direct && other.is_some() {
        let inner: Vec<String> = array_names(fields)
            .into_iter()
            .filter(|n| n.starts_with(&format!("{name}.")))
            .collect();
        return Some(Err(Unknown {
            message: format!("`{name}` holds more than one array"),
            hint: Some(format!("choose one of {}", some_of(&inner, 8))),
        }));
    }
    Some(Ok(Array {
        name: name.to_owned(),
        members,
        measure,
    }))
}

/// Plain columns `NAME_x` with one counter; everything else that shares it comes along.
fn of_prefix(fields: &[Field], name: &str) -> Result<Option<Array>, Unknown> {
    let start = format!("{name}_");
    let named = |f: &&Field| f.names.len() == 1 && f.names[0].starts_with(&start);
    let found: Vec<&Field> = fields
        .iter()
        .filter(named)
        .filter(|f| counter(f).is_some())
        .collect();
    let Some(first) = found.first() else {
        return Ok(None);
    };
    // Columns that count themselves (vectors) are compared event by event while reading.
    let own = |f: &Field| counter(f) == Some(f.path().as_str());
    let shared = counter(first).unwrap_or_default();
    let differs = found
        .iter()
        .find(|f| counter(f) != Some(shared) && !(own(f) && own(first)));
    if let Some(other) = differs {
        return Err(Unknown {
            message: format!(
                "`{}` and `{}` are arrays of different lengths, so `{name}` is no array",
                first.path(),
                other.path()
            ),
            hint: Some(format!(
                "name one of the columns: each(\"{}\")",
                first.path()
            )),
        });
    }
    let mut members = Vec::new();
    for (field, f) in fields.iter().enumerate() {
        if let Some(short) = f.leaf().strip_prefix(&start)
            && counter(f).is_some()
            && f.names.len() == 1
        {
            members.push(Member {
                names: vec![short.to_owned()],
                field,
            });
        }
    }
    members.extend(sharers(fields, shared));
    members.extend(
        fields
            .iter()
            .enumerate()
            .filter(|(_, f)| own(f) && own(first) && named(f))
            .map(|(field, f)| Member {
                names: f.names.clone(),
                field,
            }),
    );
    let measure = members[0].field;
    Ok(Some(Array {
        name: name.to_owned(),
        members,
        measure,
    }))
}

/// A jagged column by its own name; its sharers by theirs, itself also as `value`.
fn of_column(fields: &[Field], name: &str) -> Option<Array> {
    let measure = fields
        .iter()
        .position(|f| f.path() == name && counter(f).is_some())?;
    let shared = counter(&fields[measure])?;
    let mut members: Vec<Member> = sharers(fields, shared).collect();
    members.push(Member {
        names: vec!["value".into()],
        field: measure,
    });
    Some(Array {
        name: name.to_owned(),
        members,
        measure,
    })
}

fn sharers<'a>(fields: &'a [Field], shared: &'a str) -> impl Iterator<Item = Member> + 'a {
    fields
        .iter()
        .enumerate()
        .filter(move |(_, f)| counter(f) == Some(shared))
        .map(|(field, f)| Member {
            names: f.names.clone(),
            field,
        })
}

fn unknown(fields: &[Field], name: &str) -> Unknown {
    if let Some(field) = fields.iter().find(|f| f.path() == name) {
        return Unknown {
            message: format!("`{name}` is {}, not an array of elements", field.describe()),
            hint: None,
        };
    }
    let names = array_names(fields);
    let hint = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "the tree has no arrays".to_owned(),
        None => format!("the tree has {}", some_of(&names, 12)),
    };
    Unknown {
        message: format!("there is no array `{name}` in the tree"),
        hint: Some(hint),
    }
}
