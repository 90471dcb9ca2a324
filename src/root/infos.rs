//! Writes the description of classes that a file carries: its list of TStreamerInfo objects.

use std::collections::HashMap;
use std::sync::Arc;

use super::bytes::Bytes;
use super::classes::Classes;
use super::cpptype::{Type, array_numbers};
use super::kinds::{
    ANY, CONTAINER, COUNTED, FIXED, IN_PLACE, OBJECT, POINTER, STANDARD_TEXT, TEXT,
};
use super::streamer::{Layout, Member};

/// Version of TStreamerInfo; newer ones have the same content.
const INFO: u16 = 9;
/// Classes with streamers of their own, which are never described.
const OWN: [&str; 4] = ["TObjArray", "TClonesArray", "TMatrixTSym<double>", "TArray"];

/// All classes that need a description when these are met, themselves included.
pub(super) fn reachable(classes: &Classes, met: &[String]) -> Vec<(String, Arc<Layout>)> {
    let mut names: Vec<String> = met.to_vec();
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(name) = names.get(next).cloned() {
        next += 1;
        let Some(layout) = classes.layout(&name) else {
            continue;
        };
        let own = OWN.contains(&&*name) || array_numbers(&name).is_some();
        // Only of the matrix do the bytes follow its base.
        let followed = !own || name.starts_with("TMatrix");
        for member in layout.members.iter().filter(|_| followed) {
            for class in mentioned(member) {
                // A class of TObject alone is known to every reader.
                let plain = class == "TObject" && !matches!(&*name, "TNamed" | "TCollection");
                if !names.contains(&class) && !plain {
                    names.push(class);
                }
            }
        }
        if !layout.generated && !own {
            found.push((name, layout.clone()));
        }
    }
    found
}

/// Classes that a member names.
fn mentioned(member: &Member) -> Vec<String> {
    let mut names = Vec::new();
    match &member.type_of {
        Some(kind) => inside(kind, &mut names),
        None if member.base => names.push(member.name.to_string()),
        None if member.kind == TEXT || member.kind < OBJECT => {}
        None => names.push(member.type_name.trim_end_matches('*').to_owned()),
    }
    names
}

fn inside(kind: &Type, names: &mut Vec<String>) {
    match kind {
        Type::Sequence(_, item) => inside(item, names),
        // Keys and values lie in the map without their pair.
        Type::Map(_, key, value) => {
            inside(key, names);
            inside(value, names);
        }
        Type::Pair(..) | Type::Array(..) => names.push(kind.spelled()),
        Type::Class(name) | Type::Pointer(name) => names.push(name.to_string()),
        _ => {}
    }
}

/// The list as it lies after a key of that length.
pub(super) fn list(infos: &[(String, Arc<Layout>)], key_length: usize) -> Vec<u8> {
    let mut writer = Infos {
        out: Bytes::after_key(key_length),
        tags: HashMap::new(),
    };
    let start = writer.out.begin(5);
    writer.out.tobject(0);
    writer.out.text("");
    writer.out.u32(infos.len() as u32);
    for (name, layout) in infos {
        writer.tagged("TStreamerInfo", |writer| writer.info(name, layout));
        writer.out.u8(0); // the option of the link
    }
    writer.out.end(start);
    writer.out.data
}

struct Infos {
    out: Bytes,
    tags: HashMap<&'static str, u32>,
}

impl Infos {
    /// An object with its class.
    fn tagged(&mut self, class: &'static str, write: impl FnOnce(&mut Self)) {
        let start = self.out.open();
        match self.tags.get(class) {
            Some(tag) => self.out.u32(0x8000_0000 | tag),
            None => {
                self.tags.insert(class, self.out.displacement() + 2);
                self.out.u32(u32::MAX);
                self.out.terminated(class);
            }
        }
        write(self);
        self.out.end(start);
    }

    fn info(&mut self, name: &str, layout: &Layout) {
        let start = self.out.begin(INFO);
        self.out.named(name, "");
        self.out.u32(layout.checksum);
        self.out.u32(layout.version.into());
        self.tagged("TObjArray", |writer| {
            let start = writer.out.begin(3);
            writer.out.tobject(0);
            writer.out.text("");
            writer.out.u32(layout.members.len() as u32);
            writer.out.u32(0); // lower bound
            for member in &layout.members {
                writer.tagged(element_class(member), |writer| writer.element(member));
            }
            writer.out.end(start);
        });
        self.out.end(start);
    }

    fn element(&mut self, member: &Member) {
        let class = element_class(member);
        let version = if matches!(class, "TStreamerBase" | "TStreamerSTL") {
            3
        } else {
            2
        };
        let start = self.out.begin(version);
        let string = (class == "TStreamerSTLstring").then(|| self.out.begin(3));
        let inner = self.out.begin(4);
        self.out.named(&member.name, &member.title);
        self.out.i32(member.kind);
        self.out.u32(member.size);
        self.out.u32(member.length as u32);
        self.out.u32(member.dims.len() as u32);
        for index in 0..5 {
            match member.dims.get(index) {
                Some(dim) => self.out.u32(*dim as u32),
                None if index == 1 && member.base => self.out.u32(member.base_checksum),
                None => self.out.u32(0),
            }
        }
        self.out.text(&member.type_name);
        self.out.end(inner);
        match class {
            "TStreamerBase" => self.out.u32(member.base_version),
            "TStreamerSTL" | "TStreamerSTLstring" => {
                self.out.i32(member.container);
                self.out.i32(member.content);
            }
            "TStreamerBasicPointer" => {
                self.out.u32(member.counter_class.1);
                self.out.text(&member.counter);
                self.out.text(&member.counter_class.0);
            }
            _ => {}
        }
        if let Some(start) = string {
            self.out.end(start);
        }
        self.out.end(start);
    }
}

/// The class that describes such a member.
pub(super) fn element_class(member: &Member) -> &'static str {
    match member.kind {
        _ if member.base => "TStreamerBase",
        CONTAINER if member.container == STANDARD_TEXT => "TStreamerSTLstring",
        CONTAINER => "TStreamerSTL",
        TEXT => "TStreamerString",
        IN_PLACE | POINTER => "TStreamerObjectPointer",
        kind if kind == ANY || kind == FIXED + ANY => "TStreamerObjectAny",
        kind if kind >= OBJECT => "TStreamerObject",
        kind if kind >= COUNTED => "TStreamerBasicPointer",
        _ => "TStreamerBasicType",
    }
}
