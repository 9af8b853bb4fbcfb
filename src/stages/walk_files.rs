use std::io;
use std::path::PathBuf;

use futures_util::stream;
use millpond_operators::flow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;
use walkdir::{DirEntry, WalkDir};

use crate::graph::{Cost, DeadLetter, GraphBuilder, Outlet};
use crate::stage::{Identified, Source};

/// Emits the paths of the files under some folders, depth first, in the order
/// in which the file system lists them.
///
/// Everything that is not a folder is emitted: files, symbolic links, pipes,
/// devices. Links are not followed, so a loop of links is no danger; only a
/// root that is a link to a folder is walked like the folder. A root that is a
/// file is emitted itself. A folder that cannot be read becomes a dead letter,
/// counted and logged unless [`split`](Self::split) hands out its outlet, and
/// the walk goes on.
///
/// The walk runs on the worker and looks at folder after folder until it finds
/// a file: a stop is seen at the next file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct WalkFiles {
    /// The folders to walk, one after the other.
    #[schemars(length(min = 1), extend("items" = { "type": "string", "x-millpond-exists": "any" }))]
    pub paths: Vec<PathBuf>,
}

/// A folder or file that the walk could not look at.
#[derive(Debug, thiserror::Error)]
#[error("cannot walk {}: {cause}{}", path.display(), remedy(cause))]
pub struct WalkError {
    /// What could not be looked at.
    pub path: PathBuf,
    /// What the operating system said.
    pub cause: io::Error,
}

fn remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::PermissionDenied => "; walk as a user who may list it",
        io::ErrorKind::NotFound => "; if it was not removed meanwhile, check its name",
        _ => "",
    }
}

impl WalkFiles {
    /// Walks these folders, one after the other.
    pub fn new(paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self {
            paths: paths.into_iter().map(Into::into).collect(),
        }
    }

    /// Adds the source to `graph`, and hands out its dead letters too.
    pub fn split(self, graph: &GraphBuilder) -> (Outlet<PathBuf>, Outlet<DeadLetter<WalkError>>) {
        graph.in_stage(Self::ID, Self::COST, || self.nodes(graph))
    }

    fn nodes(self, graph: &GraphBuilder) -> (Outlet<PathBuf>, Outlet<DeadLetter<WalkError>>) {
        let walk = move || {
            let entries = self.paths.into_iter().flat_map(|root| {
                WalkDir::new(root)
                    .into_iter()
                    .filter_map(|entry| match entry {
                        Ok(entry) if is_walked(&entry) => None,
                        Ok(entry) => Some(Ok(entry.into_path())),
                        Err(error) => Some(Err(WalkError::from(error))),
                    })
            });
            flow(stream::iter(entries))
        };
        graph.try_node(Self::ID, walk)
    }
}

/// Whether the entry is not emitted, since what it contains is.
fn is_walked(entry: &DirEntry) -> bool {
    // A root that is a link is the one link that is followed.
    entry.file_type().is_dir() || entry.depth() == 0 && entry.path().is_dir()
}

impl From<walkdir::Error> for WalkError {
    fn from(error: walkdir::Error) -> Self {
        let path = error.path().map(PathBuf::from).unwrap_or_default();
        // Only the walk of followed links ends without the system's word.
        let cause = error
            .into_io_error()
            .unwrap_or_else(|| io::Error::other("a link to a folder that it lies in"));
        Self { path, cause }
    }
}

crate::register!(source WalkFiles);

impl Identified for WalkFiles {
    const ID: &'static str = "walk-files";
    const COST: Cost = Cost::Blocking;
}

impl Source for WalkFiles {
    type Out = PathBuf;

    fn build(self, graph: &GraphBuilder) -> Outlet<PathBuf> {
        let (paths, _counted_and_logged) = self.nodes(graph);
        paths
    }
}
