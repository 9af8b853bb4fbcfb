use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::document::read_included;
use super::parse_toml;
use crate::pipeline::spec::{Located, Mistake, PipelineSpec, SpecError};

/// No spec is as long; what is longer is not read.
pub(crate) const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The text of a spec, or why there is none.
pub(super) fn read_text(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let bytes = fs::metadata(path).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
    if !bytes.is_file() {
        return Err(format!("`{shown}` is no file"));
    }
    if bytes.len() > MAX_BYTES {
        return Err(format!("`{shown}` is longer than 16 MiB, which no spec is"));
    }
    fs::read_to_string(path).map_err(|error| format!("cannot read `{shown}`: {error}"))
}

/// Reads the modules of all files that a spec includes, each file once.
pub(super) fn read_all(spec: &mut PipelineSpec) {
    let root = PathBuf::from(&*spec.file);
    let mut including = Including {
        seen: BTreeSet::from([key(&root)]),
        open: vec![root.clone()],
    };
    let includes = spec.include.clone();
    including.follow(&root, &includes, spec);
}

struct Including {
    seen: BTreeSet<PathBuf>,
    /// The files that are being read, each included by the one before it.
    open: Vec<PathBuf>,
}

impl Including {
    fn follow(&mut self, from: &Path, includes: &[Located<String>], spec: &mut PipelineSpec) {
        for include in includes {
            let folder = from.parent().unwrap_or(Path::new(""));
            let path = folder.join(&include.value);
            if let Some(start) = self.open.iter().position(|open| key(open) == key(&path)) {
                spec.faults.push(circle(include, &self.open[start..]));
            } else if self.seen.insert(key(&path)) {
                self.open.push(path.clone());
                self.read(&path, include, spec);
                self.open.pop();
            }
        }
    }

    fn read(&mut self, path: &Path, include: &Located<String>, spec: &mut PipelineSpec) {
        let text = match read_text(path) {
            Ok(text) => text,
            Err(reason) => {
                let error = SpecError::new(Mistake::File, &include.place, reason);
                spec.faults
                    .push(error.help("paths are those seen from the file that includes"));
                spec.incomplete = true;
                return;
            }
        };
        let name = path.display().to_string();
        let mut errors = Vec::new();
        let table = parse_toml(&name, &text, &mut errors);
        let mut included = PipelineSpec::empty(&name);
        spec.incomplete |= !errors.is_empty();
        read_included(&table, &mut included);
        spec.faults.append(&mut errors);
        spec.faults.append(&mut included.faults);
        spec.included.append(&mut included.modules);
        self.follow(path, &included.include, spec);
    }
}

/// What two ways to one file have in common.
fn key(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn circle(include: &Located<String>, open: &[PathBuf]) -> SpecError {
    let mut files: Vec<_> = open.iter().map(|file| file.display().to_string()).collect();
    files.extend(open.first().map(|file| file.display().to_string()));
    let text = format!("the file includes itself: {}", files.join(" -> "));
    SpecError::new(Mistake::File, &include.place, text).help("take one of the includes out")
}
