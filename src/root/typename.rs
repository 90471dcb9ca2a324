//! Names of C++ types, taken apart.

use super::chunk::Element;
use super::kinds;

/// A type: a plain name, or a template with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TypeName {
    pub(super) name: String,
    pub(super) arguments: Vec<TypeName>,
    /// Whether a star follows.
    pub(super) pointer: bool,
}

/// Templates inside templates.
const DEPTH: usize = 16;

impl TypeName {
    /// Takes a name apart; nothing if its brackets do not fit.
    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::parse_at(text, DEPTH)
    }

    fn parse_at(text: &str, depth: usize) -> Option<Self> {
        let mut text = text.trim();
        let pointer = text.ends_with('*');
        text = text.trim_end_matches(['*', '&', ' ']);
        text = text.strip_prefix("const ").unwrap_or(text).trim();
        text = text.strip_prefix("::").unwrap_or(text);
        text = text.strip_prefix("std::").unwrap_or(text);
        let Some(open) = text.find('<') else {
            let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
            return Some(Self {
                name,
                arguments: Vec::new(),
                pointer,
            });
        };
        let inside = text.get(open + 1..)?.strip_suffix('>')?;
        if depth == 0 {
            return None;
        }
        let arguments = split(inside)?
            .into_iter()
            .map(|argument| Self::parse_at(argument, depth - 1))
            .collect::<Option<Vec<_>>>()?;
        let mut parsed = Self {
            name: text[..open].trim().to_owned(),
            arguments,
            pointer,
        };
        if parsed.name == "basic_string" {
            parsed = Self {
                name: "string".into(),
                arguments: Vec::new(),
                pointer,
            };
        }
        Some(parsed)
    }

    /// The number it names.
    pub(super) fn number(&self) -> Option<Element> {
        if !self.arguments.is_empty() {
            return None;
        }
        Some(match self.name.as_str() {
            "bool" | "Bool_t" => Element::Bool,
            "char" | "signed char" | "int8_t" | "Char_t" | "Int8_t" => Element::I8,
            "unsigned char" | "uint8_t" | "UChar_t" | "UInt8_t" | "Byte_t" | "byte" => Element::U8,
            "short" | "int16_t" | "Short_t" | "short int" | "Int16_t" => Element::I16,
            "unsigned short" | "uint16_t" | "UShort_t" | "short unsigned int" | "UInt16_t" => {
                Element::U16
            }
            "int" | "int32_t" | "Int_t" | "Int32_t" | "signed int" => Element::I32,
            "unsigned int" | "unsigned" | "uint32_t" | "UInt_t" | "UInt32_t" => Element::U32,
            "long" | "long int" | "Long_t" | "long long" | "Long64_t" | "int64_t" | "Int64_t"
            | "long long int" => Element::I64,
            "unsigned long"
            | "ULong_t"
            | "unsigned long long"
            | "ULong64_t"
            | "uint64_t"
            | "UInt64_t"
            | "long unsigned int"
            | "long long unsigned int"
            | "size_t" => Element::U64,
            "float" | "Float_t" => Element::F32,
            "double" | "Double_t" => Element::F64,
            _ => return None,
        })
    }

    /// Whether it is a container whose items follow their number.
    pub(super) fn is_sequence(&self) -> bool {
        matches!(
            self.name.as_str(),
            "vector"
                | "set"
                | "multiset"
                | "list"
                | "deque"
                | "forward_list"
                | "unordered_set"
                | "unordered_multiset"
                | "ROOT::VecOps::RVec"
                | "RVec"
        )
    }

    /// Whether it is a container of pairs.
    pub(super) fn is_map(&self) -> bool {
        matches!(
            self.name.as_str(),
            "map" | "multimap" | "unordered_map" | "unordered_multimap"
        )
    }

    /// As ROOT spells it, as `vector<vector<int> >`, without a star at its end.
    pub(super) fn root_spelling(&self) -> String {
        if self.arguments.is_empty() {
            let number = kinds::of_name(&self.name);
            return number.map_or_else(|| self.name.clone(), |number| number.name.into());
        }
        let argument = |argument: &Self| {
            let star = if argument.pointer { "*" } else { "" };
            format!("{}{star}", argument.root_spelling())
        };
        let inside: Vec<String> = self.arguments.iter().map(argument).collect();
        let inside = inside.join(",");
        let blank = if inside.ends_with('>') { " " } else { "" };
        format!("{}<{inside}{blank}>", self.name)
    }

    /// With fixed-width names and `std::`, as `std::vector<int32_t>`.
    pub(super) fn spelled(&self) -> String {
        if let Some(number) = self.number() {
            return spell_number(number).to_owned();
        }
        let standard = self.is_sequence() && !self.name.contains("RVec")
            || self.is_map()
            || matches!(self.name.as_str(), "string" | "bitset" | "array" | "pair");
        let prefix = if standard { "std::" } else { "" };
        if self.arguments.is_empty() {
            return format!("{prefix}{}", self.name);
        }
        let kept = match self.name.as_str() {
            _ if self.is_map() => 2,
            _ if self.is_sequence() => 1,
            _ => self.arguments.len(),
        };
        // Templates of the file's own classes keep their names as they are.
        let arguments: Vec<String> = self
            .arguments
            .iter()
            .take(kept)
            .map(Self::spelled)
            .collect();
        let between = if standard { ", " } else { "," };
        format!("{prefix}{}<{}>", self.name, arguments.join(between))
    }
}

/// `int32_t`, `double`, …
pub(super) fn spell_number(number: Element) -> &'static str {
    match number {
        Element::Bool => "bool",
        Element::I8 => "int8_t",
        Element::U8 => "uint8_t",
        Element::I16 => "int16_t",
        Element::U16 => "uint16_t",
        Element::I32 => "int32_t",
        Element::U32 => "uint32_t",
        Element::I64 => "int64_t",
        Element::U64 => "uint64_t",
        Element::F32 => "float",
        Element::F64 => "double",
        Element::String => "std::string",
        Element::Record => "record",
    }
}

/// Arguments of a template: split at commas outside inner brackets.
fn split(text: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (place, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (depth == 0).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_templates_come_apart() {
        let parsed = TypeName::parse("map<string,vector<vector<unsigned short> > >").unwrap();
        assert!(parsed.is_map());
        assert_eq!(
            parsed.arguments[1].arguments[0].arguments[0].number(),
            Some(Element::U16)
        );
        assert_eq!(
            parsed.spelled(),
            "std::map<std::string, std::vector<std::vector<uint16_t>>>"
        );
        assert_eq!(
            TypeName::parse("std::vector<int, std::allocator<int> >*")
                .unwrap()
                .spelled(),
            "std::vector<int32_t>"
        );
        assert_eq!(TypeName::parse("vector<int"), None);
    }
}
