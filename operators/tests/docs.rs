//! The sources keep the form that the crate docs promise: every public
//! operator has an example, a row in the table and a laws line, every type
//! must be used, and every law has a mutant.
#![expect(
    clippy::unwrap_used,
    reason = "a source that cannot be read fails the test"
)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const GROUPS: [&str; 13] = [
    "combine",
    "concurrent",
    "consume",
    "errors",
    "event_time",
    "fan_out",
    "filter",
    "lifecycle",
    "rate",
    "source",
    "time",
    "transform",
    "window",
];

/// A public function in a group, outside of the accessors of its struct.
struct Operator {
    name: String,
    /// What links to it: `Flow::name`, or `group::name` of a free function.
    path: String,
    group: &'static str,
    docs: String,
}

impl Operator {
    /// The first cell of its row in the crate docs.
    fn link(&self) -> String {
        let Self { name, path, .. } = self;
        if path.starts_with("Flow") {
            format!("[`{name}`]({path})")
        } else {
            format!("[`{path}`]")
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn files(folder: impl AsRef<Path>) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

/// The lines of the doc comment and the attributes right before a line.
fn head_of(lines: &[&str], item: usize) -> String {
    let start = lines[..item]
        .iter()
        .rposition(|line| {
            let docs = line.trim_start().starts_with("///");
            line.is_empty() || (!docs && (line.ends_with('{') || line.starts_with('}')))
        })
        .map_or(0, |line| line + 1);
    lines[start..item].join("\n")
}

fn operators() -> Vec<Operator> {
    let mut operators = Vec::new();
    for group in GROUPS {
        for source in files(format!("src/{group}")) {
            let lines: Vec<_> = source.lines().collect();
            let mut in_flow = true;
            for (number, line) in lines.iter().enumerate() {
                if line.starts_with("impl") {
                    in_flow = line.starts_with("impl<") && line.contains("> Flow<");
                }
                let Some(rest) = line.trim_start().strip_prefix("pub fn ") else {
                    continue;
                };
                let is_free = line.starts_with("pub fn ");
                if in_flow || is_free {
                    let name = rest.split(['<', '(']).next().unwrap();
                    let place = if is_free { group } else { "Flow" };
                    operators.push(Operator {
                        name: name.to_owned(),
                        path: format!("{place}::{name}"),
                        group,
                        docs: head_of(&lines, number),
                    });
                }
            }
        }
    }
    operators
}

#[test]
fn every_operator_has_an_example_that_asserts() {
    for Operator { name, docs, .. } in operators() {
        let example = docs.split("/// # Examples").nth(1);
        assert!(
            example.is_some_and(|example| example.contains("assert_eq!")),
            "`{name}` needs a section `# Examples` that ends in `assert_eq!`"
        );
    }
}

#[test]
fn headings_come_in_one_order() {
    let order = [
        "Completion",
        "Backpressure",
        "Cancellation",
        "Errors",
        "Panics",
        "Units",
        "Examples",
    ];
    for Operator { name, docs, .. } in operators() {
        let headings = docs
            .lines()
            .filter_map(|line| line.trim().strip_prefix("/// # "));
        let places: Vec<_> = headings
            .filter(|heading| heading.chars().all(char::is_alphabetic))
            .map(|heading| order.iter().position(|known| *known == heading))
            .collect();
        assert!(
            places.is_sorted() && places.iter().all(Option::is_some),
            "`{name}` has a heading that is unknown or out of order"
        );
    }
}

/// The rows of a group's table in the crate docs.
fn rows<'a>(crate_docs: &'a str, group: &str) -> Vec<&'a str> {
    let heading = format!(": [`{group}`]");
    let mut lines = crate_docs.lines();
    let found = lines.any(|line| line.starts_with("//! ## ") && line.ends_with(&heading));
    assert!(found, "lib.rs needs a heading `//! ## ..{heading}`");
    lines
        .take_while(|line| !line.starts_with("//! #"))
        .filter(|line| line.starts_with("//! | [`"))
        .collect()
}

#[test]
fn every_operator_is_in_both_tables() {
    let crate_docs = read("src/lib.rs");
    let all = operators();
    for group in GROUPS {
        let rows = rows(&crate_docs, group);
        let group_docs = read(format!("src/{group}/mod.rs"));
        let of_group: Vec<_> = all.iter().filter(|one| one.group == group).collect();
        for operator in &of_group {
            let Operator { name, path, .. } = operator;
            let row = format!("//! | {} | ", operator.link());
            let is_it = |line: &&str| line.starts_with(&row);
            assert_eq!(
                rows.iter().copied().filter(is_it).count(),
                1,
                "lib.rs needs one row `{row}` under `{group}`"
            );

            let in_group = if path.starts_with("Flow") {
                format!("//! | [`{name}`](crate::Flow::{name}) | ")
            } else {
                format!("//! | [`{name}`](fn@{name}) | ")
            };
            assert!(
                group_docs.contains(&in_group),
                "the table of `{group}` needs a row `{in_group}`"
            );
        }
        // And no row without its operator.
        assert_eq!(rows.len(), of_group.len(), "of `{group}`: {rows:#?}");
    }
}

/// The tables of the crate docs without links, and without the bounds.
fn tables_of_readme() -> String {
    let crate_docs = read("src/lib.rs");
    let mut tables = String::new();
    for line in crate_docs.lines() {
        let Some(line) = line.strip_prefix("//! ") else {
            continue;
        };
        if let Some(heading) = line
            .strip_prefix("## ")
            .and_then(|line| line.split_once(": ["))
        {
            tables += "\n### ";
            tables += heading.0;
            tables += "\n\n| operator | gives | elsewhere |\n| --- | --- | --- |\n";
        }
        if !line.starts_with("| [`") {
            continue;
        }
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 4, "`{line}` needs four cells");
        let name = cells[0].split('`').nth(1).unwrap();
        let row = format!("| `{name}` | {} | {} |\n", cells[1], cells[3]);
        tables += &row;
    }
    tables
}

/// With `MILLPOND_BLESS` in the environment the tables are written.
#[test]
fn the_readme_has_the_same_tables() {
    let readme = read("README.md");
    let (begin, end) = ("<!-- tables -->\n", "<!-- end of tables -->");
    let (before, rest) = readme.split_once(begin).unwrap();
    let (tables, after) = rest.split_once(end).unwrap();
    let expected = tables_of_readme() + "\n";
    if env::var_os("MILLPOND_BLESS").is_some() {
        let blessed = format!("{before}{begin}{expected}{end}{after}");
        fs::write(root().join("README.md"), blessed).unwrap();
    } else {
        assert!(
            tables == expected,
            "the tables of operators/README.md are not those of the crate docs; \
             run `MILLPOND_BLESS=1 cargo test -p millpond-operators --test docs`"
        );
    }
}

#[test]
fn every_operator_has_a_laws_line() {
    for Operator { name, group, .. } in operators() {
        let tests = read(format!("tests/{group}/{name}.rs"));
        let line = format!("laws! {{\n    {name}: |");
        assert!(
            tests.contains(&line),
            "tests/{group}/{name}.rs needs `laws! {{ {name}: |..| .. }}`"
        );
    }
}

#[test]
fn every_type_must_be_used() {
    for group in GROUPS {
        for source in files(format!("src/{group}")) {
            let lines: Vec<_> = source.lines().collect();
            for (number, line) in lines.iter().enumerate() {
                if line.starts_with("pub struct ") {
                    let head = head_of(&lines, number);
                    assert!(
                        head.contains("#[must_use = "),
                        "`{line}` needs `#[must_use]`"
                    );
                }
            }
        }
    }
}

#[test]
fn the_features_list_their_operators() {
    let crate_docs = read("src/lib.rs");
    let all = operators();
    for group in GROUPS {
        let group_docs = read(format!("src/{group}/mod.rs"));
        for gate in group_docs.split("#[cfg(feature = \"").skip(1) {
            let (feature, rest) = gate.split_once("\")]\nmod ").unwrap_or((gate, ""));
            let module = rest.split(';').next().unwrap();
            if !all
                .iter()
                .any(|one| one.group == group && one.name == module)
            {
                continue;
            }
            let row = format!("//! | `{feature}` | ");
            let row = crate_docs.lines().find(|line| line.starts_with(&row));
            assert!(
                row.is_some_and(|row| row.contains(&format!("`{module}`"))),
                "the row of `{feature}` in lib.rs lacks `{module}`"
            );
        }
    }
}

#[test]
fn every_law_has_a_mutant() {
    let mutants = read("tests/mutants/main.rs");
    let laws = read("src/testing/law.rs");
    let laws = laws.split("pub enum Law {").nth(1).unwrap();
    let laws = laws.split("\n}").next().unwrap();
    let variants = laws
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','));

    let mut count = 0;
    for law in variants.filter(|line| !line.starts_with("///")) {
        count += 1;
        let caught = format!("Law::{law}, ");
        assert!(mutants.contains(&caught), "law {law} has no mutant");
    }
    assert_eq!(count, 44);
}
