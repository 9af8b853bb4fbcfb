use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a stage does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileUse {
    /// Reads it.
    Read,
    /// Writes into it.
    Write,
    /// Puts a new file in its place at the end.
    Replace,
}

/// What the stages of a graph have said they read and write.
#[derive(Debug, Default)]
pub(super) struct Files {
    claims: Vec<Claim>,
    stdin: Option<Arc<str>>,
}

#[derive(Debug)]
struct Claim {
    file: PathBuf,
    of: FileUse,
    stage: Arc<str>,
}

impl Files {
    /// Notes a use, or says why it goes badly with one that was noted before.
    ///
    /// Two may read a file, and one may replace what others read. What is no
    /// regular file, such as a pipe or a device, may be used by all.
    pub(super) fn claim(&mut self, path: &Path, of: FileUse, stage: Arc<str>) -> Option<String> {
        if path.metadata().is_ok_and(|found| !found.is_file()) {
            return None;
        }
        let file = resolved(path);
        let clashing = |one: &&Claim| one.file == file && clash(one.of, of);
        if let Some(other) = self.claims.iter().find(clashing) {
            let (shown, other_stage) = (path.display(), &other.stage);
            return Some(match (other.of, of) {
                (FileUse::Read, _) => format!(
                    "{shown} is read by stage `{other_stage}`: write another file, or choose the \
                     mode `atomic`"
                ),
                (_, FileUse::Read) => format!(
                    "{shown} is written by stage `{other_stage}`: read another file, or choose \
                     the mode `atomic` there"
                ),
                _ => format!(
                    "{shown} is written by stage `{other_stage}` already: write another file, or \
                     merge what leads there"
                ),
            });
        }
        self.claims.push(Claim { file, of, stage });
        None
    }

    /// Notes that a stage reads standard input, or says why it may not: of
    /// two readers, each would get some of the lines.
    pub(super) fn claim_stdin(&mut self, stage: Arc<str>) -> Option<String> {
        if let Some(other_stage) = &self.stdin {
            return Some(format!(
                "standard input is read by stage `{other_stage}` already: branch off that stage"
            ));
        }
        self.stdin = Some(stage);
        None
    }
}

fn clash(one: FileUse, other: FileUse) -> bool {
    !matches!(
        (one, other),
        (FileUse::Read, FileUse::Read | FileUse::Replace) | (FileUse::Replace, FileUse::Read)
    )
}

/// What all ways to one file have in common, whether it is there or not.
fn resolved(path: &Path) -> PathBuf {
    let in_folder = || {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?;
        Some(folder.join(path.file_name()?))
    };
    fs::canonicalize(path)
        .ok()
        .or_else(in_folder)
        .unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::FileUse::{Read, Replace, Write};
    use super::*;

    #[test]
    fn a_file_is_written_by_one_and_read_by_none_or_replaced_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let (there, new) = (folder.path().join("there"), folder.path().join("new"));
        fs::write(&there, "").unwrap();
        for path in [&there, &new] {
            let clashes = |one, other| {
                let mut files = Files::default();
                assert_eq!(files.claim(path, one, "one".into()), None);
                let round_about = folder.path().join(".").join(path.file_name().unwrap());
                files.claim(&round_about, other, "two".into())
            };
            for (one, other) in [(Read, Read), (Read, Replace), (Replace, Read)] {
                assert_eq!(clashes(one, other), None);
            }
            for (one, other) in [(Write, Write), (Replace, Write), (Replace, Replace)] {
                assert!(
                    clashes(one, other)
                        .unwrap()
                        .contains("by stage `one` already")
                );
            }
            assert!(
                clashes(Read, Write)
                    .unwrap()
                    .contains("is read by stage `one`")
            );
            assert!(
                clashes(Write, Read)
                    .unwrap()
                    .contains("is written by stage `one`")
            );
        }
    }

    #[test]
    fn standard_input_is_read_by_one() {
        let mut files = Files::default();
        assert_eq!(files.claim_stdin("one".into()), None);
        let refused = files.claim_stdin("two".into()).unwrap();
        assert!(refused.contains("is read by stage `one` already"));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_used_by_all() {
        let mut files = Files::default();
        for stage in ["one", "two"] {
            let claimed = files.claim(Path::new("/dev/null"), Write, stage.into());
            assert_eq!(claimed, None);
        }
    }
}
