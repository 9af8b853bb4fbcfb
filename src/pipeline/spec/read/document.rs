use super::module;
use super::stage::{read_settings, read_stage};
use super::table::Fields;
use crate::pipeline::spec::{Mistake, PipelineSpec, SpecError, Table};

/// The keys of a spec.
const DOCUMENT_KEYS: [&str; 5] = ["name", "include", "defaults", "stage", "module"];

const DEFAULT_KEYS: [&str; 3] = ["capacity", "overflow", "on-error"];

/// Reads a whole spec.
pub(super) fn read(table: &Table, spec: &mut PipelineSpec) {
    let mut errors = Vec::new();
    let mut fields = Fields {
        table,
        errors: &mut errors,
    };
    fields.known("a spec", &DOCUMENT_KEYS);
    spec.name = fields.text("name");
    spec.include = fields.texts("include").unwrap_or_default();
    let defaults = fields.table("defaults");
    let stages = fields.tables("stage");
    let modules = fields.table("module");

    let mut fields = Fields {
        table: &defaults,
        errors: &mut errors,
    };
    fields.known("`[defaults]`", &DEFAULT_KEYS);
    spec.defaults = read_settings(&mut fields);
    spec.defaults.capacity = fields.value("capacity");
    spec.defaults.overflow = fields.value("overflow");
    let stages = stages.iter();
    spec.stages = stages.map(|stage| read_stage(stage, &mut errors)).collect();
    spec.modules = module::read_all(&modules, &mut errors);
    spec.faults.extend(errors);
}

/// Reads the modules and includes of a file that is included.
pub(super) fn read_included(table: &Table, into: &mut PipelineSpec) {
    let mut errors = Vec::new();
    for (key, _) in table {
        if ["name", "defaults", "stage"].contains(&key.value.as_str()) {
            let text = format!("a file that is included has no `{}`", key.value);
            errors.push(
                SpecError::new(Mistake::UnknownKey, &key.place, text)
                    .help("it may have `include` and `module`: put its stages into a module"),
            );
        }
    }
    let mut fields = Fields {
        table,
        errors: &mut errors,
    };
    fields.known("a spec", &DOCUMENT_KEYS);
    into.include = fields.texts("include").unwrap_or_default();
    let modules = fields.table("module");
    into.modules = module::read_all(&modules, &mut errors);
    into.faults.extend(errors);
}
