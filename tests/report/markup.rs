//! Reads a page as strictly as XML is read: everything is closed, quoted, escaped and nested.

/// An element, or text where `name` is empty.
#[derive(Debug, Default)]
pub(crate) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    content: Vec<Element>,
    words: String,
}

/// A page.
pub(crate) type Page = Element;

impl Element {
    /// Reads a page.
    pub(crate) fn parse(html: &str) -> Result<Self, String> {
        let rest = html
            .strip_prefix("<!DOCTYPE html>\n")
            .ok_or("there is no document type")?;
        let mut reader = Reader { text: rest, at: 0 };
        let page = reader.element()?;
        match reader.rest().trim() {
            "" => Ok(page),
            more => Err(format!("after the page: {more:.40}")),
        }
    }

    /// All elements of a name in it, in their order.
    pub(crate) fn all<'e>(&'e self, name: &'e str) -> Box<dyn Iterator<Item = &'e Element> + 'e> {
        let inside = self.content.iter().flat_map(move |one| one.all(name));
        let own = Some(self).filter(|one| one.name == name);
        Box::new(own.into_iter().chain(inside))
    }

    /// The elements of a name directly in it.
    pub(crate) fn children<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.content.iter().filter(move |one| one.name == name)
    }

    /// An attribute; empty without it.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        let mut all = self.attributes.iter();
        all.find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// All attributes in it.
    pub(crate) fn attributes(&self) -> Box<dyn Iterator<Item = (&str, &str)> + '_> {
        let own = self
            .attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let inside = self.content.iter().flat_map(|one| one.attributes());
        Box::new(own.chain(inside))
    }

    /// The section of that name.
    pub(crate) fn section(&self, id: &str) -> &Element {
        let mut all = self.all("section");
        all.find(|section| section.attribute("id") == id)
            .unwrap_or_else(|| panic!("no section {id}"))
    }

    /// What is drawn by paths of a class.
    pub(crate) fn paths<'e>(&'e self, class: &'e str) -> impl Iterator<Item = &'e str> {
        let all = self.all("path");
        let of_class =
            move |path: &&Element| path.attribute("class").split(' ').any(|c| c == class);
        all.filter(of_class).map(|path| path.attribute("d"))
    }

    /// All text in it.
    pub(crate) fn text(&self) -> String {
        let inside: String = self.content.iter().map(Element::text).collect();
        let end = match self.name.as_str() {
            "text" | "td" | "th" | "p" | "summary" | "span" => " ",
            _ => "",
        };
        format!("{}{inside}{end}", self.words)
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn wrong(&self, what: &str) -> String {
        let line = self.text[..self.at].matches('\n').count() + 2;
        let near: String = self.rest().chars().take(60).collect();
        format!("line {line}: {what} at {near:?}")
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn until(&mut self, stop: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(stop).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn element(&mut self) -> Result<Element, String> {
        if !self.take("<") {
            return Err(self.wrong("no element"));
        }
        let usable = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let name = self.until(|c| !usable(c)).to_owned();
        if name.is_empty() {
            return Err(self.wrong("an element without a name"));
        }
        let mut element = Element {
            name: name.clone(),
            ..Element::default()
        };
        loop {
            let space = self.until(|c| c != ' ').len();
            if self.take("/>") {
                return Ok(element);
            }
            if self.take(">") {
                break;
            }
            let key = self.until(|c| !usable(c)).to_owned();
            if space == 0 || key.is_empty() || !self.take("=\"") {
                return Err(self.wrong("an attribute that is none"));
            }
            if element.attributes.iter().any(|(known, _)| *known == key) {
                return Err(self.wrong("an attribute twice"));
            }
            let raw = self.until(|c| c == '"' || c == '<');
            let value = self.unescaped(raw)?;
            if !self.take("\"") {
                return Err(self.wrong("an attribute without an end"));
            }
            element.attributes.push((key, value));
        }
        loop {
            let raw = self.until(|c| c == '<');
            let words = self.unescaped(raw)?;
            element.content.push(Element {
                words,
                ..Element::default()
            });
            if self.take("</") {
                return match self.take(&format!("{name}>")) {
                    true => Ok(element),
                    false => Err(self.wrong(&format!("{name} is not closed"))),
                };
            }
            if self.rest().is_empty() {
                return Err(self.wrong(&format!("{name} is not closed")));
            }
            element.content.push(self.element()?);
        }
    }

    fn unescaped(&self, raw: &str) -> Result<String, String> {
        let mut parts = raw.split('&');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (entity, rest) = part.split_once(';').ok_or_else(|| self.wrong("a bare &"))?;
            text.push(match entity {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                _ => return Err(self.wrong(&format!("an unknown &{entity};"))),
            });
            text.push_str(rest);
        }
        match text
            .chars()
            .find(|c| c.is_control() && !"\n\t".contains(*c))
        {
            Some(control) => Err(self.wrong(&format!("the letter {control:?}"))),
            None => Ok(text),
        }
    }
}

#[test]
fn what_is_wrong_is_seen() {
    let page = |body: &str| Page::parse(&format!("<!DOCTYPE html>\n<html>{body}</html>\n"));
    assert!(page("<p class=\"a\">x &lt; y<br/></p>").is_ok());
    for wrong in [
        "<p>",
        "<p></b></p>",
        "<p class=a></p>",
        "a & b",
        "&nbsp;",
        "a \u{1} b",
        "<p id=\"a\" id=\"b\"></p>",
        "</html><html>",
        "< p></p>",
    ] {
        assert!(page(wrong).is_err(), "{wrong}");
    }
}
