use std::collections::HashMap;
use std::str::FromStr;

use crate::inference::forest::error::Found;

/// The header or a tree: lines of the form `name=value`.
#[derive(Debug)]
pub(super) struct Section<'a> {
    line: usize,
    first: &'a str,
    values: HashMap<&'a str, (usize, &'a str)>,
}

impl<'a> Section<'a> {
    /// The header and the trees; whatever follows them is passed over. A file
    /// that ends before the trees do has been cut off.
    pub(super) fn all(text: &'a str, found: &mut Found) -> (Self, Vec<Self>) {
        let mut lines = text.lines().map(str::trim_end).zip(1..);
        let (first, line) = lines.next().unwrap_or(("", 1));
        let mut sections = vec![Self::at(line, first)];
        let (mut ended, mut last) = (false, line);
        for (text, line) in lines {
            if text == "end of trees" {
                ended = true;
                break;
            }
            last = line;
            if text.starts_with("Tree=") {
                sections.push(Self::at(line, text));
            } else if let Some(section) = sections.last_mut()
                && !text.is_empty()
            {
                let (name, value) = text.split_once('=').unwrap_or((text, ""));
                section.values.insert(name, (line, value));
            }
        }
        if !ended {
            let reason = "the file ends before `end of trees`, as one that was cut off";
            found.add(format!("line {last}"), reason);
        }
        let trees = sections.split_off(1);
        let header = sections.pop();
        (header.unwrap_or_else(|| Self::at(1, "")), trees)
    }

    fn at(line: usize, first: &'a str) -> Self {
        let values = HashMap::new();
        Self {
            line,
            first,
            values,
        }
    }

    /// The line that it begins with.
    pub(super) fn first(&self) -> &'a str {
        self.first
    }

    pub(super) fn has_word(&self, word: &str) -> bool {
        self.values.contains_key(word)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.values.get(name).map(|(_, value)| *value)
    }

    /// The line of a value, or of the section if it lacks it.
    pub(super) fn place(&self, name: &str) -> String {
        let line = self.values.get(name).map_or(self.line, |(line, _)| *line);
        format!("line {line}")
    }

    /// A number that must be there.
    pub(super) fn number(&self, name: &str, found: &mut Found) -> Option<usize> {
        let Some(value) = self.get(name) else {
            found.add(self.place(name), format!("there is no `{name}`"));
            return None;
        };
        let number = value.trim().parse().ok();
        if number.is_none() {
            let reason = format!(
                "`{name}` is `{}`, which is no whole number",
                shortened(value)
            );
            found.add(self.place(name), reason);
        }
        number
    }

    /// A list of `count` numbers.
    pub(super) fn list<T: FromStr>(
        &self,
        name: &str,
        count: usize,
        found: &mut Found,
    ) -> Option<Vec<T>> {
        let Some(value) = self.get(name) else {
            found.add(self.place(name), format!("there is no `{name}`"));
            return None;
        };
        let mut numbers = Vec::new();
        for word in value.split_ascii_whitespace() {
            let Ok(number) = word.parse() else {
                let reason = format!("`{}` in `{name}` is no number of its kind", shortened(word));
                found.add(self.place(name), reason);
                return None;
            };
            numbers.push(number);
        }
        if numbers.len() != count {
            let reason = format!("`{name}` has {} numbers instead of {count}", numbers.len());
            found.add(self.place(name), reason);
            return None;
        }
        Some(numbers)
    }
}

fn shortened(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(40)
        .map_or(text.len(), |(end, _)| end);
    &text[..end]
}
