//! The specs in `examples/` do what they say.

use std::fs;
use std::path::Path;

use millpond::Pipeline;
use millpond::pipeline::spec::PipelineSpec;
use millpond::stage::Registry;

use super::run;

/// The pipeline of an example, with some of its text replaced.
fn example(name: &str, replaced: &str, by: &str) -> Pipeline {
    let text = fs::read_to_string(Path::new("examples").join(name)).unwrap();
    assert!(text.contains(replaced), "{name} has no {replaced}");
    let spec = PipelineSpec::parse(name, &text.replace(replaced, by)).unwrap();
    let built = spec.build(&Registry::collected().unwrap());
    built.map_err(|errors| errors.to_string()).unwrap()
}

#[tokio::test]
async fn the_slow_requests_of_a_log_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let to_file = format!("\"to-file\"\nwith = {{ path = {out:?} }}");
    let report = run(example("slow.toml", "\"to-stdout\"", &to_file)).await;
    let expected = "\
{\"at\":\"2026-03-01T08:00:01Z\",\"host\":\"south\",\"path\":\"/search\",\"ms\":840}
{\"at\":\"2026-03-01T08:00:01Z\",\"host\":\"south\",\"path\":\"/search\",\"ms\":5003}
{\"at\":\"2026-03-01T08:00:05Z\",\"host\":\"north\",\"path\":\"/search\",\"ms\":1210}
";
    assert_eq!(fs::read_to_string(out).unwrap(), expected);
    assert_eq!(report.node("parse-json").dead_lettered, 1);
}

#[tokio::test]
async fn a_log_is_split_into_two_files() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let report = run(example("levels.toml", "${OUT}", at)).await;
    let lines = |name: &str| {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        text.lines().count()
    };
    assert_eq!((lines("all.jsonl"), lines("bad.jsonl")), (5, 3));
    assert_eq!(report.node("copies").emitted, 10);
}
