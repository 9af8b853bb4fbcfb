use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use typed_builder::TypedBuilder;

use crate::graph::{DeadLetter, Outlet};
use crate::stage::{Identified, Stage};

/// Reads each line as JSON.
///
/// Lines of nothing but white space are passed over. A line that is not JSON
/// becomes a dead letter that tells its number and what is wrong; the number
/// counts the lines that have arrived, from 1. Each of several replicas counts
/// those that it was given: then the number is not that of a file.
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::stages::{FromIter, ParseJson};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), millpond::RunError> {
/// let lines = [r#"{ "user": "ann" }"#, r#"{ "user": "#, r#"{ "user": "bob" }"#];
/// let report = Pipeline::named("users")
///     .source(FromIter::new(lines.map(str::to_owned)))
///     .stage(ParseJson::default())
///     .for_each("print", |message| println!("{}", message["user"]))
///     .run()
///     .await?;
///
/// assert_eq!(report.node("parse-json").emitted, 2);
/// assert_eq!(report.node("parse-json").dead_lettered, 1);
/// # Ok(())
/// # }
/// ```
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder,
)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ParseJson {}

/// A line that is not JSON.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is not JSON: {cause}")]
pub struct NotJson {
    /// Which line it is, counted from 1.
    pub line: u64,
    /// The line.
    pub text: String,
    /// What is wrong, and at which column.
    pub cause: serde_json::Error,
}

impl ParseJson {
    /// Adds the stage after `lines`, and hands out its dead letters too.
    pub fn split(self, lines: Outlet<String>) -> (Outlet<Value>, Outlet<DeadLetter<NotJson>>) {
        let graph = lines.graph().clone();
        graph.in_stage(Self::ID, Self::COST, || Self::nodes(lines))
    }

    fn nodes(lines: Outlet<String>) -> (Outlet<Value>, Outlet<DeadLetter<NotJson>>) {
        lines.try_node(Self::ID, |lines| {
            let mut number = 0;
            lines.filter_map(move |text: String| {
                number += 1;
                if text.trim_ascii().is_empty() {
                    return None;
                }
                let parsed = serde_json::from_str(&text);
                Some(parsed.map_err(|cause| NotJson {
                    line: number,
                    text,
                    cause,
                }))
            })
        })
    }
}

crate::register!(stage ParseJson: String);

impl Identified for ParseJson {
    const ID: &'static str = "parse-json";
}

impl Stage<String> for ParseJson {
    type Out = Value;

    fn build(self, lines: Outlet<String>) -> Outlet<Value> {
        let (messages, _counted_and_logged) = Self::nodes(lines);
        messages
    }
}
