//! ROOT's numbers for kinds of members, and what each number type can hold.

/// `Double32_t`: a double in memory, a float in the file.
pub(super) const DOUBLE32: i32 = 9;
/// What is added to a kind for a fixed array …
pub(super) const FIXED: i32 = 20;
/// … and for an array whose length is another member.
pub(super) const COUNTED: i32 = 40;
/// A class of `TObject`'s family, by value.
pub(super) const OBJECT: i32 = 61;
/// Any other class, by value.
pub(super) const ANY: i32 = 62;
/// A pointer that is never null: the object is in place.
pub(super) const IN_PLACE: i32 = 63;
/// A pointer.
pub(super) const POINTER: i32 = 64;
/// A `TString`.
pub(super) const TEXT: i32 = 65;
/// The base class `TObject`.
pub(super) const TOBJECT: i32 = 66;
/// The base class `TNamed`.
pub(super) const TNAMED: i32 = 67;
/// A `std::string`.
pub(super) const STANDARD_TEXT: i32 = 365;
/// A container of the standard library.
pub(super) const CONTAINER: i32 = 500;

/// A type of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// ROOT's number of the kind.
    pub(super) kind: i32,
    /// ROOT's spelling.
    pub(super) name: &'static str,
    /// Bytes in memory.
    pub(super) memory: u32,
    /// Bytes in the file.
    pub(super) bytes: usize,
    pub(super) form: Form,
}

/// What a type of numbers holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Bool,
    Signed,
    Unsigned,
    Float,
}

const fn number(kind: i32, name: &'static str, memory: u32, bytes: usize, form: Form) -> Number {
    Number {
        kind,
        name,
        memory,
        bytes,
        form,
    }
}

const NUMBERS: [Number; 15] = [
    number(1, "char", 1, 1, Form::Signed),
    number(2, "short", 2, 2, Form::Signed),
    number(3, "int", 4, 4, Form::Signed),
    number(4, "long", 8, 8, Form::Signed),
    number(5, "float", 4, 4, Form::Float),
    number(6, "int", 4, 4, Form::Signed),
    number(8, "double", 8, 8, Form::Float),
    number(DOUBLE32, "Double32_t", 8, 4, Form::Float),
    number(11, "unsigned char", 1, 1, Form::Unsigned),
    number(12, "unsigned short", 2, 2, Form::Unsigned),
    number(13, "unsigned int", 4, 4, Form::Unsigned),
    number(14, "unsigned long", 8, 8, Form::Unsigned),
    number(16, "Long64_t", 8, 8, Form::Signed),
    number(17, "ULong64_t", 8, 8, Form::Unsigned),
    number(18, "bool", 1, 1, Form::Bool),
];

/// The type of a kind.
pub(super) fn of_kind(kind: i32) -> Option<Number> {
    NUMBERS.into_iter().find(|number| number.kind == kind)
}

/// The type of a name, in any of its spellings.
pub(super) fn of_name(name: &str) -> Option<Number> {
    let kind = match name {
        "char" | "signed char" | "int8_t" | "Char_t" | "Int8_t" => 1,
        "short" | "short int" | "int16_t" | "Short_t" | "Int16_t" => 2,
        "int" | "signed int" | "int32_t" | "Int_t" | "Int32_t" => 3,
        "long" | "long int" | "int64_t" | "Long_t" => 4,
        "float" | "Float_t" => 5,
        "double" | "Double_t" => 8,
        "Double32_t" => DOUBLE32,
        "unsigned char" | "uint8_t" | "UChar_t" | "UInt8_t" | "Byte_t" => 11,
        "unsigned short" | "short unsigned int" | "uint16_t" | "UShort_t" | "UInt16_t" => 12,
        "unsigned int" | "unsigned" | "uint32_t" | "UInt_t" | "UInt32_t" => 13,
        "unsigned long" | "long unsigned int" | "uint64_t" | "size_t" | "ULong_t" => 14,
        "long long" | "long long int" | "Long64_t" | "Int64_t" => 16,
        "unsigned long long" | "long long unsigned int" | "ULong64_t" | "UInt64_t" => 17,
        "bool" | "Bool_t" => 18,
        _ => return None,
    };
    of_kind(kind)
}

impl Number {
    /// The least and the largest whole number it holds, as far as an `i64` goes.
    pub(super) fn range(self) -> (i64, i64) {
        let bits = 8 * self.bytes as u32;
        match self.form {
            Form::Bool => (0, 1),
            Form::Unsigned => (0, i64::MAX >> 63_u32.saturating_sub(bits)),
            Form::Signed => (i64::MIN >> (64 - bits), i64::MAX >> (64 - bits)),
            Form::Float => (i64::MIN, i64::MAX),
        }
    }

    /// Whether it holds a fraction.
    pub(super) fn is_float(self) -> bool {
        self.form == Form::Float
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_types() {
        let range = |name| of_name(name).unwrap().range();
        assert_eq!(range("bool"), (0, 1));
        assert_eq!(range("char"), (-128, 127));
        assert_eq!(range("unsigned char"), (0, 255));
        assert_eq!(range("short"), (i16::MIN.into(), i16::MAX.into()));
        assert_eq!(range("uint16_t"), (0, u16::MAX.into()));
        assert_eq!(range("int"), (i32::MIN.into(), i32::MAX.into()));
        assert_eq!(range("unsigned int"), (0, u32::MAX.into()));
        assert_eq!(range("long"), (i64::MIN, i64::MAX));
        assert_eq!(range("unsigned long"), (0, i64::MAX));
    }
}
