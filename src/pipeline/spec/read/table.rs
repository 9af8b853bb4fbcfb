use std::ops::Range;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::wrong_kind;
use crate::pipeline::spec::place::Source;
use crate::pipeline::spec::value::get;
use crate::pipeline::spec::{Located, Mistake, SpecError, Table, Value};
use crate::stage::nearest::{did_you_mean, nearest};

/// Reads TOML into values with places. What is no TOML is told and left out.
pub(in crate::pipeline::spec) fn parse_toml(
    file: &str,
    text: &str,
    errors: &mut Vec<SpecError>,
) -> Table {
    let source = Source::new(file, text);
    let (table, faults) = DeTable::parse_recoverable(text);
    for fault in faults {
        let at = fault.span().map_or(text.len(), |span| span.start);
        errors.push(SpecError::new(
            Mistake::Syntax,
            &source.place(at),
            fault.message(),
        ));
    }
    let mut reading = Reading {
        source: &source,
        errors,
    };
    reading.table(table.get_ref())
}

struct Reading<'a> {
    source: &'a Source<'a>,
    errors: &'a mut Vec<SpecError>,
}

impl Reading<'_> {
    fn located<T>(&self, span: &Range<usize>, value: T) -> Located<T> {
        Located::new(value, self.source.place(span.start))
    }

    fn table(&mut self, table: &DeTable<'_>) -> Table {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let located = |(key, value): (&Spanned<_>, _)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            let key = self.located(&key.span(), name.as_ref().to_owned());
            (key, self.value(value))
        };
        entries.into_iter().map(located).collect()
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>) -> Located<Value> {
        let read = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.clone().into_owned()),
            DeValue::Integer(integer) => self.integer(integer, &value.span()),
            DeValue::Float(float) => {
                // What the parser let through is a number of Rust as well.
                Value::Float(float.as_str().parse().unwrap_or(f64::NAN))
            }
            DeValue::Boolean(bool) => Value::Bool(*bool),
            DeValue::Datetime(time) => Value::Text(time.to_string()),
            DeValue::Array(list) => Value::List(list.iter().map(|it| self.value(it)).collect()),
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        self.located(&value.span(), read)
    }

    fn integer(&mut self, integer: &DeInteger<'_>, span: &Range<usize>) -> Value {
        let number = i64::from_str_radix(integer.as_str(), integer.radix());
        if number.is_err() {
            self.errors.push(SpecError::new(
                Mistake::Syntax,
                &self.source.place(span.start),
                "the integer does not fit into 64 bits",
            ));
        }
        Value::Integer(number.unwrap_or(0))
    }
}

/// Takes what a table says, by key, and tells what it should not say.
pub(super) struct Fields<'a> {
    pub(super) table: &'a Table,
    pub(super) errors: &'a mut Vec<SpecError>,
}

impl Fields<'_> {
    /// Tells every key that is not among these.
    pub(super) fn known(&mut self, of: &str, keys: &[&str]) {
        self.known_or(of, keys, None);
    }

    /// Tells every key that is not among these, with this help where none of
    /// them is near.
    pub(super) fn known_or(&mut self, of: &str, keys: &[&str], help: Option<&str>) {
        for (key, _) in self.table {
            if !keys.contains(&key.value.as_str()) {
                let text = format!("{of} has no key `{}`", key.value);
                let mut error = SpecError::new(Mistake::UnknownKey, &key.place, text);
                let is_near = !nearest(&key.value, keys.iter().copied()).is_empty();
                error.help = match help {
                    Some(help) if !is_near => Some(help.to_owned()),
                    _ => did_you_mean(&key.value, "keys", keys.iter().copied()),
                };
                self.errors.push(error);
            }
        }
    }

    pub(super) fn value(&self, key: &str) -> Option<Located<Value>> {
        get(self.table, key).cloned()
    }

    pub(super) fn text(&mut self, key: &str) -> Option<Located<String>> {
        let value = get(self.table, key)?;
        self.as_text(&format!("`{key}`"), value)
    }

    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<Located<String>>> {
        let value = get(self.table, key)?;
        let Value::List(items) = &value.value else {
            self.wrong(&format!("`{key}`"), "a list of texts", value);
            return None;
        };
        let what = format!("an item of `{key}`");
        let texts = items.iter().filter_map(|item| self.as_text(&what, item));
        Some(texts.collect())
    }

    /// The table under a key, which is empty where it is not given.
    pub(super) fn table(&mut self, key: &str) -> Table {
        match get(self.table, key) {
            None => Table::new(),
            Some(value) => {
                if let Value::Table(table) = &value.value {
                    return table.clone();
                }
                self.wrong(&format!("`{key}`"), "a table", value);
                Table::new()
            }
        }
    }

    /// The tables of `[[key]]`, each with its place.
    pub(super) fn tables(&mut self, key: &str) -> Vec<Located<Table>> {
        let Some(value) = get(self.table, key) else {
            return Vec::new();
        };
        let Value::List(items) = &value.value else {
            self.wrong(
                &format!("`{key}`"),
                &format!("a list of tables: write `[[{key}]]`"),
                value,
            );
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match &item.value {
                Value::Table(table) => tables.push(Located::new(table.clone(), item.place.clone())),
                _ => self.wrong(&format!("an item of `{key}`"), "a table", item),
            }
        }
        tables
    }

    fn as_text(&mut self, what: &str, value: &Located<Value>) -> Option<Located<String>> {
        if let Value::Text(text) = &value.value {
            return Some(Located::new(text.clone(), value.place.clone()));
        }
        self.wrong(what, "a text", value);
        None
    }

    pub(super) fn wrong(&mut self, what: &str, wanted: &str, value: &Located<Value>) {
        let text = wrong_kind(what, wanted, &value.value);
        self.errors
            .push(SpecError::new(Mistake::Setting, &value.place, text));
    }
}
