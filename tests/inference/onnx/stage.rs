use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use millpond::inference::{Infer, Onnx};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions};

use super::magika::{label, path, samples};
use crate::support::ms;

#[derive(Clone)]
struct Sample {
    number: usize,
    tokens: Vec<i32>,
}

fn labels(sample: &Sample, scores: &[f32]) -> (usize, usize) {
    (sample.number, label(scores))
}

#[tokio::test]
async fn every_sample_gets_its_own_label_in_order() {
    let samples = samples();
    let kinds = samples.len();
    let many: Vec<_> = (0..50)
        .map(|number| Sample {
            number,
            tokens: samples[number % kinds].clone(),
        })
        .collect();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&seen);

    let report = Pipeline::named("labels")
        .source(FromIter::new(many))
        .stage(
            Infer::onnx(path())
                .backend(|model| model.threads(NonZeroUsize::MIN.saturating_add(1)))
                .input("bytes", [2048], |sample: &Sample| &sample.tokens)
                .output("target_label", |sample, scores| labels(&sample, scores))
                .batch(7, ms(5)),
        )
        .for_each("labels", move |label| to.lock().unwrap().push(label))
        .run()
        .await
        .unwrap();

    let seen = seen.lock().unwrap();
    assert_eq!(report.dead_lettered(), 0);
    assert!(seen.iter().map(|(number, _)| *number).eq(0..50));
    for (number, label) in &*seen {
        assert_eq!(*label, seen[number % kinds].1, "sample {number}");
    }
}

#[tokio::test]
async fn a_model_file_that_is_missing_and_one_that_does_not_fit_show_together() {
    let missing = Infer::onnx("no/such/model.onnx")
        .input("bytes", [2048], |sample: &Sample| &sample.tokens)
        .output("target_label", |sample, _: &[f32]| sample);
    let misfit = Infer::with(Onnx::load(path()).unwrap())
        .input("bytes", [1024], |sample: &Sample| &sample.tokens)
        .output("target_label", |sample, scores| labels(&sample, scores));

    let error = Pipeline::named("refused")
        .source(FromIter::new([]))
        .stage(missing)
        .stage(misfit)
        .for_each("labels", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap_err();

    assert_eq!(
        error.to_string(),
        "pipeline `refused` cannot start\n  \
         P0006: stage `infer`: model file `no/such/model.onnx` cannot be read: \
         No such file or directory (os error 2); give the path of one that can\n  \
         P0006: stage `infer.2`: input `bytes` is declared as i32[rows, 1024], \
         but the model takes i32[rows, 2048]: declare it so, or give another model",
    );
}
