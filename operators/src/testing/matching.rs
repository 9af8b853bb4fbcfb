use std::fmt;

use tokio::time::Duration;

use super::driver::broken;
use super::{Broken, Law};

const TICK: Duration = Duration::from_millis(1);

/// Compares what comes out with what should.
pub(super) struct Matching<T> {
    // `None` when the model cannot say; each is taken when it has come.
    expected: Option<Vec<Option<T>>>,
    unordered: bool,
    // The places in the model of what has come.
    places: Vec<usize>,
    unknown: Option<String>,
}

impl<T: PartialEq + fmt::Debug> Matching<T> {
    pub(super) fn new(expected: Option<Vec<T>>, unordered: bool) -> Self {
        Self {
            expected: expected.map(|items| items.into_iter().map(Some).collect()),
            unordered,
            places: Vec::new(),
            unknown: None,
        }
    }

    /// Counts the items that have come.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn add(&mut self, item: &T) {
        let Some(expected) = &mut self.expected else {
            return;
        };
        let is_it = |owed: &Option<T>| owed.as_ref() == Some(item);
        match expected.iter().position(is_it) {
            Some(place) => {
                expected[place] = None;
                self.places.push(place);
            }
            None => {
                self.unknown.get_or_insert_with(|| format!("{item:?}"));
            }
        }
    }

    /// `held` says that items were still inside at the end.
    pub(super) fn check(&self, done: bool, held: bool) -> Result<(), Broken> {
        let Some(expected) = &self.expected else {
            return Ok(());
        };
        if let Some(unknown) = &self.unknown {
            let detail = format!("the model does not have {unknown}");
            return Err(broken(Law::O4, detail));
        }
        if !self.unordered && !self.places.is_sorted() {
            let detail = format!("the items came in the order {:?}", self.places);
            return Err(broken(Law::O1, detail));
        }
        // In order, the items that have come are a prefix of the model's.
        let is_prefix = self.places.iter().copied().eq(0..self.places.len());
        if !self.unordered && !is_prefix {
            // What is missing was overtaken if it is still inside.
            let law = if held { Law::O1 } else { Law::O2 };
            let detail = format!("only the items {:?} came", self.places);
            return Err(broken(law, detail));
        }
        let missing: Vec<_> = expected.iter().flatten().collect();
        if !done || missing.is_empty() {
            return Ok(());
        }
        let ended_early = held || !self.unordered;
        let law = if ended_early { Law::S5 } else { Law::O2 };
        Err(broken(law, format!("{missing:?} did not come")))
    }

    pub(super) fn check_after_panic(&self) -> Result<(), Broken> {
        let sorted = self.unordered || self.places.is_sorted();
        if sorted && self.unknown.is_none() {
            return Ok(());
        }
        let detail = format!("places {:?} and {:?} came", self.places, self.unknown);
        Err(broken(Law::P1, detail))
    }
}

/// Compares items and their times.
pub(super) fn in_time<T: PartialEq + fmt::Debug>(
    expected: &[(Duration, T)],
    came: &[(Duration, T)],
) -> Result<(), Broken> {
    for ((due, owed), (at, item)) in expected.iter().zip(came) {
        if at < due {
            let detail = format!("{item:?} was due at {due:?} and came at {at:?}");
            return Err(broken(Law::T1, detail));
        }
        if *at > *due + TICK {
            let detail = format!("{item:?} was due at {due:?} and came at {at:?}");
            return Err(broken(Law::T2, detail));
        }
        if owed != item {
            let detail = format!("{owed:?} was due at {due:?}, and {item:?} came");
            return Err(broken(Law::O4, detail));
        }
    }
    if expected.len() == came.len() {
        return Ok(());
    }
    let detail = format!("{} items were due, and {} came", expected.len(), came.len());
    Err(broken(Law::O4, detail))
}
