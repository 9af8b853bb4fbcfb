use std::num::NonZeroUsize;

use millpond_operators::flow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::lines::{BadLine, Input, InvalidUtf8, Lines, MAX_LINE_BYTES};
use crate::graph::{DeadLetter, GraphBuilder, Outlet};
use crate::stage::{Identified, Source};

/// Emits the lines of standard input, one by one.
///
/// Lines, and those that are bad, are as those of
/// [`FromFile`](super::FromFile). When the run is told to stop, the whole
/// lines that have been read still come out, and nothing is waited for.
///
/// # Backpressure
///
/// At most three times 64 KiB and one line are held.
///
/// # Errors
///
/// Input that cannot be read to its end ends the run with a
/// [`ReadError`](super::ReadError). Two of this stage in one pipeline would
/// each get some of the lines, and are refused before the run starts.
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::stages::{FromStdin, ToStdout};
///
/// let cat = Pipeline::named("cat")
///     .source(FromStdin::default())
///     .sink(ToStdout::default());
/// assert!(millpond::graph::check(&cat.graph()).is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[non_exhaustive]
pub struct FromStdin {
    /// How many bytes a line may have.
    #[builder(default = MAX_LINE_BYTES)]
    pub max_line_bytes: NonZeroUsize,
    /// What becomes of a line that is not UTF-8.
    #[builder(default)]
    pub invalid_utf8: InvalidUtf8,
}

impl Default for FromStdin {
    /// Lines of a mebibyte at most, all of them UTF-8.
    fn default() -> Self {
        Self::builder().build()
    }
}

impl FromStdin {
    /// Adds the source to `graph`, and hands out its dead letters too.
    pub fn split(self, graph: &GraphBuilder) -> (Outlet<String>, Outlet<DeadLetter<BadLine>>) {
        graph.in_stage(Self::ID, Self::COST, || self.nodes(graph))
    }

    fn nodes(self, graph: &GraphBuilder) -> (Outlet<String>, Outlet<DeadLetter<BadLine>>) {
        graph.uses_stdin();
        graph.try_node_until(Self::ID, move |context| {
            let (input, max_bytes) = (Input::stdin(), self.max_line_bytes);
            let lines = Lines::read(
                "standard input",
                input,
                max_bytes,
                self.invalid_utf8,
                context,
            );
            Ok(flow(lines?))
        })
    }
}

crate::register!(source FromStdin);

impl Identified for FromStdin {
    const ID: &'static str = "from-stdin";
}

impl Source for FromStdin {
    type Out = String;

    fn build(self, graph: &GraphBuilder) -> Outlet<String> {
        let (lines, _counted_and_logged) = self.nodes(graph);
        lines
    }
}
