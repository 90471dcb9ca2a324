//! A program of the path, as plain data.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::collect::Refused;
use crate::expr::{Place, nearest};

/// A program that turns one input file into one output file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct External {
    /// What the step is called.
    pub name: String,
    /// The program and its words, with placeholders.
    pub command: Vec<String>,
    /// Files that lie beside the program when it runs.
    pub files: Vec<Sent>,
    /// Trees that the output must have; none for that of the collector.
    pub trees: Vec<String>,
    /// Variables set for the program, with placeholders.
    pub environment: Vec<(String, String)>,
    /// Where it was declared.
    pub place: Place,
}

/// A file that a program needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// Its name in the folder in which the program runs.
    pub name: String,
    /// Where it lies; another place with the same content changes nothing.
    #[serde(skip)]
    pub path: PathBuf,
    /// Hash of its content; `None` if it could not be read.
    pub hash: Option<String>,
}

/// What may stand in braces.
const PLACEHOLDERS: [&str; 4] = ["input", "output", "events", "payloads"];

impl External {
    /// A program with the words of its command.
    ///
    /// # Errors
    /// An empty command, or an unknown placeholder.
    pub fn new(
        name: impl Into<String>,
        command: Vec<String>,
        place: Place,
    ) -> Result<Self, Refused> {
        let external = Self {
            name: name.into(),
            command,
            files: Vec::new(),
            trees: Vec::new(),
            environment: Vec::new(),
            place,
        };
        if external.command.first().is_none_or(String::is_empty) {
            return Err(Refused {
                message: format!("the program of `{}` has no command", external.name),
                hint: Some(r#"give its words: `command: ["basf2", "steering.py", "-i", "{input}", "-o", "{output}"]`"#.into()),
            });
        }
        external
            .command
            .iter()
            .try_for_each(|word| check_word(word))?;
        Ok(external)
    }

    /// Appends `--key value`; a true switch stands alone, a false one is left out.
    ///
    /// # Errors
    /// A value that is neither text, number nor truth value; an unknown placeholder.
    pub fn argument(&mut self, key: &str, value: &Value) -> Result<(), Refused> {
        let text = match value {
            Value::Bool(false) => return Ok(()),
            Value::Bool(true) => None,
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            other => {
                return Err(Refused {
                    message: format!(
                        "the argument `{key}` is a text, a number or a truth value, not {other}"
                    ),
                    hint: Some("put several words into `command`".into()),
                });
            }
        };
        if let Some(text) = &text {
            check_word(text)?;
        }
        self.command.push(format!("--{key}"));
        self.command.extend(text);
        Ok(())
    }

    /// A variable set for the program.
    ///
    /// # Errors
    /// A name that is none, or an unknown placeholder.
    pub fn variable(&mut self, name: &str, value: &str) -> Result<(), Refused> {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(Refused {
                message: format!("`{name}` is no name of a variable"),
                hint: None,
            });
        }
        check_word(value)?;
        self.environment.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// A file that travels with the program, under the last part of its path.
    ///
    /// # Errors
    /// When another file has that name already.
    pub fn file(&mut self, path: &Path) -> Result<(), Refused> {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if name.is_empty() || self.files.iter().any(|sent| sent.name == name) {
            return Err(Refused {
                message: format!("there are two files `{name}`, and both would lie in one folder"),
                hint: Some("give one of them another name".into()),
            });
        }
        let content = std::fs::read(path).ok();
        self.files.push(Sent {
            name,
            path: path.to_path_buf(),
            hash: content.map(|content| blake3::hash(&content).to_hex().to_string()),
        });
        Ok(())
    }

    /// Whether it must name its input and output somewhere, and does.
    ///
    /// # Errors
    /// The placeholder that is missing.
    pub fn checked(self) -> Result<Self, Refused> {
        for wanted in ["input", "output"] {
            if !self.mentions(wanted) {
                return Err(Refused {
                    message: format!(
                        "the command of `{}` does not say where the {wanted} file goes",
                        self.name
                    ),
                    hint: Some(format!("put `{{{wanted}}}` in its place")),
                });
            }
        }
        Ok(self)
    }

    pub(super) fn needs_payloads(&self) -> bool {
        self.mentions("payloads")
    }

    pub(super) fn needs_events(&self) -> bool {
        self.mentions("events")
    }

    fn mentions(&self, placeholder: &str) -> bool {
        let placeholder = format!("{{{placeholder}}}");
        let values = self.environment.iter().map(|(_, value)| value);
        self.command
            .iter()
            .chain(values)
            .any(|word| word.contains(&placeholder))
    }
}

/// Refuses a placeholder that nobody knows.
fn check_word(word: &str) -> Result<(), Refused> {
    for rest in word.split('{').skip(1) {
        let Some((name, _)) = rest.split_once('}') else {
            continue;
        };
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_name && !PLACEHOLDERS.contains(&name) {
            let hint = match nearest(name, PLACEHOLDERS.iter().copied()) {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => "there are {input}, {output}, {events} and {payloads}".into(),
            };
            return Err(Refused {
                message: format!("there is no placeholder `{{{name}}}`"),
                hint: Some(hint),
            });
        }
    }
    Ok(())
}
