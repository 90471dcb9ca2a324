//! What a branch holds: from its description to type, shape and place of its values.

use std::sync::Arc;

use super::chunk::Element;
use super::layout::Layout;
use super::packing::Packing;
use super::plan::{self, element};
use super::streamer::{Layouts, Member};
use super::typename::{TypeName, spell_number};
use super::value::{Record, Value};
use super::wire::{Look, Part, Wire};

/// Most values that one item may have.
const ITEM: usize = 1 << 28;

/// Type, shape and layout of a branch.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) type_name: String,
    pub(super) element: Element,
    pub(super) levels: usize,
    pub(super) dims: Vec<usize>,
    pub(super) layout: Layout,
    /// Whether a container of its own (not one element per element of an array) varies in length.
    pub(super) own: bool,
}

impl Content {
    /// So many numbers per entry, or per item when `jagged` after that many bytes.
    fn numbers(
        spelled: &str,
        element: Element,
        packing: Option<Packing>,
        dims: Vec<usize>,
        jagged: Option<usize>,
    ) -> Self {
        let product = dims.iter().product::<usize>();
        let size = packing.map_or(element.size(), Packing::size);
        let layout = match jagged {
            Some(skip) => Layout::Jagged { skip, packing },
            None => Layout::Fixed {
                bytes: size * product,
                packing,
            },
        };
        let between = if jagged.is_some() { "[]" } else { "" };
        let type_name = format!("{spelled}{between}{}", brackets(&dims));
        let levels = usize::from(jagged.is_some());
        Self {
            type_name,
            element,
            levels,
            dims,
            layout,
            own: false,
        }
    }

    /// The number of elements of an array.
    pub(super) fn count() -> Self {
        Self::numbers("int32_t", Element::I32, None, Vec::new(), None)
    }

    fn unknown(type_name: String, reason: String) -> Self {
        let layout = Layout::Unknown(reason);
        Self {
            type_name,
            element: Element::Record,
            levels: 0,
            dims: Vec::new(),
            layout,
            own: false,
        }
    }

    /// A type that is walked value by value, unless it is a simple container.
    fn walked(type_name: String, part: Part, elements: bool) -> Self {
        let between = if elements { "[]" } else { "" };
        let mut content = Self {
            type_name: format!("{type_name}{between}"),
            element: Element::Record,
            levels: 1,
            dims: Vec::new(),
            layout: Layout::Unknown("records with texts are no columns".into()),
            own: !elements,
        };
        match part.wire.look() {
            Look::Mixed => return content,
            Look::Empty => {
                content.layout = Layout::Unknown("it holds no values".into());
                return content;
            }
            Look::Record => {}
            Look::Plain {
                element,
                levels,
                dims,
            } => {
                content.element = element;
                content.levels = levels + usize::from(elements);
                content.dims = dims;
            }
        }
        let simple = match &part.wire {
            Wire::Sequence(item) => matches!(**item, Wire::Number(_)),
            _ => false,
        };
        content.layout = if simple && part.header && !elements {
            Layout::Container
        } else {
            Layout::Walked { part, elements }
        };
        content
    }
}

/// The content of a branch without sub-branches.
pub(super) fn content(classes: &Layouts, branch: &Record, leaves: &[Arc<Record>]) -> Content {
    let found = match (&*branch.class, leaves) {
        _ if !branch.text("fFileName").is_empty() => Err(format!(
            "its values lie in another file, {}",
            branch.text("fFileName")
        )),
        (_, leaves) if leaves.iter().any(|leaf| leaf.trouble.is_some()) => {
            let trouble = leaves.iter().find_map(|leaf| leaf.trouble.clone());
            Err(trouble.unwrap_or_default())
        }
        ("TBranchElement", [leaf]) => of_member(classes, branch, leaf),
        ("TBranch", [leaf]) => of_leaf(leaf),
        ("TBranch", [_, ..]) => of_leaves(leaves),
        (_, []) => Err("it has no leaf".into()),
        (class, _) => Err(format!("it is a {class}")),
    };
    let mut content =
        found.unwrap_or_else(|reason| Content::unknown(type_of(branch, leaves), reason));
    if product(&content.dims).is_none_or(|all| all == 0 || all > ITEM) {
        let reason = "its dimensions are empty or too large".into();
        content = Content::unknown(content.type_name, reason);
    }
    content
}

/// A name for a type that cannot be read.
fn type_of(branch: &Record, leaves: &[Arc<Record>]) -> String {
    match (branch.text("fClassName"), leaves.first()) {
        ("", Some(leaf)) => leaf.class.to_string(),
        ("", None) => "nothing".into(),
        (class, _) => class.to_owned(),
    }
}

/// A branch of one leaf, with a type of its own.
fn of_leaf(leaf: &Record) -> Result<Content, String> {
    let dims = leaf_dims(leaf)?;
    let jagged = counter(leaf).map(|_| 0);
    if &*leaf.class == "TLeafC" {
        let part = Part {
            wire: Wire::Text,
            header: false,
        };
        return Ok(Content::walked("char*".into(), part, false));
    }
    let title = leaf.text("fTitle");
    let (spelled, number, packing) = match &*leaf.class {
        "TLeafF16" => ("Float16_t", Element::F32, Packing::of(title, true)),
        "TLeafD32" => ("Double32_t", Element::F32, Packing::of(title, false)),
        _ => {
            let number = leaf_number(leaf)?;
            (spell_number(number), number, None)
        }
    };
    let number = packing.map_or(number, Packing::element);
    Ok(Content::numbers(spelled, number, packing, dims, jagged))
}

/// A branch of several leaves: `leaflist/D:y/I:z/B`.
fn of_leaves(leaves: &[Arc<Record>]) -> Result<Content, String> {
    let mut list = Vec::new();
    let mut names = Vec::new();
    for leaf in leaves {
        let dims = leaf_dims(leaf)?;
        if counter(leaf).is_some() {
            return Err("one of its leaves has a varying length".into());
        }
        let number = leaf_number(leaf)?;
        let (spelled, name) = (spell_number(number), leaf.text("fName"));
        names.push(format!("{spelled} {name}{};", brackets(&dims)));
        list.push((number, dims.iter().product::<usize>()));
    }
    let stride = list
        .iter()
        .try_fold(0, |sum: usize, (number, count)| {
            sum.checked_add(number.size() * count)
        })
        .filter(|stride| *stride < ITEM)
        .ok_or("its leaves are too large")?;
    Ok(Content {
        type_name: format!("struct {{{}}}", names.join(" ")),
        element: Element::Record,
        levels: 1,
        dims: Vec::new(),
        layout: Layout::Leaves {
            stride,
            leaves: list,
        },
        own: false,
    })
}

/// Each leaf of a branch of several as content of its own, with its name.
pub(super) fn single_leaves(content: &Content, leaves: &[Arc<Record>]) -> Vec<(String, Content)> {
    let Layout::Leaves {
        stride,
        leaves: list,
    } = &content.layout
    else {
        return Vec::new();
    };
    let mut at = 0;
    let mut all = Vec::new();
    for (leaf, (number, count)) in leaves.iter().zip(list) {
        let bytes = number.size() * count;
        let dims = leaf_dims(leaf).unwrap_or_default();
        let mut single = Content::numbers(spell_number(*number), *number, None, dims, None);
        single.layout = Layout::Leaf {
            stride: *stride,
            at,
            bytes,
        };
        all.push((leaf.text("fName").to_owned(), single));
        at += bytes;
    }
    all
}

/// A branch that holds a member of a class, or an object that is not taken apart.
fn of_member(classes: &Layouts, branch: &Record, leaf: &Record) -> Result<Content, String> {
    let elements = matches!(branch.int("fType"), 31 | 41);
    let kind = branch.int("fStreamerType") as i32;
    let Some(member) = member_of(classes, branch) else {
        let class = branch.text("fClassName");
        if branch.int("fID") >= 0 && branch.int("fStreamerType") >= 0 {
            return without_description(class, kind, leaf, branch, elements);
        }
        return whole(classes, class, branch);
    };
    let dims = match leaf_dims(leaf)? {
        dims if dims.is_empty() && (21..40).contains(&kind) => member_dims(member),
        dims => dims,
    };
    let jagged = elements.then_some(0);
    match kind {
        15 if &*member.name == "fBits" => {
            let part = Part {
                wire: Wire::ObjectBits,
                header: false,
            };
            Ok(Content::walked("uint32_t".into(), part, elements))
        }
        1..=19 => numbers(kind, member, Vec::new(), jagged),
        21..=39 => numbers(kind - 20, member, dims, jagged),
        41..=59 if !elements => numbers(kind - 40, member, dims, Some(1)),
        41..=59 => Err("arrays of varying length in the elements of an array".into()),
        _ => {
            let part = plan::of_member(classes, member)?;
            let type_name = TypeName::parse(&member.type_name)
                .map_or_else(|| member.type_name.clone(), |parsed| parsed.spelled());
            let dims = brackets(&member_dims(member));
            let mut content = Content::walked(type_name, part, elements);
            content.type_name.push_str(&dims);
            Ok(content)
        }
    }
}

/// Numbers by ROOT's number of their kind.
fn numbers(
    kind: i32,
    member: &Member,
    dims: Vec<usize>,
    jagged: Option<usize>,
) -> Result<Content, String> {
    let (spelled, packing) = match kind {
        9 => ("Double32_t", Packing::of(&member.title, false)),
        19 => ("Float16_t", Packing::of(&member.title, true)),
        _ => ("", None),
    };
    if !spelled.is_empty() {
        // Without a range it lies in the file as a plain float.
        let spelled = if packing.is_none() { "float" } else { spelled };
        let number = packing.map_or(Element::F32, Packing::element);
        return Ok(Content::numbers(spelled, number, packing, dims, jagged));
    }
    let declared = TypeName::parse(&member.type_name).and_then(|parsed| parsed.number());
    let number = match element(kind) {
        // A counter may be declared unsigned.
        Some(Element::I32) if kind == 6 => declared.filter(|number| number.size() == 4),
        number => number,
    };
    let number = number.ok_or_else(|| format!("it is of kind {kind}"))?;
    Ok(Content::numbers(
        spell_number(number),
        number,
        None,
        dims,
        jagged,
    ))
}

/// A member of a class that the file does not describe, as far as its kind says enough.
fn without_description(
    class: &str,
    kind: i32,
    leaf: &Record,
    branch: &Record,
    elements: bool,
) -> Result<Content, String> {
    let jagged = elements.then_some(0);
    let missing = || format!("the file does not describe class {class}");
    if let Some(parsed) = TypeName::parse(class)
        && parsed.name == "pair"
        && let Some(part) = usize::try_from(branch.int("fID"))
            .ok()
            .and_then(|id| parsed.arguments.get(id))
    {
        let name = part.spelled();
        if let Some(number) = part.number() {
            return Ok(Content::numbers(&name, number, None, Vec::new(), jagged));
        }
        let wire = plan::of_type(&Layouts::default(), &name)?;
        return Ok(Content::walked(name, Part { wire, header: true }, elements));
    }
    if matches!(kind, 9 | 19 | 29 | 39) {
        return Err(missing());
    }
    match (kind, element(kind % 20)) {
        (1..=19, Some(number)) => Ok(Content::numbers(
            spell_number(number),
            number,
            None,
            Vec::new(),
            jagged,
        )),
        (21..=39, Some(number)) => Ok(Content::numbers(
            spell_number(number),
            number,
            None,
            leaf_dims(leaf)?,
            jagged,
        )),
        _ => Err(missing()),
    }
}

/// A whole object in one branch, by its own streamer (kind -1) or member by member without the
/// header of its class.
fn whole(classes: &Layouts, class: &str, branch: &Record) -> Result<Content, String> {
    let parsed = TypeName::parse(class).ok_or("its name makes no sense")?;
    let own_streamer = branch.int("fType") < 0;
    let part = match plan::of_type(classes, class)? {
        Wire::Class(class) if !own_streamer => {
            let (number, checksum) = (branch.int("fClassVersion"), branch.int("fCheckSum"));
            let version = class
                .version(0, Some(checksum as u32))
                .or_else(|_| class.version(number as u16, None))
                .map_err(|damage| damage.to_string())?;
            let members = version.members.clone();
            Part {
                wire: Wire::Members(members),
                header: false,
            }
        }
        wire => {
            let header = !own_streamer && wire.is_standard();
            Part { wire, header }
        }
    };
    Ok(Content::walked(parsed.spelled(), part, false))
}

/// The description of the member that a branch holds.
fn member_of<'a>(classes: &'a Layouts, branch: &Record) -> Option<&'a Member> {
    let id = usize::try_from(branch.int("fID")).ok()?;
    let class = branch.text("fClassName");
    let version = branch.int("fClassVersion") as u16;
    let checksum = branch.int("fCheckSum") as u32;
    let layout = classes
        .by_checksum(class, checksum)
        .or_else(|| classes.layout(class, version))
        .or_else(|| {
            classes
                .versions(class)
                .first()
                .filter(|_| classes.versions(class).len() == 1)
        })?;
    let name = branch.text("fName");
    let name = name.split('[').next().unwrap_or(name);
    let named = |member: &&Member| {
        !member.base
            && name
                .strip_suffix(&*member.name)
                .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    layout
        .members
        .get(id)
        .filter(named)
        .or_else(|| layout.members.iter().find(named))
        .or_else(|| layout.members.get(id))
}

fn member_dims(member: &Member) -> Vec<usize> {
    match member.length {
        0 => Vec::new(),
        length if product(&member.dims) == Some(length) => member.dims.clone(),
        length => vec![length],
    }
}

/// Fixed dimensions of a leaf: from the brackets of its title if they fit its length.
fn leaf_dims(leaf: &Record) -> Result<Vec<usize>, String> {
    let length = usize::try_from(leaf.int("fLen")).unwrap_or(0).max(1);
    if length > ITEM {
        return Err(format!("a leaf of {length} values"));
    }
    let dims: Vec<usize> = leaf
        .text("fTitle")
        .split('[')
        .skip(1)
        .filter_map(|rest| {
            rest.split_once(']')
                .and_then(|(dim, _)| dim.trim().parse().ok())
        })
        .collect();
    Ok(match length {
        _ if product(&dims) == Some(length) => dims,
        1 => Vec::new(),
        length => vec![length],
    })
}

/// Values of an item; nothing if there are far too many.
fn product(dims: &[usize]) -> Option<usize> {
    dims.iter()
        .try_fold(1_usize, |all, dim| all.checked_mul(*dim))
}

fn brackets(dims: &[usize]) -> String {
    dims.iter().map(|dim| format!("[{dim}]")).collect()
}

/// The leaf that counts the items of this one.
pub(super) fn counter(leaf: &Record) -> Option<&Arc<Record>> {
    match leaf.get("fLeafCount") {
        Some(Value::Object(counter)) => Some(counter),
        _ => None,
    }
}

fn leaf_number(leaf: &Record) -> Result<Element, String> {
    let unsigned = leaf.int("fIsUnsigned") != 0;
    Ok(match (&*leaf.class, unsigned) {
        ("TLeafO", _) => Element::Bool,
        ("TLeafB", false) => Element::I8,
        ("TLeafB", true) => Element::U8,
        ("TLeafS", false) => Element::I16,
        ("TLeafS", true) => Element::U16,
        ("TLeafI", false) => Element::I32,
        ("TLeafI", true) => Element::U32,
        ("TLeafL" | "TLeafG", false) => Element::I64,
        ("TLeafL" | "TLeafG", true) => Element::U64,
        ("TLeafF", _) => Element::F32,
        ("TLeafD", _) => Element::F64,
        (class, _) => return Err(format!("its leaf is a {class}")),
    })
}
