//! Paths that must lead somewhere.
//!
//! A config struct says so in its schema,
//! `#[schemars(extend("x-millpond-exists" = "file"))]` with `file`, `dir` or
//! `any`, and a spec file is held against it where the path stands. A stage
//! that is made in Rust asks here while it is built, and refuses itself with
//! the answer. Nothing is opened: whether it may be read shows in the run.

use std::io;
use std::path::Path;

/// Says why `path` leads to no file. Pipes and devices are files here.
pub fn not_a_file(path: &Path) -> Option<String> {
    let shown = path.display();
    match path.metadata() {
        Ok(found) if found.is_dir() => Some(format!("{shown} is a folder: name a file in it")),
        Ok(_) => None,
        Err(error) => absent(path, &error),
    }
}

/// Says why `path` leads to no folder.
pub fn not_a_dir(path: &Path) -> Option<String> {
    match path.metadata() {
        Ok(found) if found.is_dir() => None,
        Ok(_) => Some(format!("{} is not a folder: name another", path.display())),
        Err(error) => absent(path, &error),
    }
}

/// Says why `path` leads to nothing. A link to nothing is something.
pub fn nothing(path: &Path) -> Option<String> {
    match path.symlink_metadata() {
        Ok(_) => None,
        Err(error) => absent(path, &error),
    }
}

fn absent(path: &Path, error: &io::Error) -> Option<String> {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => Some(format!("there is no {shown}: check its name")),
        io::ErrorKind::NotADirectory => Some(format!(
            "there is no {shown}, since a part of the path is no folder: check its name"
        )),
        // Whatever it is, opening it will tell.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn each_kind_of_path_is_told_from_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let (dir, file) = (folder.path(), folder.path().join("file"));
        fs::write(&file, "").unwrap();
        assert_eq!(not_a_file(&file), None);
        assert_eq!(not_a_dir(dir), None);
        assert_eq!(nothing(&file), None);
        assert_eq!(nothing(dir), None);
        let (shown, found) = (dir.display(), not_a_file(dir));
        assert_eq!(
            found.unwrap(),
            format!("{shown} is a folder: name a file in it")
        );
        let found = not_a_dir(&file).unwrap();
        assert_eq!(
            found,
            format!("{} is not a folder: name another", file.display())
        );
    }

    #[test]
    fn a_path_to_nothing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let said = format!("there is no {}: check its name", missing.display());
        for check in [not_a_file, not_a_dir, nothing] {
            assert_eq!(check(&missing).as_ref(), Some(&said));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_on_the_way_and_a_link_to_nothing_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        let said = not_a_file(&file.join("below")).unwrap();
        assert!(said.contains("a part of the path is no folder"), "{said}");
        assert!(not_a_file(&link).is_some());
        assert_eq!(nothing(&link), None);
    }
}
