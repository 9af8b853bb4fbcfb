use serde_json::{Map, Value as Json};

/// An option of a stage, as its JSON Schema tells it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StageOption {
    /// Its name.
    pub(super) name: String,
    /// What its value is, such as `integer` or `file`; nothing for a flag.
    pub(super) value: Option<String>,
    /// Whether it must be given.
    pub(super) is_required: bool,
    /// What it is if it is not given.
    pub(super) default: Option<Json>,
    /// What it is for.
    pub(super) help: String,
    /// The values that it can have, each with its help, if they are few.
    pub(super) choices: Vec<(String, String)>,
    /// What its values are limited to.
    pub(super) limits: Option<String>,
    /// Whether it leads to something in the file system.
    pub(super) is_path: bool,
    schema: Map<String, Json>,
}

/// The options of a stage, those that must be given first.
pub(super) fn options(schema: &Json) -> Vec<StageOption> {
    let required = schema.get("required").and_then(Json::as_array);
    let is_required = |name: &str| {
        let names = required.into_iter().flatten();
        names
            .filter_map(Json::as_str)
            .any(|required| required == name)
    };
    let properties = schema.get("properties").and_then(Json::as_object);
    let properties = properties.into_iter().flatten();
    let mut options: Vec<_> = properties
        .map(|(name, schema)| StageOption::of(name, schema, is_required(name)))
        .collect();
    options.sort_by_key(|option| !option.is_required);
    options
}

impl StageOption {
    fn of(name: &str, schema: &Json, is_required: bool) -> Self {
        let outer = schema.as_object().cloned().unwrap_or_default();
        let inner = without_null(&outer).unwrap_or(&outer).clone();
        let text = |key: &str| outer.get(key).and_then(Json::as_str).unwrap_or_default();
        let default = outer.get("default").filter(|default| !default.is_null());
        let exists = inner.get("x-millpond-exists");
        Self {
            name: name.to_owned(),
            value: value(&inner),
            is_required,
            default: default.cloned(),
            help: text("description").to_owned(),
            choices: choices(&inner),
            limits: limits(&inner),
            is_path: exists.is_some() || ["path", "file", "folder", "dir"].contains(&name),
            schema: inner,
        }
    }

    /// `--name <value>`, as it is written on one line.
    pub(super) fn usage(&self) -> String {
        match &self.value {
            Some(value) => format!("--{} <{value}>", self.name),
            None => format!("--{}", self.name),
        }
    }

    /// A value that it can have, for examples.
    pub(super) fn example(&self) -> Json {
        let examples = self.schema.get("examples").and_then(Json::as_array);
        let given = examples.and_then(|examples| examples.first());
        if let Some(value) = given.or(self.default.as_ref()) {
            return value.clone();
        }
        if let Some((choice, _)) = self.choices.first() {
            return choice.as_str().into();
        }
        match self.value.as_deref() {
            None => true.into(),
            Some("integer" | "number") => {
                let least = ["minimum", "exclusiveMinimum"].into_iter();
                let least = least.filter_map(|key| self.schema.get(key)?.as_i64()).max();
                least.unwrap_or(0).max(1).into()
            }
            Some("file") => "input.jsonl".into(),
            Some("folder") => ".".into(),
            Some("duration") => "1s".into(),
            Some("table") => Json::Object(Map::new()),
            Some(list) if list.ends_with("..") => {
                let least = self.schema.get("minItems").and_then(Json::as_u64);
                let count = usize::try_from(least.unwrap_or(1))
                    .unwrap_or(1)
                    .clamp(1, 26);
                ('a'..='z').take(count).map(String::from).collect()
            }
            Some(_) if self.is_path => "output.jsonl".into(),
            Some(_) => self.name.as_str().into(),
        }
    }
}

/// The schema of the value where `null` may stand too.
fn without_null(schema: &Map<String, Json>) -> Option<&Map<String, Json>> {
    let choices = schema.get("anyOf").or(schema.get("oneOf"))?.as_array()?;
    let is_null = |choice: &&Json| choice.get("type") == Some(&"null".into());
    let mut others = choices.iter().filter(|choice| !is_null(choice));
    let (only, another) = (others.next()?, others.next());
    another.is_none().then(|| only.as_object()).flatten()
}

fn value(schema: &Map<String, Json>) -> Option<String> {
    let said = |key: &str| schema.get(key).and_then(Json::as_str);
    if let Some(exists) = said("x-millpond-exists") {
        return Some(match exists {
            "dir" => "folder".to_owned(),
            "any" => "path".to_owned(),
            file => file.to_owned(),
        });
    }
    if let Some(format) = said("x-millpond-format") {
        return Some(format.to_owned());
    }
    if !choices(schema).is_empty() {
        return Some("choice".to_owned());
    }
    Some(match json_type(schema) {
        Some("boolean") => return None,
        Some("integer") => "integer".to_owned(),
        Some("number") => "number".to_owned(),
        Some("string") => "text".to_owned(),
        Some("object") => "table".to_owned(),
        Some("array") => {
            let items = schema.get("items").and_then(Json::as_object);
            let item = items.and_then(value).unwrap_or_else(|| "value".to_owned());
            format!("{item}..")
        }
        _ => "value".to_owned(),
    })
}

fn json_type(schema: &Map<String, Json>) -> Option<&str> {
    match schema.get("type")? {
        Json::String(of) => Some(of),
        Json::Array(types) => {
            let mut types = types.iter().filter_map(Json::as_str);
            types.find(|of| *of != "null")
        }
        _ => None,
    }
}

/// The values of an enumeration, each with its help.
fn choices(schema: &Map<String, Json>) -> Vec<(String, String)> {
    let shown = |value: &Json| match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        let values = values.iter().filter(|value| !value.is_null());
        return values.map(|value| (shown(value), String::new())).collect();
    }
    let choices = schema.get("oneOf").or(schema.get("anyOf"));
    let Some(choices) = choices.and_then(Json::as_array) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for choice in choices {
        let help = choice.get("description").and_then(Json::as_str);
        if let Some(value) = choice.get("const") {
            found.push((shown(value), help.unwrap_or_default().to_owned()));
        } else if let Some(values) = choice.get("enum").and_then(Json::as_array) {
            found.extend(values.iter().map(|value| (shown(value), String::new())));
        } else {
            // Not all of it is an enumeration.
            return Vec::new();
        }
    }
    found
}

fn limits(schema: &Map<String, Json>) -> Option<String> {
    let bound = |key: &str| schema.get(key).filter(|bound| bound.is_number());
    // The range of the Rust type itself tells nobody anything.
    let is_own = json_type(schema) == Some("integer")
        && bound("maximum")
            .and_then(Json::as_f64)
            .is_some_and(|most| most >= 1e15);
    let least = bound("minimum").filter(|least| least.as_f64() != Some(0.0));
    let most = bound("maximum").filter(|_| !is_own);
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("at least {least}")),
        (None, Some(most)) => Some(format!("at most {most}")),
        (None, None) => match (bound("exclusiveMinimum"), bound("exclusiveMaximum")) {
            (Some(below), _) => Some(format!("more than {below}")),
            (None, Some(above)) => Some(format!("less than {above}")),
            (None, None) => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn only(property: &Json) -> StageOption {
        let schema = json!({ "properties": { "it": property }, "required": ["it"] });
        options(&schema).remove(0)
    }

    #[test]
    fn what_must_be_given_comes_first() {
        let schema = json!({
            "properties": { "a": { "type": "string" }, "b": { "type": "boolean" } },
            "required": ["b"],
        });
        let options = options(&schema);
        let usages: Vec<_> = options.iter().map(StageOption::usage).collect();
        assert_eq!(usages, ["--b", "--a <text>"]);
        assert!(options[0].is_required && !options[1].is_required);
    }

    #[test]
    fn a_value_is_named_by_what_it_is() {
        let named = |property| only(&property).value;
        assert_eq!(named(json!({ "type": "boolean" })), None);
        assert_eq!(
            named(json!({ "type": ["integer", "null"] })).unwrap(),
            "integer"
        );
        let list = json!({ "type": "array", "items": { "type": "number" } });
        assert_eq!(named(list).unwrap(), "number..");
        let file = json!({ "type": "string", "x-millpond-exists": "dir" });
        assert_eq!(named(file).unwrap(), "folder");
        let optional = json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] });
        assert_eq!(named(optional).unwrap(), "text");
        assert_eq!(named(json!(true)).unwrap(), "value");
    }

    #[test]
    fn an_enumeration_lists_its_values_with_their_help() {
        let option = only(&json!({ "oneOf": [
            { "const": "lines", "description": "One line each." },
            { "enum": ["json"] },
        ] }));
        let expected = [("lines", "One line each."), ("json", "")];
        assert_eq!(
            option.choices,
            expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        assert_eq!(option.example(), "lines");
    }

    #[test]
    fn limits_are_told_but_not_those_of_the_rust_type() {
        let limited = |property| only(&property).limits;
        let some = json!({ "type": "integer", "minimum": 1, "maximum": 8 });
        assert_eq!(limited(some).unwrap(), "1 to 8");
        let own = json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX });
        assert_eq!(limited(own), None);
        let above = json!({ "type": "number", "exclusiveMinimum": 0 });
        assert_eq!(limited(above).unwrap(), "more than 0");
    }

    #[test]
    fn an_example_is_a_value_that_the_schema_takes() {
        let example = |property| only(&property).example();
        assert_eq!(example(json!({ "type": "integer", "minimum": 4 })), 4);
        assert_eq!(example(json!({ "type": "string", "default": "x" })), "x");
        assert_eq!(example(json!({ "type": "boolean" })), true);
        let duration = json!({ "type": "string", "x-millpond-format": "duration" });
        assert_eq!(example(duration), "1s");
    }
}
