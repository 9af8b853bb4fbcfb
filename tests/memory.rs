//! Memory does not grow with the number of messages.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs::{self, File};
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use millpond::Pipeline;
use millpond::inference::{Infer, Mock, Signature, TensorSpec};
use millpond::message::{Tensor, Tensors};
use millpond::stages::{ToFile, WalkFiles};

const NAME: &str = "a_hundred_times_as_many_paths_take_no_more_memory";
/// Names the folder to walk to the child.
const WALK: &str = "MILLPOND_TEST_WALK";

const FOLDERS: usize = 100;
const FILES_PER_FOLDER: usize = 1000;

/// What a model reads of one file: 8 KiB, as in `examples/identify`.
const TOKENS: usize = 2048;

/// Peaks are measured in processes of their own: this test runs itself again,
/// once for a folder of 1,000 files and once for all 100 of them.
#[test]
fn a_hundred_times_as_many_paths_take_no_more_memory() {
    if let Some(folder) = std::env::var_os(WALK) {
        return measure(Path::new(&folder));
    }
    let root = tempfile::tempdir().unwrap();
    let folder = |number: usize| root.path().join(number.to_string());
    for number in 0..FOLDERS {
        fs::create_dir(folder(number)).unwrap();
        let first = folder(number).join("0");
        File::create(&first).unwrap();
        // Links are files too, and much sooner made.
        for file in 1..FILES_PER_FOLDER {
            fs::hard_link(&first, folder(number).join(file.to_string())).unwrap();
        }
    }
    let few = again(&folder(0), FILES_PER_FOLDER);
    let many = again(root.path(), FOLDERS * FILES_PER_FOLDER);
    assert!(
        many * 10 <= few * 12,
        "100,000 paths took {many} KiB, more than 1.2 times the {few} KiB of 1,000"
    );
}

/// Runs this test in a process of its own, and returns its peak in KiB.
fn again(folder: &Path, files: usize) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([NAME, "--exact", "--nocapture"]);
    let ran = child.env(WALK, folder).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout);
    let number = |what: &str| -> u64 {
        let line = told.lines().find_map(|line| line.strip_prefix(what));
        let number = line.and_then(|line| line.trim().parse().ok());
        number.unwrap_or_else(|| unreachable!("the child was to print {what} {ran:?}"))
    };
    assert_eq!(number("files:"), files as u64);
    let (peak, waiting) = (number("peak:"), number("waiting:"));
    eprintln!("{files} paths: peak {peak} KiB, up to {waiting} samples before the model");
    peak
}

/// What is done with each file: its path becomes a sample, the sample a score.
struct Sample {
    path: PathBuf,
    tokens: Vec<i32>,
}

fn read(path: PathBuf) -> io::Result<Sample> {
    let mut tokens = [256; TOKENS].to_vec();
    let content = fs::read(&path)?;
    for (token, byte) in tokens.iter_mut().zip(content) {
        *token = i32::from(byte);
    }
    Ok(Sample { path, tokens })
}

fn model() -> Mock {
    let signature = Signature {
        inputs: vec![TensorSpec::of::<i32>("bytes", [TOKENS])],
        outputs: vec![TensorSpec::of::<i32>("first", [])],
    };
    let answer = |inputs: Tensors| {
        let bytes = inputs.get("bytes").unwrap();
        let first: Vec<_> = (0..bytes.rows())
            .map(|row| bytes.row::<i32>(row).unwrap()[0])
            .collect();
        Tensors::new().with("first", Tensor::new([first.len()], first).unwrap())
    };
    Mock::new(signature, answer)
        .latency(Duration::from_millis(1), Duration::ZERO)
        .slots(NonZeroUsize::new(4).unwrap())
}

fn measure(folder: &Path) {
    let output = tempfile::NamedTempFile::new().unwrap();
    let pipeline = Pipeline::named("memory");
    let (samples, _unreadable) = pipeline
        .source(WalkFiles::new([folder]))
        .try_node("read", |paths| paths.map(read));
    let run = samples
        .stage(
            Infer::with(model())
                .input("bytes", [TOKENS], |sample: &Sample| &sample.tokens)
                .output("first", |sample, first: &[i32]| {
                    (sample.path.to_string_lossy().into_owned(), first[0])
                })
                .batch(16, Duration::from_millis(5)),
        )
        .sink(ToFile::json_lines(output.path()))
        .run();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let report = runtime.unwrap().block_on(run).unwrap();

    assert!(report.unaccounted().is_empty(), "{report}");
    let waiting = report.edges.iter().find(|edge| &*edge.from == "read");
    let waiting = waiting.unwrap();
    println!("files: {}", report.node("to-file").received);
    println!("waiting: {}", waiting.counts.high_water);
    println!("peak: {}", peak());
}

/// The most memory that this process has held, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let size = line.and_then(|line| line.trim().strip_suffix(" kB"));
    size.unwrap().parse().unwrap()
}
