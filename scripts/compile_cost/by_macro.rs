//! Stages of every form of function, with `#[stage]`.

use std::collections::HashSet;
use std::hash::Hash;
use std::num::ParseIntError;

use millpond::message::Message;
use millpond::operators::{Flow, Progress};
use millpond::stage;

// === plain

/// Writes a text in capitals.
#[stage]
pub fn shout_00(text: String) -> String {
    text.to_uppercase()
}

// === option

/// Keeps the texts that are long enough.
#[stage]
pub fn long_00(
    text: String,
    /// How long a text is at least.
    #[config(default = 3)]
    min_length: usize,
) -> Option<String> {
    (text.len() >= min_length).then_some(text)
}

// === result

/// Reads a number.
#[stage]
pub fn parse_00(text: String, radix: u32) -> Result<u64, ParseIntError> {
    u64::from_str_radix(&text, radix)
}

// === iterator

/// Splits a text into its words.
#[stage]
pub fn words_00(text: String, separator: char) -> impl Iterator<Item = String> {
    text.split(separator).map(str::to_owned).collect::<Vec<_>>().into_iter()
}

// === state

/// Keeps the first of equal numbers.
#[stage]
pub fn unique_00(n: u64, #[state(HashSet::new())] seen: &mut HashSet<u64>) -> Option<u64> {
    seen.insert(n).then_some(n)
}

// === async

/// Looks a number up.
#[stage(concurrency = 8, ordered)]
pub async fn look_up_00(n: u64, base: u64) -> u64 {
    std::future::ready(n + base).await
}

// === flow

/// Adds up neighbours.
#[stage]
pub fn neighbours_00(
    numbers: Flow<impl Progress<Item = u64>>,
    most: usize,
) -> Flow<impl Progress<Item = u64>> {
    numbers.take(most).pairwise().map(|(a, b)| a + b)
}

// === generic

/// Lets some messages pass.
#[stage]
pub fn some_00<T: Message>(
    message: T,
    every: u64,
    #[state(0)] count: &mut u64,
) -> Option<T> {
    *count += 1;
    (*count % every == 0).then_some(message)
}

// === bounded

/// Keeps the first of equal messages.
#[stage(types(String, u64))]
pub fn distinct_00<T: Message + Clone + Eq + Hash>(
    message: T,
    #[state(HashSet::new())] seen: &mut HashSet<T>,
) -> Option<T> {
    seen.insert(message.clone()).then_some(message)
}

// === options

/// Wraps a text.
#[stage]
pub fn wrap_00(
    text: String,
    /// What stands before it.
    before: &str,
    /// What stands behind it.
    #[config(default = "!")]
    after: &str,
    /// How often it is repeated.
    #[config(default = 1, range = 1..=10)]
    times: usize,
) -> String {
    format!("{before}{}{after}", text.repeat(times))
}
