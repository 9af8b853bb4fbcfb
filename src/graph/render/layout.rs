use super::layers::Layers;
use crate::graph::Graph;

/// Lengths are in the units of the drawing, which are pixels.
pub(super) const LINE: f64 = 22.0;
pub(super) const CHARACTER: f64 = 7.3;
pub(super) const PADDING: f64 = 12.0;
const CURVE: f64 = 44.0;
const MARGIN: f64 = 16.0;

/// Where everything of a drawing stands.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The box of each node.
    pub(super) boxes: Vec<Frame>,
    /// The way of each edge: its corners from left to right, the first two of
    /// which have its label above the line between them.
    pub(super) ways: Vec<Vec<Point>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Frame {
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

/// Lays the graph out from left to right. `names` and `labels` are how many
/// characters wide nodes and edges are.
pub(super) fn layout(graph: &Graph, names: &[usize], labels: &[usize]) -> Layout {
    let layers = Layers::of(graph);
    let mut boxes = vec![Frame::default(); graph.nodes.len()];
    let mut x = MARGIN;
    let mut columns = Vec::new();
    for items in &layers.items {
        let nodes = || items.iter().filter_map(|item| Some((item.node?, item)));
        let widest = nodes().map(|(node, _)| names[node]).max().unwrap_or(0);
        let width = characters(widest) + 2.0 * PADDING;
        columns.push((x, x + width));
        for (node, item) in nodes() {
            let (y, height) = (item.middle - item.height / 2.0, item.height);
            boxes[node] = Frame {
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
fn placed(mut boxes: Vec<Frame>, mut ways: Vec<Vec<Point>>) -> Layout {
    let points = ways.iter().flatten().map(|point| point.y);
    let tops = boxes.iter().map(|it| it.y).chain(points);
    let top = tops.fold(f64::INFINITY, f64::min);
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
    boxes: &[Frame],
    columns: &[(f64, f64)],
    label: usize,
) -> Vec<Point> {
    let info = &graph.edges[edge];
    let (from, middle) = (boxes[info.from], layers.middle(info.from));
    let start = Point {
        x: from.x + from.width,
        y: middle + layers.leave[edge],
    };
    let mut way = vec![
        start,
        Point {
            x: start.x + label_width(label),
            ..start
        },
    ];
    for (layer, place) in &layers.of_edge[edge] {
        let y = layers.items[*layer][*place].middle;
        let (left, right) = columns[*layer];
        way.extend([left, right].map(|x| Point { x, y }));
    }
    if let Some(to) = info.to {
        let y = layers.middle(to) + layers.arrive[edge];
        way.push(Point { x: boxes[to].x, y });
    }
    way
}

pub(super) fn label_width(label: usize) -> f64 {
    characters(label) + PADDING
}

fn characters(number: usize) -> f64 {
    count(number) * CHARACTER
}

#[expect(clippy::cast_precision_loss, reason = "no graph has so many nodes")]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}
