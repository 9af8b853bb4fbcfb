use super::isotonic::spread;
use super::order::{Link, ordered};
use crate::graph::Graph;

/// Lengths are in the units of the drawing, which are pixels.
pub(super) const LINE: f64 = 22.0;
pub(super) const CHARACTER: f64 = 7.3;
pub(super) const PADDING: f64 = 12.0;
const LEAST_HEIGHT: f64 = 46.0;
const BETWEEN_BOXES: f64 = 24.0;
const CURVE: f64 = 44.0;
const MARGIN: f64 = 16.0;

/// How often heights are evened out.
const SWEEPS: usize = 10;

/// Where everything of a drawing stands.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The box of each node.
    pub(super) boxes: Vec<Box>,
    /// The way of each edge: its corners from left to right, the first two of
    /// which have its label above the line between them.
    pub(super) ways: Vec<Vec<Point>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Box {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// What stands in a layer: a node, or an edge that passes it.
#[derive(Clone, Debug)]
struct Item {
    node: Option<usize>,
    height: f64,
    /// Its middle.
    y: f64,
}

/// The nodes in layers from left to right, with edges that only lead from one
/// layer to the next.
struct Layers {
    items: Vec<Vec<Item>>,
    links: Vec<Vec<Link>>,
    /// The layer and place of each node.
    of_node: Vec<(usize, usize)>,
    /// The layers and places that each edge passes between its nodes.
    of_edge: Vec<Vec<(usize, usize)>>,
}

/// Lays the graph out from left to right. `names` and `labels` are how many
/// characters wide nodes and edges are.
pub(super) fn layout(graph: &Graph, names: &[usize], labels: &[usize]) -> Layout {
    let mut layers = Layers::of(graph);
    layers.sort();
    layers.even_out();
    let mut boxes = vec![Box::default(); graph.nodes.len()];
    let mut x = MARGIN;
    let mut columns = Vec::new();
    for items in &layers.items {
        let nodes = || items.iter().filter_map(|item| Some((item.node?, item)));
        let widest = nodes().map(|(node, _)| names[node]).max().unwrap_or(0);
        let width = characters(widest) + 2.0 * PADDING;
        columns.push((x, x + width));
        for (node, item) in nodes() {
            let (y, height) = (item.y - item.height / 2.0, item.height);
            boxes[node] = Box {
                x,
                y,
                width,
                height,
            };
        }
        let leaving = nodes().flat_map(|(node, _)| graph.edges_from(node));
        let label = leaving.map(|edge| labels[edge]).max();
        x += width + label.map_or(0.0, |label| label_width(label) + CURVE);
    }
    let ways = (0..graph.edges.len())
        .map(|edge| way(graph, edge, &layers, &boxes, &columns, labels[edge]))
        .collect();
    placed(boxes, ways)
}

/// Moves the drawing into its corner, and measures it.
fn placed(mut boxes: Vec<Box>, mut ways: Vec<Vec<Point>>) -> Layout {
    let top = boxes.iter().map(|it| it.y).fold(f64::INFINITY, f64::min);
    let top = if top.is_finite() { top } else { 0.0 } - MARGIN;
    let (mut width, mut height) = (0.0_f64, 0.0_f64);
    for it in &mut boxes {
        it.y -= top;
        width = width.max(it.x + it.width);
        height = height.max(it.y + it.height);
    }
    for point in ways.iter_mut().flatten() {
        point.y -= top;
        width = width.max(point.x);
        height = height.max(point.y);
    }
    let (width, height) = (width + MARGIN, height + MARGIN);
    Layout {
        width,
        height,
        boxes,
        ways,
    }
}

/// The corners of an edge, from its outlet to its inlet.
fn way(
    graph: &Graph,
    edge: usize,
    layers: &Layers,
    boxes: &[Box],
    columns: &[(f64, f64)],
    label: usize,
) -> Vec<Point> {
    let info = &graph.edges[edge];
    let from = boxes[info.from];
    let start = Point {
        x: from.x + from.width,
        y: from.port(graph.edges_from(info.from), edge),
    };
    let mut way = vec![
        start,
        Point {
            x: start.x + label_width(label),
            ..start
        },
    ];
    for (layer, place) in &layers.of_edge[edge] {
        let y = layers.items[*layer][*place].y;
        let (left, right) = columns[*layer];
        way.extend([left, right].map(|x| Point { x, y }));
    }
    if let Some(to) = info.to {
        let y = boxes[to].port(graph.edges_to(to), edge);
        way.push(Point { x: boxes[to].x, y });
    }
    way
}

impl Box {
    /// The height at which an edge meets the box, among all that do.
    fn port(&self, edges: impl Iterator<Item = usize>, edge: usize) -> f64 {
        let edges: Vec<_> = edges.collect();
        let index = edges.iter().position(|other| *other == edge).unwrap_or(0);
        let step = self.height / count(edges.len() + 1);
        self.y + step * count(index + 1)
    }
}

impl Graph {
    fn edges_from(&self, node: usize) -> impl Iterator<Item = usize> {
        let edges = self.edges.iter().enumerate();
        edges
            .filter(move |(_, edge)| edge.from == node)
            .map(|(index, _)| index)
    }

    fn edges_to(&self, node: usize) -> impl Iterator<Item = usize> {
        let edges = self.edges.iter().enumerate();
        edges
            .filter(move |(_, edge)| edge.to == Some(node))
            .map(|(index, _)| index)
    }
}

impl Layers {
    fn of(graph: &Graph) -> Self {
        let ranks = ranks(graph);
        let count = ranks.iter().max().map_or(0, |last| last + 1);
        let mut layers = Self {
            items: vec![Vec::new(); count],
            links: vec![Vec::new(); count.saturating_sub(1)],
            of_node: Vec::new(),
            of_edge: Vec::new(),
        };
        for (node, rank) in ranks.iter().enumerate() {
            let ports = graph
                .edges_from(node)
                .count()
                .max(graph.edges_to(node).count());
            let height = (LINE * self::count(ports + 1)).max(LEAST_HEIGHT);
            let place = layers.push(*rank, Some(node), height);
            layers.of_node.push((*rank, place));
        }
        for edge in &graph.edges {
            let passed = match edge.to {
                Some(to) => layers.join(edge.from, to),
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
            y: 0.0,
        });
        items.len() - 1
    }

    /// Links two nodes, through an item of its own in each layer between.
    fn join(&mut self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let (first, mut before) = self.of_node[from];
        let (last, end) = self.of_node[to];
        let mut passed = Vec::new();
        for layer in first + 1..last {
            let place = self.push(layer, None, LINE);
            self.links[layer - 1].push((before, place));
            before = place;
            passed.push((layer, place));
        }
        self.links[last - 1].push((before, end));
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
            self.items[layer] = order
                .iter()
                .map(|old| self.items[layer][*old].clone())
                .collect();
        }
        for (layer, links) in self.links.iter_mut().enumerate() {
            for (from, to) in links {
                *from = new_place[layer][*from];
                *to = new_place[layer + 1][*to];
            }
        }
        let places = self
            .of_node
            .iter_mut()
            .chain(self.of_edge.iter_mut().flatten());
        for (layer, place) in places {
            *place = new_place[*layer][*place];
        }
    }

    /// Gives every item a height near those it is linked with.
    fn even_out(&mut self) {
        for layer in 0..self.items.len() {
            self.settle(layer, |_| None);
        }
        for sweep in 0..SWEEPS {
            let count = self.items.len();
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

    /// For each item of a layer the mean height of those it is linked with.
    fn wanted(&self, layer: usize, other: usize) -> Vec<Option<f64>> {
        let mut sums = vec![(0.0, 0); self.items[layer].len()];
        for (from, to) in &self.links[layer.min(other)] {
            let (own, linked) = if layer < other {
                (from, to)
            } else {
                (to, from)
            };
            sums[*own].0 += self.items[other][*linked].y;
            sums[*own].1 += 1;
        }
        let mean = |(sum, links): (f64, usize)| (links > 0).then(|| sum / count(links));
        sums.into_iter().map(mean).collect()
    }

    /// Moves the items of a layer to where they would stand, and apart.
    fn settle(&mut self, layer: usize, wanted: impl Fn(usize) -> Option<f64>) {
        let items = &mut self.items[layer];
        let wanted: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(place, item)| wanted(place).unwrap_or(item.y))
            .collect();
        let mut before = 0.0;
        let apart: Vec<_> = items
            .iter()
            .map(|item| {
                let apart = f64::midpoint(before, item.height) + BETWEEN_BOXES;
                before = item.height;
                apart
            })
            .collect();
        for (item, y) in items.iter_mut().zip(spread(&wanted, &apart)) {
            item.y = y;
        }
    }
}

/// The layer of each node: behind all that it reads; a source stands right
/// before the first that reads it.
fn ranks(graph: &Graph) -> Vec<usize> {
    let mut ranks = vec![0_usize; graph.nodes.len()];
    // A node stands behind those that it reads in the graph, too.
    for node in 0..ranks.len() {
        let before = graph
            .edges_to(node)
            .map(|edge| ranks[graph.edges[edge].from] + 1);
        ranks[node] = before.max().unwrap_or(0);
    }
    for node in 0..ranks.len() {
        let readers = graph
            .edges_from(node)
            .filter_map(|edge| graph.edges[edge].to);
        if let Some(first) = readers.map(|reader| ranks[reader]).min()
            && graph.edges_to(node).next().is_none()
        {
            ranks[node] = first.saturating_sub(1);
        }
    }
    ranks
}

pub(super) fn label_width(label: usize) -> f64 {
    characters(label) + PADDING
}

fn characters(number: usize) -> f64 {
    count(number) * CHARACTER
}

#[expect(clippy::cast_precision_loss, reason = "no graph has so many nodes")]
fn count(number: usize) -> f64 {
    number as f64
}
