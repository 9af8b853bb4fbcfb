use std::fs::{File, OpenOptions};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use millpond_operators::flow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::lines::{BadLine, Input, InvalidUtf8, Lines, MAX_LINE_BYTES};
use crate::graph::{DeadLetter, FileUse, GraphBuilder, Outlet};
use crate::stage::config::exists;
use crate::stage::{Identified, Source};

/// Emits the lines of a file, one by one.
///
/// A line ends with a line feed, or with a carriage return and a line feed;
/// neither is part of the message. The last line needs no end. A byte order
/// mark at the beginning is left out. A line that is too long or is not UTF-8
/// becomes a dead letter that tells the file and its number.
///
/// The file may be a pipe or a device; it is opened when the run starts, and
/// read on a thread of its own, a little ahead. When the run is told to stop,
/// the whole lines that have been read still come out.
///
/// # Backpressure
///
/// At most three times 64 KiB and one line are held.
///
/// # Errors
///
/// A file that is missing, a folder, or written by another stage is refused
/// before the run starts (how far that is seen, [`ToFile`](super::ToFile)
/// tells). One
/// that cannot be opened, or not be read to its end, ends the run with a
/// [`ReadError`](super::ReadError).
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::stages::FromFile;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("hamlet.txt");
/// std::fs::write(&path, "to be\nor\nnot to be")?;
/// let report = Pipeline::named("hamlet")
///     .source(FromFile::new(&path))
///     .for_each("print", |line| println!("{line}"))
///     .run()
///     .await?;
///
/// assert_eq!(report.node("from-file").emitted, 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct FromFile {
    /// The file to read.
    #[schemars(extend("x-millpond-exists" = "file"))]
    #[builder(setter(into))]
    pub path: PathBuf,
    /// How many bytes a line may have.
    #[serde(default = "max_line_bytes")]
    #[builder(default = MAX_LINE_BYTES)]
    pub max_line_bytes: NonZeroUsize,
    /// What becomes of a line that is not UTF-8.
    #[serde(default)]
    #[builder(default)]
    pub invalid_utf8: InvalidUtf8,
}

fn max_line_bytes() -> NonZeroUsize {
    MAX_LINE_BYTES
}

impl FromFile {
    /// Reads `path`, whose lines have a mebibyte at most.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self::builder().path(path).build()
    }

    /// Adds the source to `graph`, and hands out its dead letters too.
    pub fn split(self, graph: &GraphBuilder) -> (Outlet<String>, Outlet<DeadLetter<BadLine>>) {
        graph.in_stage(Self::ID, Self::COST, || self.nodes(graph))
    }

    fn nodes(self, graph: &GraphBuilder) -> (Outlet<String>, Outlet<DeadLetter<BadLine>>) {
        if let Some(reason) = exists::not_a_file(&self.path) {
            graph.refuse(reason);
        }
        graph.uses_file(&self.path, FileUse::Read);
        graph.try_node_until(Self::ID, move |context| {
            let input = open(&self.path).and_then(Input::file);
            let (place, max_bytes) = (self.path.display().to_string(), self.max_line_bytes);
            let lines = Lines::read(&place, input, max_bytes, self.invalid_utf8, context)?;
            Ok(flow(lines))
        })
    }
}

/// Opens a file, and waits for no writer if it is a pipe.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    options.open(path)
}

crate::register!(source FromFile);

impl Identified for FromFile {
    const ID: &'static str = "from-file";
}

impl Source for FromFile {
    type Out = String;

    fn build(self, graph: &GraphBuilder) -> Outlet<String> {
        let (lines, _counted_and_logged) = self.nodes(graph);
        lines
    }
}
