//! The suite on ONNX models, written here.

use std::num::NonZeroUsize;

use millpond::inference::conformance::{Skipped, Subject, Trouble, Troubled};
use millpond::inference::{Onnx, Signature};
use millpond::message::{Tensor, Tensors};
use tempfile::TempDir;

#[expect(dead_code, reason = "shared with the tests of loading")]
#[path = "../inference/onnx/file.rs"]
mod file;

use file::{F32, Fixed, I64, Model, Named};

/// Picks rows by an index, and panics at one that there is not.
struct Picking {
    folder: TempDir,
}

impl Picking {
    fn new() -> Self {
        let (folder, _) = Model::default()
            .input("x", F32, &[Named("N"), Fixed(2)])
            .input("k", I64, &[Named("N")])
            .node("Add", &["x", "x"], "twice", &[])
            .node("Gather", &["x", "k"], "picked", &[])
            .output("twice", F32, &[Named("N"), Fixed(2)])
            .output("picked", F32, &[Named("N"), Fixed(2)])
            .write();
        Self { folder }
    }
}

impl Subject for Picking {
    type Backend = Onnx;

    fn backend(&self) -> Onnx {
        let mut files = std::fs::read_dir(self.folder.path()).unwrap();
        let file = files.next().unwrap().unwrap().path();
        Onnx::load(file).unwrap().threads(NonZeroUsize::MIN)
    }

    /// An index counts within the part of the batch that is run at once, so
    /// all rows are equal and each picks the first.
    fn batch(&self, _: &Signature, rows: usize, seed: u64) -> Tensors {
        let number = f32::from(u8::try_from(seed % 100).unwrap());
        Tensors::new()
            .with("x", Tensor::new([rows, 2], vec![number; rows * 2]).unwrap())
            .with("k", Tensor::zeros::<i64>(rows, &[]).unwrap())
    }

    fn troubled(&self, trouble: Trouble) -> Result<Troubled<Onnx>, Skipped> {
        let wild = self
            .batch(&Signature::default(), 2, 0)
            .with("k", Tensor::new([2], vec![0_i64, 1_000]).unwrap());
        match trouble {
            Trouble::Panicking | Trouble::Failing => {
                Ok(Troubled::on_the_batch(self.backend(), wild))
            }
            _ => Err(Skipped::because("small models are not slow")),
        }
    }
}

/// Adds two inputs, row by row.
struct Adding {
    folder: TempDir,
}

impl Adding {
    fn new() -> Self {
        let (folder, _) = Model::default()
            .input("x", F32, &[Named("N"), Fixed(2)])
            .input("k", I64, &[Named("N")])
            .node("Add", &["x", "x"], "twice", &[])
            .node("Add", &["k", "k"], "double", &[])
            .output("twice", F32, &[Named("N"), Fixed(2)])
            .output("double", I64, &[Named("N")])
            .write();
        Self { folder }
    }
}

impl Subject for Adding {
    type Backend = Onnx;

    fn backend(&self) -> Onnx {
        let mut files = std::fs::read_dir(self.folder.path()).unwrap();
        let file = files.next().unwrap().unwrap().path();
        Onnx::load(file)
            .unwrap()
            .threads(NonZeroUsize::new(2).unwrap())
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        let x = batch.get("x").unwrap();
        let twice = x.as_slice::<f32>().unwrap().iter().map(|x| x + x);
        let k = batch.get("k").unwrap();
        let double = k.as_slice::<i64>().unwrap().iter().map(|k| k + k);
        Some(
            Tensors::new()
                .with("twice", Tensor::new(x.shape(), twice.collect()).unwrap())
                .with("double", Tensor::new(k.shape(), double.collect()).unwrap()),
        )
    }
}

millpond::conformance!(adding, Adding::new());
millpond::conformance!(picking, Picking::new());
