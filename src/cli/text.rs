//! Text, and doc comments as people read them in a terminal.

use std::fmt::{Arguments, Write as _};

/// Adds to a text.
pub(super) fn add(text: &mut String, added: Arguments<'_>) {
    // Writing to a text cannot fail.
    text.write_fmt(added).unwrap_or_default();
}

/// The first sentence of a doc comment.
pub(super) fn first_sentence(docs: &str) -> String {
    let docs = plain(docs);
    let paragraph = docs.split("\n\n").next().unwrap_or_default();
    let paragraph = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    match paragraph.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => paragraph,
    }
}

/// A doc comment without what is for readers of Rust: links become their
/// texts, and the examples are left out.
pub(super) fn plain(docs: &str) -> String {
    let mut kept = Vec::new();
    let mut is_in_examples = false;
    let mut is_in_code = false;
    for line in docs.lines() {
        if line.trim_start().starts_with("```") {
            is_in_code = !is_in_code;
        } else if !is_in_code && line.starts_with('#') {
            let heading = line.trim_start_matches('#').trim();
            is_in_examples = matches!(heading, "Examples" | "Example");
        }
        if !is_in_examples {
            kept.push(if is_in_code {
                line.to_owned()
            } else {
                unlinked(line)
            });
        }
    }
    kept.join("\n").trim().to_owned()
}

/// `[text](target)` and `[text]` as `text`.
fn unlinked(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('[') {
        let Some(end) = rest[start..].find(']').map(|end| start + end) else {
            break;
        };
        let label = &rest[start + 1..end];
        let after = &rest[end + 1..];
        let target = after.strip_prefix('(').and_then(|target| target.find(')'));
        let is_link = target.is_some() || (label.starts_with('`') && label.ends_with('`'));
        text.push_str(&rest[..start]);
        if is_link {
            text.push_str(label);
        } else {
            text.push_str(&rest[start..=end]);
        }
        rest = target.map_or(after, |target| &after[target + 2..]);
    }
    text + rest
}

/// The text in lines of at most `width` characters, where words allow it.
/// Paragraphs are kept, and so is what is indented or code.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut is_open = false;
    let mut is_in_code = false;
    for line in text.lines() {
        let is_fence = line.trim_start().starts_with("```");
        is_in_code ^= is_fence;
        let is_list = ["- ", "* ", "| ", "#"]
            .iter()
            .any(|mark| line.starts_with(mark));
        if is_fence || is_in_code || is_list || line.trim().is_empty() || line.starts_with("  ") {
            lines.push(line.trim_end().to_owned());
            is_open = line.starts_with("- ") || line.starts_with("* ");
            continue;
        }
        for word in line.split_whitespace() {
            match lines.last_mut() {
                Some(last) if is_open && last.chars().count() + word.chars().count() < width => {
                    last.push(' ');
                    last.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
            is_open = true;
        }
    }
    lines
}

/// The text, cut to `width` characters with a mark that it goes on.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_their_texts_and_examples_are_left_out() {
        let docs = "Reads [lines](super::Lines) and [`Json`] of a[0].\n\n# Errors\n\nNone.\n\n\
                    # Examples\n\n```\n# use a;\n```";
        assert_eq!(
            plain(docs),
            "Reads lines and `Json` of a[0].\n\n# Errors\n\nNone."
        );
        assert_eq!(unlinked("an [open bracket"), "an [open bracket");
    }

    #[test]
    fn the_first_sentence_stands_on_one_line() {
        assert_eq!(
            first_sentence("Reads a\nfile. And more.\n\nMore."),
            "Reads a file."
        );
        assert_eq!(first_sentence(""), "");
    }

    #[test]
    fn lines_are_filled_and_paragraphs_kept() {
        let text = "one two three\nfour\n\nfive\n- six\nseven\n```\na    b\n```";
        assert_eq!(
            wrapped(text, 10),
            [
                "one two",
                "three four",
                "",
                "five",
                "- six",
                "seven",
                "```",
                "a    b",
                "```"
            ]
        );
    }

    #[test]
    fn a_text_that_is_cut_shows_it() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcd efgh", 6), "abcd…");
    }
}
