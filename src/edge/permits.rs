/// The capacity of an edge as a count of permits, one for a message or for a
/// unit of its weight.
///
/// A permit is *held* from the moment the sender reserves a slot until the
/// inlet gives the slot back. Lowering the capacity below what is held takes
/// nothing away from anybody: the difference is *debt*, swallowed as slots
/// come back. At any time `free + held - debt = capacity`.
#[derive(Debug)]
pub(super) struct Permits {
    capacity: usize,
    held: usize,
}

impl Permits {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, held: 0 }
    }

    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    #[inline]
    pub(super) fn free(&self) -> usize {
        self.capacity.saturating_sub(self.held)
    }

    /// Takes every free permit, and says how many that were.
    #[inline]
    pub(super) fn take_all(&mut self) -> usize {
        let taken = self.free();
        self.held += taken;
        taken
    }

    /// Takes permits that need not be there: what is missing is debt.
    #[inline]
    pub(super) fn charge(&mut self, count: usize) {
        self.held = self.held.saturating_add(count);
    }

    #[inline]
    pub(super) fn give_back(&mut self, count: usize) {
        self.held = self.held.saturating_sub(count);
    }

    pub(super) fn resize(&mut self, capacity: usize) {
        self.capacity = capacity;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn debt(permits: &Permits) -> usize {
        permits.held.saturating_sub(permits.capacity)
    }

    proptest::proptest! {
        #[test]
        fn free_plus_held_minus_debt_is_the_capacity(
            start in 1_usize..64,
            steps in proptest::collection::vec((0_u8..4, 1_usize..64), 0..64),
        ) {
            let mut permits = Permits::new(start);
            let mut given_out = 0;
            for (kind, amount) in steps {
                match kind {
                    0 => given_out += permits.take_all(),
                    1 => {
                        let back = amount.min(given_out);
                        permits.give_back(back);
                        given_out -= back;
                    }
                    2 => {
                        permits.charge(amount);
                        given_out += amount;
                    }
                    _ => permits.resize(amount),
                }
                proptest::prop_assert_eq!(permits.held, given_out);
                proptest::prop_assert_eq!(
                    permits.free() + permits.held - debt(&permits),
                    permits.capacity()
                );
                proptest::prop_assert!(permits.free() == 0 || debt(&permits) == 0);
            }
        }
    }
}
