//! Descriptions of leaf classes, for files whose writer left them out.

use super::streamer::{Layout, Member};

/// Version 2 of `TLeaf`: name, kind and type of its members, in their order.
const LEAF: [(&str, i32, &str); 6] = [
    ("fLen", 3, "int"),
    ("fLenType", 3, "int"),
    ("fOffset", 3, "int"),
    ("fIsRange", 18, "bool"),
    ("fIsUnsigned", 18, "bool"),
    ("fLeafCount", 64, "TLeaf*"),
];

/// The derived classes (all version 1) and the kind of their limits.
const LIMITS: [(&str, i32); 9] = [
    ("TLeafO", 18),
    ("TLeafB", 1),
    ("TLeafS", 2),
    ("TLeafI", 3),
    ("TLeafL", 16),
    ("TLeafG", 16),
    ("TLeafF", 5),
    ("TLeafD", 8),
    ("TLeafC", 3),
];

/// All descriptions, by class.
pub(super) fn layouts() -> impl Iterator<Item = (&'static str, Layout)> {
    let mut leaf = vec![member("TNamed", 67, "BASE", true)];
    leaf.extend(LEAF.map(|(name, kind, type_name)| member(name, kind, type_name, false)));
    let derived = LIMITS.into_iter().map(|(class, kind)| {
        let limits = ["fMinimum", "fMaximum"].map(|name| member(name, kind, "", false));
        let base = member("TLeaf", 0, "BASE", true);
        (class, layout(1, [base].into_iter().chain(limits).collect()))
    });
    [("TLeaf", layout(2, leaf))].into_iter().chain(derived)
}

fn layout(version: u16, members: Vec<Member>) -> Layout {
    // No checksum: these classes have versions.
    Layout {
        version,
        checksum: 0,
        members,
    }
}

fn member(name: &str, kind: i32, type_name: &str, base: bool) -> Member {
    Member {
        base,
        stl: false,
        name: name.into(),
        title: String::new(),
        kind,
        length: 0,
        dims: Vec::new(),
        type_name: type_name.to_owned(),
        counter: String::new(),
    }
}
