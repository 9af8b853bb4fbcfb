use std::num::NonZeroUsize;
use std::time::Duration;

use millpond::Pipeline;
use millpond::device::DeviceTensors;
use millpond::message::{Message, Tensor, Tensors};
use millpond::pipeline::spec::PipelineSpec;
use millpond::stage::{Registry, Stage};
use millpond::stages::{
    FromIter, MaskedMean, Normalise, OneHot, ReconstructionError, RowMax, Softmax, TensorsFromJson,
    TensorsToJson, Threshold, ToDevice,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// What a stage makes of each message, and how many became dead letters.
async fn through<In, S>(messages: Vec<In>, stage: S) -> (Vec<S::Out>, u64)
where
    In: Message,
    S: Stage<In>,
{
    let (kept, mut came) = mpsc::channel(16);
    let report = Pipeline::named("one")
        .source(FromIter::new(messages))
        .stage(stage)
        .for_each("keep", move |message| kept.try_send(message).unwrap())
        .run()
        .await
        .unwrap();
    let mut all = Vec::new();
    while let Some(message) = came.recv().await {
        all.push(message);
    }
    (all, report.node(S::ID).dead_lettered)
}

fn batch(tensors: Vec<(&str, Tensor)>) -> DeviceTensors {
    DeviceTensors::from(tensors.into_iter().collect::<Tensors>())
}

fn floats(shape: &[usize], elements: &[f32]) -> Tensor {
    Tensor::new(shape, elements.to_vec()).unwrap()
}

/// A tensor of the one batch that a stage makes of another.
async fn one<S>(from: DeviceTensors, stage: S, name: &str) -> Tensor
where
    S: Stage<DeviceTensors, Out = DeviceTensors>,
{
    let (batches, dead) = through(vec![from], stage).await;
    assert_eq!((batches.len(), dead), (1, 0));
    let batch = batches.into_iter().next().unwrap().into_host().unwrap();
    batch.get(name).unwrap().clone()
}

#[tokio::test]
async fn a_result_takes_the_place_of_the_input_or_a_name_of_its_own() {
    let x = || batch(vec![("x", floats(&[1, 2], &[3.0, 3.0]))]);
    let even = floats(&[1, 2], &[0.5, 0.5]);

    assert_eq!(
        one(x(), Softmax::builder().input("x").build(), "x").await,
        even
    );
    let beside = || Softmax::builder().input("x").output("y").build();
    assert_eq!(one(x(), beside(), "y").await, even);
    assert_eq!(one(x(), beside(), "x").await, floats(&[1, 2], &[3.0, 3.0]));
}

#[tokio::test]
async fn every_stage_gives_what_its_operation_gives() {
    let x = floats(&[2, 2], &[1.0, 2.0, 5.0, 4.0]);
    let normalise = Normalise::builder()
        .input("x")
        .mean(vec![1.0, 0.0])
        .deviation(vec![2.0, 4.0])
        .build();
    assert_eq!(
        one(batch(vec![("x", x.clone())]), normalise, "x").await,
        floats(&[2, 2], &[0.0, 0.5, 2.0, 1.0]),
    );
    let codes = Tensor::new([2], vec![1, 0]).unwrap();
    let hot = OneHot::builder()
        .input("c")
        .classes(2.try_into().unwrap())
        .build();
    assert_eq!(
        one(batch(vec![("c", codes)]), hot, "c").await,
        floats(&[2, 2], &[0.0, 1.0, 1.0, 0.0]),
    );
    let rebuilt = floats(&[2, 2], &[1.0, 4.0, 5.0, 4.0]);
    let error = ReconstructionError::builder()
        .input("x")
        .rebuilt("z")
        .output("e")
        .build();
    assert_eq!(
        one(batch(vec![("x", x.clone()), ("z", rebuilt)]), error, "e").await,
        floats(&[2], &[2.0, 0.0]),
    );
    let ids = Tensor::new([2], vec![0, 0]).unwrap();
    let largest = RowMax::builder()
        .input("x")
        .seq_ids("ids")
        .output("m")
        .build();
    let nothing = f32::NEG_INFINITY;
    assert_eq!(
        one(batch(vec![("x", x.clone()), ("ids", ids)]), largest, "m").await,
        floats(&[2, 2], &[5.0, 4.0, nothing, nothing]),
    );
    let tokens = floats(&[1, 2, 2], &[1.0, 2.0, 5.0, 4.0]);
    let mask = Tensor::new([1, 2], vec![0_i64, 1]).unwrap();
    let mean = MaskedMean::builder().input("x").mask("k").build();
    assert_eq!(
        one(batch(vec![("x", tokens), ("k", mask)]), mean, "x").await,
        floats(&[1, 2], &[5.0, 4.0]),
    );
    let marks = Threshold::builder()
        .input("x")
        .limit(2.0)
        .output("y")
        .build();
    let marks = one(batch(vec![("x", x)]), marks, "y").await;
    assert_eq!(marks.as_slice::<u8>(), Ok(&[0, 0, 1, 1][..]));
}

#[tokio::test]
async fn a_batch_that_lacks_the_tensor_is_a_dead_letter_and_the_next_goes_on() {
    let batches = vec![
        batch(vec![("other", floats(&[1], &[1.0]))]),
        batch(vec![("x", floats(&[1], &[1.0]))]),
    ];
    let (came, dead) = through(batches, Softmax::builder().input("x").build()).await;
    assert_eq!((came.len(), dead), (1, 1));
}

#[tokio::test]
async fn a_deviation_that_cannot_be_divided_by_is_refused_before_the_run() {
    let refused = async |mean: Vec<f32>, deviation: Vec<f32>| {
        let stage = Normalise::builder()
            .input("x")
            .mean(mean)
            .deviation(deviation)
            .build();
        let run = Pipeline::named("refused")
            .source(FromIter::new([batch(vec![])]))
            .stage(stage)
            .for_each("none", drop)
            .run();
        run.await.unwrap_err().to_string()
    };
    let error = refused(vec![1.0, 1.0], vec![1.0, 0.0]).await;
    assert!(error.contains("the deviation of column 1 is 0"), "{error}");
    let error = refused(vec![1.0], vec![1.0, 2.0]).await;
    assert!(error.contains("1 means and 2 deviations"), "{error}");
}

#[tokio::test]
async fn messages_become_rows_and_rows_messages() {
    let messages = json!([
        { "a": { "b": [1, 2.5] }, "n": 3 },
        { "a": { "b": [[4], [5]] }, "n": 4 },
    ]);
    let messages: Vec<Value> = messages.as_array().unwrap().clone();
    let tensors = || {
        TensorsFromJson::builder()
            .floats(vec!["x=a.b".parse().unwrap()])
            .integers(vec!["n".parse().unwrap()])
            .build()
    };
    let (batches, _) = through(vec![messages], tensors()).await;
    assert_eq!(
        batches[0].get("x"),
        Ok(&floats(&[2, 2], &[1.0, 2.5, 4.0, 5.0]))
    );

    let (back, dead) = through(batches, TensorsToJson::default()).await;
    let expected = [
        json!({ "x": [1.0, 2.5], "n": 3 }),
        json!({ "x": [4.0, 5.0], "n": 4 }),
    ];
    assert_eq!((&back[..], dead), (&expected[..], 0));

    let bad = vec![
        vec![json!({ "n": 1 })],
        vec![json!({ "a": { "b": [1] }, "n": 1.5 })],
        vec![
            json!({ "a": { "b": [1] }, "n": 1 }),
            json!({ "a": { "b": [1, 2] }, "n": 1 }),
        ],
    ];
    assert_eq!(through(bad, tensors()).await.1, 3);
}

const SPEC: &str = r#"
name = "scores"

[[stage]]
use = "from-file"
with = { path = "IN" }

[[stage]]
use = "parse-json"

[[stage]]
use = "batch"

[[stage]]
use = "tensors-from-json"
with = { floats = ["x=features"], integers = ["id"] }

[[stage]]
use = "to-device"
with = { device = "auto" }

[[stage]]
use = "normalise"
with = { input = "x", mean = [1.0], deviation = [2.0], output = "y" }

[[stage]]
use = "sigmoid-threshold"
with = { input = "y", output = "alert" }
"#;

const END: &str = r#"
[[stage]]
use = "to-host"

[[stage]]
use = "tensors-to-json"
with = { tensors = ["id", "alert"] }

[[stage]]
use = "to-file"
with = { path = "OUT" }
"#;

/// Builds the pipeline of a file, and runs it to its end.
async fn run_file(name: &str, text: &str) {
    let spec = PipelineSpec::parse(name, text).unwrap();
    let built = spec.build(&Registry::collected().unwrap());
    let pipeline = built.map_err(|errors| errors.to_string()).unwrap();
    pipeline.run().await.unwrap();
}

#[tokio::test]
async fn a_pipeline_from_a_file_goes_to_the_device_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let lines = "{\"id\":1,\"features\":[3]}\n{\"id\":2,\"features\":[-3]}\n";
    std::fs::write(path("in"), lines).unwrap();
    let text = [SPEC, END]
        .concat()
        .replace("IN", &path("in"))
        .replace("OUT", &path("out"));
    run_file("scores.toml", &text).await;

    let out = std::fs::read_to_string(path("out")).unwrap();
    assert_eq!(out, "{\"id\":1,\"alert\":[1]}\n{\"id\":2,\"alert\":[0]}\n");
}

const FOREST: &str = r#"
name = "margins"

[[stage]]
use = "from-file"
with = { path = "FOLDER/in" }

[[stage]]
use = "parse-json"

[[stage]]
use = "batch"

[[stage]]
use = "tensors-from-json"
with = { floats = ["features"] }

[[stage]]
use = "to-device"
DEVICE

[[stage]]
use = "forest"
with = { model = "FOLDER/model" }

[[stage]]
use = "to-host"

[[stage]]
use = "tensors-to-json"
with = { tensors = ["margin"] }

[[stage]]
use = "to-file"
with = { path = "FOLDER/out" }
"#;

#[tokio::test]
async fn a_forest_in_a_file_gives_margins_with_and_without_a_device_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("model"), include_str!("../support/stump.txt")).unwrap();
    let lines = "{\"features\":[9,-1]}\n{\"features\":[9,2]}\n";
    std::fs::write(path("in"), lines).unwrap();
    for device in ["", "with = { device = \"cpu\" }"] {
        let text = FOREST
            .replace("DEVICE", device)
            .replace("FOLDER", folder.path().to_str().unwrap());
        run_file("margins.toml", &text).await;

        let out = std::fs::read_to_string(path("out")).unwrap();
        assert_eq!(out, "{\"margin\":[-1.0]}\n{\"margin\":[1.0]}\n", "{device}");
    }
}

#[test]
fn the_check_of_a_file_says_where_to_host_is_missing() {
    let end = END.replace("use = \"to-host\"", "use = \"monitor\"");
    let text = [SPEC, &end].concat();
    let spec = PipelineSpec::parse("scores.toml", &text).unwrap();
    let errors = spec
        .build(&Registry::collected().unwrap())
        .unwrap_err()
        .to_string();

    assert!(
        errors.contains("`tensors-to-json` does not accept `DeviceTensors` messages"),
        "{errors}",
    );
    assert!(
        errors.contains("put one of these between: `to-host: DeviceTensors -> Tensors`"),
        "{errors}"
    );
}

#[tokio::test]
async fn the_processor_needs_no_copy() {
    let x = floats(&[1], &[1.0]);
    let place = x.as_slice::<f32>().unwrap().as_ptr();
    let (batches, _) = through(vec![Tensors::new().with("x", x)], ToDevice::default()).await;
    let x = batches[0].get("x").unwrap().as_slice::<f32>().unwrap();
    assert_eq!(x.as_ptr(), place);
}

// The stage has a worker of its own, so that time passes for real here.
#[tokio::test]
async fn no_more_batches_are_on_the_device_than_asked_for() {
    let limit = NonZeroUsize::new(3).unwrap();
    let (kept, mut came) = mpsc::channel(16);
    let messages = (0..10_u8).map(|n| Tensors::new().with("x", Tensor::new([1], vec![n]).unwrap()));
    let running = Pipeline::named("bounded")
        .source(FromIter::new(messages))
        .stage(ToDevice::builder().batches(limit).build())
        .for_each("keep", move |batch| kept.try_send(batch).unwrap())
        .run();
    let consumer = async {
        let mut next = async |millis| timeout(Duration::from_millis(millis), came.recv()).await;
        let mut held = Vec::new();
        for _ in 0..3 {
            held.push(next(10_000).await.unwrap().unwrap());
        }
        assert!(next(50).await.is_err());
        // One that comes back and one that is dropped make room for two.
        held.pop().unwrap().into_host().unwrap();
        held.pop();
        for _ in 0..2 {
            held.push(next(10_000).await.unwrap().unwrap());
        }
        assert!(next(50).await.is_err());
        held.clear();
        let mut rest = 0;
        while let Ok(Some(_)) = next(10_000).await {
            rest += 1;
        }
        assert_eq!(rest, 5);
    };
    let (report, ()) = tokio::join!(running, consumer);
    assert_eq!(report.unwrap().node("to-device").dead_lettered, 0);
}
