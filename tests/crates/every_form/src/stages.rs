//! `#[stage]` on functions.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fmt::Debug;
use std::num::ParseIntError;
use std::path::Path;
use std::time::Duration;

use millpond::message::Message;
use millpond::operators::{Flow, Progress};
use millpond::{route, stage};

/// Counts the letters of a text.
#[stage]
#[must_use]
pub fn letters(text: &str) -> usize {
    text.chars().count()
}

/// Keeps what matches.
///
/// # Panics
///
/// Never.
#[stage(id = "keep", cost = heavy, version = "1.2.0")]
#[must_use]
pub fn grep(
    text: String,
    /// What to look for.
    pattern: &str,
    /// Words that rule a text out.
    #[config(default)]
    without: &[String],
    #[config(default = "stderr")] target: &str,
    #[config(default = 3, range = 1..=9)] most: u8,
    #[config(exists = "any")] list: Option<&Path>,
    #[config(secret)] token: &str,
) -> Option<String> {
    let limits = list.is_none() && !target.is_empty() && !token.is_empty();
    let rules_out = without.iter().any(|word| text.contains(word));
    (limits && most > 0 && text.contains(pattern) && !rules_out).then_some(text)
}

/// Reads a number.
///
/// # Errors
///
/// For what is no number.
#[stage(on_error = dead_letter)]
pub fn number(text: &str, #[config(default = 10)] radix: u32) -> Result<i64, ParseIntError> {
    i64::from_str_radix(text, radix)
}

/// Reads a number above zero.
///
/// # Errors
///
/// For what is no number.
#[stage(on_error = stop)]
pub fn positive(text: &str) -> Result<Option<i64>, ParseIntError> {
    Ok(Some(text.parse()?).filter(|number| *number > 0))
}

/// Splits a text into words.
#[stage]
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(' ').map(str::to_owned)
}

/// Counts up to a number.
#[stage]
pub fn count_to(most: u64) -> impl Iterator<Item = u64> {
    1..=most
}

/// Reads all numbers.
#[stage]
pub fn each_number(text: &str) -> impl Iterator<Item = Result<i64, ParseIntError>> {
    text.split(' ').map(str::parse)
}

/// Passes on what is new.
#[stage(types(String, u64))]
pub fn fresh<T: Message + Clone + Ord>(
    message: T,
    #[config(default = 100)] most: usize,
    #[state(BTreeSet::new())] seen: &mut BTreeSet<T>,
    #[state] count: &mut u64,
) -> Option<T> {
    *count += 1;
    (seen.len() < most && seen.insert(message.clone())).then_some(message)
}

/// Emits every message twice.
#[stage]
pub fn twice<T: Message + Clone>(message: T) -> impl Iterator<Item = T> {
    [message.clone(), message].into_iter()
}

/// Shows messages.
#[stage]
#[must_use]
pub fn show<T>(message: &T) -> String
where
    T: Message + Debug,
{
    format!("{message:?}")
}

/// Waits for each message.
#[stage(concurrency = 8, ordered)]
pub async fn wait(number: u64, by: &Duration) -> u64 {
    std::future::ready(number + by.subsec_nanos().to_le_bytes().len() as u64).await
}

/// Waits for several messages at once.
///
/// # Errors
///
/// Never.
#[stage(concurrency = jobs, unordered)]
pub async fn wait_together(number: &u64, jobs: usize) -> Result<Option<u64>, Infallible> {
    let number = std::future::ready(*number).await;
    Ok((number > 0).then_some(number))
}

/// Waits for several messages at once, but for one of each parity.
#[stage(concurrency = 8, keyed(|number| number % 2))]
pub async fn wait_apart(number: u64) -> u64 {
    std::future::ready(number).await
}

/// Adds up neighbours.
#[stage]
pub fn neighbours(
    numbers: Flow<impl Progress<Item = u64>>,
    #[config(default = 9)] most: usize,
) -> Flow<impl Progress<Item = u64>> {
    numbers.take(most).pairwise().map(|(a, b)| a + b)
}

/// Puts two flows together, one by one.
#[stage]
pub fn pair(
    numbers: Flow<impl Progress<Item = u64>>,
    names: Flow<impl Progress<Item = String>>,
    #[config(default = 10)] most: usize,
) -> Flow<impl Progress<Item = (u64, String)>> {
    numbers.zip(names).take(most)
}

/// Tells numbers from other texts.
#[stage(outputs(numbers, errors))]
pub fn split(
    texts: Flow<impl Progress<Item = String>>,
) -> (
    Flow<impl Progress<Item = u64>>,
    Flow<impl Progress<Item = ParseIntError>>,
) {
    texts.map(|text| text.parse()).split_result(8)
}

/// What a text may be.
#[route]
#[derive(Clone, Debug)]
pub enum Sorted {
    /// A number.
    Number(u64),
    /// Anything else.
    LongText(String),
}

/// Sorts texts.
#[stage(route)]
#[must_use]
pub fn sort(text: String) -> Sorted {
    text.parse().map_or(Sorted::LongText(text), Sorted::Number)
}

/// Looks a file up.
#[stage]
#[must_use]
pub fn look_up(path: &Path, names: &BTreeMap<String, String>) -> String {
    names
        .get(&*path.to_string_lossy())
        .cloned()
        .unwrap_or_default()
}
