//! What is written beside the sources agrees with them: links, tables, pictures,
//! and the tests that the contract names.

#![expect(
    clippy::unwrap_used,
    reason = "a file that cannot be read fails the test"
)]

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use millpond::inference::{Infer, Mock, Signature, TensorSpec};
use millpond::message::Tensors;
use millpond::pipeline::spec::Mistake;
use millpond::stages::{Monitor, ToFile, WalkFiles};
use millpond::{Pipeline, operators::Flow};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    let text = fs::read_to_string(&path);
    text.map_err(|error| format!("{}: {error}", path.display()))
        .unwrap()
}

/// What lies in a folder, by name.
fn entries(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every file under a folder that ends so.
fn files(folder: impl AsRef<Path>, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in entries(folder) {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
    found
}

/// Every page of Markdown, with its text.
fn pages() -> Vec<(PathBuf, String)> {
    let alone = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    let others = ["examples", "operators", "docs"]
        .into_iter()
        .flat_map(|folder| files(folder, "md"));
    let pages = alone.into_iter().chain(others);
    pages.map(|page| (page.clone(), read(page))).collect()
}

/// The blocks of code of a page: what they say they are, and their text.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let block = lines.by_ref().take_while(|line| line.trim() != "```");
            let block: Vec<_> = block.collect();
            blocks.push((language, block.join("\n") + "\n"));
        }
    }
    blocks
}

/// The page without its blocks of code.
fn prose(page: &str) -> String {
    let parts = page.split("```").step_by(2);
    parts.collect()
}

/// What follows a heading, up to the next one of its kind.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = format!("\n## {heading}\n");
    let section = page.split(&*start).nth(1);
    let section = section.ok_or_else(|| format!("there is no section `{heading}`"));
    section.unwrap().split("\n## ").next().unwrap()
}

/// The first cells of a table's rows, without links and marks.
fn first_cells(text: &str) -> BTreeSet<String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = rows.map(|row| row.split(" |").next().unwrap());
    let names = cells.map(|cell| cell.trim_start_matches('[').split(']').next().unwrap());
    let names = names.map(|name| name.trim_matches('`').to_owned());
    names.skip(2).collect()
}

// === the contract ===

#[test]
fn every_clause_names_a_test_that_exists() {
    let contract = read("docs/CONTRACT.md");
    let mut numbers = BTreeSet::new();
    for clause in contract.split("\n- **").skip(1) {
        let (number, clause) = clause.split_once("** ").unwrap();
        assert!(numbers.insert(number), "two clauses are called {number}");
        let clause = clause.split("\n\n").next().unwrap();
        let named: Vec<_> = clause
            .split('`')
            .filter_map(|code| code.split_once(".rs::"))
            .collect();
        assert!(!named.is_empty(), "{number} names no test");
        for (file, test) in named {
            assert!(
                is_test(&read(format!("{file}.rs")), test),
                "{number}: {file}.rs has no test `{test}`"
            );
        }
    }
    assert!(numbers.len() >= 40, "only {} clauses", numbers.len());
}

/// Whether the source has a function of this name with a test attribute.
fn is_test(source: &str, name: &str) -> bool {
    let lines: Vec<_> = source.lines().map(str::trim_start).collect();
    let place = lines.iter().position(|line| {
        let function = line.trim_start_matches("async ").strip_prefix("fn ");
        function.is_some_and(|rest| rest.strip_prefix(name).is_some_and(|r| r.starts_with('(')))
    });
    let above = lines[..place.unwrap_or(0)].iter().rev();
    above
        .take_while(|line| line.starts_with("#[") || line.starts_with("///"))
        .any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"))
}

// === pages ===

#[test]
fn every_link_leads_somewhere() {
    let mut dead = Vec::new();
    for (page, text) in pages() {
        for link in prose(&text).split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            if link.starts_with("http") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                page.clone()
            } else {
                page.parent().unwrap().join(file)
            };
            let headed = || {
                read(&target)
                    .lines()
                    .filter_map(slug)
                    .any(|it| it == anchor)
            };
            let there = target.exists() && (anchor.is_empty() || headed());
            if !there {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// The anchor of a line that is a heading.
fn slug(line: &str) -> Option<String> {
    let heading = line.trim_start_matches('#').strip_prefix(' ')?;
    let plain = heading.replace(|c: char| !(c.is_alphanumeric() || " -_".contains(c)), "");
    line.starts_with('#')
        .then(|| plain.to_lowercase().replace(' ', "-"))
}

#[test]
fn every_block_is_run_or_says_why_not() {
    let library = [read("src/lib.rs"), read("operators/src/lib.rs")];
    for (page, text) in pages() {
        for (language, _) in blocks(&text) {
            let language = language.split(',').next().unwrap();
            let known = ["rust", "text", "sh", "toml", "mermaid"].contains(&language);
            assert!(known, "{}: a block of `{language}`", page.display());
            let name = page.strip_prefix(root()).unwrap().to_str().unwrap();
            let name = name.strip_prefix("operators/").unwrap_or(name);
            let included = format!("include_str!(\"../{name}\")");
            assert!(
                language != "rust" || library.iter().any(|source| source.contains(&included)),
                "the examples of {} are not run",
                page.display()
            );
        }
    }
}

#[test]
fn every_error_code_has_its_page() {
    let source = read("src/graph/error.rs");
    let arms = source.split("Code(match self {").nth(1).unwrap();
    let arms = arms.split("})").next().unwrap().lines();
    let numbers = arms.filter_map(|arm| arm.split_once("=> ")?.1.strip_suffix(','));
    let codes: BTreeSet<_> = numbers
        .map(|number| format!("P{:04}", number.parse::<u16>().unwrap()))
        .collect();
    assert!(codes.len() >= 7, "{codes:?}");

    let name = |page: &PathBuf| page.file_stem().unwrap().to_str().unwrap().to_owned();
    let mistakes = Mistake::ALL.map(|mistake| mistake.code().to_string());
    // Those of specs are tried in tests/spec.
    let pages = files("docs/errors", "md").into_iter();
    let (of_specs, pages): (Vec<_>, Vec<_>) =
        pages.partition(|page| mistakes.contains(&name(page)));
    assert_eq!(of_specs.iter().map(name).collect::<Vec<_>>(), mistakes);
    assert_eq!(pages.iter().map(name).collect::<BTreeSet<_>>(), codes);
    for page in pages {
        let (code, text) = (name(&page), read(&page));
        assert!(text.starts_with(&format!("# {code}: ")), "{code}");
        let [failing, mended] = ["Failing", "Mended"].map(|heading| section(&text, heading));
        assert!(failing.contains("```rust\n") && failing.contains("RunError::Refused"));
        assert!(failing.contains(&code), "{code}");
        assert!(mended.contains("```rust\n") && mended.contains("assert_eq!"));
    }
}

// === README ===

#[test]
fn the_first_program_of_the_readme_is_the_smallest_example() {
    let hello = read("examples/hello.rs");
    let program = hello.split_once("\n\n").unwrap().1;
    let readme = read("README.md");
    let (_, first) = blocks(&readme).remove(0);
    assert_eq!(first, program);
}

#[test]
fn the_tables_of_examples_are_the_folder() {
    let examples = entries("examples").into_iter();
    let examples: BTreeSet<_> = examples
        .filter(|path| path.extension().is_none_or(|extension| extension == "rs"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let readme = read("README.md");
    assert_eq!(first_cells(section(&readme, "Examples")), examples);
    assert_eq!(first_cells(&read("examples/README.md")), examples);
}

#[test]
fn the_readme_lists_every_group_and_feature() {
    let readme = read("README.md");
    let docs = read("operators/src/lib.rs");
    let headings = docs.lines().filter_map(|line| line.strip_prefix("//! ## "));
    let groups: BTreeSet<_> = headings
        .filter_map(|heading| Some(heading.split_once(": [`")?.1.trim_end_matches("`]")))
        .map(str::to_owned)
        .collect();
    let of_operators = section(&readme, "Operators and stages");
    assert_eq!(first_cells(of_operators), groups);
    for group in &groups {
        let line = format!("| [{group}](operators/src/{group}/mod.rs) |");
        let line = of_operators.lines().find(|known| known.starts_with(&line));
        let named = line.unwrap().rsplit(" | ").next().unwrap();
        for operator in named.split('`').skip(1).step_by(2) {
            assert!(
                docs.contains(&format!("[`{operator}`](Flow::{operator})"))
                    || docs.contains(&format!("[`{group}::{operator}`]")),
                "{operator}"
            );
        }
    }

    let manifest = read("Cargo.toml");
    let features = manifest.split("\n[features]\n").nth(1).unwrap();
    let features = features.split("\n[").next().unwrap().lines();
    let mut features: BTreeSet<_> = features
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()))
        .collect();
    features.remove("default");
    features.insert("(none)".to_owned());
    assert_eq!(first_cells(section(&readme, "Install")), features);
}

#[test]
fn the_compile_error_in_the_readme_is_the_pinned_one() {
    let readme = read("README.md");
    let [(_, program), (_, error)] = &blocks(section(&readme, "A wrong program"))[..] else {
        unreachable!("the section shows a program and an error");
    };
    let case = "tests/ui/fail/stage_after_wrong_message";
    assert!(read(format!("{case}.rs")).contains(program));
    assert!(read(format!("{case}.stderr")).starts_with(error));
}

struct Sample;
#[derive(serde::Serialize)]
struct Verdict;
struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}

#[test]
fn the_picture_in_the_readme_is_the_pipeline_of_identify() {
    // The same calls as in the example, whose model needs a feature.
    let source = read("examples/identify/main.rs");
    let calls = [
        "Pipeline::named(\"identify\").edge_capacity(32)",
        "WalkFiles::new(",
        ".split(pipeline.builder())",
        ".try_node(\"read\"",
        "unwalkable.for_each(\"unwalkable\"",
        "unreadable.for_each(\"unreadable\"",
        "Infer::loaded(",
        "infer.split(samples",
        "unanswered.for_each(\"unanswered\"",
        ".stage(Monitor::new(",
        ".node(\"count\"",
        ".sink(ToFile::json_lines(",
    ];
    let places = calls.map(|call| source.find(call));
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}");

    let signature = Signature {
        inputs: vec![TensorSpec::of::<i32>("bytes", [1])],
        outputs: vec![TensorSpec::of::<f32>("target_label", [1])],
    };
    let infer = Infer::with(Mock::new(signature, |_| Tensors::new()))
        .input_with("bytes", [1], |_: &Sample, _: &mut [i32]| {})
        .output("target_label", |_, _: &[f32]| Verdict);
    let pipeline = Pipeline::named("identify").edge_capacity(32);
    let (paths, unwalkable) = WalkFiles::new(["."]).split(pipeline.builder());
    let (samples, unreadable) = paths.try_node("read", |paths: Flow<_>| {
        paths.map(|_| Ok::<_, Unreadable>(Sample))
    });
    unwalkable.for_each("unwalkable", drop);
    unreadable.for_each("unreadable", drop);
    let (verdicts, unanswered) = infer.split(samples);
    unanswered.for_each("unanswered", drop);
    let pipeline = verdicts
        .stage(Monitor::new("files"))
        .node("count", |verdicts| verdicts)
        .sink(ToFile::json_lines("identified.jsonl"));

    let picture = pipeline.graph().to_text();
    let readme = read("README.md");
    assert!(
        blocks(&readme).contains(&("text", picture.clone())),
        "README should show\n{picture}"
    );
}

#[test]
fn the_oldest_rust_is_the_same_everywhere() {
    let manifest = read("Cargo.toml");
    let version = manifest.split("\nrust-version = \"").nth(1).unwrap();
    let version = version.split('"').next().unwrap();
    assert!(read("clippy.toml").contains(&format!("msrv = \"{version}\"")));
    let readme = read("README.md");
    assert!(readme.contains(&format!("Rust {version} or later")));
    assert!(readme.contains(&format!("is supported is {version}.")));
}

// === the architecture ===

#[test]
fn unsafe_code_stands_only_where_a_driver_is_called_or_played() {
    let allowed = [
        "src/device/cuda/raw/",
        "emulator/src/api/",
        "emulator/tests/",
        "tests/support/emulator.rs",
    ];
    let folders = [
        "src",
        "operators",
        "macros",
        "emulator",
        "tests",
        "benches",
        "examples",
    ];
    let sources = folders.into_iter().flat_map(|folder| files(folder, "rs"));
    for file in sources.filter(|file| !file.ends_with("tests/docs.rs")) {
        let source = read(&file);
        let mut code = source.lines().filter(|line| !line.trim().starts_with("//"));
        let is_unsafe = |line: &str| {
            let marks = ["unsafe {", "unsafe impl", "unsafe extern", "#[unsafe("];
            marks.iter().any(|mark| line.contains(mark))
        };
        let place = file.strip_prefix(root()).unwrap().to_string_lossy();
        let known = allowed.iter().any(|known| place.starts_with(known));
        assert!(known || !code.any(is_unsafe), "{place}");
    }
}

#[test]
fn imports_point_one_way() {
    let layers = [
        ("message", ""),
        ("device", "message node"),
        ("edge", "message"),
        ("node", "message edge"),
        ("graph", "message edge node"),
        ("stage", "message edge node graph"),
        ("stages", "message device node graph stage inference"),
        ("inference", "message device node graph stage"),
        ("module", "message graph stage"),
        ("pipeline", "message edge node graph stage module"),
        ("runtime", "message edge node graph stage module pipeline"),
        (
            "cli",
            "message edge node graph stage module pipeline runtime",
        ),
        ("bin", ""),
    ];
    let folders = entries("src").into_iter().filter(|path| path.is_dir());
    assert_eq!(folders.count(), layers.len());
    for (layer, below) in layers {
        for file in files(format!("src/{layer}"), "rs") {
            let source = read(&file);
            let code = source.split("#[cfg(test)]").next().unwrap();
            let code = code.lines().filter(|line| !line.trim().starts_with("//"));
            for line in code {
                // What a macro names is used where the macro is, and macros
                // themselves stand at the root.
                let line = line.replace("$crate::", "").replace("crate::register!", "");
                // At the root, where exported macros are, but of the stages.
                let line = line.replace("crate::register!", "crate::stage::register!");
                for path in line.split("crate::").skip(1) {
                    let other = path.split(|c: char| !c.is_alphanumeric()).next().unwrap();
                    assert!(
                        other == layer || below.split(' ').any(|known| known == other),
                        "{}: `{layer}` must not know `{other}`",
                        file.display()
                    );
                }
            }
        }
    }
}
