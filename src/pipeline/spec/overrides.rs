use std::collections::BTreeSet;

use super::inline::literal;
use super::{
    Located, Mistake, Override, PipelineSpec, Place, Settings, SpecError, StageSpec, Table, Value,
};
use crate::stage::nearest::did_you_mean;

/// What an environment variable that sets an option begins with.
const PREFIX: &str = "MILLPOND_SET_";

/// What the places of options call their file that were set with `--set`.
const SET: &str = "--set";

impl PipelineSpec {
    /// Sets an option from outside: `stage.option=value`, as `--set` says it.
    ///
    /// The stage is named as in the pipeline, within modules by its whole name
    /// (`ingest/parse`); dots lead into tables, and `@` before the option
    /// means a setting, such as `parse.@capacity=8`. The option decides of
    /// what type the value is. A later value wins over an earlier one.
    ///
    /// # Errors
    ///
    /// The text has no `=`, or no option before it. Whether there is such a
    /// stage is told when the spec is checked.
    pub fn set(&mut self, assignment: &str) -> Result<(), SpecError> {
        let before = self.overrides.iter().map(|one| &*one.stage.place.file);
        let place = Place {
            file: SET.into(),
            // Each is a line of its own.
            line: before.filter(|file| *file == SET).count() + 1,
            column: 1,
        };
        let parts = assignment.split_once('=');
        let parts = parts.and_then(|(target, word)| Some((target.split_once('.')?, word)));
        let Some(((stage, option), word)) = parts else {
            // What follows may be a secret.
            let shown = assignment.split('=').next().unwrap_or_default();
            let text = format!("`{shown}` sets no option");
            let error = SpecError::new(Mistake::Override, &place, text);
            return Err(error.help("write `stage.option=value`"));
        };
        self.overrides.push(Override {
            stage: Located::new(stage.to_owned(), place),
            option: option.to_owned(),
            word: word.to_owned(),
        });
        Ok(())
    }

    /// Sets options from environment variables; others are passed over.
    ///
    /// `MILLPOND_SET_PARSE__MAX_ITEMS=64` sets the option `max-items` of the
    /// stage `parse`: upper case, `_` for `-`, and `__` before the option and
    /// for the `/` of names within modules.
    pub fn set_from(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        let mut named: Vec<_> = variables.into_iter().collect();
        // The environment has no order, and a result should not have either.
        named.sort();
        for (name, word) in named {
            let target = name.strip_prefix(PREFIX);
            let Some((stage, option)) = target.and_then(|target| target.rsplit_once("__")) else {
                continue;
            };
            let place = Place {
                file: name.as_str().into(),
                line: 1,
                column: 1,
            };
            let kebab = |name: &str| name.to_lowercase().replace("__", "/").replace('_', "-");
            self.overrides.push(Override {
                stage: Located::new(kebab(stage), place),
                option: kebab(option),
                word,
            });
        }
    }
}

/// The overrides of a spec while its stages are gone through.
pub(super) struct Overrides<'a> {
    all: &'a [Override],
    used: Vec<bool>,
}

/// The options and settings of a stage with the overrides in place.
pub(super) struct Overridden {
    pub(super) with: Table,
    pub(super) settings: Settings,
    /// The options that were set from outside.
    pub(super) set: BTreeSet<String>,
    pub(super) sets_settings: bool,
}

impl<'a> Overrides<'a> {
    pub(super) fn of(spec: &'a PipelineSpec) -> Self {
        Self {
            all: &spec.overrides,
            used: vec![false; spec.overrides.len()],
        }
    }

    /// Puts the overrides of the stage of this full name in place.
    pub(super) fn apply(
        &mut self,
        name: &str,
        stage: &StageSpec,
        errors: &mut Vec<SpecError>,
    ) -> Overridden {
        let mut result = Overridden {
            with: stage.with.clone(),
            settings: stage.settings.clone(),
            set: BTreeSet::new(),
            sets_settings: false,
        };
        for (one, used) in self.all.iter().zip(&mut self.used) {
            if one.stage.value != name {
                continue;
            }
            *used = true;
            let place = &one.stage.place;
            let value = Located::new(literal(&one.word, false), place.clone());
            if let Some(setting) = one.option.strip_prefix('@') {
                result.sets_settings = true;
                let text = format!("there is no setting `@{setting}`");
                match slot(&mut result.settings, setting) {
                    Some(slot) => *slot = Some(value),
                    None => errors.push(SpecError::new(Mistake::Override, place, text)),
                }
                continue;
            }
            let path: Vec<_> = one.option.split('.').collect();
            result.set.insert(path[0].to_owned());
            replace(&mut result.with, &path, value);
        }
        result
    }

    /// Tells the overrides that no stage has taken.
    pub(super) fn unused(&self, names: &[String], errors: &mut Vec<SpecError>) {
        for (one, _) in self.all.iter().zip(&self.used).filter(|(_, used)| !**used) {
            let text = format!("no stage is called `{}`", one.stage.value);
            let mut error = SpecError::new(Mistake::Override, &one.stage.place, text);
            let names = names.iter().map(String::as_str);
            error.help = did_you_mean(&one.stage.value, "stages", names);
            errors.push(error);
        }
    }
}

fn slot<'a>(settings: &'a mut Settings, key: &str) -> Option<&'a mut Option<Located<Value>>> {
    Some(match key {
        "on-error" => &mut settings.on_error,
        "placement" => &mut settings.placement,
        "replicas" => &mut settings.replicas,
        "capacity" => &mut settings.capacity,
        "overflow" => &mut settings.overflow,
        _ => return None,
    })
}

/// Puts a value under a path, over whatever stands there.
fn replace(table: &mut Table, path: &[&str], value: Located<Value>) {
    let Some((key, rest)) = path.split_first() else {
        return;
    };
    let at = table.iter().position(|(known, _)| known.value == *key);
    let at = at.unwrap_or_else(|| {
        let new = Located::new(Value::Table(Table::new()), value.place.clone());
        table.push((Located::new((*key).to_owned(), value.place.clone()), new));
        table.len() - 1
    });
    let slot = &mut table[at];
    if rest.is_empty() {
        // An unknown option is then told where it was set.
        slot.0.place = value.place.clone();
        slot.1 = value;
        return;
    }
    if !matches!(slot.1.value, Value::Table(_)) {
        slot.1 = Located::new(Value::Table(Table::new()), value.place.clone());
    }
    if let Value::Table(inner) = &mut slot.1.value {
        replace(inner, rest, value);
    }
}
