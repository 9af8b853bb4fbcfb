//! What is checked around each call of the operator.

use futures_core::stream::FusedStream;
use tokio::time::Instant;

use super::{Driver, TICK, broken};
use crate::Progress;
use crate::budget::UNITS_PER_POLL;
use crate::testing::ledger::{Book, Input};
use crate::testing::limits::Order;
use crate::testing::{Broken, Law, Mark, Token};

impl<P, T> Driver<'_, P, T>
where
    P: Progress + FusedStream,
    T: FnMut(P::Item),
{
    pub(super) fn after(&mut self) -> Result<(), Broken> {
        let book = self.ledger.book();
        self.calls = book.calls;
        if let Some(broken) = &book.broken {
            return Err(broken.clone());
        }
        // Several operators in a row may each refill what they hold besides.
        let refill = self.run.limits.look_ahead().min(UNITS_PER_POLL);
        if book.units > UNITS_PER_POLL + refill {
            let detail = format!("one poll took {} items", book.units);
            return Err(broken(Law::W5, detail));
        }
        if self
            .stopped
            .is_some_and(|taken| book.arrivals.len() > taken)
        {
            return Err(broken(Law::C4, "it took an item after it was stopped"));
        }
        if book.working > self.run.limits.in_flight {
            let detail = format!("{} futures are in flight", book.working);
            return Err(broken(Law::B2, detail));
        }
        if self.run.counts_tokens {
            self.check_held(&book)?;
        }
        self.check_state()?;
        self.check_fair(&book)
    }

    fn check_held(&self, book: &Book) -> Result<(), Broken> {
        let held = book.live.len();
        if held > self.run.limits.look_ahead() {
            return Err(broken(Law::B1, format!("{held} items are held")));
        }
        if let Some((max, cost)) = &self.run.limits.weighted {
            let tokens = book.live.values().map(|(_, plan)| Token::of_model(*plan));
            let weight: usize = tokens.map(|token| cost(&token)).sum();
            if weight > *max && held > 1 {
                let detail = format!("{held} items with the weight {weight} are held");
                return Err(broken(Law::B3, detail));
            }
        }
        if let Some(count) = &self.run.limits.dropped
            && self.panics == 0
        {
            let (taken, emitted) = (book.arrivals.len(), self.emitted_tokens);
            let (dropped, said) = (taken - emitted - held, count(self.operator.get_ref()));
            if dropped as u64 != said {
                let detail = format!(
                    "of {taken} items {held} are held, {emitted} emitted, {said} said to be dropped"
                );
                return Err(broken(Law::O5, detail));
            }
        }
        Ok(())
    }

    fn check_state(&self) -> Result<(), Broken> {
        let Some((max, size)) = &self.run.limits.state else {
            return Ok(());
        };
        let size = size(self.operator.get_ref());
        if size > *max {
            let detail = format!("the state has grown to {size}");
            return Err(broken(Law::B4, detail));
        }
        Ok(())
    }

    fn check_fair(&self, book: &Book) -> Result<(), Broken> {
        let Some(max_gap) = self.run.limits.fair else {
            return Ok(());
        };
        let live = book
            .inputs
            .iter()
            .filter(|input| !input.ended && !input.dropped);
        let taken = live.map(|input| input.taken);
        let (least, most) = (taken.clone().min(), taken.max());
        let gap = most.unwrap_or(0) - least.unwrap_or(0);
        if gap > max_gap && self.run.script.is_plain() {
            let detail = format!("an input is {gap} items ahead of another");
            return Err(broken(Law::G2, detail));
        }
        Ok(())
    }

    pub(super) fn check_item(&mut self, item: &P::Item) -> Result<(), Broken> {
        if self.last {
            return Err(broken(Law::S6, "an item came after the last one"));
        }
        self.last = self.run.limits.ends_with(item);
        if let Some(mark) = &self.run.limits.event_time {
            let mark = mark(item);
            let watermark = match mark {
                Mark::Record(time) => (Some(time) > self.watermark).then_some(self.watermark),
                Mark::Watermark(time) => (Some(time) >= self.watermark).then_some(Some(time)),
                Mark::Late => Some(self.watermark),
            };
            let Some(watermark) = watermark else {
                let detail = format!("{mark:?} came after the watermark {:?}", self.watermark);
                return Err(broken(Law::O7, detail));
            };
            self.watermark = watermark;
        }
        self.check_rate()
    }

    fn check_rate(&mut self) -> Result<(), Broken> {
        let Some((burst, period)) = self.run.limits.rate else {
            return Ok(());
        };
        let now = Instant::now();
        self.times.push(now);
        for (count, since) in (1_u128..).zip(self.times.iter().rev()) {
            let window = now - *since;
            let periods = window.as_nanos() / period.as_nanos().max(1);
            if count > burst as u128 + periods {
                let detail = format!("{count} items came within {window:?}");
                return Err(broken(Law::T4, detail));
            }
        }
        Ok(())
    }

    /// Checks that nothing waits behind a future which it need not wait for.
    pub(super) fn check_none_held_back(&self) -> Result<(), Broken> {
        let limits = self.run.limits;
        // Whoever may hold more than its futures may gather their results.
        let applies = matches!(limits.order, Order::None)
            && limits.in_flight == limits.look_ahead()
            && self.run.counts_tokens
            && self.panics == 0;
        let book = self.ledger.book();
        if !applies || self.flag.is_up() || book.finished.is_empty() {
            return Ok(());
        }
        let detail = format!("{:?} were done and not emitted", book.finished);
        Err(broken(Law::G3, detail))
    }

    pub(super) fn check_inputs_settled(&self) -> Result<(), Broken> {
        let book = self.ledger.book();
        let settled = book
            .inputs
            .iter()
            .all(|input| input.settled || input.ended || input.dropped);
        if settled || self.done || self.panics > 0 || self.run.limits.without_progress {
            return Ok(());
        }
        let detail = "an input was neither found pending nor driven in the call";
        Err(broken(Law::G1b, detail))
    }

    /// Checks that nothing stands still that could go on.
    pub(super) fn check_still(&self) -> Result<(), Broken> {
        let book = self.ledger.book();
        if self.over() || self.panics > 0 || self.stopped.is_some() {
            return Ok(());
        }
        if book.working > 0 {
            let detail = format!("{} futures stand still", book.working);
            return Err(broken(Law::G1, detail));
        }
        let moving = |input: &Input| input.moving && !input.dropped;
        if book.inputs.iter().any(moving) {
            return Err(broken(Law::G1b, "the work of an input stands still"));
        }
        Ok(())
    }

    pub(super) fn check_linger(&self) -> Result<(), Broken> {
        let age = self.ledger.book().oldest_age();
        match (age, self.run.limits.linger) {
            (Some(age), Some(linger)) if self.run.counts_tokens && age > linger + TICK => {
                Err(broken(Law::T3, format!("an item is held since {age:?}")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn check_remainder(&mut self) -> Result<(), Broken> {
        let Some(remainder) = &self.run.limits.remainder else {
            return Ok(());
        };
        if !self.run.counts_tokens {
            return Ok(());
        }
        let held: Vec<u32> = self.ledger.book().live.keys().copied().collect();
        let rest = remainder(self.operator.as_mut().get_pin_mut());
        if rest.iter().map(Token::id).eq(held.iter().copied()) {
            return Ok(());
        }
        let detail = format!("{held:?} were held, and {rest:?} were given back");
        Err(broken(Law::C3, detail))
    }

    pub(super) fn check_released_at_end(&self) -> Result<(), Broken> {
        let book = self.ledger.book();
        let released = book.inputs.iter().all(|input| input.ended || input.dropped);
        if self.done && !released {
            return Err(broken(Law::C5, "it ended early and kept an input"));
        }
        Ok(())
    }
}
