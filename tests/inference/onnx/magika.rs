//! The Magika model, version `standard_v3_3`.

use std::path::{Path, PathBuf};

use millpond::inference::{Backend, Column, Onnx};
use millpond::message::{Tensor, Tensors};

use super::started;

pub(super) fn path() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/magika/model.onnx");
    assert!(
        path.exists(),
        "the Magika model is missing: run scripts/model to fetch it"
    );
    path
}

/// What the model sees of a file: its first and last 1,024 bytes without the
/// blanks around it, and 256 where there is none.
fn tokens(text: &str) -> Vec<i32> {
    let text = text
        .trim_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c'])
        .as_bytes();
    let mut tokens = vec![256; 2048];
    let kept = text.len().min(1024);
    let (head, tail) = (&text[..kept], &text[text.len() - kept..]);
    for (token, byte) in tokens[..kept].iter_mut().zip(head) {
        *token = i32::from(*byte);
    }
    for (token, byte) in tokens[2048 - kept..].iter_mut().zip(tail) {
        *token = i32::from(*byte);
    }
    tokens
}

/// Eight texts of different kinds.
pub(super) fn samples() -> Vec<Vec<i32>> {
    [
        include_str!("magika.rs").to_owned(),
        include_str!("../../../Cargo.toml").to_owned(),
        "{\"ids\": [1, 2, 3], \"name\": \"pond\", \"depth\": 1.5, \"open\": true}\n".repeat(20),
        "#!/bin/sh\nset -eu\nfor f in \"$@\"; do\n  echo \"$f\" && cat \"$f\"\ndone\n".repeat(4),
        "<!DOCTYPE html>\n<html><head><title>Pond</title></head><body><p>Water.</p></body></html>"
            .to_owned(),
        "import os\n\ndef walk(top):\n    for name in os.listdir(top):\n        yield name\n"
            .repeat(5),
        "id,name,depth\n1,mill,2.5\n2,pond,1.5\n3,weir,0.5\n".repeat(9),
        "# Pond\n\nA *pond* is `still` water:\n\n- mill\n- weir\n\n[more](https://example.org)\n"
            .repeat(6),
    ]
    .map(|text| tokens(&text))
    .to_vec()
}

fn batch(rows: &[Vec<i32>]) -> Tensors {
    let bytes = Tensor::new([rows.len(), 2048], rows.concat()).unwrap();
    Tensors::new().with("bytes", bytes)
}

pub(super) fn label(scores: &[f32]) -> usize {
    let best = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.unwrap().0
}

#[test]
fn it_has_the_signature_that_is_documented() {
    let model = Onnx::load(path()).unwrap();

    assert_eq!(
        model.signature().to_string(),
        "(bytes: i32[rows, 2048]) -> (target_label: f32[rows, 214])",
    );
}

#[test]
fn a_stage_of_another_shape_does_not_fit() {
    let model = Onnx::load(path()).unwrap();
    let mismatches = model.signature().check(
        &[Column::of::<f32>("bytes").with_row_shape([4096])],
        &[Column::of::<f32>("label")],
    );

    let sentences: Vec<_> = mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(
        sentences,
        [
            "input `bytes` is declared as f32[rows, 4096], but the model takes i32[rows, 2048]: \
             declare it so, or give another model",
            "the model has no output `label` (did you mean `target_label`?); \
             it gives `target_label: f32[rows, 214]`",
        ],
    );
}

#[tokio::test]
async fn a_row_gets_the_same_label_whatever_batch_it_is_in() {
    let model = started(Onnx::load(path()).unwrap());
    let samples = samples();
    let mut alone = Vec::new();
    for sample in &samples {
        let answer = model
            .infer(batch(std::slice::from_ref(sample)))
            .await
            .unwrap();
        alone.push(answer.remove_scores());
    }
    let mut labels: Vec<_> = alone.iter().map(|scores| label(scores)).collect();
    for rows in 1..=8 {
        let answer = model.infer(batch(&samples[..rows])).await.unwrap();
        let again = model.infer(batch(&samples[..rows])).await.unwrap();
        assert_eq!(answer, again, "the same batch gives the same scores");

        let scores = answer.get("target_label").unwrap();
        for (row, alone) in alone[..rows].iter().enumerate() {
            let scores = scores.row::<f32>(row).unwrap();
            assert_eq!(label(scores), label(alone), "row {row} of {rows}");
            for (one, other) in scores.iter().zip(alone) {
                // The model's own noise between batch sizes is 1.3e-2.
                assert!(
                    (one - other).abs() < 2e-2,
                    "row {row} of {rows}: {one} and {other}"
                );
            }
        }
    }
    labels.sort_unstable();
    labels.dedup();
    assert_eq!(labels.len(), 8, "eight kinds of text");
}

trait Scores {
    fn remove_scores(self) -> Vec<f32>;
}

impl Scores for Tensors {
    fn remove_scores(mut self) -> Vec<f32> {
        self.remove("target_label").unwrap().into_vec().unwrap()
    }
}
