use std::collections::BTreeMap;

use super::{Located, Mistake, Place, SpecError, Value};
use crate::stage::nearest::did_you_mean;

/// What `${…}` stands for in values.
pub(super) struct Variables<'a> {
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
    /// The parameters of the module whose values these are.
    pub(super) params: Option<&'a Params>,
}

/// The parameters of a module. Those whose value is wrong have none.
pub(super) type Params = BTreeMap<String, Option<serde_json::Value>>;

/// A value with its variables filled in.
pub(super) struct Expanded {
    pub(super) value: Located<Value>,
    /// It has text in it that was no text in the spec: what type it is, the
    /// option decides; and errors do not repeat it.
    pub(super) is_foreign: bool,
}

impl Variables<'_> {
    /// Fills in the variables of a value; `None` if one is not there, which
    /// is told.
    pub(super) fn expand(
        &self,
        value: &Located<Value>,
        errors: &mut Vec<SpecError>,
    ) -> Option<Expanded> {
        let mut expanding = Expanding {
            variables: self,
            errors,
            is_foreign: false,
        };
        let value = expanding.value(value)?;
        Some(Expanded {
            value,
            is_foreign: expanding.is_foreign,
        })
    }
}

struct Expanding<'a, 'b> {
    variables: &'a Variables<'b>,
    errors: &'a mut Vec<SpecError>,
    is_foreign: bool,
}

/// A part of a text.
enum Part<'a> {
    Text(&'a str),
    Variable(&'a str),
}

impl Expanding<'_, '_> {
    fn value(&mut self, value: &Located<Value>) -> Option<Located<Value>> {
        let place = &value.place;
        let expanded = match &value.value {
            Value::Text(text) => self.text(text, place)?,
            // All parts are gone through, so that everything wrong is told.
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                Value::List(items.into_iter().collect::<Option<_>>()?)
            }
            Value::Table(table) => {
                let entries = table.iter();
                let entries: Vec<_> = entries
                    .map(|(key, value)| Some((key.clone(), self.value(value)?)))
                    .collect();
                Value::Table(entries.into_iter().collect::<Option<_>>()?)
            }
            other => other.clone(),
        };
        Some(Located::new(expanded, place.clone()))
    }

    fn text(&mut self, text: &str, place: &Place) -> Option<Value> {
        let parts = match parts(text) {
            Ok(parts) => parts,
            Err(help) => {
                let error = SpecError::new(Mistake::Variable, place, "`${` is never closed");
                self.errors.push(error.help(help));
                return None;
            }
        };
        if let [Part::Variable(name)] = parts[..]
            && let Some(param) = name.strip_prefix("param.")
        {
            let json = self.param(param, place)?;
            return Value::from_json(&json, place);
        }
        let mut expanded = Some(String::new());
        for part in parts {
            let part = match part {
                Part::Text(text) => Some(text.to_owned()),
                Part::Variable(name) => self.variable(name, place),
            };
            expanded = expanded.zip(part).map(|(before, part)| before + &part);
        }
        expanded.map(Value::Text)
    }

    fn variable(&mut self, name: &str, place: &Place) -> Option<String> {
        if let Some(param) = name.strip_prefix("param.") {
            return Some(match self.param(param, place)? {
                serde_json::Value::String(text) => text,
                other => other.to_string(),
            });
        }
        self.is_foreign = true;
        let value = (self.variables.environment)(name);
        if value.is_none() {
            let text = format!("the environment variable `{name}` is not set");
            let help = format!("set it, or write `$${{{name}}}` if the text itself is meant");
            self.errors
                .push(SpecError::new(Mistake::Variable, place, text).help(help));
        }
        value
    }

    fn param(&mut self, name: &str, place: &Place) -> Option<serde_json::Value> {
        let Some(params) = self.variables.params else {
            let text = format!("`${{param.{name}}}` stands outside of a module");
            let error = SpecError::new(Mistake::Variable, place, text);
            self.errors
                .push(error.help("only the stages of a module have its parameters"));
            return None;
        };
        if let Some(value) = params.get(name) {
            return value.clone();
        }
        let text = format!("the module has no parameter `{name}`");
        let mut error = SpecError::new(Mistake::Variable, place, text);
        error.help = did_you_mean(name, "parameters", params.keys().map(String::as_str));
        self.errors.push(error);
        None
    }
}

/// Takes a text apart at its variables; `$${` is `${` itself.
fn parts(text: &str) -> Result<Vec<Part<'_>>, &'static str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            parts.push(Part::Text(&rest[..at - 1]));
            parts.push(Part::Text("${"));
            rest = &rest[at + 2..];
            continue;
        }
        let end = rest[at..].find('}');
        let end = at + end.ok_or("close it with `}`, or write `$${` for the text itself")?;
        if at > 0 {
            parts.push(Part::Text(&rest[..at]));
        }
        parts.push(Part::Variable(&rest[at + 2..end]));
        rest = &rest[end + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}
