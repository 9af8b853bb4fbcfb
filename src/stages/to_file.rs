use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Poll;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::lines::{LineFormat, Output, WriteError};
use crate::graph::{Cost, FileUse, Outlet};
use crate::message::Message;
use crate::node::Stopped;
use crate::stage::{Identified, Sink};

/// Writes each message as a line of a file.
///
/// Lines are written whole: whatever ends the run (its end, a stop, an abort,
/// a panic, a full disk), the file holds complete lines only. They are written
/// when 64 KiB have come together or no message is waiting. A text that has
/// line feeds in it takes as many lines more.
///
/// # Errors
///
/// A file that cannot be made or written ends the run with a [`WriteError`].
/// A path that is a folder, or whose own folder does not exist, is refused
/// before the run starts. So is a file that another such stage of the pipeline
/// writes, or that a [`FromFile`](super::FromFile) reads, unless the mode is
/// atomic: that one reads to the end what there was. It is not seen when the
/// file has a second name (a hard link), when a stage of another kind or
/// standard output leads to it, or when another pipeline uses it.
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::stages::{FileMode, FromIter, ToFile};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("numbers.jsonl");
/// for numbers in [0..2, 2..4] {
///     Pipeline::named("numbers")
///         .source(FromIter::new(numbers))
///         .sink(ToFile::builder().path(&path).mode(FileMode::Append).build())
///         .run()
///         .await?;
/// }
/// assert_eq!(std::fs::read_to_string(&path)?, "0\n1\n2\n3\n");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ToFile {
    /// The file to write, in a folder that exists.
    #[builder(setter(into))]
    pub path: PathBuf,
    /// What becomes of a file that is there already.
    #[serde(default)]
    #[builder(default)]
    pub mode: FileMode,
    /// How a message becomes a line.
    #[serde(default)]
    #[builder(default)]
    pub format: LineFormat,
}

/// What [`ToFile`] does with a file that is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FileMode {
    /// It is emptied when the run starts.
    #[default]
    Replace,
    /// It is kept, and the lines come after its own. A last line without an
    /// end gets one first.
    Append,
    /// It is kept until the lines are complete and on the disk, and then
    /// replaced at once, link or not. A run that is stopped or fails leaves
    /// it as it was.
    Atomic,
    /// It is an error: the file must be new.
    New,
}

impl ToFile {
    /// Writes every message as JSON to `path`, which is emptied first.
    pub fn json_lines(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            mode: FileMode::Replace,
            format: LineFormat::JsonLines,
        }
    }

    /// Says why there can be no such file, if that is plain to see.
    fn misplaced(&self) -> Option<String> {
        let shown = self.path.display();
        let found = self.path.metadata();
        if found.as_ref().is_ok_and(fs::Metadata::is_dir) {
            return Some(format!("{shown} is a folder: name a file in it"));
        }
        match (self.mode, found) {
            (FileMode::New, Ok(_)) => {
                return Some(format!(
                    "{shown} is there already: move it away, or choose another `mode`"
                ));
            }
            (FileMode::Atomic, Ok(found)) if !found.is_file() => {
                return Some(format!(
                    "{shown} is no regular file, which cannot be replaced: choose another `mode`"
                ));
            }
            _ => {}
        }
        let folder = self.path.parent()?;
        let shown = folder.display();
        match folder.metadata() {
            _ if folder.as_os_str().is_empty() => None,
            Ok(found) if found.is_dir() => None,
            Ok(_) => Some(format!("{shown} is not a folder: name another file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Some(format!("there is no folder {shown}: make it first"))
            }
            // Whatever it is, making the file will tell.
            Err(_) => None,
        }
    }

    /// Opens what the lines go to first.
    fn open(&self) -> io::Result<(Output, Option<Staged>)> {
        let output = |file, end| Output::new(&self.path, file, self.format, end);
        match self.mode {
            FileMode::Replace => Ok((output(File::create(&self.path)?, 0), None)),
            FileMode::New => Ok((output(File::create_new(&self.path)?, 0), None)),
            FileMode::Append => {
                let file = OpenOptions::new()
                    .append(true)
                    .create(true)
                    .open(&self.path)?;
                let end = file.metadata()?.len();
                Ok((output(file, end).torn(ends_torn(&self.path, end)), None))
            }
            FileMode::Atomic => {
                let (file, staged) = Staged::create(&self.path)?;
                Ok((output(file, 0), Some(staged)))
            }
        }
    }
}

crate::register!(sink ToFile: String, PathBuf, any + Serialize);

impl Identified for ToFile {
    const ID: &'static str = "to-file";
    const COST: Cost = Cost::Blocking;
}

impl<T: Message + Serialize> Sink<T> for ToFile {
    fn build(self, input: Outlet<T>) {
        if let Some(reason) = self.misplaced() {
            input.refuse(reason);
        }
        let of = match self.mode {
            FileMode::Atomic => FileUse::Replace,
            FileMode::Replace | FileMode::Append | FileMode::New => FileUse::Write,
        };
        input.graph().uses_file(&self.path, of);
        input.consume_with(Self::ID, move |context, messages| {
            let stopped = context.stopped();
            Ok(async move {
                let failed = |cause| WriteError {
                    path: self.path.clone(),
                    lines: 0,
                    cause,
                };
                let (mut output, staged) = self.open().map_err(failed)?;
                output.write_all(messages).await?;
                match staged {
                    Some(staged) if !has_begun(stopped).await => {
                        output.sync()?;
                        staged.publish().map_err(failed)
                    }
                    _ => Ok(()),
                }
            })
        });
    }
}

/// Tells whether a stop has begun, without waiting for it.
async fn has_begun(mut stopped: Stopped) -> bool {
    std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut stopped).poll(cx).is_ready())).await
}

/// Tells whether a file of `end` bytes ends within a line.
fn ends_torn(path: &Path, end: u64) -> bool {
    let last = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(end.saturating_sub(1)))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        io::Result::Ok(last[0])
    };
    // What may be written and not read cannot be known.
    end > 0 && last().is_ok_and(|last| last != b'\n')
}

/// A file that takes the place of another once it is complete, and is gone
/// otherwise.
struct Staged {
    at: PathBuf,
    replaces: PathBuf,
}

impl Staged {
    /// Makes it beside the other, since only there it can be moved at once.
    fn create(replaces: &Path) -> io::Result<(File, Self)> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let (at, file) = loop {
            let mut name = OsString::from(".");
            name.push(replaces.file_name().unwrap_or_default());
            let (process, made) = (std::process::id(), MADE.fetch_add(1, Relaxed));
            name.push(format!(".{process}-{made}.part"));
            let at = replaces.with_file_name(name);
            match File::create_new(&at) {
                // Left by a process of the same number, which was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => break (at, made?),
            }
        };
        let staged = Self {
            at,
            replaces: replaces.to_owned(),
        };
        if let Ok(found) = replaces.metadata() {
            file.set_permissions(found.permissions())?;
        }
        Ok((file, staged))
    }

    fn publish(self) -> io::Result<()> {
        fs::rename(&self.at, &self.replaces)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Once it has been published, there is nothing left to remove.
        drop(fs::remove_file(&self.at));
    }
}
