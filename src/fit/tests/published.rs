//! Published test sets of nonlinear regression: the text of a file, and the 27 models by name.
//!
//! The files are those of the NIST Statistical Reference Datasets (nonlinear regression). A model
//! that is known by name is used as written here; what a file says is compared with it where both
//! can be read, and used alone where the name is not known.

use crate::expr::Expr;

use super::parser::parse;

/// One parameter: two starts, certified value and standard deviation.
#[derive(Clone, Debug)]
pub(super) struct Certified {
    pub(super) name: String,
    pub(super) starts: [f64; 2],
    pub(super) value: f64,
    pub(super) deviation: f64,
}

/// What one file says.
pub(super) struct Published {
    pub(super) name: String,
    /// The model, by name if the name is known.
    pub(super) formula: Expr,
    /// The model as the file writes it, if that can be read.
    pub(super) written: Result<Expr, String>,
    pub(super) parameters: Vec<Certified>,
    /// Residual sum of squares.
    pub(super) sum: f64,
    /// Residual standard deviation.
    pub(super) deviation: f64,
    /// Names and values of the predictors.
    pub(super) x: Vec<(String, Vec<f64>)>,
    /// The response as the model gives it: its logarithm where that is what is fitted.
    pub(super) y: Vec<f64>,
}

/// The models by name; sums of exponentials and of peaks share theirs.
const MODELS: [(&str, &str); 27] = [
    ("bennett5", "b1 * (b2 + x)**(-1/b3)"),
    ("boxbod", "b1 - b1 * exp(-b2*x)"),
    ("chwirut1", CHWIRUT),
    ("chwirut2", CHWIRUT),
    ("danwood", "b1 * x**b2"),
    ("eckerle4", "b1/b2 * exp(-(x - b3)**2 / (2*b2**2))"),
    ("enso", ENSO),
    ("gauss1", PEAKS),
    ("gauss2", PEAKS),
    ("gauss3", PEAKS),
    ("hahn1", CUBICS),
    ("kirby2", "(b1 + x*(b2 + x*b3)) / (1 + x*(b4 + x*b5))"),
    ("lanczos1", DECAYS),
    ("lanczos2", DECAYS),
    ("lanczos3", DECAYS),
    ("mgh09", "b1 * x * (x + b2) / (x*(x + b3) + b4)"),
    ("mgh10", "b1 * exp(b2 / (x + b3))"),
    ("mgh17", "b1 + b2*exp(-b4*x) + b3*exp(-b5*x)"),
    ("misra1a", "b1 - b1 * exp(-b2*x)"),
    ("misra1b", "b1 - b1 / (1 + 0.5*b2*x)**2"),
    ("misra1c", "b1 - b1 / sqrt(1 + 2*b2*x)"),
    ("misra1d", "b1*b2*x / (1 + b2*x)"),
    ("nelson", "b1 - b2 * x1 * exp(-b3*x2)"),
    ("rat42", "b1 / (1 + exp(b2 - b3*x))"),
    ("rat43", "b1 * (1 + exp(b2 - b3*x))**(-1/b4)"),
    ("roszman1", "b1 - b2*x - arctan(b3 / (x - b4)) / pi"),
    ("thurber", CUBICS),
];

const CHWIRUT: &str = "exp(-b1*x) / (b2 + b3*x)";
const CUBICS: &str = "(b1 + x*(b2 + x*(b3 + x*b4))) / (1 + x*(b5 + x*(b6 + x*b7)))";
const DECAYS: &str = "b1*exp(-b2*x) + b3*exp(-b4*x) + b5*exp(-b6*x)";
const PEAKS: &str = "b1*exp(-b2*x) + b3*exp(-((x - b4)/b5)**2) + b6*exp(-((x - b7)/b8)**2)";
const ENSO: &str = "b1 + b2*cos(pi*x/6) + b3*sin(pi*x/6) + b5*cos(2*pi*x/b4) + b6*sin(2*pi*x/b4) \
                    + b8*cos(2*pi*x/b7) + b9*sin(2*pi*x/b7)";

/// The model of a known set.
fn by_name(name: &str) -> Option<Expr> {
    let name = name.to_lowercase();
    let found = MODELS.iter().find(|(known, _)| *known == name)?;
    Some(parse(found.1).expect("a formula"))
}

/// Reads the text of a file; `stem` is its name where the text says none.
pub(super) fn read(text: &str, stem: &str) -> Result<Published, String> {
    // some copies of the files have the text as comments
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.trim().trim_start_matches('#').trim())
        .collect();
    let name = lines
        .iter()
        .find_map(|line| after(line, "dataset name:"))
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or(stem);
    let (response, written) = formula(&lines);
    let formula = match by_name(name) {
        Some(formula) => formula,
        None => written.clone()?,
    };
    let parameters: Vec<Certified> = lines.iter().filter_map(|line| certified(line)).collect();
    if parameters.is_empty() {
        return Err("no certified parameters".into());
    }
    let labelled = |label: &str| {
        let rest = lines.iter().find_map(|line| after(line, label));
        let word = rest.and_then(|rest| rest.split_whitespace().next());
        number(word.ok_or(format!("no {label}"))?)
    };
    let sum = labelled("residual sum of squares:")?;
    let deviation = labelled("residual standard deviation:")?;
    let (x, mut y) = data(&lines)?;
    if response.starts_with("log") || response.starts_with("ln") || name == "Nelson" {
        y.iter_mut().for_each(|y| *y = y.ln());
    }
    Ok(Published {
        name: name.to_owned(),
        formula,
        written,
        parameters,
        sum,
        deviation,
        x,
        y,
    })
}

/// What follows a label at the beginning of a line, in small or capital letters.
fn after<'a>(line: &'a str, label: &str) -> Option<&'a str> {
    let head = line.get(..label.len())?;
    head.eq_ignore_ascii_case(label)
        .then(|| &line[label.len()..])
}

fn number(word: &str) -> Result<f64, String> {
    let parsed = word.replace(['D', 'd'], "E").parse();
    parsed.map_err(|_| format!("no number: {word}"))
}

/// The left and the right side of the model: everything from `y =` (or `log[y] =`) to `+ e`.
fn formula(lines: &[&str]) -> (String, Result<Expr, String>) {
    let sides = lines.iter().enumerate().find_map(|(at, line)| {
        let left = line.split_once('=')?.0.trim().to_lowercase();
        let bare = left.replace(['[', ']', '(', ')', ' '], "");
        matches!(bare.as_str(), "y" | "logy" | "lny").then_some((at, left))
    });
    let Some((at, left)) = sides else {
        return (String::new(), Err("no formula y = …".into()));
    };
    let mut right = String::new();
    for line in &lines[at..] {
        if line.to_lowercase().contains("start") || certified(line).is_some() {
            break;
        }
        right.push_str(line);
        let bare: String = right.chars().filter(|c| !c.is_whitespace()).collect();
        if let Some(model) = bare.strip_suffix("+e") {
            let model = model.split_once('=').map_or(model, |(_, model)| model);
            return (left, parse(model));
        }
    }
    (left, Err(format!("no + e: {right}")))
}

/// `b1 = START1 START2 VALUE DEVIATION`.
fn certified(line: &str) -> Option<Certified> {
    let (name, rest) = line.split_once('=')?;
    let name = name.trim().to_lowercase();
    let values: Vec<f64> = rest
        .split_whitespace()
        .map_while(|word| number(word).ok())
        .collect();
    let [first, second, value, deviation] = values[..] else {
        return None;
    };
    let numbered = name.strip_prefix('b')?.parse::<u32>().is_ok();
    numbered.then_some(Certified {
        name,
        starts: [first, second],
        value,
        deviation,
    })
}

type Predictors = Vec<(String, Vec<f64>)>;

/// The table at the end: the columns are named in the last line that begins with `Data:`.
fn data(lines: &[&str]) -> Result<(Predictors, Vec<f64>), String> {
    let header = lines
        .iter()
        .rposition(|line| after(line, "data:").is_some())
        .ok_or("no data")?;
    let names: Vec<String> = lines[header]
        .split_whitespace()
        .skip(1)
        .map(str::to_lowercase)
        .collect();
    let mut columns = vec![Vec::new(); names.len()];
    for line in lines[header + 1..].iter().filter(|line| !line.is_empty()) {
        let values: Vec<f64> = line
            .split_whitespace()
            .map(number)
            .collect::<Result<_, _>>()?;
        if values.len() != names.len() {
            return Err(format!("{} columns in {line:?}", values.len()));
        }
        for (column, value) in columns.iter_mut().zip(values) {
            column.push(value);
        }
    }
    let mut columns: Predictors = names.into_iter().zip(columns).collect();
    let response = columns.iter().position(|(name, _)| name == "y");
    let y = columns.remove(response.ok_or("no column y")?).1;
    Ok((columns, y))
}
