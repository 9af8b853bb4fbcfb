use super::last_part;
use super::stage::read_stage;
use super::table::Fields;
use crate::pipeline::spec::value::get;
use crate::pipeline::spec::{
    Located, Mistake, ModuleSpec, ParamSpec, ParamType, SpecError, Table, Value,
};
use crate::stage::nearest::{did_you_mean, either};

/// The keys of a module.
const MODULE_KEYS: [&str; 4] = ["params", "inputs", "outputs", "stage"];

/// The keys of a parameter.
const PARAM_KEYS: [&str; 3] = ["type", "default", "help"];

/// Reads the modules of `[module.…]`.
pub(super) fn read_all(modules: &Table, errors: &mut Vec<SpecError>) -> Vec<ModuleSpec> {
    let mut read = Vec::new();
    for (id, value) in modules {
        match &value.value {
            Value::Table(table) => read.push(read_module(id, table, errors)),
            _ => Fields {
                table: modules,
                errors,
            }
            .wrong(&format!("module `{}`", id.value), "a table", value),
        }
    }
    read
}

fn read_module(id: &Located<String>, table: &Table, errors: &mut Vec<SpecError>) -> ModuleSpec {
    let mut fields = Fields { table, errors };
    fields.known("a module", &MODULE_KEYS);
    let params = fields.table("params");
    let inputs = fields.texts("inputs").unwrap_or_default();
    let outputs = read_outputs(&mut fields);
    let stages = fields.tables("stage");
    let params = params.iter();
    ModuleSpec {
        id: id.clone(),
        inputs,
        outputs,
        params: params
            .filter_map(|(name, value)| read_param(name, value, errors))
            .collect(),
        stages: stages
            .iter()
            .map(|stage| read_stage(stage, errors))
            .collect(),
    }
}

/// The outputs: a list of outlets, each under its own name, or a table.
fn read_outputs(fields: &mut Fields<'_>) -> Vec<(Located<String>, Located<String>)> {
    let is_table = |value: &Located<Value>| matches!(value.value, Value::Table(_));
    if !get(fields.table, "outputs").is_some_and(is_table) {
        let outputs = fields.texts("outputs").unwrap_or_default().into_iter();
        let named = outputs.map(|outlet| {
            let name = last_part(&outlet.value).to_owned();
            (Located::new(name, outlet.place.clone()), outlet)
        });
        return named.collect();
    }
    let table = fields.table("outputs");
    let mut fields = Fields {
        table: &table,
        errors: fields.errors,
    };
    let outputs = table
        .iter()
        .filter_map(|(name, _)| Some((name.clone(), fields.text(&name.value)?)));
    outputs.collect()
}

fn read_param(
    name: &Located<String>,
    value: &Located<Value>,
    errors: &mut Vec<SpecError>,
) -> Option<ParamSpec> {
    let Value::Table(table) = &value.value else {
        let text = format!(
            "parameter `{}` is {}, not a table",
            name.value,
            value.value.kind()
        );
        errors.push(
            SpecError::new(Mistake::Setting, &value.place, text)
                .help("write `{ type = \"integer\", default = 3 }`"),
        );
        return None;
    };
    let mut fields = Fields { table, errors };
    fields.known("a parameter", &PARAM_KEYS);
    let Some(of) = fields.value("type") else {
        let text = format!("parameter `{}` has no `type`", name.value);
        let error = SpecError::new(Mistake::MissingKey, &name.place, text);
        let types = ParamType::ALL.map(ParamType::name);
        errors.push(error.help(format!("it is {}", either(&types))));
        return None;
    };
    let text = fields.text("type")?;
    let help = fields.text("help");
    let default = fields.value("default");
    let known = ParamType::ALL
        .into_iter()
        .find(|it| it.name() == text.value);
    if known.is_none() {
        let said = format!("parameters have no type `{}`", text.value);
        let mut error = SpecError::new(Mistake::Setting, &text.place, said);
        error.help = did_you_mean(&text.value, "types", ParamType::ALL.map(ParamType::name));
        errors.push(error);
    }
    Some(ParamSpec {
        name: name.clone(),
        of: Located::new(known?, of.place),
        default,
        help,
    })
}
