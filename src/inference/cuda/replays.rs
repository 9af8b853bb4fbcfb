/// What is known of the shapes of the last batches, the latest first.
///
/// Only a few are remembered: a graph holds resources of the driver, and pays
/// only where the same shapes come again and again.
#[derive(Debug)]
pub(super) struct Replays<T> {
    last: Vec<(Shapes, Known<T>)>,
}

/// The shape of each input.
pub(super) type Shapes = Vec<Vec<usize>>;

/// What is known of batches of one shape.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known<T> {
    /// Some were run, and so many attempts to run them from a graph failed.
    Run { failed: u32 },
    /// Their work was recorded, after so many failed attempts.
    Recorded { replay: T, failed: u32 },
}

const REMEMBERED: usize = 8;

impl<T> Replays<T> {
    /// Takes out what is known of batches of these shapes, if any was here.
    pub(super) fn take(&mut self, shapes: &Shapes) -> Option<Known<T>> {
        let place = self.last.iter().position(|(known, _)| known == shapes)?;
        Some(self.last.remove(place).1)
    }

    /// Notes what is known, as the latest.
    pub(super) fn put(&mut self, shapes: Shapes, known: Known<T>) {
        self.last.truncate(REMEMBERED - 1);
        self.last.insert(0, (shapes, known));
    }

    pub(super) fn clear(&mut self) {
        self.last.clear();
    }
}

impl<T> Default for Replays<T> {
    fn default() -> Self {
        Self { last: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_shapes_are_remembered() {
        let shapes = |rows| vec![vec![rows, 3]];
        let recorded = |replay| Known::Recorded { replay, failed: 0 };
        let mut replays = Replays::default();
        for rows in 0..REMEMBERED {
            replays.put(shapes(rows), recorded(rows));
        }
        assert_eq!(replays.take(&shapes(0)), Some(recorded(0)));
        replays.put(shapes(0), Known::Run { failed: 1 });
        replays.put(shapes(99), Known::Run { failed: 0 });

        assert_eq!(replays.take(&shapes(1)), None, "the earliest");
        assert_eq!(replays.take(&shapes(0)), Some(Known::Run { failed: 1 }));
        assert_eq!(replays.take(&shapes(0)), None, "taken out");
    }
}
