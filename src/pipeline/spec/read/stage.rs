use super::table::Fields;
use crate::pipeline::spec::value::get;
use crate::pipeline::spec::{Located, Mistake, Settings, SpecError, StageSpec, Table};

/// The keys of a stage.
const STAGE_KEYS: [&str; 8] = [
    "use",
    "name",
    "inputs",
    "with",
    "on-error",
    "placement",
    "replicas",
    "edge",
];

/// The keys of the edge after a stage.
const EDGE_KEYS: [&str; 2] = ["capacity", "overflow"];

/// Reads a stage. One that does not say which it is stays in its place, so
/// that those behind it are not read as if it were not there.
pub(super) fn read_stage(stage: &Located<Table>, errors: &mut Vec<SpecError>) -> StageSpec {
    let mut fields = Fields {
        table: &stage.value,
        errors,
    };
    fields.known_or("a stage", &STAGE_KEYS, Some("options stand under `with`"));
    let said = fields.table.iter().any(|(key, _)| key.value == "use");
    let uses = fields.text("use");
    if !said {
        fields.errors.push(
            SpecError::new(Mistake::MissingKey, &stage.place, "the stage has no `use`")
                .help("say which stage it is: `use = \"parse-json\"`"),
        );
    }
    let mut settings = read_settings(&mut fields);
    let name = fields.text("name");
    let inputs = fields.texts("inputs");
    let with = fields.table("with");
    let edge = fields.table("edge");
    let mut fields = Fields {
        table: &edge,
        errors,
    };
    fields.known("an edge", &EDGE_KEYS);
    settings.capacity = fields.value("capacity");
    settings.overflow = fields.value("overflow");
    let unsaid = || match get(&stage.value, "use") {
        Some(value) => Located::new(String::new(), value.place.clone()),
        None => Located::new(String::new(), stage.place.clone()),
    };
    StageSpec {
        uses: uses.unwrap_or_else(unsaid),
        name,
        inputs,
        with,
        words: false,
        settings,
    }
}

/// Reads the settings that are not those of an edge.
pub(super) fn read_settings(fields: &mut Fields<'_>) -> Settings {
    Settings {
        on_error: fields.value("on-error"),
        placement: fields.value("placement"),
        replicas: fields.value("replicas"),
        capacity: None,
        overflow: None,
    }
}
