use super::words::Word;
use crate::pipeline::spec::{Located, Mistake, Place, SpecError, Table, Value};

/// The options of one stage while its words are read.
#[derive(Default)]
pub(super) struct Options {
    /// The stage's own.
    pub(super) with: Table,
    /// Those with `--@`, which every stage has.
    pub(super) settings: Table,
}

impl Options {
    /// Takes an option from its word and, where it has no `=`, from the word
    /// behind it. Says how many words it took.
    pub(super) fn take(&mut self, words: &[Word], errors: &mut Vec<SpecError>) -> usize {
        let Some(word) = words.first() else { return 0 };
        let (name, value, taken) = match word.text.find('=') {
            Some(at) => {
                let value = &word.text[at + 1..];
                let value = literal(value, word.is_quoted_from(at + 1));
                (&word.text[2..at], Some((value, &word.place)), 1)
            }
            None => match words.get(1).filter(|next| is_value(next)) {
                Some(next) => {
                    let value = literal(&next.text, !next.is_bare());
                    (&word.text[2..], Some((value, &next.place)), 2)
                }
                None => (&word.text[2..], None, 1),
            },
        };
        if let Err(text) = self.set(name, value, &word.place) {
            errors.push(
                SpecError::new(Mistake::Syntax, &word.place, text)
                    .help("write `--name value`, `--table.name value` or `--@setting value`"),
            );
        }
        taken
    }

    fn set(
        &mut self,
        name: &str,
        value: Option<(Value, &Place)>,
        place: &Place,
    ) -> Result<(), String> {
        let (name, is_list) = match name.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (table, name) = match name.strip_prefix('@') {
            Some(name) => (&mut self.settings, name),
            None => (&mut self.with, name),
        };
        let parts: Vec<_> = name.split('.').collect();
        if !parts.iter().all(|part| is_key(part)) {
            return Err(format!("`--{name}` names no option"));
        }
        let value = match value {
            Some((value, place)) => Some(Located::new(value, place.clone())),
            None if is_list => None,
            // An option alone is a flag.
            None => Some(Located::new(Value::Bool(true), place.clone())),
        };
        insert(table, &parts, value, is_list, place)
            .ok_or_else(|| format!("`--{name}` is given as a value and as a table"))
    }
}

fn is_value(word: &Word) -> bool {
    !word.is_option() && !word.is_mark("!") && !word.is_mark(";")
}

/// Whether a key can be said in the name of an option.
pub(super) fn is_key(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !key.is_empty() && key.chars().all(plain)
}

/// What a word says: a text where it is quoted; otherwise a boolean or number
/// if it is written as we write them.
pub(in crate::pipeline::spec) fn literal(word: &str, is_quoted: bool) -> Value {
    let text = || Value::Text(word.to_owned());
    if is_quoted {
        return text();
    }
    let read = match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => match (word.parse::<i64>(), word.parse::<f64>()) {
            (Ok(integer), _) => Value::Integer(integer),
            (_, Ok(float)) => Value::Float(float),
            _ => return text(),
        },
    };
    // `007` and `1e3` stay texts, so that an option that wants one gets it.
    if read.to_string() == word {
        read
    } else {
        text()
    }
}

/// Adds a value under a path of keys; one more value makes a list of both.
/// `None` where a value and a table would stand in one place.
fn insert(
    table: &mut Table,
    path: &[&str],
    value: Option<Located<Value>>,
    is_list: bool,
    place: &Place,
) -> Option<()> {
    let (key, rest) = path.split_first()?;
    let at = table.iter().position(|(known, _)| known.value == *key);
    if let Some(at) = at {
        let known = &mut table[at].1;
        return match (&mut known.value, rest) {
            (Value::Table(table), [_, ..]) => insert(table, rest, value, is_list, place),
            (Value::Table(_), []) | (_, [_, ..]) => None,
            (Value::List(list), []) => {
                list.extend(value);
                Some(())
            }
            (_, []) => {
                let first = known.clone();
                let both = std::iter::once(first).chain(value).collect();
                *known = Located::new(Value::List(both), known.place.clone());
                Some(())
            }
        };
    }
    let new = match (rest, value) {
        ([_, ..], value) => {
            let mut inner = Table::new();
            insert(&mut inner, rest, value, is_list, place)?;
            Located::new(Value::Table(inner), place.clone())
        }
        ([], Some(value)) if !is_list => value,
        ([], value) => Located::new(Value::List(value.into_iter().collect()), place.clone()),
    };
    table.push((Located::new((*key).to_owned(), place.clone()), new));
    Some(())
}
