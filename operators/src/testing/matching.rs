use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tokio::time::Duration;

use super::driver::broken;
use super::limits::{Limits, Order};
use super::{Broken, Law};
use crate::Progress;

const TICK: Duration = Duration::from_millis(1);

/// Compares what comes out with what should.
pub(super) struct Matching<'a, P: Progress> {
    // `None` when the model cannot say.
    expected: Option<Vec<Owed<P::Item>>>,
    limits: &'a Limits<P>,
    // All before this place have come, so the search begins here.
    first_owed: usize,
    // The places in the model of what has come.
    places: Vec<usize>,
    unknown: Option<String>,
    // An item that ends the output is among the unknown ones.
    ends_twice: bool,
}

struct Owed<T> {
    item: T,
    group: usize,
    came: bool,
}

impl<'a, P> Matching<'a, P>
where
    P: Progress,
    P::Item: fmt::Debug + PartialEq,
{
    pub(super) fn new(expected: Option<Vec<P::Item>>, limits: &'a Limits<P>) -> Self {
        let owed = |item| Owed {
            group: limits.order.group(&item),
            item,
            came: false,
        };
        Self {
            expected: expected.map(|items| items.into_iter().map(owed).collect()),
            limits,
            first_owed: 0,
            places: Vec::new(),
            unknown: None,
            ends_twice: false,
        }
    }

    /// Counts the items that have come.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    pub(super) fn add(&mut self, item: &P::Item) {
        let Some(expected) = &mut self.expected else {
            return;
        };
        let is_it = |owed: &Owed<P::Item>| !owed.came && owed.item == *item;
        if let Some(place) = expected[self.first_owed..].iter().position(is_it) {
            let place = self.first_owed + place;
            expected[place].came = true;
            self.places.push(place);
            while expected.get(self.first_owed).is_some_and(|owed| owed.came) {
                self.first_owed += 1;
            }
        } else {
            self.ends_twice |= self.limits.ends_with(item);
            self.unknown.get_or_insert_with(|| format!("{item:?}"));
        }
    }

    /// `held` says that items were still inside at the end.
    pub(super) fn check(&self, done: bool, held: bool) -> Result<(), Broken> {
        let Some(expected) = &self.expected else {
            return Ok(());
        };
        if let Some(unknown) = &self.unknown {
            let law = match self.limits.order {
                _ if self.ends_twice => Law::S6,
                Order::OfPort(_) => Law::O6,
                _ => Law::O4,
            };
            let detail = format!("the model does not have {unknown}");
            return Err(broken(law, detail));
        }
        let ordered = match self.limits.order {
            Order::All | Order::OfPort(_) => Some(Law::O1),
            Order::OfKey(_) => Some(Law::O3),
            Order::None => None,
        };
        if let Some(law) = ordered {
            if !self.in_order(expected) {
                let detail = format!("the items came in the order {:?}", self.places);
                return Err(broken(law, detail));
            }
            if skips(expected) {
                // What is missing was overtaken if it is still inside.
                let law = if held { law } else { self.lost() };
                let detail = format!("only the items {:?} came", self.places);
                return Err(broken(law, detail));
            }
        }
        let missing: Vec<_> = expected.iter().filter(|owed| !owed.came).collect();
        if !done || missing.is_empty() {
            return Ok(());
        }
        let law = match self.limits.order {
            _ if missing.iter().any(|owed| self.limits.ends_with(&owed.item)) => Law::S6,
            Order::All => Law::S5,
            _ if held => Law::S5,
            _ => self.lost(),
        };
        let missing: Vec<_> = missing.iter().map(|owed| &owed.item).collect();
        Err(broken(law, format!("{missing:?} did not come")))
    }

    /// Whether the model could not say.
    pub(super) fn is_unknown(&self) -> bool {
        self.expected.is_none()
    }

    pub(super) fn check_after_panic(&self) -> Result<(), Broken> {
        let expected = self.expected.as_deref().unwrap_or_default();
        if self.in_order(expected) && self.unknown.is_none() {
            return Ok(());
        }
        let detail = format!("places {:?} and {:?} came", self.places, self.unknown);
        Err(broken(Law::P1, detail))
    }

    /// Whether the items of each group came in the order of the model.
    fn in_order(&self, expected: &[Owed<P::Item>]) -> bool {
        let mut latest = BTreeMap::new();
        let in_turn = |place: &usize| {
            let before = latest.insert(expected[*place].group, *place);
            before < Some(*place)
        };
        matches!(self.limits.order, Order::None) || self.places.iter().all(in_turn)
    }

    fn lost(&self) -> Law {
        match self.limits.order {
            Order::OfPort(_) => Law::O6,
            _ => Law::O2,
        }
    }
}

/// Whether an item has come, and one before it in its group has not.
fn skips<T>(expected: &[Owed<T>]) -> bool {
    let mut open = BTreeSet::new();
    let skipped = |owed: &Owed<T>| {
        if !owed.came {
            open.insert(owed.group);
        }
        owed.came && open.contains(&owed.group)
    };
    expected.iter().any(skipped)
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
