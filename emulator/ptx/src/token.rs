//! Cuts a text into tokens with their lines.

use crate::error::PtxError;

/// A word or a sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Token<'a> {
    /// Names, opcodes, numbers: whatever has no sign in it.
    Word(&'a str),
    /// What stood between quotes.
    Text(&'a str),
    Sign(char),
}

/// The tokens of a text, to be taken one after another.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    all: Vec<(Token<'a>, u32)>,
    next: usize,
}

impl<'a> Tokens<'a> {
    /// Cuts the whole text.
    pub(crate) fn of(text: &'a str) -> Result<Self, PtxError> {
        let mut all = Vec::new();
        let (mut rest, mut line) = (text, 1_u32);
        while let Some(first) = rest.chars().next() {
            let taken = match first {
                '\n' => {
                    line += 1;
                    1
                }
                '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
                '/' if rest.starts_with("/*") => {
                    let end = rest
                        .find("*/")
                        .ok_or_else(|| PtxError::new(line, "a comment that does not end"))?;
                    line += rest[..end].matches('\n').count() as u32;
                    end + 2
                }
                '"' => {
                    let end = rest[1..]
                        .find('"')
                        .ok_or_else(|| PtxError::new(line, "a text that does not end"))?;
                    all.push((Token::Text(&rest[1..=end]), line));
                    end + 2
                }
                _ if first.is_whitespace() || first == '\0' => first.len_utf8(),
                _ if is_word(first) => {
                    let end = word_end(rest);
                    all.push((Token::Word(&rest[..end]), line));
                    end
                }
                _ => {
                    all.push((Token::Sign(first), line));
                    first.len_utf8()
                }
            };
            rest = &rest[taken..];
        }
        Ok(Self { all, next: 0 })
    }

    /// Returns the line of the next token, or of the last one.
    pub(crate) fn line(&self) -> u32 {
        self.all
            .get(self.next)
            .or(self.all.last())
            .map_or(1, |token| token.1)
    }

    pub(crate) fn peek(&self) -> Option<Token<'a>> {
        self.all.get(self.next).map(|token| token.0)
    }

    pub(crate) fn take(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.next += 1;
        Some(token)
    }

    /// Takes the next token if it is this sign.
    pub(crate) fn accept(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(Token::Sign(sign));
        self.next += usize::from(found);
        found
    }

    /// Takes this sign.
    pub(crate) fn expect(&mut self, sign: char) -> Result<(), PtxError> {
        if self.accept(sign) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{sign}`")))
        }
    }

    /// Takes a word.
    pub(crate) fn word(&mut self, what: &str) -> Result<&'a str, PtxError> {
        match self.peek() {
            Some(Token::Word(word)) => {
                self.next += 1;
                Ok(word)
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// Takes all tokens of the line that the last token stood on.
    pub(crate) fn skip_line(&mut self) {
        let line = self.all[self.next.saturating_sub(1)].1;
        while self.next < self.all.len() && self.line() == line {
            self.next += 1;
        }
    }

    /// Says that something else was expected here.
    pub(crate) fn unexpected(&self, wanted: &str) -> PtxError {
        let found = match self.peek() {
            Some(Token::Word(word)) => format!("`{word}`"),
            Some(Token::Text(text)) => format!("\"{text}\""),
            Some(Token::Sign(sign)) => format!("`{sign}`"),
            None => "the end of the text".to_owned(),
        };
        PtxError::new(self.line(), format!("found {found} where {wanted} belongs"))
    }
}

/// `shared::cta` is one word, but `label:` is a word and a sign.
fn word_end(text: &str) -> usize {
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    if text[end..].starts_with("::") {
        end + 2 + word_end(&text[end + 2..])
    } else {
        end
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '%' | '.')
}
