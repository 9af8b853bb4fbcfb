//! The checks that a schema makes of options, for options set from Rust.

use std::fmt;
use std::ops::RangeBounds;
use std::path::Path;

use crate::graph::GraphBuilder;
use crate::stage::config::exists;

/// Refuses the stage if the option lies outside of the range.
pub fn range<T, R>(graph: &GraphBuilder, option: &str, value: Option<&T>, allowed: &R)
where
    T: PartialOrd + fmt::Display,
    R: RangeBounds<T> + fmt::Debug,
{
    if let Some(value) = value.filter(|value| !allowed.contains(value)) {
        graph.refuse(format!(
            "option `{option}` is {value}, which is not within {allowed:?}"
        ));
    }
}

/// Refuses the stage if the path does not lead to what the option asks for.
pub fn exists(
    graph: &GraphBuilder,
    option: &str,
    path: Option<&(impl AsRef<Path> + ?Sized)>,
    kind: &str,
) {
    let reason = path.map(AsRef::as_ref).and_then(match kind {
        "file" => exists::not_a_file,
        "dir" => exists::not_a_dir,
        _ => exists::nothing,
    });
    if let Some(reason) = reason {
        graph.refuse(format!("option `{option}`: {reason}"));
    }
}

#[cfg(test)]
mod tests {
    use super::{exists, range};
    use crate::Pipeline;

    fn refusals(check: impl FnOnce(&crate::graph::GraphBuilder)) -> Vec<String> {
        let pipeline = Pipeline::named("checked");
        check(pipeline.builder());
        let faults = pipeline.graph().faults;
        faults
            .into_iter()
            .map(|(_, error)| error.to_string())
            .collect()
    }

    #[test]
    fn a_value_outside_of_its_range_is_refused() {
        assert!(refusals(|graph| range(graph, "jobs", Some(&4), &(1..=8))).is_empty());
        assert!(refusals(|graph| range::<u8, _>(graph, "jobs", None, &(1..=8))).is_empty());
        let refused = refusals(|graph| range(graph, "jobs", Some(&0), &(1..=8)));
        assert_eq!(
            refused,
            ["stage `(outside of any stage)`: option `jobs` is 0, which is not within 1..=8"]
        );
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_refused() {
        let here = Some("src");
        assert!(refusals(|graph| exists(graph, "path", here, "dir")).is_empty());
        assert!(refusals(|graph| exists(graph, "path", here, "any")).is_empty());
        assert!(refusals(|graph| exists(graph, "path", Option::<&str>::None, "file")).is_empty());
        let refused = refusals(|graph| exists(graph, "path", here, "file"));
        assert!(
            refused[0].contains("option `path`: src is a folder"),
            "{refused:?}"
        );
    }
}
