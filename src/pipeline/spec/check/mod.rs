//! Whether a spec is a pipeline: pure, from the spec and the registry.
//!
//! `flatten` opens modules and checks ids, versions, options and settings;
//! `wiring` finds what each stage reads; `types` infers what it is given.

mod checked;
mod flatten;
mod lookup;
mod order;
mod resolve;
mod scope;
mod types;
mod what;
mod wiring;

use std::sync::Arc;

use super::{Mistake, PipelineSpec, Place, SpecError, SpecErrors};
use crate::stage::Registry;
pub use checked::{CheckedInput, CheckedSpec, CheckedStage};
pub(super) use checked::{InputOf, Planned};
pub(super) use what::{BUILT_IN, BUILT_IN_SCHEMAS, What};

impl PipelineSpec {
    /// Checks the whole spec against the stages of `registry`, and tells
    /// everything that is wrong at once.
    ///
    /// Nothing is opened, bound or started: the environment is read, and
    /// whether paths exist that must.
    ///
    /// # Errors
    ///
    /// All [mistakes](Mistake), sorted by place.
    pub fn check(&self, registry: &Registry) -> Result<CheckedSpec, SpecErrors> {
        self.check_with(registry, &|name| std::env::var(name).ok())
    }

    /// Checks the spec as [`check`](Self::check) does, in an environment in
    /// which variables have these values.
    ///
    /// # Errors
    ///
    /// As for [`check`](Self::check).
    pub fn check_with(
        &self,
        registry: &Registry,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<CheckedSpec, SpecErrors> {
        let mut errors = self.faults.clone();
        let flat = flatten::flatten(self, registry, environment, &mut errors);
        let wired = wiring::wire(&flat, &mut errors);
        let typed = types::infer(&flat, &wired, registry, &mut errors);
        if flat.stages.is_empty() && errors.is_empty() {
            let place = Place {
                file: Arc::clone(&self.file),
                line: 1,
                column: 1,
            };
            let error = SpecError::new(Mistake::NoSource, &place, "the pipeline has no stages");
            errors.push(error.help("add a stage that is a source, such as `from-file`"));
        }
        match SpecErrors::sorted(errors) {
            Some(errors) => Err(errors),
            None => Ok(checked::checked(self, flat, &wired, &typed)),
        }
    }
}
