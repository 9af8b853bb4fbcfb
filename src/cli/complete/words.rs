/// A word of a command line that is being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// As it is written.
    pub(super) raw: String,
    /// What it means.
    pub(super) text: String,
    /// Its quote has not been closed yet.
    pub(super) is_open: bool,
}

/// The words of a line, as shells split it; the last one is that at the
/// cursor, which may be empty.
pub(super) fn split(line: &str) -> Vec<Word> {
    let mut words = vec![Word::default()];
    let mut quote = None;
    let mut is_escaped = false;
    for c in line.chars() {
        let is_blank = c.is_whitespace() && quote.is_none() && !is_escaped;
        let Some(word) = words.last_mut() else {
            return words;
        };
        if is_blank {
            if !word.raw.is_empty() {
                words.push(Word::default());
            }
            continue;
        }
        word.raw.push(c);
        match (quote, c) {
            _ if is_escaped => {
                word.text.push(c);
                is_escaped = false;
            }
            (None | Some('"'), '\\') => is_escaped = true,
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (_, c) => word.text.push(c),
        }
        word.is_open = quote.is_some();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        split(line).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_end_at_blanks_outside_of_quotes() {
        assert_eq!(
            texts("run  a\\ b 'c d' \"e\\\"f\" g"),
            ["run", "a b", "c d", "e\"f", "g"]
        );
        assert_eq!(texts("run "), ["run", ""]);
        assert_eq!(texts(""), [""]);
    }

    #[test]
    fn an_open_quote_is_told_and_the_word_kept_as_written() {
        let words = split("run 'a b");
        assert_eq!((words[1].raw.as_str(), words[1].is_open), ("'a b", true));
        assert!(!split("run 'a b'")[1].is_open);
    }
}
