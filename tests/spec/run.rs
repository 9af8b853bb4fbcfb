//! Specs that are built and run.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use millpond::edge::{Capacity, Overflow};
use millpond::graph::{OnError, Placement};
use millpond::pipeline::spec::PipelineSpec;
use millpond::{Pipeline, RunReport};

use super::pages::registry;

fn built(toml: &str) -> Pipeline {
    let spec = PipelineSpec::parse("a.toml", toml).unwrap();
    spec.build(&registry())
        .map_err(|errors| errors.to_string())
        .unwrap()
}

async fn run(pipeline: Pipeline) -> RunReport {
    pipeline.run().await.unwrap()
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_spec_does_the_same_from_toml_and_from_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let input = path("in.jsonl");
    fs::write(
        &input,
        "{\"level\":\"error\",\"n\":1}\n{\"level\":\"info\"}\n",
    )
    .unwrap();
    let input = input.display();
    let outputs = [path("toml.jsonl"), path("line.jsonl")];
    let toml = format!(
        "[[stage]]\nuse = 'from-file'\nwith = {{ path = '{input}' }}\n[[stage]]\nuse = 'parse-json'\n\
         [[stage]]\nuse = 'filter'\nwith = {{ field = 'level', equals = 'error' }}\n\
         [[stage]]\nuse = 'to-file'\nwith = {{ path = '{}' }}\n",
        outputs[0].display()
    );
    let line = format!(
        "from-file --path {input} ! parse-json ! filter --field level --equals error ! to-file --path {}",
        outputs[1].display()
    );
    run(built(&toml)).await;
    let spec = PipelineSpec::parse_inline(&line).unwrap();
    run(spec.build(&registry()).unwrap()).await;
    for output in outputs {
        assert_eq!(lines(&output), ["{\"level\":\"error\",\"n\":1}"]);
    }
}

#[tokio::test]
async fn a_graph_branches_and_joins_with_names_from_the_spec() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.txt");
    let toml = format!(
        "[[stage]]\nuse = 'tickets'\nname = 'in'\nwith = {{ count = 4 }}\n\
         [[stage]]\nuse = 'stamp'\n\
         [[stage]]\nuse = 'broadcast'\nname = 'both'\nwith = {{ outlets = ['a', 'b', 'c'] }}\n\
         [[stage]]\nuse = 'forget'\ninputs = ['both.b']\n\
         [[stage]]\nuse = 'merge'\ninputs = ['both.a', 'both.c']\n\
         [[stage]]\nuse = 'to-file'\nname = 'out'\nwith = {{ path = '{}' }}\n",
        output.display()
    );
    let report = run(built(&toml)).await;
    let mut found = lines(&output);
    found.sort();
    assert_eq!(found, ["0", "0", "1", "1", "2", "2", "3", "3"]);
    assert_eq!(report.node("in").emitted, 4);
    assert_eq!(report.node("both").emitted, 12);
    assert_eq!(report.node("out").received, 8);
    assert_eq!(report.node("forget/ignore").received, 4);
}

/// Modules within a module, each with a parameter.
const NESTED: &str = "
[[stage]]
use = 'tickets'
with = { count = 6 }

[[stage]]
use = 'label'
name = 'ingest'
with = { even = 'E', most = 2 }

[[stage]]
use = 'forget'
name = 'evens'
inputs = ['ingest.even']

[[stage]]
use = 'forget'
name = 'odds'
inputs = ['ingest.odd']

[module.label]
params = { even = { type = 'string' }, most = { type = 'integer', default = 3 } }
inputs = ['tickets']
outputs = { even = 'even', odd = 'odd.out' }

[[module.label.stage]]
use = 'parity'
inputs = ['tickets']

[[module.label.stage]]
use = 'stamped'
name = 'even'
inputs = ['parity.even']
with = { prefix = '<${param.even}>', most = '${param.most}' }

[[module.label.stage]]
use = 'stamped'
name = 'odd'
inputs = ['parity.odd']
with = { prefix = '<o>', most = 3 }

[module.stamped]
params = { prefix = { type = 'string' }, most = { type = 'integer' } }
inputs = ['tickets']
outputs = { out = 'short' }

[[module.stamped.stage]]
use = 'stamp'
with = { prefix = '${param.prefix}' }

[[module.stamped.stage]]
use = 'short'
with = { length = '${param.most}' }
on-error = 'dead-letter'
";

#[tokio::test]
async fn modules_nest_with_parameters_and_unique_node_names() {
    let report = run(built(NESTED)).await;
    let names: Vec<_> = report
        .nodes
        .iter()
        .map(|node| node.node.to_string())
        .collect();
    for name in [
        "ingest/parity/tell",
        "ingest/even/stamp",
        "ingest/even/short",
        "ingest/odd/stamp",
        "ingest/odd/short",
    ] {
        assert!(
            names.iter().any(|known| known == name),
            "{name} in {names:?}"
        );
    }
    // `<E>0` has four letters and two are allowed, `<o>1` has four of three.
    assert_eq!(report.node("ingest/even/short").received, 3);
    assert_eq!(report.node("evens/ignore").received, 0);
    let four = NESTED.replace(
        "most = 3 }\n\n[module.stamped]",
        "most = 4 }\n\n[module.stamped]",
    );
    let report = run(built(&four)).await;
    assert_eq!(report.node("odds/ignore").received, 3);
}

#[test]
fn the_settings_of_a_module_are_those_of_its_stages_that_say_nothing_else() {
    let settings =
        "placement = 'own'\nedge = { capacity = 7 }\n[[stage]]\nuse = 'forget'\nname = 'evens'";
    let toml = NESTED.replacen("[[stage]]\nuse = 'forget'\nname = 'evens'", settings, 1);
    let toml = format!("[defaults]\ncapacity = 5\n{toml}");
    let graph = built(&toml).graph();
    let edge = |node: &str| {
        let from = graph
            .nodes
            .iter()
            .position(|known| *known.name == *node)
            .unwrap();
        let edge = graph.edges.iter().find(|edge| edge.from == from).unwrap();
        edge.capacity
    };
    assert_eq!(edge("tickets"), Some(Capacity::Fixed(5)));
    assert_eq!(edge("ingest/parity/tell"), Some(Capacity::Fixed(7)));
    assert_eq!(edge("ingest/even/stamp"), Some(Capacity::Fixed(7)));
    let node = graph
        .nodes
        .iter()
        .find(|node| &*node.name == "ingest/odd/short")
        .unwrap();
    assert_eq!(node.placement, Placement::Own);
    assert_eq!(node.on_error, OnError::DeadLetter);
}

#[test]
fn a_checked_spec_lists_every_stage_with_its_types() {
    let spec = PipelineSpec::parse("a.toml", NESTED).unwrap();
    let checked = spec.check(&registry()).unwrap();
    assert_eq!(checked.name, "a");
    let listed: Vec<_> = checked
        .stages
        .iter()
        .map(|stage| {
            let inputs: Vec<_> = stage
                .inputs
                .iter()
                .map(|input| input.message.name())
                .collect();
            let outputs: Vec<_> = stage
                .outputs
                .iter()
                .map(|(_, message)| message.name())
                .collect();
            format!(
                "{}: {} -> {}",
                stage.name,
                inputs.join(", "),
                outputs.join(", ")
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            "tickets:  -> Ticket",
            "ingest/parity: Ticket -> Ticket, Ticket",
            "ingest/even/stamp: Ticket -> String",
            "ingest/even/short: String -> String",
            "ingest/odd/stamp: Ticket -> String",
            "ingest/odd/short: String -> String",
            "evens: String -> ",
            "odds: String -> ",
        ],
    );
}

#[test]
fn a_spec_opens_nothing_before_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.txt");
    let toml = format!(
        "[[stage]]\nuse = 'tickets'\n[[stage]]\nuse = 'stamp'\n[[stage]]\nuse = 'to-file'\n\
         with = {{ path = '{}' }}\n",
        output.display()
    );
    drop(built(&toml));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn edges_have_the_capacity_and_the_overflow_that_the_spec_says() {
    let edge = |edge: &str| {
        let toml =
            format!("[[stage]]\nuse = 'tickets'\nedge = {edge}\n[[stage]]\nuse = 'forget'\n");
        let edge = built(&toml).graph().edges.remove(0);
        (edge.capacity, edge.overflow)
    };
    let block = |capacity| (Some(capacity), Overflow::Block);
    assert_eq!(edge("{ capacity = 9 }"), block(Capacity::Fixed(9)));
    assert_eq!(
        edge("{ capacity = 'adaptive' }"),
        block(Capacity::adaptive())
    );
    assert_eq!(
        edge("{ capacity = 'interactive' }"),
        block(Capacity::interactive())
    );
    let bounds = Capacity::Adaptive {
        target: Duration::from_millis(20),
        min: 4,
        max: 64,
    };
    assert_eq!(
        edge("{ capacity = { target = '20ms', min = 4, max = 64 } }"),
        block(bounds),
    );
    for (name, overflow) in [
        ("block", Overflow::Block),
        ("drop-newest", Overflow::DropNewest),
        ("drop-oldest", Overflow::DropOldest),
        ("fail", Overflow::Fail),
    ] {
        assert_eq!(edge(&format!("{{ overflow = '{name}' }}")).1, overflow);
    }
}

#[test]
fn stages_are_placed_where_the_spec_says() {
    let placement = |placement: &str| {
        let toml = format!(
            "[[stage]]\nuse = 'tickets'\nplacement = {placement}\n[[stage]]\nuse = 'forget'\n"
        );
        built(&toml).graph().nodes.remove(0).placement
    };
    assert_eq!(placement("'by-cost'"), Placement::ByCost);
    assert_eq!(placement("'inherit'"), Placement::Inherit);
    assert_eq!(placement("'own'"), Placement::Own);
    let three = NonZeroUsize::new(3).unwrap();
    assert_eq!(placement("{ pool = 3 }"), Placement::Pool(three));
}

#[tokio::test]
async fn a_stage_is_replicated_and_every_message_goes_through_one_of_them() {
    let report = run(built(
        "[[stage]]\nuse = 'tickets'\nwith = { count = 100 }\n\
         [[stage]]\nuse = 'stamp'\nname = 'print'\nreplicas = { count = 3, order = 'any' }\n\
         [[stage]]\nuse = 'forget'\n",
    ))
    .await;
    let names: Vec<_> = report.nodes.iter().map(|node| &*node.node).collect();
    let replicas = ["print.0/stamp", "print.1/stamp", "print.2/stamp"];
    assert!(
        replicas.iter().all(|name| names.contains(name)),
        "{names:?}"
    );
    let through = replicas.map(|name| report.node(name).emitted);
    assert_eq!(through.iter().sum::<u64>(), 100);
    assert_eq!(report.node("forget/ignore").received, 100);
}

#[tokio::test]
async fn replicas_keep_the_order_of_messages() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.txt");
    let report = run(built(&format!(
        "[[stage]]\nuse = 'tickets'\nwith = {{ count = 1000 }}\n\
         [[stage]]\nuse = 'stamp'\n[[stage]]\nuse = 'pass'\nname = 'hidden'\nreplicas = 2\n\
         [[stage]]\nuse = 'bracket'\nname = 'print'\nreplicas = 3\n\
         [[stage]]\nuse = 'to-file'\nwith = {{ path = '{}' }}\n",
        output.display()
    )))
    .await;
    let expected: Vec<_> = (0..1000).map(|number| format!("[{number}]")).collect();
    assert_eq!(lines(&output), expected);
    let names: Vec<_> = report.nodes.iter().map(|node| &*node.node).collect();
    for name in ["hidden.1/map", "print/split", "print.2/map", "print/join"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
}
