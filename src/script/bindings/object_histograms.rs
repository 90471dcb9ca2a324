//! Histograms as members of payload objects.

use rhai::{Dynamic, Map};

use super::super::kinds::a_kind;
use super::objects::{items, number};
use crate::hist;
use crate::root::{Histogram, HistogramAxis, Value};

/// Whether objects of a class are histograms of counts or weights.
pub(super) fn is_histogram(class: &str) -> bool {
    class
        .strip_prefix("TH")
        .is_some_and(|rest| rest.starts_with(['1', '2', '3']))
}

/// A histogram of `class`: of a script's own `Histogram`; of a map `#{ x: axis, y: axis, contents: rows }`, the rows
/// along the last axis; or of a map with the members that ROOT has.
///
/// # Errors
/// What is missing or does not fit, in a sentence.
pub(super) fn histogram(class: &str, value: &Dynamic, path: &str) -> Result<Value, String> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let axes = match class.as_bytes().get(2) {
        Some(b'3') => 3,
        Some(b'2') => 2,
        _ => 1,
    };
    let (name, made) = if let Some(own) = value.read_lock::<hist::Histogram>() {
        if axes != 1 {
            return Err(format!(
                "a {class} has {axes} axes, and this histogram has one"
            ));
        }
        (name.to_owned(), of_script(class, &own))
    } else if let Some(map) = value.read_lock::<Map>() {
        let given = map
            .get("name")
            .or(map.get("fName"))
            .map(ToString::to_string);
        let made = match map.contains_key("fArray") {
            true => of_root(class, axes, &map)?,
            false => of_map(class, axes, &map)?,
        };
        (given.unwrap_or_else(|| name.to_owned()), made)
    } else {
        return Err(format!(
            "it is a Histogram or a map `#{{ x: axis, contents: … }}`, not {}",
            a_kind(value)
        ));
    };
    let cells: usize = made.shape().into_iter().product();
    if made.contents.len() != cells {
        let found = made.contents.len();
        return Err(format!(
            "{found} contents do not fit its axes, which have {cells} cells"
        ));
    }
    Ok(made.to_record(&name).into())
}

fn of_script(class: &str, own: &hist::Histogram) -> Histogram {
    // The last cell holds what is not a number, which ROOT has no place for.
    let cells = own.axis.bins() + 2;
    let kept = |all: &[f64]| all.iter().take(cells).copied().collect::<Vec<f64>>();
    Histogram {
        class: class.to_owned(),
        title: String::new(),
        axes: vec![axis_of(&own.axis)],
        contents: kept(&own.counts),
        sumw2: own.variances.as_deref().map(kept).unwrap_or_default(),
        bin_entries: Vec::new(),
        entries: own.entries(),
    }
}

fn axis_of(axis: &hist::Axis) -> HistogramAxis {
    let edges: Vec<f64> = (0..=axis.bins()).map(|edge| axis.edge(edge)).collect();
    HistogramAxis {
        title: axis.unit().to_owned(),
        bins: axis.bins(),
        low: edges.first().copied().unwrap_or(0.0),
        high: edges.last().copied().unwrap_or(1.0),
        edges: match axis {
            hist::Axis::Variable { .. } => edges,
            _ => Vec::new(),
        },
    }
}

/// `#{ x: regular(…), y: regular(…), contents: [[…], …] }`: bins only, a row for each bin of the last axis.
fn of_map(class: &str, axes: usize, map: &Map) -> Result<Histogram, String> {
    let known = [
        "name", "title", "x", "y", "z", "contents", "errors", "entries",
    ];
    if let Some(other) = map.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!(
            "a histogram has no `{other}`; it has {}",
            known.join(", ")
        ));
    }
    let axis = |name: &&str| {
        let given = map
            .get(*name)
            .and_then(|value| value.clone().try_cast::<hist::Axis>());
        given
            .as_ref()
            .map(axis_of)
            .ok_or_else(|| format!("`{name}` is an axis, as `regular(10, 0.0, 1.0)`"))
    };
    let names = ["x", "y", "z"];
    let all: Vec<HistogramAxis> = names[..axes].iter().map(axis).collect::<Result<_, _>>()?;
    let bins: Vec<usize> = all.iter().map(|axis| axis.bins).collect();
    let cells = |key: &str| {
        let given = map.get(key);
        given.map(|value| {
            within_flow(value, &bins).ok_or_else(|| {
                let shape = bins
                    .iter()
                    .rev()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(" × ");
                format!("`{key}` has not {shape} numbers")
            })
        })
    };
    let contents = cells("contents").ok_or("`contents` is missing")??;
    let errors = cells("errors").transpose()?.unwrap_or_default();
    let text = |key: &str| map.get(key).map(ToString::to_string).unwrap_or_default();
    let entries = map.get("entries").and_then(number);
    Ok(Histogram {
        class: class.to_owned(),
        title: text("title"),
        entries: entries.unwrap_or_else(|| contents.iter().sum()),
        sumw2: errors.iter().map(|error| error * error).collect(),
        axes: all,
        contents,
        bin_entries: Vec::new(),
    })
}

/// Numbers of the bins with empty under- and overflow around them; `None` if they do not fit.
fn within_flow(value: &Dynamic, bins: &[usize]) -> Option<Vec<f64>> {
    let (last, inner) = bins.split_last()?;
    let rows = items(value)?;
    if rows.len() != *last {
        return None;
    }
    let empty = vec![0.0; inner.iter().map(|bins| bins + 2).product()];
    let mut cells = empty.clone();
    for row in &rows {
        match inner {
            [] => cells.push(number(row)?),
            inner => cells.extend(within_flow(row, inner)?),
        }
    }
    cells.extend(empty);
    Some(cells)
}

/// A map as the object is read.
fn of_root(class: &str, axes: usize, map: &Map) -> Result<Histogram, String> {
    let numbers = |map: &Map, key: &str| {
        let all = map.get(key).and_then(items).unwrap_or_default();
        all.iter()
            .map(number)
            .collect::<Option<Vec<f64>>>()
            .ok_or_else(|| format!("`{key}` does not hold numbers"))
    };
    let axis = |name: &&str| {
        let axis = map
            .get(*name)
            .and_then(|value| value.read_lock::<Map>().map(|axis| axis.clone()));
        let axis = axis.ok_or_else(|| format!("`{name}` is missing"))?;
        let one = |key: &str| {
            axis.get(key)
                .and_then(number)
                .ok_or_else(|| format!("`{name}.{key}` is missing"))
        };
        let bins = axis
            .get("fNbins")
            .and_then(|value| usize::try_from(value.as_int().ok()?).ok());
        Ok::<_, String>(HistogramAxis {
            title: axis
                .get("fTitle")
                .map(ToString::to_string)
                .unwrap_or_default(),
            bins: bins.ok_or_else(|| format!("`{name}.fNbins` is missing"))?,
            low: one("fXmin")?,
            high: one("fXmax")?,
            edges: numbers(&axis, "fXbins")?,
        })
    };
    let names = ["fXaxis", "fYaxis", "fZaxis"];
    Ok(Histogram {
        class: class.to_owned(),
        title: map
            .get("fTitle")
            .map(ToString::to_string)
            .unwrap_or_default(),
        axes: names[..axes].iter().map(axis).collect::<Result<_, _>>()?,
        contents: numbers(map, "fArray")?,
        sumw2: numbers(map, "fSumw2")?,
        bin_entries: Vec::new(),
        entries: map.get("fEntries").and_then(number).unwrap_or(0.0),
    })
}
