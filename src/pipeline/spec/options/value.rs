use serde_json::{Map, Value as Json};

use super::{loose, path_fault, required, shown};
use crate::pipeline::spec::inline::literal;
use crate::pipeline::spec::value::get;
use crate::pipeline::spec::{Located, Mistake, SpecError, Value};
use crate::stage::nearest::{did_you_mean, either};

/// The check of one option's or setting's value.
pub(in crate::pipeline::spec) struct Checking<'a> {
    /// Where references lead.
    pub(in crate::pipeline::spec) root: &'a Json,
    /// What has the option: a stage by its id; nothing for a setting.
    pub(in crate::pipeline::spec) stage: Option<&'a str>,
    /// The schema decides what type a word has.
    pub(in crate::pipeline::spec) is_loose: bool,
    /// The value is not repeated in errors.
    pub(in crate::pipeline::spec) is_silent: bool,
    pub(in crate::pipeline::spec) errors: Vec<SpecError>,
}

impl<'a> Checking<'a> {
    /// Checks a value and gives it as JSON; `None` if it is wrong.
    pub(in crate::pipeline::spec) fn value(
        &mut self,
        schema: &'a Json,
        value: &Located<Value>,
        path: &str,
    ) -> Option<Json> {
        let schema = self.resolved(schema);
        if let Some(schema) = schema.as_object().filter(|it| it.contains_key("allOf")) {
            return self.every(schema, value, path);
        }
        if let Some(choices) = alternatives(schema) {
            return self.alternative(choices, value, path);
        }
        if let Some(choices) = constants(schema) {
            return self.constant(&choices, value, path);
        }
        let value = self.typed(schema, value, path)?;
        match &value.value {
            Value::List(items) => self.list(schema, items, &value, path),
            Value::Table(_) => self.table(schema, &value, path),
            Value::Float(float) if !float.is_finite() => {
                self.wrong(&value, path, "is no finite number", None)
            }
            Value::Integer(_) | Value::Float(_) => self.number(schema, &value, path),
            Value::Text(text) => self.text(schema, text, &value, path),
            Value::Bool(_) => Some(value.value.to_json()),
        }
    }

    pub(super) fn resolved<'b>(&self, schema: &'b Json) -> &'b Json
    where
        'a: 'b,
    {
        let reference = schema.get("$ref").and_then(Json::as_str);
        let target = reference
            .and_then(|reference| reference.strip_prefix('#'))
            .and_then(|pointer| self.root.pointer(pointer));
        target.unwrap_or(schema)
    }

    /// The value, converted where words may be; `None` if it has another type.
    fn typed(
        &mut self,
        schema: &Json,
        value: &Located<Value>,
        path: &str,
    ) -> Option<Located<Value>> {
        let types = types(schema);
        if let Value::Text(text) = &value.value
            && self.is_silent
            && types.len() > 1
        {
            // Of several types, a word has the one that it looks like.
            return Some(Located::new(literal(text, false), value.place.clone()));
        }
        if types.is_empty() || types.iter().any(|of| is_of(&value.value, of)) {
            return Some(value.clone());
        }
        if self.is_loose {
            let converted = types.iter().find_map(|of| loose::convert(value, of));
            if let Some(converted) = converted {
                return Some(Located::new(converted, value.place.clone()));
            }
        }
        let wanted: Vec<_> = types.iter().map(|of| in_words(of)).collect();
        let wanted = wanted.join(" or ");
        let text = if self.is_silent {
            format!("is not {wanted}")
        } else if self.is_loose {
            format!("is `{}`, not {wanted}", self.said(schema, &value.value))
        } else {
            format!("is {}, not {wanted}", value.value.kind())
        };
        self.wrong(value, path, &text, None)?;
        None
    }

    fn number(&mut self, schema: &Json, value: &Located<Value>, path: &str) -> Option<Json> {
        let number = match value.value {
            #[expect(clippy::cast_precision_loss, reason = "bounds are small numbers")]
            Value::Integer(integer) => integer as f64,
            Value::Float(float) => float,
            _ => return None,
        };
        let bound = |name: &str| schema.get(name).and_then(Json::as_f64);
        let limit = |name: &str| schema.get(name).map(Json::to_string).unwrap_or_default();
        let fault = if bound("minimum").is_some_and(|least| number < least) {
            format!("at least {}", limit("minimum"))
        } else if bound("maximum").is_some_and(|most| number > most) {
            format!("at most {}", limit("maximum"))
        } else if bound("exclusiveMinimum").is_some_and(|below| number <= below) {
            format!("more than {}", limit("exclusiveMinimum"))
        } else if bound("exclusiveMaximum").is_some_and(|above| number >= above) {
            format!("less than {}", limit("exclusiveMaximum"))
        } else {
            return Some(value.value.to_json());
        };
        let said = self.said(schema, &value.value);
        self.wrong(
            value,
            path,
            &format!("is {said}, and must be {fault}"),
            None,
        )
    }

    fn text(
        &mut self,
        schema: &Json,
        text: &str,
        value: &Located<Value>,
        path: &str,
    ) -> Option<Json> {
        let length = text.chars().count();
        let bound = |name: &str| Some(schema.get(name)?.as_u64()?.try_into().unwrap_or(usize::MAX));
        if bound("minLength").is_some_and(|least: usize| length < least) {
            return self.wrong(value, path, "is too short", None);
        }
        if bound("maxLength").is_some_and(|most: usize| length > most) {
            return self.wrong(value, path, "is too long", None);
        }
        let exists = schema.get("x-millpond-exists").and_then(Json::as_str);
        if let Some(fault) = exists.and_then(|kind| path_fault(text, kind)) {
            let text = format!("{}: {fault}", self.subject(path));
            let error = SpecError::new(Mistake::Path, &value.place, text);
            self.errors
                .push(error.help("a path is seen from where the program is started"));
            return None;
        }
        Some(text.into())
    }

    fn list(
        &mut self,
        schema: &'a Json,
        items: &[Located<Value>],
        value: &Located<Value>,
        path: &str,
    ) -> Option<Json> {
        let bound = |name: &str| schema.get(name).and_then(Json::as_u64);
        let count = items.len() as u64;
        if let Some(least) = bound("minItems").filter(|least| count < *least) {
            return self.wrong(
                value,
                path,
                &format!("has {count} items, and needs {least}"),
                None,
            );
        }
        if let Some(most) = bound("maxItems").filter(|most| count > *most) {
            let text = format!("has {count} items, and may have {most}");
            return self.wrong(value, path, &text, None);
        }
        let has_twins = (1..items.len()).any(|at| items[..at].contains(&items[at]));
        if has_twins && schema.get("uniqueItems") == Some(&Json::Bool(true)) {
            return self.wrong(value, path, "has an item twice", None);
        }
        let of = schema.get("items");
        let places = schema.get("prefixItems").and_then(Json::as_array);
        let mut list = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let of = places.and_then(|places| places.get(index)).or(of);
            let path = format!("{path}[{index}]");
            list.push(match of {
                Some(of) => self.value(of, item, &path),
                None => Some(item.value.to_json()),
            });
        }
        list.into_iter()
            .collect::<Option<Vec<_>>>()
            .map(Json::Array)
    }

    fn table(&mut self, schema: &'a Json, value: &Located<Value>, path: &str) -> Option<Json> {
        let Value::Table(table) = &value.value else {
            return None;
        };
        let known = schema.get("properties").and_then(Json::as_object);
        let rest = additional(schema);
        if known.is_none() && schema.get("additionalProperties").is_none() {
            return Some(value.value.to_json());
        }
        let mut is_right = true;
        let mut checked = Map::new();
        for (key, item) in table {
            let path = format!("{path}.{}", key.value);
            let of = known.and_then(|known| known.get(&key.value)).or(rest);
            let json = match of {
                Some(of) => self.value(of, item, &path),
                None => self.unknown(key, &path, known),
            };
            match json {
                Some(json) => drop(checked.insert(key.value.clone(), json)),
                None => is_right = false,
            }
        }
        for name in required(schema).filter(|name| get(table, name).is_none()) {
            let text = format!(
                "{} has no `{name}`, which must be there",
                self.subject(path)
            );
            let mistake = match self.stage {
                Some(_) => Mistake::MissingOption,
                None => Mistake::MissingKey,
            };
            self.errors
                .push(SpecError::new(mistake, &value.place, text));
            is_right = false;
        }
        is_right.then_some(Json::Object(checked))
    }

    /// Tells a key that a table does not have.
    fn unknown(
        &mut self,
        key: &Located<String>,
        path: &str,
        known: Option<&Map<String, Json>>,
    ) -> Option<Json> {
        let (mistake, text) = match self.stage {
            Some(stage) => {
                let text = format!("`{stage}` has no option `{path}`");
                (Mistake::UnknownOption, text)
            }
            None => (Mistake::UnknownKey, format!("there is no setting `{path}`")),
        };
        let mut error = SpecError::new(mistake, &key.place, text);
        let names = known.into_iter().flat_map(Map::keys);
        error.help = did_you_mean(&key.value, "keys", names);
        self.errors.push(error);
        None
    }

    fn constant(&mut self, choices: &[&Json], value: &Located<Value>, path: &str) -> Option<Json> {
        let json = value.value.to_json();
        let fits = |choice: &&&Json| {
            let word = choice.as_str();
            **choice == &json
                || (self.is_loose && word.is_some_and(|word| word == value.value.to_string()))
        };
        if let Some(choice) = choices.iter().find(fits) {
            return Some((*choice).clone());
        }
        let names: Vec<_> = choices.iter().map(|choice| plain(choice)).collect();
        let text = if self.is_silent {
            format!("is not {}", either(&names))
        } else {
            format!("is {}, not {}", shown(&value.value), either(&names))
        };
        let near = match &value.value {
            Value::Text(text) => did_you_mean(text, "values", names.iter().map(String::as_str)),
            _ => None,
        };
        let near = near.filter(|help| help.starts_with("did"));
        self.wrong(value, path, &text, near)
    }

    /// The first alternative that the value fits. Of several that it does not
    /// fit, those of its type know best what is wrong.
    fn alternative(
        &mut self,
        choices: Vec<&'a Json>,
        value: &Located<Value>,
        path: &str,
    ) -> Option<Json> {
        let mut told: Option<Vec<SpecError>> = None;
        let mut wanted = Vec::new();
        for choice in choices {
            let choice = self.resolved(choice);
            let types = types(choice);
            if types.is_empty() && choice.get("type").is_some() {
                continue;
            }
            let mut inner = Checking {
                errors: Vec::new(),
                ..*self
            };
            if let Some(json) = inner.value(choice, value, path) {
                return Some(json);
            }
            let is_of_type = types.is_empty() || types.iter().any(|of| is_of(&value.value, of));
            if is_of_type
                && told
                    .as_ref()
                    .is_none_or(|told| inner.errors.len() < told.len())
            {
                told = Some(inner.errors);
            }
            wanted.extend(types.into_iter().map(in_words));
        }
        if let Some(errors) = told {
            self.errors.extend(errors);
            return None;
        }
        wanted.dedup();
        let text = format!("is {}, not {}", value.value.kind(), wanted.join(" or "));
        self.wrong(value, path, &text, None)
    }

    /// The value as it stands in an error.
    fn said(&self, schema: &Json, value: &Value) -> String {
        if self.is_silent || is_secret(schema) {
            "***".to_owned()
        } else {
            value.to_string()
        }
    }

    fn subject(&self, path: &str) -> String {
        match self.stage {
            Some(stage) => format!("option `{path}` of `{stage}`"),
            None => format!("`{path}`"),
        }
    }

    /// Tells what is wrong with the value.
    fn wrong(
        &mut self,
        value: &Located<Value>,
        path: &str,
        text: &str,
        help: Option<String>,
    ) -> Option<Json> {
        let text = format!("{} {text}", self.subject(path));
        let mistake = match self.stage {
            Some(_) => Mistake::OptionValue,
            None => Mistake::Setting,
        };
        let mut error = SpecError::new(mistake, &value.place, text);
        error.help = help;
        self.errors.push(error);
        None
    }
}

/// The schema of keys that are not named, if there may be any.
pub(super) fn additional(schema: &Json) -> Option<&Json> {
    let rest = schema.get("additionalProperties")?;
    (rest != &Json::Bool(false)).then_some(rest)
}

fn alternatives(schema: &Json) -> Option<Vec<&Json>> {
    let mut choices = ["oneOf", "anyOf"].into_iter();
    let choices = choices.find_map(|key| schema.get(key)?.as_array())?;
    // An enumeration with a description for each value is one of constants.
    let is_enumeration = choices.iter().all(|choice| constants(choice).is_some());
    (!is_enumeration).then(|| choices.iter().collect())
}

fn constants(schema: &Json) -> Option<Vec<&Json>> {
    if let Some(constant) = schema.get("const") {
        return Some(vec![constant]);
    }
    if let Some(choices) = schema.get("enum").and_then(Json::as_array) {
        return Some(choices.iter().collect());
    }
    let choices = schema.get("oneOf").or(schema.get("anyOf"))?.as_array()?;
    let constants: Vec<_> = choices.iter().map(constants).collect::<Option<_>>()?;
    Some(constants.into_iter().flatten().collect())
}

fn types(schema: &Json) -> Vec<&str> {
    match schema.get("type") {
        Some(Json::String(of)) => vec![of],
        Some(Json::Array(types)) => {
            let types = types.iter().filter_map(Json::as_str);
            types.filter(|of| *of != "null").collect()
        }
        _ => Vec::new(),
    }
}

fn is_of(value: &Value, of: &str) -> bool {
    matches!(
        (value, of),
        (Value::Bool(_), "boolean")
            | (Value::Integer(_), "integer" | "number")
            | (Value::Float(_), "number")
            | (Value::Text(_), "string")
            | (Value::List(_), "array")
            | (Value::Table(_), "object")
    )
}

fn in_words(of: &str) -> &str {
    match of {
        "boolean" => "a boolean",
        "integer" => "an integer",
        "number" => "a number",
        "string" => "a text",
        "array" => "a list",
        "object" => "a table",
        other => other,
    }
}

fn plain(json: &Json) -> String {
    json.as_str()
        .map_or_else(|| json.to_string(), str::to_owned)
}

/// Whether the value of this schema must not be shown.
pub(crate) fn is_secret(schema: &Json) -> bool {
    let is = |key: &str| schema.get(key) == Some(&Json::Bool(true));
    is("writeOnly") || is("x-millpond-secret") || schema.get("format") == Some(&"password".into())
}
