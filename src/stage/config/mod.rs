//! What the options of stages are made of.
//!
//! The config struct of a stage is made from files, command lines and Rust.
//! These types say what an option may be, so that a wrong one is refused where
//! it stands, before anything runs.
//!
//! | item | an option that is | as text |
//! | --- | --- | --- |
//! | [`duration`] | a [`Duration`](std::time::Duration) | `5ms`, `1h 30m` |
//! | [`exists`] | a path that must lead somewhere | `a.jsonl` |
//! | [`FieldPath`] | a field of a JSON message | `user.name` |
//! | [`Pattern`] | a regular expression | `^GET /` |
//! | [`Scalar`] | a number, a truth value or a text | `200` |
//! | [`Selected`] | a field, and where it goes | `name=user.name` |
//! | [`Secret`] | a text that is never shown | `***` |
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//!
//! use millpond::stage::config::{FieldPath, duration};
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields, rename_all = "kebab-case")]
//! struct Window {
//!     /// The field that holds the time.
//!     by: FieldPath,
//!     /// How long a window is.
//!     #[serde(with = "duration")]
//!     #[schemars(schema_with = "duration::schema")]
//!     length: Duration,
//! }
//!
//! let window: Window = serde_json::from_str(r#"{ "by": "event.at", "length": "1m 30s" }"#).unwrap();
//! assert_eq!(window.length, Duration::from_secs(90));
//!
//! let error = serde_json::from_str::<Window>(r#"{ "by": "event.at", "length": "soon" }"#);
//! assert_eq!(
//!     error.unwrap_err().to_string(),
//!     "`soon` is no duration: write a number and a unit, such as `5ms`, `2s` or `1h 30m` \
//!      at line 1 column 36",
//! );
//! ```

pub mod duration;
pub mod exists;
mod field_path;
mod pattern;
mod scalar;
mod secret;
mod selected;

pub use field_path::{FieldPath, FieldPathError};
pub use pattern::{Pattern, PatternError};
pub use scalar::Scalar;
pub use secret::Secret;
pub use selected::Selected;
