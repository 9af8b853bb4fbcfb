use super::NotInline;
use super::options::{is_key, literal};
use super::words::in_quotes;
use crate::pipeline::spec::{Located, PipelineSpec, Settings, StageSpec, Table, Value};

impl PipelineSpec {
    /// The spec on one line, which [`parse_inline`](Self::parse_inline) reads
    /// as the same spec.
    ///
    /// # Errors
    ///
    /// The spec says what one line cannot: modules, defaults, a name, nested
    /// lists, or several inputs of a stage without a name.
    pub fn to_inline(&self) -> Result<String, NotInline> {
        let default = self.defaults != Settings::default();
        for (is_there, what) in [
            (self.name.is_some(), "the pipeline has a name"),
            (!self.include.is_empty(), "it includes files"),
            (default, "it has defaults"),
            (!self.modules.is_empty(), "it has modules"),
        ] {
            if is_there {
                return Err(NotInline::because(what));
            }
        }
        let mut text = String::new();
        let mut joins = Vec::new();
        for (index, stage) in self.stages.iter().enumerate() {
            let link = match &stage.inputs {
                None if index == 0 => "",
                None => " ! ",
                Some(_) if index == 0 && text.is_empty() => "; ",
                Some(_) => " ; ",
            };
            text.push_str(link);
            if let Some([first, others @ ..]) = stage.inputs.as_deref() {
                text.extend([reference(first)?.as_str(), " ! "]);
                for other in others {
                    let Some(name) = &stage.name else {
                        return Err(NotInline::because(
                            "a stage with several inputs has no name",
                        ));
                    };
                    joins.push(format!(" ; {} ! {}", reference(other)?, reference(name)?));
                }
            }
            print_stage(&mut text, stage)?;
        }
        text.extend(joins);
        Ok(text)
    }
}

/// A name or `name.port` as a word.
fn reference(input: &Located<String>) -> Result<String, NotInline> {
    let text = &input.value;
    match text.split_once('.') {
        None if is_key(text) => Ok(format!("{text}.")),
        Some((name, port)) if is_key(name) && is_key(port) => Ok(text.clone()),
        _ => Err(NotInline::because(format!("`{text}` is no reference"))),
    }
}

fn print_stage(text: &mut String, stage: &StageSpec) -> Result<(), NotInline> {
    text.push_str(&stage_word(&stage.uses.value));
    if let Some(name) = &stage.name {
        text.extend([" --@name ", &text_word(&name.value)]);
    }
    print_options(text, "", &stage.with)?;
    let settings = &stage.settings;
    for (key, value) in [
        ("on-error", &settings.on_error),
        ("placement", &settings.placement),
        ("replicas", &settings.replicas),
        ("capacity", &settings.capacity),
        ("overflow", &settings.overflow),
    ] {
        if let Some(value) = value {
            print_option(text, &format!("@{key}"), &value.value)?;
        }
    }
    Ok(())
}

fn print_options(text: &mut String, before: &str, table: &Table) -> Result<(), NotInline> {
    for (key, value) in table {
        if !is_key(&key.value) {
            return Err(NotInline::because(format!(
                "`{}` is no name of an option",
                key.value
            )));
        }
        print_option(text, &format!("{before}{}", key.value), &value.value)?;
    }
    Ok(())
}

fn print_option(text: &mut String, name: &str, value: &Value) -> Result<(), NotInline> {
    match value {
        Value::Bool(true) => text.extend([" --", name]),
        Value::List(items) => {
            // `[]` tells a list of one item, or of none, from its item.
            let many = if items.len() > 1 { "" } else { "[]" };
            if items.is_empty() {
                text.extend([" --", name, "[]"]);
            }
            for item in items {
                let word = word(&item.value)
                    .ok_or_else(|| NotInline::because(format!("`{name}` is a nested list")))?;
                text.extend([" --", name, many, "=", &word]);
            }
        }
        Value::Table(table) if table.is_empty() => {
            return Err(NotInline::because(format!("`{name}` is an empty table")));
        }
        Value::Table(table) => print_options(text, &format!("{name}."), table)?,
        value => {
            if let Some(word) = word(value) {
                text.extend([" --", name, " ", &word]);
            }
        }
    }
    Ok(())
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::List(_) | Value::Table(_) => None,
        Value::Text(text) => Some(text_word(text)),
        value => Some(value.to_string()),
    }
}

/// A text as a word that is read as this text.
fn text_word(text: &str) -> String {
    let is_text = matches!(literal(text, false), Value::Text(_));
    if is_text && is_plain(text) {
        text.to_owned()
    } else {
        in_quotes(text)
    }
}

/// A stage as a word that is read as a stage, and not as a reference.
fn stage_word(uses: &str) -> String {
    let is_reference = uses.contains('.') && !uses.contains('@');
    if is_plain(uses) && !is_reference {
        uses.to_owned()
    } else {
        in_quotes(uses)
    }
}

/// Whether a shell leaves the word as it is, and so do we.
fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@^=+,%".contains(c);
    !word.is_empty() && !word.starts_with("--") && word.chars().all(plain)
}
