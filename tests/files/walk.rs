//! What the walk finds.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use millpond::runtime::Ending;
use millpond::stages::WalkFiles;
use millpond::{Pipeline, RunOptions, RunReport};

use super::unprivileged::Unprivileged;
use super::{in_time, make_fifo};

/// What a walk found: paths and dead letters, both sorted.
struct Walked {
    paths: Vec<PathBuf>,
    letters: Vec<String>,
    report: RunReport,
}

async fn walk(roots: impl IntoIterator<Item = impl Into<PathBuf>>) -> Walked {
    walk_and(roots, |_| ()).await
}

/// Walks, and calls `visit` with each path before the walk goes on.
async fn walk_and(
    roots: impl IntoIterator<Item = impl Into<PathBuf>>,
    visit: impl Fn(&Path) + Send + 'static,
) -> Walked {
    let (paths, letters) = (Arc::default(), Arc::default());
    let pipeline = Pipeline::named("walk").edge_capacity(1);
    let (found, dead) = WalkFiles::new(roots).split(pipeline.builder());
    let to: Arc<Mutex<Vec<_>>> = Arc::clone(&paths);
    found.for_each("found", move |path| {
        visit(&path);
        to.lock().unwrap().push(path);
    });
    let to: Arc<Mutex<Vec<_>>> = Arc::clone(&letters);
    dead.for_each("dead", move |letter| {
        to.lock().unwrap().push(letter.to_string());
    });
    let run = pipeline.run_local(RunOptions::new());
    let report = in_time("the walk", run).await.unwrap();
    let mut paths = std::mem::take(&mut *paths.lock().unwrap());
    paths.sort();
    let mut letters = std::mem::take(&mut *letters.lock().unwrap());
    letters.sort();
    Walked {
        paths,
        letters,
        report,
    }
}

#[tokio::test]
async fn everything_but_folders_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("a/deep/er")).unwrap();
    fs::create_dir(at("empty")).unwrap();
    for file in ["one", "a/two", "a/deep/er/three", ".hidden"] {
        fs::write(at(file), file).unwrap();
    }
    make_fifo(&at("fifo"));
    symlink("nowhere", at("dangling")).unwrap();
    let walked = walk([folder.path()]).await;

    let mut expected = [
        "one",
        "a/two",
        "a/deep/er/three",
        ".hidden",
        "fifo",
        "dangling",
    ]
    .map(at);
    expected.sort();
    assert_eq!(walked.paths, expected);
    assert_eq!(walked.letters, [""; 0]);
    assert_eq!(walked.report.node("walk-files").emitted, 6);
}

#[tokio::test]
async fn a_root_that_is_a_file_is_found_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (file, fifo) = (folder.path().join("file"), folder.path().join("fifo"));
    fs::write(&file, "").unwrap();
    make_fifo(&fifo);
    let walked = walk([&file, &fifo, &file]).await;

    assert_eq!(walked.paths, [fifo, file.clone(), file]);
    assert_eq!(walked.letters, [""; 0]);
}

#[tokio::test]
async fn a_name_that_is_not_utf8_is_found_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OsStr::from_bytes(b"caf\xe9\n"));
    fs::write(&path, "").unwrap();
    assert_eq!(walk([folder.path()]).await.paths, [path]);
}

#[tokio::test]
async fn a_root_that_is_missing_is_a_dead_letter_and_the_walk_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, file) = (folder.path().join("missing"), folder.path().join("file"));
    fs::write(&file, "").unwrap();
    let walked = walk([&missing, &file]).await;

    assert_eq!(walked.paths, [file]);
    let expected = format!(
        "walk-files: cannot walk {}: No such file or directory (os error 2); \
         if it was not removed meanwhile, check its name",
        missing.display()
    );
    assert_eq!(walked.letters, [expected]);
    assert_eq!(walked.report.node("walk-files").dead_lettered, 1);
    assert_eq!(walked.report.ending, Ending::Completed);
}

#[tokio::test]
async fn a_folder_that_vanishes_during_the_walk_is_a_dead_letter() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    for folder in [&first, &second] {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("file"), "").unwrap();
    }
    let (roots, removed) = ([first.clone(), second.clone()], second.clone());
    let walked = walk_and(roots, move |_| {
        drop(fs::remove_dir_all(&removed));
    })
    .await;

    assert_eq!(walked.paths, [first.join("file")]);
    assert_eq!(walked.letters.len(), 1, "{:?}", walked.letters);
    let named = format!("cannot walk {}: No such file", second.display());
    assert!(walked.letters[0].contains(&named), "{}", walked.letters[0]);
}

#[tokio::test]
async fn a_file_that_vanishes_before_it_is_read_is_its_readers_dead_letter() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["stays", "goes", "stays-too"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let pipeline = Pipeline::named("vanish");
    let paths = pipeline.source(WalkFiles::new([folder.path()]));
    let (contents, dead) = paths.try_node("read", |paths| {
        paths.map(|path: PathBuf| {
            if path.ends_with("goes") {
                fs::remove_file(&path).unwrap();
            }
            fs::read_to_string(path)
        })
    });
    contents.ignore();
    dead.ignore();
    let report = pipeline.run().await.unwrap();
    let read = report.node("read");
    assert_eq!((read.received, read.emitted, read.dead_lettered), (3, 2, 1));
    assert_eq!(report.ending, Ending::Completed);
}

#[tokio::test]
async fn a_loop_of_links_is_found_once_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("inner")).unwrap();
    symlink("..", at("inner/up")).unwrap();
    symlink("itself", at("itself")).unwrap();
    let walked = walk([folder.path()]).await;
    assert_eq!(walked.paths, [at("inner/up"), at("itself")]);
    assert_eq!(walked.letters, [""; 0]);

    // As a root, a link is followed: what was named is meant.
    let walked = walk([at("inner/up")]).await;
    let through = |name: &str| at("inner/up").join(name);
    assert_eq!(walked.paths, [through("inner/up"), through("itself")]);
    let walked = walk([at("itself")]).await;
    let expected = format!(
        "walk-files: cannot walk {}: Too many levels of symbolic links (os error 40)",
        at("itself").display()
    );
    assert_eq!(walked.letters, [expected]);
}

#[tokio::test]
async fn a_folder_that_may_not_be_listed_is_a_dead_letter_and_the_walk_goes_on() {
    const NAME: &str =
        "walk::a_folder_that_may_not_be_listed_is_a_dead_letter_and_the_walk_goes_on";
    const AGAIN: &str = "MILLPOND_TEST_AGAIN";
    if std::env::var_os(AGAIN).is_none() {
        let Some(program) = Unprivileged::new(&std::env::current_exe().unwrap()) else {
            return;
        };
        let mut again = program.command();
        again.args([NAME, "--exact", "--nocapture"]).env(AGAIN, "1");
        let ran = again.env("TMPDIR", program.folder()).output().unwrap();
        let told = String::from_utf8_lossy(&ran.stdout);
        assert!(told.contains("1 passed"), "{ran:?}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::write(closed.join("unseen"), "").unwrap();
    fs::write(folder.path().join("seen"), "").unwrap();
    let mode = |mode| fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o000);
    let walked = walk([folder.path()]).await;
    mode(0o700);

    assert_eq!(walked.paths, [folder.path().join("seen")]);
    let expected = format!(
        "walk-files: cannot walk {}: Permission denied (os error 13); \
         walk as a user who may list it",
        closed.display()
    );
    assert_eq!(walked.letters, [expected]);
}
