//! Options against the JSON Schema of their stage.

mod all_of;
mod loose;
mod value;

pub(super) use value::Checking;
#[cfg(feature = "cli")]
pub(crate) use value::is_secret;

use std::path::Path;

use serde_json::{Map, Value as Json};

use super::variables::Expanded;
use super::{Located, Mistake, Place, SpecError, Value};
use crate::stage::config::exists;
use crate::stage::nearest::did_you_mean;

/// An option as it was given; nothing where its value could not be read.
pub(super) type Given = (Located<String>, Option<Expanded>);

/// The options of one stage.
pub(super) struct Options<'a> {
    /// The schema of them all.
    pub(super) schema: &'a Json,
    /// The id of the stage.
    pub(super) stage: &'a str,
    /// Where the stage stands.
    pub(super) place: &'a Place,
    /// They were written as words.
    pub(super) words: bool,
}

impl Options<'_> {
    /// Checks all options and gives them as JSON.
    ///
    /// What is wrong is told; `None` if anything is.
    pub(super) fn check(&self, given: &[Given], errors: &mut Vec<SpecError>) -> Option<Json> {
        let before = errors.len();
        let mut config = Map::new();
        let mut is_whole = true;
        let properties = self.schema.get("properties").and_then(Json::as_object);
        for (key, expanded) in given {
            let known = properties.and_then(|properties| properties.get(&key.value));
            let Some(schema) = known.or_else(|| value::additional(self.schema)) else {
                errors.push(self.unknown(key, properties));
                continue;
            };
            let Some(expanded) = expanded else {
                is_whole = false;
                continue;
            };
            let mut checking = Checking {
                root: self.schema,
                stage: Some(self.stage),
                is_loose: self.words || expanded.is_foreign,
                is_silent: expanded.is_foreign,
                errors: Vec::new(),
            };
            if let Some(json) = checking.value(schema, &expanded.value, &key.value) {
                config.insert(key.value.clone(), json);
            }
            errors.append(&mut checking.errors);
        }
        self.missing(given, properties, errors);
        (errors.len() == before && is_whole).then_some(Json::Object(config))
    }

    fn unknown(&self, key: &Located<String>, known: Option<&Map<String, Json>>) -> SpecError {
        let text = format!("`{}` has no option `{}`", self.stage, key.value);
        let mut error = SpecError::new(Mistake::UnknownOption, &key.place, text);
        let names = known.into_iter().flat_map(Map::keys).map(String::as_str);
        error.help = did_you_mean(&key.value, "options", names).or_else(|| {
            known
                .is_none_or(Map::is_empty)
                .then(|| "it has no options".to_owned())
        });
        error
    }

    fn missing(
        &self,
        given: &[Given],
        properties: Option<&Map<String, Json>>,
        errors: &mut Vec<SpecError>,
    ) {
        for name in required(self.schema) {
            if given.iter().any(|(key, _)| key.value == name) {
                continue;
            }
            let text = format!("`{}` needs the option `{name}`", self.stage);
            let mut error = SpecError::new(Mistake::MissingOption, self.place, text);
            let schema = properties.and_then(|properties| properties.get(name));
            let help = schema.and_then(|schema| schema.get("description")?.as_str());
            error.help = help.map(|help| format!("{name}: {}", first_line(help)));
            errors.push(error);
        }
    }
}

/// What is told of an option that serde refuses.
pub(super) fn refused(
    stage: &str,
    option: Option<&str>,
    reason: &str,
    given: &[Given],
    place: &Place,
) -> SpecError {
    let name = option.and_then(|path| path.split(['.', '[']).next());
    let key = name.and_then(|name| given.iter().find(|(key, _)| key.value == name));
    let place = key.map_or(place, |(key, expanded)| {
        expanded.as_ref().map_or(&key.place, |it| &it.value.place)
    });
    let is_foreign = |(_, expanded): &Given| expanded.as_ref().is_some_and(|it| it.is_foreign);
    // The reason may repeat the value.
    let reason = match key {
        Some(key) if is_foreign(key) => "its value is not one that it can have",
        None if given.iter().any(is_foreign) => "their values do not go together",
        _ => reason,
    };
    let text = match option {
        Some(option) => format!("option `{option}` of `{stage}`: {reason}"),
        None => format!("the options of `{stage}`: {reason}"),
    };
    SpecError::new(Mistake::OptionValue, place, text)
}

fn required(schema: &Json) -> impl Iterator<Item = &str> {
    let required = schema.get("required").and_then(Json::as_array);
    required.into_iter().flatten().filter_map(Json::as_str)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Why a path that must exist does not, by the kind that must be there.
fn path_fault(path: &str, kind: &str) -> Option<String> {
    let path = Path::new(path);
    match kind {
        "file" => exists::not_a_file(path),
        "dir" => exists::not_a_dir(path),
        _ => exists::nothing(path),
    }
}

/// What a value is called in an error.
fn shown(value: &Value) -> String {
    match value {
        Value::List(_) | Value::Table(_) => value.kind().to_owned(),
        scalar => format!("`{scalar}`"),
    }
}
