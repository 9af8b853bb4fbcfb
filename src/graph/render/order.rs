/// A link between a place in one layer and a place in the next.
pub(super) type Link = (usize, usize);

/// How often the layers are gone through, forwards and back.
const SWEEPS: usize = 12;

/// Orders what stands in each layer such that few links cross.
///
/// `sizes` is how many things stand in each layer, and `links` leads from each
/// layer to the next. The result is, for each layer, its things in order.
pub(super) fn ordered(sizes: &[usize], links: &[Vec<Link>]) -> Vec<Vec<usize>> {
    let mut order: Vec<Vec<usize>> = sizes.iter().map(|size| (0..*size).collect()).collect();
    let mut best = order.clone();
    let mut fewest = crossings(&order, links);
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        let count = order.len();
        if sweep % 2 == 0 {
            for layer in 1..count {
                let neighbours = links[layer - 1].iter().map(|(from, to)| (*to, *from));
                order[layer] = by_neighbours(&order[layer], &order[layer - 1], neighbours);
            }
        } else {
            for layer in (1..count).rev() {
                let neighbours = links[layer - 1].iter().copied();
                order[layer - 1] = by_neighbours(&order[layer - 1], &order[layer], neighbours);
            }
        }
        let found = crossings(&order, links);
        if found < fewest {
            fewest = found;
            best.clone_from(&order);
        }
    }
    best
}

/// Sorts a layer by where on the average its neighbours stand. What has none
/// stays in its place.
fn by_neighbours(
    layer: &[usize],
    other: &[usize],
    neighbours: impl Iterator<Item = Link>,
) -> Vec<usize> {
    let place_in_other = places(other);
    let mut sums = vec![(0_usize, 0_usize); layer.len()];
    for (one, neighbour) in neighbours {
        sums[one].0 += place_in_other[neighbour];
        sums[one].1 += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "no graph has so many nodes")]
    let mut keyed: Vec<_> = layer
        .iter()
        .enumerate()
        .map(|(place, one)| match sums[*one] {
            (_, 0) => (place as f64, *one),
            (sum, count) => (sum as f64 / count as f64, *one),
        })
        .collect();
    keyed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    keyed.into_iter().map(|(_, one)| one).collect()
}

/// Where each thing of a layer stands.
fn places(layer: &[usize]) -> Vec<usize> {
    let mut places = vec![0; layer.len()];
    for (place, one) in layer.iter().enumerate() {
        places[*one] = place;
    }
    places
}

fn crossings(order: &[Vec<usize>], links: &[Vec<Link>]) -> usize {
    let between = links.iter().zip(order.windows(2));
    let count = between.map(|(links, layers)| {
        let (left, right) = (places(&layers[0]), places(&layers[1]));
        let mut ends: Vec<_> = links.iter().map(|(a, b)| (left[*a], right[*b])).collect();
        ends.sort_unstable();
        let pairs = ends.iter().enumerate();
        let crossed = pairs.map(|(index, (_, b))| {
            ends[..index]
                .iter()
                .filter(|(_, before)| before > b)
                .count()
        });
        crossed.sum::<usize>()
    });
    count.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_need_not_cross_do_not() {
        let links = [vec![(0, 2), (1, 1), (2, 0)], vec![(0, 0), (1, 2), (2, 1)]];
        let order = ordered(&[3, 3, 3], &links);
        assert_eq!(crossings(&order, &links), 0);
    }

    #[test]
    fn each_layer_keeps_all_it_has() {
        let links = [vec![(0, 1), (1, 0), (0, 0)], vec![(0, 3), (1, 1), (1, 0)]];
        let mut order = ordered(&[2, 2, 4], &links);
        for layer in &mut order {
            layer.sort_unstable();
        }
        assert_eq!(order, [vec![0, 1], vec![0, 1], vec![0, 1, 2, 3]]);
    }
}
