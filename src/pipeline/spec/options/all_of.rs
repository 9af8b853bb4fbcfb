use serde_json::{Map, Value as Json};

use super::Checking;
use crate::pipeline::spec::{Located, Value};

impl Checking<'_> {
    /// Checks a value that must fit a schema and all of its `allOf`.
    ///
    /// They are put together first, since one may have the type and another
    /// the bounds. What two of them say differently is checked one by one.
    pub(super) fn every(
        &mut self,
        schema: &Map<String, Json>,
        value: &Located<Value>,
        path: &str,
    ) -> Option<Json> {
        let mut whole = Map::new();
        let mut differing = Vec::new();
        let mut own = schema.clone();
        let parts = own.remove("allOf");
        let parts = parts
            .as_ref()
            .and_then(Json::as_array)
            .into_iter()
            .flatten();
        let parts = parts.filter_map(|part| self.resolved(part).as_object());
        for part in std::iter::once(&own).chain(parts) {
            if !join(&mut whole, part) {
                differing.push(Json::Object(part.clone()));
            }
        }
        let json = self.within(&Json::Object(whole), value, path)?;
        let fits = differing
            .iter()
            .all(|part| self.within(part, value, path).is_some());
        fits.then_some(json)
    }

    fn within(&mut self, schema: &Json, value: &Located<Value>, path: &str) -> Option<Json> {
        let mut inner = Checking {
            errors: Vec::new(),
            ..*self
        };
        let json = inner.value(schema, value, path);
        let errors = inner.errors;
        self.errors.extend(errors);
        json
    }
}

/// Adds to `whole` what `part` says; `false` if they differ in something.
fn join(whole: &mut Map<String, Json>, part: &Map<String, Json>) -> bool {
    let mut agree = true;
    for (key, said) in part {
        match (key.as_str(), whole.get_mut(key), said) {
            (_, None, _) => drop(whole.insert(key.clone(), said.clone())),
            ("required" | "allOf", Some(Json::Array(all)), Json::Array(more)) => {
                all.extend(more.iter().cloned());
            }
            ("properties", Some(Json::Object(all)), Json::Object(more)) => {
                for (name, option) in more {
                    let both = |one: &Json| serde_json::json!({ "allOf": [one, option] });
                    let joined = all.get(name).map_or_else(|| option.clone(), both);
                    all.insert(name.clone(), joined);
                }
            }
            ("title" | "description" | "default" | "examples", Some(_), _) => {}
            (_, Some(known), said) => agree &= known == said,
        }
    }
    agree
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pipeline::spec::Place;

    /// The value as JSON, or how many errors it has.
    fn checked(schema: &Json, value: Value) -> Result<Json, usize> {
        let mut checking = Checking {
            root: schema,
            stage: Some("it"),
            is_loose: true,
            is_silent: false,
            errors: Vec::new(),
        };
        let place = Place {
            file: "a.toml".into(),
            line: 1,
            column: 1,
        };
        let json = checking.value(schema, &Located::new(value, place), "option");
        assert_eq!(json.is_none(), !checking.errors.is_empty());
        json.ok_or(checking.errors.len())
    }

    #[test]
    fn a_value_fits_all_of_them_and_not_one() {
        let schema = json!({
            "$defs": { "Small": { "maximum": 9 } },
            "allOf": [{ "type": "integer" }, { "minimum": 2 }, { "$ref": "#/$defs/Small" }]
        });
        assert_eq!(checked(&schema, Value::Integer(7)), Ok(json!(7)));
        assert_eq!(checked(&schema, Value::Text("7".into())), Ok(json!(7)));
        for wrong in [
            Value::Integer(1),
            Value::Integer(10),
            Value::Text("x".into()),
        ] {
            assert_eq!(checked(&schema, wrong), Err(1));
        }
    }

    #[test]
    fn what_two_of_them_say_differently_is_checked_for_both() {
        let schema = json!({ "type": "integer", "minimum": 2, "allOf": [{ "minimum": 5 }] });
        assert_eq!(checked(&schema, Value::Integer(5)), Ok(json!(5)));
        assert_eq!(checked(&schema, Value::Integer(3)), Err(1));
        assert_eq!(checked(&schema, Value::Integer(1)), Err(1));
    }
}
