//! Rounding to `f32` in each direction, by way of exact results.

use crate::opcode::Round;

/// A real number: `value`, and on which side of it the exact one lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exact {
    value: f64,
    /// What is missing from `value`; only its sign counts.
    rest: f64,
}

impl Exact {
    pub(super) fn new(value: f64, rest: f64) -> Self {
        Self { value, rest }
    }

    /// Adds two numbers and keeps what the sum loses.
    pub(super) fn sum(a: f64, b: f64) -> Self {
        let value = a + b;
        let from_b = value - a;
        let rest = (a - (value - from_b)) + (b - from_b);
        Self {
            value,
            rest: if value.is_finite() { rest } else { 0.0 },
        }
    }

    /// Divides; the remainder tells on which side the quotient lies.
    pub(super) fn quotient(a: f64, b: f64) -> Self {
        let value = a / b;
        let remainder = (-value).mul_add(b, a);
        let rest = if value.is_finite() && b.is_finite() {
            remainder * b.signum()
        } else {
            0.0
        };
        Self { value, rest }
    }

    pub(super) fn root(a: f64) -> Self {
        let value = a.sqrt();
        let rest = if value.is_finite() {
            (-value).mul_add(value, a)
        } else {
            0.0
        };
        Self { value, rest }
    }

    /// A whole number.
    pub(super) fn whole(number: i128) -> Self {
        let value = number as f64;
        Self {
            value,
            rest: (number - value as i128) as f64,
        }
    }

    pub(super) fn to_f32(self, round: Round) -> f32 {
        let nearest = self.nearest();
        let (below, above) = match compare(self, f64::from(nearest)) {
            0 => return nearest,
            1.. => (nearest, nearest.next_up()),
            _ => (nearest.next_down(), nearest),
        };
        match round {
            Round::Nearest => nearest,
            Round::Down => below,
            Round::Zero if self.value > 0.0 => below,
            Round::Zero | Round::Up => above,
        }
    }

    /// Rounds a whole number to `f64`.
    pub(super) fn to_f64(self, round: Round) -> f64 {
        let side = self.rest.partial_cmp(&0.0).map_or(0, |side| side as i32);
        match (round, side) {
            (Round::Down, -1) => self.value.next_down(),
            (Round::Up, 1) => self.value.next_up(),
            (Round::Zero, -1) if self.value > 0.0 => self.value.next_down(),
            (Round::Zero, 1) if self.value < 0.0 => self.value.next_up(),
            _ => self.value,
        }
    }

    fn nearest(self) -> f32 {
        let once = self.value as f32;
        // Rounding twice goes wrong only where `value` looks like a tie.
        let tie = |other: f32| {
            (f64::from(once) + f64::from(other))
                .total_cmp(&(2.0 * self.value))
                .is_eq()
        };
        if self.rest > 0.0 && once.next_up().is_finite() && tie(once.next_up()) {
            once.next_up()
        } else if self.rest < 0.0 && once.next_down().is_finite() && tie(once.next_down()) {
            once.next_down()
        } else {
            once
        }
    }
}

/// Tells on which side of `rounded` the exact number lies; 0 for NaN.
fn compare(exact: Exact, rounded: f64) -> i32 {
    let by = exact.value.partial_cmp(&rounded).map(|side| side as i32);
    match by {
        Some(0) => exact.rest.partial_cmp(&0.0).map_or(0, |side| side as i32),
        Some(side) => side,
        None => 0,
    }
}
