//! Pipelines from data: TOML files and one line of text.
//!
//! A [`PipelineSpec`] says the same as a pipeline in Rust, and is checked as
//! strictly: for the whole pipeline, before anything is opened, bound or
//! started, with every mistake told at once and by its place. The page
//! `docs/SPEC.md` describes the format; each [`Mistake`] has a page in
//! `docs/errors/`.
//!
//! ```standalone_crate
//! use millpond::pipeline::spec::PipelineSpec;
//! use millpond::stage::Registry;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let registry = Registry::collected().map_err(|conflicts| conflicts[0].clone())?;
//! let spec = PipelineSpec::parse_inline(
//!     "from-file --path Cargo.toml ! filter --field name --exists ! to-stdout",
//! )?;
//!
//! let errors = spec.build(&registry).unwrap_err();
//! assert_eq!(
//!     errors.to_string(),
//!     "inline:1:31: P0038: `filter` does not accept `String` messages, \
//!      which `from-file` emits; it accepts `Value`\n  \
//!      help: put one of these between: `parse-json: String -> Value`",
//! );
//! # Ok(())
//! # }
//! ```

mod build;
mod check;
mod data;
mod error;
mod inline;
mod options;
mod overrides;
mod place;
mod print;
mod read;
mod schema;
mod settings;
mod value;
mod variables;

pub use check::{CheckedInput, CheckedSpec, CheckedStage};
pub use data::{ModuleSpec, Override, ParamSpec, ParamType, PipelineSpec, Settings, StageSpec};
pub use error::{Mistake, SpecError, SpecErrors};
pub use inline::NotInline;
#[cfg(feature = "cli")]
#[cfg(feature = "cli")]
pub(crate) use inline::SETTINGS as INLINE_SETTINGS;
#[cfg(feature = "cli")]
pub(crate) use options::is_secret;
pub use place::{Located, Place};
#[cfg(feature = "cli")]
pub(crate) use read::MAX_BYTES;
pub use schema::schema;
pub use value::{Table, Value};

/// The stages that every spec has, with the JSON Schemas of their options.
#[cfg(feature = "cli")]
pub(crate) fn built_in() -> &'static serde_json::Value {
    &check::BUILT_IN_SCHEMAS
}
