/// Moves points as little as possible (by the sum of the squares of the ways)
/// such that each stands at least its distance behind the one before it.
///
/// `wanted` is where each point would stand, and `apart` how far behind the
/// one before; the first of `apart` means nothing.
pub(super) fn spread(wanted: &[f64], apart: &[f64]) -> Vec<f64> {
    let mut offset = 0.0;
    let offsets: Vec<_> = (0..wanted.len())
        .map(|index| {
            offset += if index == 0 { 0.0 } else { apart[index] };
            offset
        })
        .collect();
    // Without the offsets the points must only not fall: neighbours that do
    // are pooled, and stand where they would stand on the average.
    let mut pools: Vec<Pool> = Vec::new();
    for (wanted, offset) in wanted.iter().zip(&offsets) {
        let mut pool = Pool {
            sum: wanted - offset,
            points: 1,
        };
        while let Some(before) = pools.pop_if(|before| before.mean() > pool.mean()) {
            pool.sum += before.sum;
            pool.points += before.points;
        }
        pools.push(pool);
    }
    let means = pools
        .iter()
        .flat_map(|pool| std::iter::repeat_n(pool.mean(), pool.points));
    means
        .zip(offsets)
        .map(|(mean, offset)| mean + offset)
        .collect()
}

struct Pool {
    sum: f64,
    points: usize,
}

impl Pool {
    #[expect(clippy::cast_precision_loss, reason = "no graph has so many nodes")]
    fn mean(&self) -> f64 {
        self.sum / self.points as f64
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn points_that_are_far_apart_stay() {
        assert_eq!(spread(&[0.0, 10.0], &[0.0, 4.0]), [0.0, 10.0]);
    }

    #[test]
    fn points_that_are_too_near_share_the_way() {
        assert_eq!(spread(&[5.0, 5.0], &[0.0, 4.0]), [3.0, 7.0]);
        assert_eq!(spread(&[9.0, 0.0, 0.0], &[0.0, 1.0, 1.0]), [2.0, 3.0, 4.0]);
    }

    proptest! {
        #[test]
        fn every_distance_is_kept(
            points in prop::collection::vec((-100.0..100.0_f64, 0.0..20.0_f64), 0..30),
        ) {
            let (wanted, apart): (Vec<_>, Vec<_>) = points.into_iter().unzip();
            let found = spread(&wanted, &apart);
            for index in 1..found.len() {
                prop_assert!(found[index] - found[index - 1] >= apart[index] - 1e-9);
            }
        }
    }
}
