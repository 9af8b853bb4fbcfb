use super::value::{bare, quoted};
use super::{Located, ModuleSpec, ParamSpec, PipelineSpec, Settings, StageSpec, Table, Value};

impl PipelineSpec {
    /// The spec as TOML, which reads as the same spec.
    ///
    /// Overrides and the modules of included files are not part of it.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        if let Some(name) = &self.name {
            line(&mut text, "name", &quoted(&name.value));
        }
        if !self.include.is_empty() {
            line(&mut text, "include", &texts(&self.include));
        }
        let defaults = defaults(&self.defaults);
        if !defaults.is_empty() {
            header(&mut text, "[defaults]");
            for (key, value) in defaults {
                line(&mut text, key, &value.value.to_string());
            }
        }
        for stage in &self.stages {
            header(&mut text, "[[stage]]");
            print_stage(&mut text, stage);
        }
        for module in &self.modules {
            print_module(&mut text, module);
        }
        text
    }
}

fn header(text: &mut String, header: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(header);
    text.push('\n');
}

fn line(text: &mut String, key: &str, value: &str) {
    text.push_str(key);
    text.push_str(" = ");
    text.push_str(value);
    text.push('\n');
}

fn texts(texts: &[Located<String>]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| quoted(&text.value)).collect();
    format!("[{}]", texts.join(", "))
}

fn defaults(settings: &Settings) -> Vec<(&'static str, &Located<Value>)> {
    let named = [
        ("capacity", &settings.capacity),
        ("overflow", &settings.overflow),
        ("on-error", &settings.on_error),
    ];
    let given = named.into_iter();
    given
        .filter_map(|(key, value)| Some((key, value.as_ref()?)))
        .collect()
}

fn print_stage(text: &mut String, stage: &StageSpec) {
    line(text, "use", &quoted(&stage.uses.value));
    if let Some(name) = &stage.name {
        line(text, "name", &quoted(&name.value));
    }
    if let Some(inputs) = &stage.inputs {
        line(text, "inputs", &texts(inputs));
    }
    if !stage.with.is_empty() {
        line(text, "with", &inline_table(&stage.with));
    }
    let settings = &stage.settings;
    for (key, value) in [
        ("on-error", &settings.on_error),
        ("placement", &settings.placement),
        ("replicas", &settings.replicas),
    ] {
        if let Some(value) = value {
            line(text, key, &value.value.to_string());
        }
    }
    let edge = [
        ("capacity", &settings.capacity),
        ("overflow", &settings.overflow),
    ];
    let edge = edge.into_iter();
    let edge: Vec<_> = edge
        .filter_map(|(key, value)| Some(format!("{key} = {}", value.as_ref()?.value)))
        .collect();
    if !edge.is_empty() {
        line(text, "edge", &format!("{{ {} }}", edge.join(", ")));
    }
}

fn inline_table(table: &Table) -> String {
    Value::Table(table.clone()).to_string()
}

fn print_module(text: &mut String, module: &ModuleSpec) {
    let id = bare(&module.id.value);
    header(text, &format!("[module.{id}]"));
    if !module.params.is_empty() {
        let params: Vec<_> = module.params.iter().map(param).collect();
        line(text, "params", &format!("{{ {} }}", params.join(", ")));
    }
    if !module.inputs.is_empty() {
        line(text, "inputs", &texts(&module.inputs));
    }
    if !module.outputs.is_empty() {
        let outputs = module.outputs.iter();
        let outputs: Vec<_> = outputs
            .map(|(name, outlet)| format!("{} = {}", bare(&name.value), quoted(&outlet.value)))
            .collect();
        line(text, "outputs", &format!("{{ {} }}", outputs.join(", ")));
    }
    for stage in &module.stages {
        header(text, &format!("[[module.{id}.stage]]"));
        print_stage(text, stage);
    }
}

fn param(param: &ParamSpec) -> String {
    let mut text = format!(
        "{} = {{ type = {}",
        bare(&param.name.value),
        quoted(param.of.value.name())
    );
    if let Some(default) = &param.default {
        text.push_str(", default = ");
        text.push_str(&default.value.to_string());
    }
    if let Some(help) = &param.help {
        text.push_str(", help = ");
        text.push_str(&quoted(&help.value));
    }
    text.push_str(" }");
    text
}
