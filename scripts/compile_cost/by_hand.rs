//! The stages of `by_macro.rs` by hand.

use std::collections::HashSet;
use std::hash::Hash;
use std::num::ParseIntError;

use millpond::graph::Outlet;
use millpond::message::{Message, Mode};
use millpond::stage::{Identified, Stage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

// === plain

/// Writes a text in capitals.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shout00 {}

impl Identified for Shout00 {
    const ID: &'static str = "shout-00";
}

impl<M: Mode> Stage<String, M> for Shout00 {
    type Out = String;

    fn build(self, input: Outlet<String, M>) -> Outlet<String, M> {
        input.map(shout_00)
    }
}

fn shout_00(text: String) -> String {
    text.to_uppercase()
}

millpond::register!(stage Shout00: String);

// === option

/// Keeps the texts that are long enough.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Long00 {
    /// How long a text is at least.
    #[builder(default = 3)]
    #[serde(default = "Long00::default_min_length")]
    pub min_length: usize,
}

impl Long00 {
    fn default_min_length() -> usize {
        3
    }
}

impl Identified for Long00 {
    const ID: &'static str = "long-00";
}

impl<M: Mode> Stage<String, M> for Long00 {
    type Out = String;

    fn build(self, input: Outlet<String, M>) -> Outlet<String, M> {
        input.filter_map(move |text| (text.len() >= self.min_length).then_some(text))
    }
}

millpond::register!(stage Long00: String);

// === result

/// Reads a number.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Parse00 {
    pub radix: u32,
}

impl Identified for Parse00 {
    const ID: &'static str = "parse-00";
}

impl Stage<String> for Parse00 {
    type Out = u64;

    fn build(self, input: Outlet<String>) -> Outlet<u64> {
        let (numbers, _dead) = input.try_node(Self::ID, move |texts| {
            texts.map(move |text| parse_00(&text, self.radix))
        });
        numbers
    }
}

fn parse_00(text: &str, radix: u32) -> Result<u64, ParseIntError> {
    u64::from_str_radix(text, radix)
}

millpond::register!(stage Parse00: String);

// === iterator

/// Splits a text into its words.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Words00 {
    pub separator: char,
}

impl Identified for Words00 {
    const ID: &'static str = "words-00";
}

impl Stage<String> for Words00 {
    type Out = String;

    fn build(self, input: Outlet<String>) -> Outlet<String> {
        input.node(Self::ID, move |texts| {
            texts.flat_map_iter(move |text| words_00(&text, self.separator))
        })
    }
}

fn words_00(text: &str, separator: char) -> Vec<String> {
    text.split(separator).map(str::to_owned).collect()
}

millpond::register!(stage Words00: String);

// === state

/// Keeps the first of equal numbers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unique00 {}

impl Identified for Unique00 {
    const ID: &'static str = "unique-00";
}

impl<M: Mode> Stage<u64, M> for Unique00 {
    type Out = u64;

    fn build(self, input: Outlet<u64, M>) -> Outlet<u64, M> {
        let mut seen = HashSet::new();
        input.filter_map(move |n| seen.insert(n).then_some(n))
    }
}

millpond::register!(stage Unique00: u64);

// === async

/// Looks a number up.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LookUp00 {
    pub base: u64,
}

impl Identified for LookUp00 {
    const ID: &'static str = "look-up-00";
}

impl Stage<u64> for LookUp00 {
    type Out = u64;

    fn build(self, input: Outlet<u64>) -> Outlet<u64> {
        input.node(Self::ID, move |numbers| {
            numbers.map_async(8, move |n| look_up_00(n, self.base))
        })
    }
}

async fn look_up_00(n: u64, base: u64) -> u64 {
    std::future::ready(n + base).await
}

millpond::register!(stage LookUp00: u64);

// === flow

/// Adds up neighbours.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Neighbours00 {
    pub most: usize,
}

impl Identified for Neighbours00 {
    const ID: &'static str = "neighbours-00";
}

impl Stage<u64> for Neighbours00 {
    type Out = u64;

    fn build(self, input: Outlet<u64>) -> Outlet<u64> {
        input.node(Self::ID, move |numbers| {
            numbers.take(self.most).pairwise().map(|(a, b)| a + b)
        })
    }
}

millpond::register!(stage Neighbours00: u64);

// === generic

/// Lets some messages pass.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Some00 {
    pub every: u64,
}

impl Identified for Some00 {
    const ID: &'static str = "some-00";
}

impl<T: Message, M: Mode> Stage<T, M> for Some00 {
    type Out = T;

    fn build(self, input: Outlet<T, M>) -> Outlet<T, M> {
        let mut count = 0;
        input.filter_map(move |message| {
            count += 1;
            (count % self.every == 0).then_some(message)
        })
    }
}

millpond::register!(stage Some00: any);

// === bounded

/// Keeps the first of equal messages.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distinct00 {}

impl Identified for Distinct00 {
    const ID: &'static str = "distinct-00";
}

impl<T: Message + Clone + Eq + Hash, M: Mode> Stage<T, M> for Distinct00 {
    type Out = T;

    fn build(self, input: Outlet<T, M>) -> Outlet<T, M> {
        let mut seen = HashSet::new();
        input.filter_map(move |message: T| seen.insert(message.clone()).then_some(message))
    }
}

millpond::register!(stage Distinct00: String, u64);

// === options

/// Wraps a text.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wrap00 {
    /// What stands before it.
    #[builder(setter(into))]
    pub before: String,
    /// What stands behind it.
    #[builder(default = "!".to_owned(), setter(into))]
    #[serde(default = "Wrap00::default_after")]
    pub after: String,
    /// How often it is repeated.
    #[builder(default = 1)]
    #[serde(default = "Wrap00::default_times")]
    #[schemars(range(min = 1, max = 10))]
    pub times: usize,
}

impl Wrap00 {
    fn default_after() -> String {
        "!".to_owned()
    }

    fn default_times() -> usize {
        1
    }
}

impl Identified for Wrap00 {
    const ID: &'static str = "wrap-00";
}

impl<M: Mode> Stage<String, M> for Wrap00 {
    type Out = String;

    fn build(self, input: Outlet<String, M>) -> Outlet<String, M> {
        if !(1..=10).contains(&self.times) {
            input.refuse(format!("`times` is {}, but must be 1 to 10", self.times));
        }
        input.map(move |text| {
            format!("{}{}{}", self.before, text.repeat(self.times), self.after)
        })
    }
}

millpond::register!(stage Wrap00: String);
