use super::isotonic::spread;
use super::layout::{LINE, count};
use super::order::{Link, ordered};
use crate::graph::Graph;

const LEAST_HEIGHT: f64 = 46.0;
const BETWEEN_BOXES: f64 = 24.0;

/// How often heights are evened out.
const SWEEPS: usize = 10;

/// The nodes in layers from left to right, with links that only lead from one
/// layer to the next: an edge that is longer passes an item of its own in each
/// layer between.
pub(super) struct Layers {
    pub(super) items: Vec<Vec<Item>>,
    /// The layers and places that each edge passes between its nodes.
    pub(super) of_edge: Vec<Vec<(usize, usize)>>,
    /// How far below the middle of its node each edge leaves.
    pub(super) leave: Vec<f64>,
    /// How far below the middle of its node each edge arrives.
    pub(super) arrive: Vec<f64>,
    links: Vec<Vec<Link>>,
    /// The edge of each link.
    of_link: Vec<Vec<usize>>,
    /// The layer and place of each node.
    of_node: Vec<(usize, usize)>,
}

/// What stands in a layer: a node, or an edge that passes it.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) node: Option<usize>,
    pub(super) height: f64,
    pub(super) middle: f64,
}

impl Layers {
    /// Puts a graph into layers, each in an order in which few edges cross,
    /// and at heights at which edges are nearly level.
    pub(super) fn of(graph: &Graph) -> Self {
        let mut layers = Self::unsorted(graph);
        layers.sort();
        layers.even_out();
        // Where edges meet their nodes follows from where these stand, and
        // moves them a little once more.
        layers.set_ports(graph);
        layers.even_out();
        layers
    }

    /// The height of the middle of a node.
    pub(super) fn middle(&self, node: usize) -> f64 {
        self.at(self.of_node[node])
    }

    fn at(&self, (layer, place): (usize, usize)) -> f64 {
        self.items[layer][place].middle
    }

    fn unsorted(graph: &Graph) -> Self {
        let ranks = ranks(graph);
        let count = ranks.iter().max().map_or(0, |last| last + 1);
        let mut layers = Self {
            items: vec![Vec::new(); count],
            of_edge: Vec::new(),
            leave: vec![0.0; graph.edges.len()],
            arrive: vec![0.0; graph.edges.len()],
            links: vec![Vec::new(); count.saturating_sub(1)],
            of_link: vec![Vec::new(); count.saturating_sub(1)],
            of_node: Vec::new(),
        };
        for (node, rank) in ranks.iter().enumerate() {
            let ports = graph.edges_from(node).len().max(graph.edges_to(node).len());
            let height = (LINE * self::count(ports + 1)).max(LEAST_HEIGHT);
            let place = layers.push(*rank, Some(node), height);
            layers.of_node.push((*rank, place));
        }
        for (index, edge) in graph.edges.iter().enumerate() {
            let passed = match edge.to {
                Some(to) => layers.join(index, edge.from, to),
                None => Vec::new(),
            };
            layers.of_edge.push(passed);
        }
        layers
    }

    fn push(&mut self, layer: usize, node: Option<usize>, height: f64) -> usize {
        let items = &mut self.items[layer];
        items.push(Item {
            node,
            height,
            middle: 0.0,
        });
        items.len() - 1
    }

    /// Links two nodes, and tells what the edge passes.
    fn join(&mut self, edge: usize, from: usize, to: usize) -> Vec<(usize, usize)> {
        let (first, mut before) = self.of_node[from];
        let (last, end) = self.of_node[to];
        let mut passed = Vec::new();
        for layer in first + 1..=last {
            let place = if layer == last {
                end
            } else {
                self.push(layer, None, LINE)
            };
            self.links[layer - 1].push((before, place));
            self.of_link[layer - 1].push(edge);
            before = place;
            passed.push((layer, place));
        }
        passed.pop();
        passed
    }

    /// Puts the items of each layer into an order in which few links cross.
    fn sort(&mut self) {
        let sizes: Vec<_> = self.items.iter().map(Vec::len).collect();
        let order = ordered(&sizes, &self.links);
        let mut new_place: Vec<Vec<usize>> = sizes.iter().map(|size| vec![0; *size]).collect();
        for (layer, order) in order.iter().enumerate() {
            for (place, old) in order.iter().enumerate() {
                new_place[layer][*old] = place;
            }
            let items = order.iter().map(|old| self.items[layer][*old].clone());
            self.items[layer] = items.collect();
        }
        for (layer, links) in self.links.iter_mut().enumerate() {
            for (from, to) in links {
                *from = new_place[layer][*from];
                *to = new_place[layer + 1][*to];
            }
        }
        let places = self.of_node.iter_mut();
        for (layer, place) in places.chain(self.of_edge.iter_mut().flatten()) {
            *place = new_place[*layer][*place];
        }
    }

    /// Lets edges leave and arrive in the order of where they lead to and come
    /// from; those that nobody reads leave at the bottom.
    fn set_ports(&mut self, graph: &Graph) {
        for node in 0..graph.nodes.len() {
            let height = {
                let (layer, place) = self.of_node[node];
                self.items[layer][place].height
            };
            let offset =
                |index: usize, ports: usize| height * (count(index + 1) / count(ports + 1) - 0.5);
            let mut leaving = graph.edges_from(node);
            leaving.sort_by(|a, b| {
                self.leads_to(graph, *a)
                    .total_cmp(&self.leads_to(graph, *b))
            });
            for (index, edge) in leaving.iter().enumerate() {
                self.leave[*edge] = offset(index, leaving.len());
            }
            let mut arriving = graph.edges_to(node);
            arriving.sort_by(|a, b| {
                self.comes_from(graph, *a)
                    .total_cmp(&self.comes_from(graph, *b))
            });
            for (index, edge) in arriving.iter().enumerate() {
                self.arrive[*edge] = offset(index, arriving.len());
            }
        }
    }

    fn leads_to(&self, graph: &Graph, edge: usize) -> f64 {
        let next = self.of_edge[edge].first().map(|place| self.at(*place));
        let next = next.or_else(|| Some(self.middle(graph.edges[edge].to?)));
        next.unwrap_or(f64::INFINITY)
    }

    fn comes_from(&self, graph: &Graph, edge: usize) -> f64 {
        let before = self.of_edge[edge].last().map(|place| self.at(*place));
        before.unwrap_or_else(|| self.middle(graph.edges[edge].from))
    }

    /// Gives every item a height at which its links are nearly level.
    fn even_out(&mut self) {
        for layer in 0..self.items.len() {
            self.settle(layer, |_| None);
        }
        let count = self.items.len();
        for sweep in 0..SWEEPS {
            for step in 1..count {
                let (layer, other) = match sweep % 2 {
                    0 => (step, step - 1),
                    _ => (count - 1 - step, count - step),
                };
                let wanted = self.wanted(layer, other);
                self.settle(layer, |place| wanted[place]);
            }
        }
    }

    /// For each item of a layer the height at which its links to the other
    /// layer are level on the average.
    fn wanted(&self, layer: usize, other: usize) -> Vec<Option<f64>> {
        let between = layer.min(other);
        let mut sums = vec![(0.0, 0); self.items[layer].len()];
        for ((from, to), edge) in self.links[between].iter().zip(&self.of_link[between]) {
            let left = self.items[between][*from]
                .node
                .map_or(0.0, |_| self.leave[*edge]);
            let right = self.items[between + 1][*to]
                .node
                .map_or(0.0, |_| self.arrive[*edge]);
            let (own, height) = if layer < other {
                (*from, self.items[other][*to].middle + right - left)
            } else {
                (*to, self.items[other][*from].middle + left - right)
            };
            sums[own].0 += height;
            sums[own].1 += 1;
        }
        let mean = |(sum, links): (f64, usize)| (links > 0).then(|| sum / count(links));
        sums.into_iter().map(mean).collect()
    }

    /// Moves the items of a layer to where they would stand, and apart.
    fn settle(&mut self, layer: usize, wanted: impl Fn(usize) -> Option<f64>) {
        let items = &mut self.items[layer];
        let places = items.iter().enumerate();
        let wanted: Vec<_> = places
            .map(|(place, item)| wanted(place).unwrap_or(item.middle))
            .collect();
        let mut before = 0.0;
        let apart = items.iter().map(|item| {
            let apart = f64::midpoint(before, item.height) + BETWEEN_BOXES;
            before = item.height;
            apart
        });
        let apart: Vec<_> = apart.collect();
        for (item, middle) in items.iter_mut().zip(spread(&wanted, &apart)) {
            item.middle = middle;
        }
    }
}

impl Graph {
    pub(super) fn edges_from(&self, node: usize) -> Vec<usize> {
        let edges = self.edges.iter().enumerate();
        let leaving = edges.filter(|(_, edge)| edge.from == node);
        leaving.map(|(index, _)| index).collect()
    }

    fn edges_to(&self, node: usize) -> Vec<usize> {
        let edges = self.edges.iter().enumerate();
        let arriving = edges.filter(|(_, edge)| edge.to == Some(node));
        arriving.map(|(index, _)| index).collect()
    }
}

/// The layer of each node: behind all that it reads; a source stands right
/// before the first that reads it.
fn ranks(graph: &Graph) -> Vec<usize> {
    let mut ranks = vec![0_usize; graph.nodes.len()];
    // A node stands behind those that it reads in the graph, too.
    for node in 0..ranks.len() {
        let before = graph.edges_to(node).into_iter();
        let before = before.map(|edge| ranks[graph.edges[edge].from] + 1);
        ranks[node] = before.max().unwrap_or(0);
    }
    for node in 0..ranks.len() {
        let readers = graph.edges_from(node).into_iter();
        let readers = readers.filter_map(|edge| graph.edges[edge].to);
        if let Some(first) = readers.map(|reader| ranks[reader]).min()
            && graph.edges_to(node).is_empty()
        {
            ranks[node] = first.saturating_sub(1);
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::EdgeInfo;
    use crate::stages::FromIter;

    /// A graph in which each node reads some of those before it.
    fn graph(reads: &[Vec<usize>]) -> Graph {
        let pipeline = crate::Pipeline::named("made");
        for _ in reads {
            pipeline.source(FromIter::new(0..1_u8)).ignore();
        }
        let mut graph = pipeline.graph();
        let edge = graph.edges[0].clone();
        graph.nodes.truncate(reads.len());
        graph.edges.clear();
        for (to, from) in reads.iter().enumerate() {
            let from = from
                .iter()
                .map(|from| from % to.max(1))
                .filter(|from| *from < to);
            graph.edges.extend(from.map(|from| EdgeInfo {
                from,
                to: Some(to),
                ..edge.clone()
            }));
        }
        graph
    }

    proptest! {
        #[test]
        fn edges_lead_to_the_right_and_boxes_stand_apart(
            reads in prop::collection::vec(prop::collection::vec(0..100_usize, 0..4), 1..24),
        ) {
            let graph = graph(&reads);
            let layers = Layers::of(&graph);
            for edge in &graph.edges {
                let to = edge.to.unwrap();
                prop_assert!(layers.of_node[edge.from].0 < layers.of_node[to].0);
            }
            for items in &layers.items {
                for pair in items.windows(2) {
                    let [above, below] = pair else { continue };
                    let free = below.middle - above.middle - f64::midpoint(above.height, below.height);
                    prop_assert!(free > BETWEEN_BOXES - 1e-6, "{above:?} {below:?}");
                }
            }
        }
    }

    #[test]
    fn a_chain_is_level() {
        let graph = graph(&[vec![], vec![0], vec![1], vec![2]]);
        let layers = Layers::of(&graph);
        let middles: Vec<_> = (0..4).map(|node| layers.middle(node)).collect();
        assert_eq!(middles, [middles[0]; 4]);
    }

    #[test]
    fn a_source_stands_before_its_reader() {
        let graph = graph(&[vec![], vec![0], vec![1], vec![], vec![2, 3]]);
        assert_eq!(ranks(&graph), [0, 1, 2, 2, 3]);
    }
}
