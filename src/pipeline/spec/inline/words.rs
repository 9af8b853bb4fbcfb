use crate::pipeline::spec::place::Source;
use crate::pipeline::spec::{Mistake, Place, SpecError};

/// A word of a line, as a shell would split it.
pub(super) struct Word {
    pub(super) text: String,
    pub(super) place: Place,
    /// Where in the text a quote or an escape begins.
    quotes: Vec<usize>,
}

impl Word {
    /// Whether it is this mark, and not a text that looks like it.
    pub(super) fn is_mark(&self, mark: &str) -> bool {
        self.text == mark && self.is_bare()
    }

    /// Whether no part of it is quoted.
    pub(super) fn is_bare(&self) -> bool {
        self.quotes.is_empty()
    }

    /// Whether it names an option.
    pub(super) fn is_option(&self) -> bool {
        self.text.starts_with("--") && !self.quotes.contains(&0)
    }

    /// Whether a part of it from there on is quoted.
    pub(super) fn is_quoted_from(&self, at: usize) -> bool {
        self.quotes.iter().any(|quote| *quote >= at)
    }
}

/// Splits a line into words, as a shell does: at white space, except within
/// quotes and after a backslash.
pub(super) fn words(source: &Source<'_>, text: &str, errors: &mut Vec<SpecError>) -> Vec<Word> {
    let mut splitter = Splitter {
        source,
        characters: text.char_indices().peekable(),
        errors,
    };
    std::iter::from_fn(|| splitter.word()).collect()
}

struct Splitter<'a> {
    source: &'a Source<'a>,
    characters: std::iter::Peekable<std::str::CharIndices<'a>>,
    errors: &'a mut Vec<SpecError>,
}

impl Splitter<'_> {
    fn word(&mut self) -> Option<Word> {
        while self
            .characters
            .next_if(|(_, c)| c.is_whitespace())
            .is_some()
        {}
        let (start, _) = self.characters.peek()?;
        let mut word = Word {
            text: String::new(),
            place: self.source.place(*start),
            quotes: Vec::new(),
        };
        while let Some((at, c)) = self.characters.next_if(|(_, c)| !c.is_whitespace()) {
            match c {
                '\'' | '"' => {
                    word.quotes.push(word.text.len());
                    self.quoted(at, c, &mut word.text);
                }
                '\\' => {
                    word.quotes.push(word.text.len());
                    match self.characters.next() {
                        Some((_, c)) => word.text.push(c),
                        None => self.error(at, "the text ends in a backslash", "quote it: `'\\'`"),
                    }
                }
                c => word.text.push(c),
            }
        }
        Some(word)
    }

    fn quoted(&mut self, start: usize, quote: char, text: &mut String) {
        while let Some((_, c)) = self.characters.next() {
            match c {
                c if c == quote => return,
                '\\' if quote == '"' => {
                    let escaped = self.characters.next_if(|(_, c)| matches!(c, '"' | '\\'));
                    text.push(escaped.map_or('\\', |(_, c)| c));
                }
                c => text.push(c),
            }
        }
        self.error(
            start,
            "the quote is never closed",
            "close it where the text ends",
        );
    }

    fn error(&mut self, at: usize, text: &str, help: &str) {
        let error = SpecError::new(Mistake::Syntax, &self.source.place(at), text);
        self.errors.push(error.help(help));
    }
}

/// The text as one word that is read as a text.
pub(super) fn in_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
