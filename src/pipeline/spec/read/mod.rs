//! From TOML to a spec: everything is read in spite of what is wrong, and
//! what is wrong is told with its place.

mod document;
mod include;
mod module;
mod stage;
mod table;

use std::path::Path;

use super::{Mistake, PipelineSpec, Place, SpecError, SpecErrors, Value};

#[cfg(feature = "cli")]
pub(crate) use include::MAX_BYTES;
pub(super) use table::parse_toml;

impl PipelineSpec {
    /// Reads a spec and the files that it includes.
    ///
    /// What is wrong with keys and values is kept in [`faults`](Self::faults),
    /// so that checking tells it together with everything else.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or it is no TOML: then all its syntax errors.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, SpecErrors> {
        let file = path.as_ref().display().to_string();
        match include::read_text(path.as_ref()) {
            Ok(text) => Self::parse(&file, &text),
            Err(reason) => {
                let place = Place {
                    file: file.into(),
                    line: 1,
                    column: 1,
                };
                let error = SpecError::new(Mistake::File, &place, reason);
                Err(SpecErrors::one(error))
            }
        }
    }

    /// Reads a spec that is at hand as text; `file` is what places call it,
    /// and the files it includes are looked for beside it.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn parse(file: &str, toml: &str) -> Result<Self, SpecErrors> {
        let mut errors = Vec::new();
        let table = parse_toml(file, toml, &mut errors);
        if let Some(errors) = SpecErrors::sorted(errors) {
            return Err(errors);
        }
        let mut spec = Self::empty(file);
        document::read(&table, &mut spec);
        include::read_all(&mut spec);
        Ok(spec)
    }
}

/// The last part of a reference: `rejected` of `parse.rejected`.
fn last_part(reference: &str) -> &str {
    reference.rsplit('.').next().unwrap_or(reference)
}

/// What is said of a value that is of another kind.
fn wrong_kind(what: &str, wanted: &str, value: &Value) -> String {
    format!("{what} is {}, not {wanted}", value.kind())
}
