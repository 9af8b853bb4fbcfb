//! Every form of millpond's macros, under lints that users may have: what the
//! macros make triggers none of them. Functions need no crate but millpond.
//!
//! `scripts/ci.sh clippy` denies the warnings; the tests run some of it.
#![warn(
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes,
    clippy::clone_on_ref_ptr,
    clippy::expect_used,
    clippy::panic,
    clippy::unimplemented,
    clippy::unwrap_used,
    missing_debug_implementations,
    missing_docs,
    private_bounds,
    private_interfaces,
    rust_2018_idioms,
    single_use_lifetimes,
    unnameable_types,
    unreachable_pub,
    unused,
    unused_qualifications
)]
#![forbid(unsafe_code)]

pub mod methods;
pub mod modules;
pub mod sinks;
pub mod sources;
pub mod stages;

mod hidden;

pub use hidden::hidden_length;

#[cfg(test)]
mod tests {
    use millpond::stage::Registry;
    use millpond::{Pipeline, RunOptions};

    use super::{hidden_length, sinks, sources, stages};

    #[tokio::test]
    async fn stages_run_that_nobody_outside_can_name() {
        let report = hidden_length().run_local(RunOptions::new()).await.unwrap();
        assert_eq!(report.node("hidden-end").received, 2);
    }

    #[tokio::test]
    async fn functions_with_options_and_state_make_a_pipeline() {
        let report = Pipeline::named("all")
            .source(sources::Names)
            .stage(stages::Words)
            .stage(stages::Twice)
            .stage(stages::Fresh::builder().most(1).build())
            .stage(stages::Show)
            .sink(sinks::CountTexts::builder().prefix("a").build())
            .run_local(RunOptions::new())
            .await
            .unwrap();
        assert_eq!(report.node("twice").emitted, 4);
        assert_eq!(report.node("count-texts").received, 1);
    }

    #[test]
    fn every_form_is_registered_by_its_id() {
        let registry = Registry::collected().unwrap();
        for id in [
            "keep",
            "number",
            "positive",
            "words",
            "count-to",
            "each-number",
            "fresh",
            "twice",
            "show",
            "wait",
            "wait-together",
            "wait-apart",
            "neighbours",
            "look-up",
            "count",
            "names",
            "lines-of",
            "listed",
            "bytes",
            "few",
            "even",
            "parsed",
            "count-down",
            "count-texts",
            "check-number",
            "post",
            "insert",
            "forget",
            "show-all",
            "tell",
            "clean-texts",
            "sort-texts",
            "feed",
            "running-total",
            "down",
            "largest",
            "hidden-texts",
            "pair",
            "split",
            "sort",
            "hidden-lengths",
            "hidden-end",
            "negate",
        ] {
            assert!(registry.latest(id).is_ok(), "{id} is not registered");
        }
        for id in ["add", "runs", "offset"] {
            assert!(registry.latest(id).is_err(), "{id} is registered");
        }
    }
}
