//! Stages of a crate that knows millpond by another name, and that uses no
//! other crate by which the macros could help themselves.

use pond::message::Message;
use pond::operators::{Flow, Progress};
use pond::{sink, source, stage};

/// Counts.
#[source(crate = pond)]
pub fn count(#[config(default = 4, range = 1..=9)] to: u64) -> impl Iterator<Item = u64> {
    0..to
}

/// Counts slowly.
#[source(crate = pond, emits = u64)]
pub async fn count_slowly(to: u64) {
    for n in 0..to {
        std::future::ready(()).await;
        emit!(n);
    }
}

/// Doubles numbers.
#[stage(crate = pond)]
pub fn double(number: u64) -> u64 {
    2 * number
}

/// Writes numbers as texts.
///
/// # Errors
///
/// For large numbers.
#[stage(crate = pond, on_error = dead_letter)]
pub fn write(number: &u64, #[config(exists = "any")] list: Option<&str>) -> Result<String, String> {
    match (number, list) {
        (0..=9, None) => Ok(number.to_string()),
        _ => Err("that is too much".to_owned()),
    }
}

/// Waits for each message.
#[stage(crate = pond, concurrency = 2)]
pub async fn wait<T: Message>(message: T) -> T {
    std::future::ready(message).await
}

/// Adds up neighbours.
#[stage(crate = pond)]
pub fn neighbours(numbers: Flow<impl Progress<Item = u64>>) -> Flow<impl Progress<Item = u64>> {
    numbers.pairwise().map(|(a, b)| a + b)
}

/// Checks that texts are short.
///
/// # Errors
///
/// For the first that is not.
#[sink(crate = pond, batch = 2, linger = "5ms")]
pub fn check(texts: Vec<String>, #[config(secret)] token: &str) -> Result<(), String> {
    match texts.into_iter().find(|text| text.len() > token.len()) {
        None => Ok(()),
        Some(text) => Err(format!("{text} is too long")),
    }
}

#[cfg(test)]
mod tests {
    use pond::stage::Registry;
    use pond::{Pipeline, RunOptions};

    use super::*;

    #[tokio::test]
    async fn a_renamed_crate_makes_and_runs_stages() {
        let report = Pipeline::named("renamed")
            .source(Count::default())
            .stage(Double)
            .stage(Write::builder().build())
            .stage(Wait)
            .sink(Check::builder().token("secret").build())
            .run_local(RunOptions::new())
            .await
            .unwrap();
        assert_eq!(report.node("check").received, 4);
    }

    #[test]
    fn a_renamed_crate_registers_its_stages() {
        let registry = Registry::collected().unwrap();
        for (id, shown) in [
            ("count", "count: () -> u64"),
            ("count-slowly", "count-slowly: () -> u64"),
            ("neighbours", "neighbours: u64 -> u64"),
            ("wait", "wait: T -> T"),
            ("check", "check: String -> ()"),
        ] {
            assert_eq!(registry.latest(id).unwrap().to_string(), shown);
        }
    }
}
