//! What is particular to Magika: what its model reads of a file, and how its
//! scores become an answer.
//!
//! Google's Magika tells the type of a file from its content. The model sees
//! two excerpts of each file and gives one score per content type; a few rules
//! around it settle what scores cannot. [`Sample::read`] takes the excerpts,
//! [`Tables::decide`] applies the rules. Both do as the official Python
//! package does, whose `identify_path` is called the reference here;
//! `scripts/compare-magika` compares the two on real files.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use millpond::inference::{Backend, Dim, LoadError, Onnx};
use serde::{Deserialize, Serialize};

/// Which output of the model has a score per content type.
pub(crate) const SCORES: &str = "target_label";

/// How many tokens the model reads of a file: its head, then its tail.
pub(crate) const TOKENS: usize = HEAD + TAIL;

/// How many of them come from each end.
const HEAD: usize = 1024;
const TAIL: usize = 1024;
/// How many bytes are read at each end, before whitespace is stripped.
const BLOCK: usize = 4096;
/// Stands where there is no byte.
const PADDING: i32 = 256;
/// With fewer bytes than this after the leading whitespace, rules decide.
const ENOUGH: usize = 8;
/// All of this as the tables have it.
const FEATURES: [(&str, usize); 6] = [
    ("beg_size", HEAD),
    ("mid_size", 0),
    ("end_size", TAIL),
    ("block_size", BLOCK),
    ("padding_token", PADDING as usize),
    ("min_file_size_for_dl", ENOUGH),
];

/// The excerpts of one file that the model reads.
#[derive(Debug)]
pub(crate) struct Sample {
    /// Where the file is.
    pub(crate) path: PathBuf,
    /// The bytes of the head and of the tail, padded to [`TOKENS`] numbers.
    pub(crate) tokens: Vec<i32>,
    /// What the rules say, where the model has nothing to go by.
    pub(crate) ruled: Option<Rule>,
}

/// The answers that need no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rule {
    Empty,
    Text,
    Binary,
}

/// A file that no sample could be taken of.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}{}", one_line(&path.to_string_lossy()), remedy(cause))]
pub(crate) struct Unreadable {
    /// Where the file is, or was.
    pub(crate) path: PathBuf,
    /// Why it could not be read.
    pub(crate) cause: io::Error,
}

fn remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::PermissionDenied => "; run as a user who may read it",
        io::ErrorKind::NotFound => "; it was removed meanwhile, or is a link to nothing",
        _ => "",
    }
}

impl Sample {
    /// Reads the first and the last 4096 bytes of a file, and nothing between.
    ///
    /// A symbolic link is followed, as the reference does when given a path. A
    /// file that says its size is zero is empty, even if, as under `/proc`,
    /// reading it would give something.
    ///
    /// # Errors
    ///
    /// When the file is missing, may not be read, shrinks meanwhile, or is no
    /// regular file: directories, FIFOs and devices are never opened. (The
    /// reference answers `directory` to the first and `unknown` to the others.)
    pub(crate) fn read(path: PathBuf) -> Result<Self, Unreadable> {
        match read_ends(&path) {
            Ok((head, tail)) => Ok(Self::new(path, &head, &tail)),
            Err(cause) => Err(Unreadable { path, cause }),
        }
    }

    fn new(path: PathBuf, head: &[u8], tail: &[u8]) -> Self {
        let tokens = tokens(head, tail);
        let ruled = if head.is_empty() {
            Some(Rule::Empty)
        } else if tokens[ENOUGH - 1] != PADDING {
            None
        } else if str::from_utf8(head).is_ok() {
            Some(Rule::Text)
        } else {
            Some(Rule::Binary)
        };
        Self {
            path,
            tokens,
            ruled,
        }
    }
}

/// Reads the two ends of a file, which overlap where it is short.
fn read_ends(path: &Path) -> io::Result<(Vec<u8>, Vec<u8>)> {
    // Looked at before it is opened, because opening alone can wait (a FIFO) or
    // act (a tape); and again afterwards, because it may be another file then.
    regular(&fs::metadata(path)?)?;
    let mut file = open(path)?;
    let size = regular(&file.metadata()?)?;

    let mut head = vec![0; BLOCK.min(usize::try_from(size).unwrap_or(BLOCK))];
    file.read_exact(&mut head).map_err(shrunk)?;
    if size <= BLOCK as u64 {
        let tail = head.clone();
        return Ok((head, tail));
    }
    let mut tail = vec![0; BLOCK];
    file.seek(SeekFrom::Start(size - BLOCK as u64))?;
    file.read_exact(&mut tail).map_err(shrunk)?;
    Ok((head, tail))
}

/// The size of a regular file, or what else it is.
fn regular(metadata: &fs::Metadata) -> io::Result<u64> {
    if metadata.is_file() {
        Ok(metadata.len())
    } else if metadata.is_dir() {
        Err(io::Error::other("a directory, not a file"))
    } else {
        Err(io::Error::other(
            "not a regular file, but a device, FIFO or socket",
        ))
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::fs::OpenOptionsExt;

        // So that a FIFO put in place of the file meanwhile cannot block.
        const O_NONBLOCK: i32 = 0o4000;
        options.custom_flags(O_NONBLOCK);
    }
    options.open(path)
}

fn shrunk(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => io::Error::new(
            error.kind(),
            "holds less than its size says; it may have changed meanwhile",
        ),
        _ => error,
    }
}

/// The head aligned to the left and the tail to the right, without whitespace
/// at the outer ends.
fn tokens(head: &[u8], tail: &[u8]) -> Vec<i32> {
    let mut tokens = vec![PADDING; TOKENS];
    let (left, right) = tokens.split_at_mut(HEAD);
    let head = head.iter().skip_while(|byte| is_space(**byte));
    for (token, byte) in left.iter_mut().zip(head) {
        *token = i32::from(*byte);
    }
    let tail = tail.iter().rev().skip_while(|byte| is_space(**byte));
    for (token, byte) in right.iter_mut().rev().zip(tail) {
        *token = i32::from(*byte);
    }
    tokens
}

/// Python's whitespace, which is Rust's and the vertical tab.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

/// What a file was found to be: one line of the output.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Verdict {
    /// Where the file is; bytes that are not UTF-8 are replaced.
    pub(crate) path: String,
    /// The content type.
    pub(crate) label: String,
    /// How sure the model is, from 0 to 1; 1 where rules decide.
    pub(crate) score: f32,
    /// The kind of content: `code`, `image`, `archive` and so on.
    pub(crate) group: String,
    /// The media type.
    pub(crate) mime: String,
}

/// What Magika knows of the content types, made by `scripts/model`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Document")]
pub(crate) struct Tables {
    outputs: Vec<Output>,
    types: BTreeMap<String, Arc<ContentType>>,
    empty: Arc<ContentType>,
    text: Arc<ContentType>,
    unknown: Arc<ContentType>,
}

/// What the model's score for one label leads to.
#[derive(Debug)]
struct Output {
    /// The least score that is believed.
    threshold: f64,
    /// The answer from there on, which the overwrites may have changed.
    believed: Arc<ContentType>,
    /// The answer below: text or unknown, for that much the model gets right.
    doubted: Arc<ContentType>,
}

#[derive(Debug, Deserialize)]
struct ContentType {
    label: String,
    mime: String,
    group: String,
    description: String,
    extensions: Vec<String>,
    is_text: bool,
}

/// Tables that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TablesError {
    #[error("cannot read {}: {cause}; `scripts/model` makes it", path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error(
        "{} are not the tables of this model: {cause}; delete the file and run `scripts/model`",
        path.display()
    )]
    Content {
        path: PathBuf,
        cause: serde_json::Error,
    },
}

/// A model that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ModelError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(
        "model `{}` gives {scores} scores for each file, but the tables beside it are for \
         {labels}: run `scripts/model`, which makes both",
        path.display()
    )]
    Scores {
        path: PathBuf,
        scores: usize,
        labels: usize,
    },
}

impl Tables {
    /// Reads the tables from the JSON document that `scripts/model` makes.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is no such document, contradicts itself,
    /// or is meant for other excerpts than [`Sample::read`] takes.
    pub(crate) fn load(path: &Path) -> Result<Self, TablesError> {
        let json = fs::read(path).map_err(|cause| TablesError::Read {
            path: path.to_owned(),
            cause,
        })?;
        serde_json::from_slice(&json).map_err(|cause| TablesError::Content {
            path: path.to_owned(),
            cause,
        })
    }

    /// Loads the model that these are the tables of.
    ///
    /// # Errors
    ///
    /// When it cannot be loaded, or gives another number of scores.
    pub(crate) fn model(&self, path: &Path) -> Result<Onnx, ModelError> {
        let model = Onnx::load(path)?;
        let labels = self.outputs.len();
        let mut outputs = model.signature().outputs.iter();
        let found = outputs.find(|output| output.name == SCORES);
        match found.map(|output| &*output.shape) {
            Some(&[_, Dim::Fixed(scores)]) if scores != labels => Err(ModelError::Scores {
                path: path.to_owned(),
                scores,
                labels,
            }),
            // What else does not fit is found when the pipeline is built.
            _ => Ok(model),
        }
    }

    /// Turns the model's scores for a sample, one per label, into an answer.
    ///
    /// Samples that are empty or nearly so are decided by rules, and their
    /// scores ignored. Of equal scores the first counts, and one that is no
    /// number never does.
    pub(crate) fn decide(&self, sample: &Sample, scores: &[f32]) -> Verdict {
        let (found, score) = match sample.ruled {
            Some(Rule::Empty) => (&self.empty, 1.0),
            Some(Rule::Text) => (&self.text, 1.0),
            Some(Rule::Binary) => (&self.unknown, 1.0),
            None => self.best(scores),
        };
        Verdict {
            path: sample.path.to_string_lossy().into_owned(),
            label: found.label.clone(),
            score,
            group: found.group.clone(),
            mime: found.mime.clone(),
        }
    }

    fn best(&self, scores: &[f32]) -> (&Arc<ContentType>, f32) {
        let mut best = (&self.unknown, 0.0);
        for (output, &score) in self.outputs.iter().zip(scores) {
            if score > best.1 {
                best = (output.answer(score), score);
            }
        }
        best
    }

    /// What a content type is, in words.
    pub(crate) fn description(&self, label: &str) -> &str {
        self.types.get(label).map_or("", |found| &found.description)
    }

    /// The labels that a file's extension stands for, where none agrees with
    /// its content.
    ///
    /// An empty file agrees with every extension. Generic text and unknown data
    /// agree with every text and every binary format: there the model only
    /// found no better name.
    pub(crate) fn contradicted(&self, verdict: &Verdict) -> Option<Vec<&str>> {
        let extension = Path::new(&verdict.path).extension()?.to_str()?;
        let found = self.types.get(&verdict.label)?;
        let generic = Arc::ptr_eq(found, &self.text) || Arc::ptr_eq(found, &self.unknown);
        let claimed: Vec<_> = self
            .types
            .values()
            .filter(|each| each.uses(extension))
            .collect();
        let agrees = claimed.is_empty()
            || Arc::ptr_eq(found, &self.empty)
            || found.uses(extension)
            || generic && claimed.iter().any(|each| each.is_text == found.is_text);
        (!agrees).then(|| claimed.iter().map(|each| each.label.as_str()).collect())
    }
}

impl Output {
    fn answer(&self, score: f32) -> &Arc<ContentType> {
        if f64::from(score) >= self.threshold {
            &self.believed
        } else {
            &self.doubted
        }
    }
}

impl ContentType {
    fn uses(&self, extension: &str) -> bool {
        self.extensions
            .iter()
            .any(|each| each.eq_ignore_ascii_case(extension))
    }
}

/// The tables as they are written.
#[derive(Deserialize)]
struct Document {
    features: BTreeMap<String, usize>,
    default_threshold: f64,
    thresholds: BTreeMap<String, f64>,
    overwrite_map: BTreeMap<String, String>,
    labels: Vec<String>,
    content_types: Vec<ContentType>,
}

impl TryFrom<Document> for Tables {
    type Error = String;

    fn try_from(document: Document) -> Result<Self, String> {
        let expected = BTreeMap::from(FEATURES.map(|(name, size)| (name.to_owned(), size)));
        if document.features != expected {
            let found = document.features;
            return Err(format!("written for {found:?}, not {expected:?}"));
        }
        let types: BTreeMap<_, _> = document
            .content_types
            .into_iter()
            .map(|each| (each.label.clone(), Arc::new(each)))
            .collect();
        let named = |label: &str| {
            types
                .get(label)
                .map(Arc::clone)
                .ok_or_else(|| format!("no content type `{label}`"))
        };
        let (empty, text, unknown) = (named("empty")?, named("txt")?, named("unknown")?);
        let output = |label: &String| {
            let threshold = document.thresholds.get(label);
            let believed = named(document.overwrite_map.get(label).unwrap_or(label))?;
            Ok(Output {
                threshold: *threshold.unwrap_or(&document.default_threshold),
                doubted: Arc::clone(if believed.is_text { &text } else { &unknown }),
                believed,
            })
        };
        let outputs = document
            .labels
            .iter()
            .map(output)
            .collect::<Result<_, String>>()?;
        Ok(Self {
            outputs,
            types,
            empty,
            text,
            unknown,
        })
    }
}

/// Keeps line breaks and escape sequences in a name from the terminal.
pub(crate) fn one_line(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
