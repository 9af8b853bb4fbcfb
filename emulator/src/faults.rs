//! Decides which call fails, and how.

use crate::{
    code::{Answer, Code},
    settings::{Point, Random, Rule},
};

/// The faults that are planned, and how many have struck.
#[derive(Default, Debug)]
pub(crate) struct Faults {
    rules: Vec<Planned>,
    random: Option<(Random, Dice)>,
    injected: u64,
}

/// What a rule does to the operation it strikes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Blow {
    /// The call fails; nothing else happens.
    Fail(Code),
    /// The call fails, and so does every later one on the device.
    Lose(Code),
    /// The operation loses the device when its stream comes to it.
    LoseLate(Code),
    /// The operation waits until the test lets it go.
    Hold,
    /// The operation takes so many microseconds longer.
    Slow(u64),
}

#[derive(Debug)]
struct Planned {
    rule: Rule,
    seen: u64,
}

impl Faults {
    /// Replaces the planned faults.
    pub(crate) fn plan(&mut self, rules: Vec<Rule>) {
        self.rules = rules
            .into_iter()
            .map(|rule| Planned { rule, seen: 0 })
            .collect();
    }

    /// Draws faults by chance from now on; a rate of 0 ends it.
    pub(crate) fn draw(&mut self, random: Random) {
        let dice = Dice::new(random.seed);
        self.random = Some((random, dice));
    }

    /// How many faults have struck.
    pub(crate) fn injected(&self) -> u64 {
        self.injected
    }

    /// Counts one operation at `point` and tells what strikes it. `bytes` are
    /// the live bytes that it would lead to.
    pub(crate) fn strike(&mut self, point: Point, bytes: u64) -> Option<Blow> {
        let mut blow = None;
        for planned in &mut self.rules {
            blow = blow.or(planned.strike(point, bytes));
        }
        let blow = blow.or_else(|| self.chance(point));
        self.injected += u64::from(blow.is_some());
        blow
    }

    fn chance(&mut self, point: Point) -> Option<Blow> {
        let (random, dice) = self.random.as_mut()?;
        if !random.on.contains(&point) || dice.unit() >= random.rate {
            return None;
        }
        Some(Blow::Fail(random.error.map_or(usual(point), |name| name.0)))
    }
}

impl Planned {
    fn strike(&mut self, point: Point, bytes: u64) -> Option<Blow> {
        let rule = &self.rule;
        if rule.on != point || rule.after_bytes.is_some_and(|limit| bytes <= limit) {
            return None;
        }
        self.seen += 1;
        if self.seen < rule.nth || self.seen >= rule.nth.saturating_add(rule.times) {
            return None;
        }
        let code = rule.error.map_or(usual(point), |name| name.0);
        Some(match rule {
            Rule { hold: true, .. } => Blow::Hold,
            Rule { slow_us: 1.., .. } => Blow::Slow(rule.slow_us),
            Rule { late: true, .. } => Blow::LoseLate(code),
            Rule { sticky: true, .. } => Blow::Lose(code),
            _ => Blow::Fail(code),
        })
    }
}

/// The error that a real driver would most likely give there.
fn usual(point: Point) -> Code {
    match point {
        Point::Alloc | Point::HostAlloc => Code::OUT_OF_MEMORY,
        Point::Launch => Code::LAUNCH_OUT_OF_RESOURCES,
        Point::Call | Point::Synchronise => Code::DEVICE_UNAVAILABLE,
        Point::Module => Code::INVALID_PTX,
        Point::Copy | Point::Stream | Point::Event | Point::Graph => Code::OPERATING_SYSTEM,
    }
}

/// A small generator (xorshift), so that a seed means the same faults always.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Default for Dice {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Draws from all 64-bit numbers but zero.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Draws from 0 to just under 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Turns what struck a call into its answer, where it is to fail at once.
pub(crate) fn at_once(blow: Option<Blow>) -> Answer<()> {
    match blow {
        Some(Blow::Fail(code) | Blow::Lose(code)) => Err(code),
        _ => Ok(()),
    }
}
