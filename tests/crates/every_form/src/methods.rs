//! The macros on methods.

use std::convert::Infallible;

use millpond::{sink, source, stage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Adds up.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Total {
    /// What to begin with.
    #[serde(default)]
    pub sum: u64,
}

#[stage(id = "running-total", cost = heavy)]
impl Total {
    fn process(&mut self, number: u64) -> u64 {
        self.sum += number;
        self.sum
    }
}

/// Counts equal texts in a row.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    run: Option<(String, usize)>,
}

#[stage(register = false)]
impl Runs {
    fn process(&mut self, text: String) -> Option<(String, usize)> {
        match &mut self.run {
            Some((before, count)) if *before == text => {
                *count += 1;
                None
            }
            run => run.replace((text, 1)),
        }
    }

    fn finish(self) -> Option<(String, usize)> {
        self.run
    }
}

/// Adds a number to each.
#[derive(Clone, Copy, Debug)]
pub struct Offset(pub u64);

#[stage(register = false, concurrency = 2)]
impl Offset {
    async fn process(&self, number: u64) -> Result<u64, Infallible> {
        std::future::ready(Ok(number + self.0)).await
    }
}

/// Counts down.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Down {
    /// What to begin with.
    pub from: u64,
}

#[source]
impl Down {
    fn next(&mut self) -> Option<u64> {
        self.from = self.from.checked_sub(1)?;
        Some(self.from)
    }
}

/// Keeps the largest number.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Largest {
    /// What to begin with.
    #[serde(default)]
    pub number: u64,
}

#[sink]
impl Largest {
    fn process(&mut self, number: u64) {
        self.number = self.number.max(number);
    }

    fn finish(self) -> Result<(), String> {
        if self.number == 0 {
            return Err("no number is above zero".to_owned());
        }
        Ok(())
    }
}
