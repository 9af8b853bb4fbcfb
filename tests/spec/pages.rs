//! The pages of the mistakes: each failing example fails as it says, and each
//! mended one is a pipeline.

use std::fs;
use std::path::Path;

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
    Registry::collected().unwrap()
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
    spec.build(&registry()).map(drop)
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
