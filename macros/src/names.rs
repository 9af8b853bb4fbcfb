//! Names made from names.

use proc_macro2::{Ident, Span};

/// A name that the user's code neither sees nor hides.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// `parse_line` as `ParseLine`.
pub(crate) fn camel(snake: &str) -> String {
    snake
        .split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters)
        })
        .collect()
}

/// `parse_line` or `ParseLine` as `parse-line`.
pub(crate) fn kebab(name: &str) -> String {
    let mut kebab = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter == '_' || letter.is_uppercase() {
            if !kebab.is_empty() && !kebab.ends_with('-') {
                kebab.push('-');
            }
            kebab.extend(letter.to_lowercase().filter(|letter| *letter != '_'));
        } else {
            kebab.push(letter);
        }
    }
    kebab.trim_end_matches('-').to_owned()
}

/// `ParseLine` as `parse_line`.
pub(crate) fn snake(name: &str) -> String {
    kebab(name).replace('-', "_")
}

/// Whether a name is made of words of small letters and digits with single
/// hyphens between, the first letter first.
pub(crate) fn is_kebab(id: &str) -> bool {
    id.starts_with(|c: char| c.is_ascii_lowercase())
        && id.split('-').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

/// The known name that is least unlike `wrong`, if one is near.
pub(crate) fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|name| (distance(wrong, name), *name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 3)
        .min()
        .map(|(_, name)| name)
}

/// How many letters must change, come or go to make one from the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = corner + usize::from(letter != *other);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_name_becomes_a_type_name_and_an_id() {
        for (snake_name, camel_name, kebab_name) in [
            ("parse_line", "ParseLine", "parse-line"),
            ("words", "Words", "words"),
            ("to_utf8", "ToUtf8", "to-utf8"),
            ("_hidden", "Hidden", "hidden"),
        ] {
            assert_eq!(camel(snake_name), camel_name);
            assert_eq!(kebab(snake_name), kebab_name);
        }
        assert_eq!(kebab("ParseLine"), "parse-line");
        assert_eq!(snake("ParseLine"), "parse_line");
    }

    #[test]
    fn only_small_words_with_single_hyphens_are_kebab_case() {
        for id in ["parse", "parse-line", "to-utf8", "a-1"] {
            assert!(is_kebab(id), "{id}");
        }
        for id in [
            "",
            "Parse",
            "parse_line",
            "parse--line",
            "-parse",
            "parse-",
            "8bit",
            "é",
        ] {
            assert!(!is_kebab(id), "{id}");
        }
    }

    #[test]
    fn the_nearest_name_is_the_one_with_the_fewest_changes() {
        let known = ["id", "cost", "version", "concurrency"];
        assert_eq!(nearest("cots", &known), Some("cost"));
        assert_eq!(nearest("concurency", &known), Some("concurrency"));
        assert_eq!(nearest("versoin", &known), Some("version"));
        assert_eq!(nearest("placement", &known), None);
    }
}
