//! The pages of the mistakes: each failing example fails as it says, and each
//! mended one is a pipeline.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use millpond::pipeline::spec::{Mistake, PipelineSpec, SpecErrors};
use millpond::stage::Registry;

/// What stands in the blocks of a language, in the order of the page.
pub(crate) fn blocks(page: &str, language: &str) -> Vec<String> {
    let start = format!("\n```{language}\n");
    let blocks = page.split(&*start).skip(1);
    blocks
        .map(|rest| match rest.strip_prefix("```") {
            Some(_) => String::new(),
            None => rest.split_once("\n```").unwrap().0.to_owned() + "\n",
        })
        .collect()
}

pub(crate) fn registry() -> Registry {
    static COLLECTED: LazyLock<Registry> = LazyLock::new(|| Registry::collected().unwrap());
    COLLECTED.clone()
}

/// The spec of a section, with what its command sets.
fn built(section: &str) -> Result<(), SpecErrors> {
    let [toml] = &blocks(section, "toml")[..] else {
        unreachable!("a section shows one spec");
    };
    let mut spec = PipelineSpec::parse("spec.toml", toml)?;
    for command in blocks(section, "sh") {
        let set = command.trim_end().split_once("--set ").unwrap().1;
        spec.set(set).unwrap();
    }
    build(&spec)
}

/// Builds a spec of a page, where some variables are set.
fn build(spec: &PipelineSpec) -> Result<(), SpecErrors> {
    let environment = |name: &str| (name == "LOGS").then(|| "tests/spec/logs".to_owned());
    spec.check_with(&registry(), &environment)?
        .build()
        .map(drop)
}

#[test]
fn every_example_of_the_format_is_a_pipeline() {
    let page = fs::read_to_string("docs/SPEC.md").unwrap();
    let specs = blocks(&page, "toml").into_iter();
    let specs = specs.map(|toml| PipelineSpec::parse("spec.toml", &toml));
    let commands = blocks(&page, "sh").concat();
    let lines = commands.lines().filter_map(|line| {
        let line = line.strip_prefix("millpond run '")?;
        Some(PipelineSpec::parse_inline(line.strip_suffix('\'').unwrap()))
    });
    let all: Vec<_> = specs.chain(lines).collect();
    assert!(all.len() >= 5, "{} examples", all.len());
    for spec in all {
        let built = spec.and_then(|spec| build(&spec));
        assert!(built.is_ok(), "{}", built.unwrap_err());
    }
}

#[test]
fn the_page_of_the_format_lists_every_key_and_setting() {
    let page = fs::read_to_string("docs/SPEC.md").unwrap();
    let schema = millpond::pipeline::spec::schema(&registry());
    let stage = &schema["$defs"]["stage"]["allOf"][0];
    for part in [&schema, stage, &schema["$defs"]["module"]] {
        for key in part["properties"].as_object().unwrap().keys() {
            let told = [
                format!("`{key}`"),
                format!("`[{key}]`"),
                format!("[[{key}]]"),
                format!("[{key}.ID]"),
                format!(".{key}]]"),
            ];
            assert!(told.iter().any(|told| page.contains(told)), "{key}");
        }
    }
}

#[test]
fn every_mistake_has_a_page_whose_examples_are_true() {
    let mut untrue = Vec::new();
    for mistake in Mistake::ALL {
        let code = mistake.code().to_string();
        let path = Path::new("docs/errors").join(&code).with_extension("md");
        let page = fs::read_to_string(&path).unwrap();
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        let (failing, mended) = page.split_once("\n## Mended\n").unwrap();

        let errors = built(failing).unwrap_err();
        let first = errors.iter().any(|error| error.mistake == mistake);
        assert!(
            first,
            "{code} is not told by its failing example:\n{errors}"
        );
        let told = format!("{errors}\n");
        if blocks(failing, "text") != [told.clone()] {
            untrue.push(format!("{}\n{told}", path.display()));
        }
        if let Err(errors) = built(mended) {
            untrue.push(format!("{} is not mended\n{errors}\n", path.display()));
        }
    }
    assert!(untrue.is_empty(), "{}", untrue.concat());
}
