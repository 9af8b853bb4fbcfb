/// What is known of the shapes of late batches, those of the latest first.
///
/// Only a few are remembered: a graph holds resources of the driver, and pays
/// only where the same shapes come again and again.
#[derive(Debug)]
pub(super) struct Replays<T> {
    late: Vec<(Shapes, Late<T>)>,
}

/// The shape of each input.
pub(super) type Shapes = Vec<Vec<usize>>;

/// What is known of batches of one shape.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Late<T> {
    /// One was run.
    Once,
    /// Their work was recorded.
    Recorded(T),
    /// Their work cannot be recorded.
    Plain,
}

const REMEMBERED: usize = 8;

impl<T> Replays<T> {
    /// Takes out what is known of batches of these shapes, if any was here.
    pub(super) fn take(&mut self, shapes: &Shapes) -> Option<Late<T>> {
        let place = self.late.iter().position(|(known, _)| known == shapes)?;
        Some(self.late.remove(place).1)
    }

    /// Notes what is known, as the latest.
    pub(super) fn put(&mut self, shapes: Shapes, late: Late<T>) {
        self.late.truncate(REMEMBERED - 1);
        self.late.insert(0, (shapes, late));
    }

    pub(super) fn clear(&mut self) {
        self.late.clear();
    }
}

impl<T> Default for Replays<T> {
    fn default() -> Self {
        Self { late: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_shapes_are_remembered() {
        let shapes = |rows| vec![vec![rows, 3]];
        let mut replays = Replays::default();
        for rows in 0..REMEMBERED {
            replays.put(shapes(rows), Late::Recorded(rows));
        }
        assert_eq!(replays.take(&shapes(0)), Some(Late::Recorded(0)));
        replays.put(shapes(0), Late::Plain);
        replays.put(shapes(99), Late::Once);

        assert_eq!(replays.take(&shapes(1)), None, "the earliest");
        assert_eq!(replays.take(&shapes(0)), Some(Late::Plain));
        assert_eq!(replays.take(&shapes(0)), None, "taken out");
    }
}
