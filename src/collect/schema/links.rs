//! How elements of one array lead to elements of another: containers of relations, and members
//! that hold the number of an element.

use super::arrays::Array;
use super::field::{Field, FieldId, some_of};
use super::lookup::{Names, Source};
use crate::expr::{Path, Type, Unknown, nearest};

/// What says which element of another array belongs to an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// A container of relations: branches with the number of an element, those of the elements
    /// it is related to, and a weight for each of these.
    Container {
        /// Its name in the file.
        name: String,
        from: FieldId,
        to: FieldId,
        weights: FieldId,
        /// Whether rows are where relations come from, not where they lead to.
        forward: bool,
    },
    /// A member of the element: the number in the other array, below 0 for none.
    Member(Source),
}

/// Members that hold a number of another array without saying so: array, member, item if it is
/// a fixed array, the other array. Of the fits of a track the one as a pion is taken, which is
/// the hypothesis that basf2 takes unless told otherwise.
const KNOWN: [(&str, &str, Option<u32>, &str); 1] =
    [("Tracks", "m_trackFitIndices", Some(2), "TrackFitResults")];

impl Link {
    /// The columns it reads.
    pub(crate) fn fields(&self) -> Vec<FieldId> {
        match self {
            Self::Container {
                from, to, weights, ..
            } => vec![*from, *to, *weights],
            Self::Member(source) => vec![source.field()],
        }
    }
}

impl Names {
    /// What leads from elements of `rows` to elements of `target`; `by` is the name of a
    /// container, or of a member of `rows`, for those who do not want the usual one.
    ///
    /// # Errors
    /// When there is nothing of that kind, with what there is.
    pub(crate) fn link(
        &self,
        rows: &Array,
        target: &Array,
        by: Option<&str>,
    ) -> Result<Link, Unknown> {
        let usual = [
            format!("{}To{}", rows.name, target.name),
            format!("{}To{}", target.name, rows.name),
        ];
        let Some(by) = by else {
            for name in usual {
                if let Some(link) = self.container(&name, rows, target)? {
                    return Ok(link);
                }
            }
            let known = self.known_member(rows, target);
            return known.ok_or_else(|| self.no_link(rows, target));
        };
        if let Some(link) = self.container(by, rows, target)? {
            return Ok(link);
        }
        self.index_member(rows, target, by)
    }

    /// The container of that name, if there is one.
    fn container(&self, name: &str, rows: &Array, target: &Array) -> Result<Option<Link>, Unknown> {
        let part = |last: &str| self.fields.iter().position(|f| is_part(f, name, last));
        let (Some(from), Some(to), Some(weights)) =
            (part("m_from"), part("m_to"), part("m_weights"))
        else {
            return Ok(None);
        };
        let joins = |first: &str, second: &str| {
            let plain = format!("{first}To{second}");
            name == plain || name.starts_with(&format!("{plain}Named"))
        };
        let forward = joins(&rows.name, &target.name);
        if !forward && !joins(&target.name, &rows.name) {
            return Err(Unknown {
                message: format!(
                    "the relation `{name}` is not between `{}` and `{}`",
                    rows.name, target.name
                ),
                hint: Some(self.relations_of(rows)),
            });
        }
        Ok(Some(Link::Container {
            name: name.to_owned(),
            from,
            to,
            weights,
            forward,
        }))
    }

    fn known_member(&self, rows: &Array, target: &Array) -> Option<Link> {
        let (_, member, item, _) = KNOWN
            .iter()
            .find(|(from, .., to)| *from == rows.name && *to == target.name)?;
        let path = Path(vec![(*member).to_owned()]);
        let source = match item {
            Some(item) => self.item(Some(rows), &path, *item),
            None => self.column(Some(rows), &path),
        };
        let source = source.ok().filter(|source| !source.of_event())?;
        (self.kind(&source) == Type::Int).then_some(Link::Member(source))
    }

    /// A member with the number of an element: `m_trackIndexPositive`, `m_trackFitIndices[1]`.
    fn index_member(&self, rows: &Array, target: &Array, by: &str) -> Result<Link, Unknown> {
        let (name, item) = match by.strip_suffix(']').and_then(|by| by.split_once('[')) {
            Some((name, item)) => (name, item.parse::<u32>().ok()),
            None => (by, None),
        };
        let path = Path(name.split('.').map(str::to_owned).collect());
        let there = rows.members.iter().any(|m| m.names == path.0);
        if !there || (item.is_none() && name != by) {
            let members = rows.members.iter().map(|m| m.names.join("."));
            let all: Vec<String> = self
                .containers_of(rows)
                .into_iter()
                .chain(members)
                .collect();
            let hint = match nearest(by, all.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`? {}", self.relations_of(rows)),
                None => self.relations_of(rows),
            };
            return Err(Unknown {
                message: format!(
                    "`{by}` is neither a relation nor a member of `{}`",
                    rows.name
                ),
                hint: Some(hint),
            });
        }
        let source = match item {
            Some(item) => self.item(Some(rows), &path, item)?,
            None => self.column(Some(rows), &path)?,
        };
        let kind = self.kind(&source);
        if kind == Type::Int {
            return Ok(Link::Member(source));
        }
        Err(Unknown {
            message: format!(
                "`{by}` is {}, not the number of an element of `{}`",
                kind.sentence(),
                target.name
            ),
            hint: None,
        })
    }

    /// Names of all containers that lead from or to an array.
    fn containers_of(&self, array: &Array) -> Vec<String> {
        let containers = self.fields.iter().filter(|f| {
            let name = f.names.first().map_or("", String::as_str);
            is_part(f, name, "m_from")
        });
        containers
            .filter_map(|f| f.names.first().cloned())
            .filter(|name| {
                let plain = name.split("Named").next().unwrap_or(name);
                plain.starts_with(&format!("{}To", array.name))
                    || plain.ends_with(&format!("To{}", array.name))
            })
            .collect()
    }

    fn relations_of(&self, rows: &Array) -> String {
        let containers = self.containers_of(rows);
        let known = KNOWN.iter().filter(|(from, ..)| *from == rows.name);
        let members = known.map(|(from, member, ..)| format!("{from}.{member}"));
        let all: Vec<String> = containers.into_iter().chain(members).collect();
        if all.is_empty() {
            return format!("the tree has no relations of `{}`", rows.name);
        }
        format!("the relations of `{}` are {}", rows.name, some_of(&all, 12))
    }

    fn no_link(&self, rows: &Array, target: &Array) -> Unknown {
        let between = |name: &String| {
            let named =
                |first: &str, second: &str| name.starts_with(&format!("{first}To{second}Named"));
            named(&rows.name, &target.name) || named(&target.name, &rows.name)
        };
        let named: Vec<String> = self
            .containers_of(rows)
            .into_iter()
            .filter(between)
            .collect();
        let hint = match named.first() {
            Some(name) => format!(
                "there is one with a name: join(…, \"{}\", \"{name}\")",
                target.name
            ),
            None => self.relations_of(rows),
        };
        Unknown {
            message: format!(
                "there is no relation between `{}` and `{}` in the tree",
                rows.name, target.name
            ),
            hint: Some(hint),
        }
    }
}

/// Whether a column is that part of the elements of a container.
fn is_part(field: &Field, container: &str, last: &str) -> bool {
    let inside = |name: &String| name == "m_elements";
    field.names.first().is_some_and(|name| name == container)
        && field.names.iter().any(inside)
        && field.leaf() == last
}
