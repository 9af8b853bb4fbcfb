use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value as Json, json};

use super::console::Paint;
use super::text::add;
use crate::graph::Code;
use crate::pipeline::spec::{Place, SpecError, SpecErrors};

/// No line of a spec is shown longer than this.
const SHOWN: usize = 100;

/// One error, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Diagnosis {
    code: Option<String>,
    text: String,
    place: Option<Place>,
    pub(super) help: Option<String>,
}

impl Diagnosis {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            code: None,
            text: text.into(),
            place: None,
            help: None,
        }
    }

    /// An error of this code.
    pub(super) fn coded(code: Code, text: impl Into<String>) -> Self {
        Self {
            code: Some(code.to_string()),
            ..Self::new(text)
        }
    }

    pub(super) fn all(errors: &SpecErrors) -> Vec<Self> {
        errors.iter().map(Self::from).collect()
    }

    /// The error with the line that it is about.
    pub(super) fn shown(&self, sources: &Sources, paint: Paint) -> String {
        let head = match &self.code {
            Some(code) => format!("error[{code}]"),
            None => "error".to_owned(),
        };
        let mut text = format!("{}: {}\n", paint.error(&head), self.text);
        let mut margin = " ".to_owned();
        if let Some(place) = &self.place {
            margin = " ".repeat(place.line.to_string().len());
            let arrow = paint.faint("-->");
            add(&mut text, format_args!("{margin}{arrow} {place}\n"));
            if let Some(line) = sources.line(place) {
                text.push_str(&excerpt(&line, place, paint));
            }
        }
        for line in self.help.iter().flat_map(|help| help.lines()) {
            let help = paint.help("help:");
            add(&mut text, format_args!("{margin} {help} {line}\n"));
        }
        text
    }

    pub(super) fn to_json(&self) -> Json {
        let place = self.place.as_ref().map(
            |place| json!({ "file": *place.file, "line": place.line, "column": place.column }),
        );
        json!({ "code": self.code, "text": self.text, "help": self.help, "place": place })
    }
}

impl From<&SpecError> for Diagnosis {
    fn from(error: &SpecError) -> Self {
        Self {
            code: Some(error.mistake.code().to_string()),
            text: error.text.clone(),
            place: Some(error.place.clone()),
            help: error.help.clone(),
        }
    }
}

/// The texts that places are in: those that were given, otherwise files.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    texts: BTreeMap<String, String>,
    /// Lines with one of these words in them are not shown.
    hidden: Vec<String>,
}

impl Sources {
    /// Adds a text that is in no file.
    pub(super) fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.texts.insert(name.to_owned(), text.into());
        self
    }

    /// Hides the lines with these words in them: names of options that hold
    /// secrets.
    pub(super) fn hiding(mut self, words: Vec<String>) -> Self {
        self.hidden.extend(words);
        self
    }

    /// The line of a place, if it can be had.
    fn line(&self, place: &Place) -> Option<String> {
        let line = |text: &str| Some(text.lines().nth(place.line.saturating_sub(1))?.to_owned());
        let found = if let Some(text) = self.texts.get(&*place.file) {
            line(text)?
        } else {
            let found = fs::metadata(&*place.file).ok()?;
            // A pipe would not give its text twice.
            let bytes = found.is_file().then(|| fs::read(&*place.file))?.ok()?;
            line(&String::from_utf8_lossy(&bytes))?
        };
        let is_hidden = self.hidden.iter().any(|word| found.contains(word));
        // What is no text tells nobody anything.
        let is_shown = !is_hidden && !found.contains('\u{fffd}') && !found.trim().is_empty();
        is_shown.then_some(found)
    }
}

/// The line with its number, and below it a mark at the place.
fn excerpt(line: &str, place: &Place, paint: Paint) -> String {
    let Excerpt {
        text,
        before,
        marked,
    } = Excerpt::of(line, place.column);
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    let (bar, number) = (paint.faint("|"), paint.faint(&number));
    let (before, mark) = (" ".repeat(before), paint.error(&"^".repeat(marked)));
    format!("{margin} {bar}\n{number} {bar} {text}\n{margin} {bar} {before}{mark}\n")
}

/// The part of a line around a place.
struct Excerpt {
    text: String,
    /// How many characters stand before what is marked.
    before: usize,
    marked: usize,
}

impl Excerpt {
    fn of(line: &str, column: usize) -> Self {
        let visible = |c: char| if c.is_control() { ' ' } else { c };
        let line: Vec<_> = line.trim_end().chars().map(visible).collect();
        let at = column.saturating_sub(1).min(line.len());
        let marked = word_len(&line[at..]);
        // A long line is shown from a little before the place.
        let start = if line.len() > SHOWN {
            at.saturating_sub(SHOWN / 3)
        } else {
            0
        };
        let end = line.len().min(start + SHOWN);
        let cut = |is_cut: bool| if is_cut { "…" } else { "" };
        let (left, right) = (cut(start > 0), cut(end < line.len()));
        let shown: String = line[start..end].iter().collect();
        Self {
            text: format!("{left}{shown}{right}"),
            before: at - start + usize::from(start > 0),
            marked: marked.min(end - at.min(end)).max(1),
        }
    }
}

/// How long the text or word is that begins here.
fn word_len(rest: &[char]) -> usize {
    let end = match rest {
        [quote @ ('"' | '\''), inner @ ..] => {
            inner.iter().position(|c| c == quote).map(|end| end + 2)
        }
        _ => rest
            .iter()
            .position(|c| c.is_whitespace() || ",=[]{}\"'#".contains(*c)),
    };
    end.unwrap_or(rest.len()).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(file: &str, line: usize, column: usize) -> Place {
        Place {
            file: file.into(),
            line,
            column,
        }
    }

    fn shown(line: &str, column: usize) -> String {
        let error = Diagnosis {
            place: Some(place("a.toml", 1, column)),
            help: Some("mend it\nor not".into()),
            ..Diagnosis::coded(Code::new(21), "something is wrong")
        };
        error.shown(&Sources::default().with("a.toml", line), Paint::PLAIN)
    }

    #[test]
    fn an_error_shows_its_line_with_the_word_marked_and_its_help() {
        let expected = "\
error[P0021]: something is wrong
 --> a.toml:1:7
  |
1 | use = \"form-file\"
  |       ^^^^^^^^^^^
  help: mend it
  help: or not
";
        assert_eq!(shown("use = \"form-file\"", 7), expected);
    }

    #[test]
    fn a_word_ends_where_its_value_does() {
        let marked = |text: &str| word_len(&text.chars().collect::<Vec<_>>());
        assert_eq!(marked("path = 1"), 4);
        assert_eq!(marked("12, 3"), 2);
        assert_eq!(marked("'a b' c"), 5);
        assert_eq!(marked("\"open"), 5);
        assert_eq!(marked(""), 1);
    }

    #[test]
    fn a_long_line_is_shown_around_its_place() {
        let line = format!("{}form-file{}", "x ".repeat(200), " y".repeat(200));
        let text = shown(&line, 401);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[3].chars().count() < 120, "{text}");
        let at = lines[4].find('^').unwrap();
        let under: String = lines[3].chars().skip(at).take(9).collect();
        assert_eq!(under, "form-file", "{text}");
    }

    #[test]
    fn a_line_with_a_secret_in_it_is_not_shown() {
        let error = Diagnosis {
            place: Some(place("a.toml", 1, 1)),
            ..Diagnosis::new("wrong")
        };
        let sources = Sources::default().with("a.toml", "token = \"abc\"");
        assert!(error.shown(&sources, Paint::PLAIN).contains("abc"));
        let sources = sources.hiding(vec!["token".into()]);
        assert!(!error.shown(&sources, Paint::PLAIN).contains("abc"));
    }

    #[test]
    fn a_place_that_cannot_be_shown_is_told() {
        for (line, column) in [("", 1), ("a", 99), ("\t\u{7}", 2)] {
            assert!(shown(line, column).contains("--> a.toml:1:"));
        }
        let error = Diagnosis {
            place: Some(place("/nowhere/a.toml", 3, 1)),
            ..Diagnosis::new("gone")
        };
        assert_eq!(
            error.shown(&Sources::default(), Paint::PLAIN),
            "error: gone\n --> /nowhere/a.toml:3:1\n"
        );
    }
}
