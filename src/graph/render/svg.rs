use super::escaped;
use super::layout::{CHARACTER, Frame, LINE, PADDING, Point, layout};
use crate::graph::{EdgeInfo, Graph, NodeInfo};

/// Longer texts are cut; the whole text shows under the pointer.
const MOST_CHARACTERS: usize = 28;

/// The colours follow the reader's scheme, over a ground of their own, so
/// that the drawing can be read on any page.
const STYLE: &str = "
  .ground { fill: #ffffff }
  .box { fill: #eef3fb; stroke: #41597c; stroke-width: 1.2 }
  .name { fill: #14233a; font-weight: 600 }
  .stage, .message { fill: #51617a }
  .edge { fill: none; stroke: #41597c; stroke-width: 1.4 }
  .head { fill: #41597c }
  .dead { stroke: #a8443a; stroke-dasharray: 5 4 }
  .deadhead { fill: #a8443a }
  .end { fill: none; stroke: #a8443a; stroke-width: 1.4 }
  text { font: 12px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace }
  .stage, .message { font-size: 11px }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #10151d }
    .box { fill: #1b2635; stroke: #7f9cc6 }
    .name { fill: #eaf0f9 }
    .stage, .message { fill: #a3b2c8 }
    .edge { stroke: #7f9cc6 }
    .head { fill: #7f9cc6 }
    .dead { stroke: #e5897f }
    .deadhead { fill: #e5897f }
    .end { stroke: #e5897f }
  }
";

impl Graph {
    /// Draws the graph as a picture: nodes from left to right, edges with
    /// their message types; edges of dead letters are dashed, and end in a
    /// ring where nobody reads them.
    ///
    /// The picture is one SVG file without scripts or links. Its colours are
    /// light or dark as the reader's are.
    pub fn to_svg(&self) -> String {
        let names: Vec<_> = self.nodes.iter().map(|node| lines(node).width()).collect();
        let labels = self
            .edges
            .iter()
            .map(|edge| cut(&edge.message).chars().count());
        let labels: Vec<_> = labels.collect();
        let layout = layout(self, &names, &labels);
        let (width, height) = (layout.width.ceil(), layout.height.ceil());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n\
             <style>{STYLE}</style>\n\
             <rect class=\"ground\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n",
            escaped(&printable(&self.name)),
        );
        for (edge, way) in self.edges.iter().zip(&layout.ways) {
            svg.push_str(&self.edge(edge, way));
        }
        for (node, it) in self.nodes.iter().zip(&layout.boxes) {
            svg.push_str(&boxed(node, it));
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn edge(&self, edge: &EdgeInfo, way: &[Point]) -> String {
        let (class, head) = if edge.dead_letters {
            ("edge dead", "deadhead")
        } else {
            ("edge", "head")
        };
        let to = edge.to.map_or("nothing", |to| &*self.nodes[to].name);
        let title = format!("{} to {to}: {}", self.nodes[edge.from].name, edge.message);
        let end = way.last().map(|Point { x, y }| match edge.to {
            Some(_) => format!("<path class=\"{head}\" d=\"M{x:.1} {y:.1}l-9 -4.5v9z\"/>"),
            None => format!("<circle class=\"end\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>"),
        });
        let label = way.first().map(|Point { x, y }| {
            let (x, y) = (x + PADDING / 2.0, y - 5.0);
            let message = escaped(&cut(&edge.message));
            format!("<text class=\"message\" x=\"{x:.1}\" y=\"{y:.1}\">{message}</text>")
        });
        format!(
            "<g><title>{}</title><path class=\"{class}\" d=\"{}\"/>{}{}</g>\n",
            escaped(&printable(&title)),
            path(way),
            end.unwrap_or_default(),
            label.unwrap_or_default(),
        )
    }
}

fn boxed(node: &NodeInfo, it: &Frame) -> String {
    format!(
        "<g><title>{}</title><rect class=\"box\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" \
         height=\"{:.1}\" rx=\"6\"/>{}</g>\n",
        escaped(&printable(&format!("{} ({})", node.name, node.stage))),
        it.x,
        it.y,
        it.width,
        it.height,
        lines(node).drawn(it.x + PADDING, it.y + it.height / 2.0),
    )
}

/// A line below the label, then a curve from each corner to the next.
fn path(way: &[Point]) -> String {
    let [start, label, ..] = way else {
        return String::new();
    };
    let line = format!("M{:.1} {:.1}H{:.1}", start.x, start.y, label.x);
    let curves = way.windows(2).skip(1).map(|pair| {
        let (from, to) = (pair[0], pair[1]);
        let middle = f64::midpoint(from.x, to.x);
        format!(
            "C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}",
            from.y, to.y, to.x, to.y
        )
    });
    std::iter::once(line).chain(curves).collect()
}

/// What stands in a node's box: its name, and its stage if that is another.
struct Lines {
    name: String,
    stage: Option<String>,
}

fn lines(node: &NodeInfo) -> Lines {
    let is_other = node.stage != node.name;
    Lines {
        name: cut(&node.name),
        stage: is_other.then(|| cut(&node.stage)),
    }
}

impl Lines {
    fn width(&self) -> usize {
        let stage = self.stage.as_deref().unwrap_or_default();
        self.name.chars().count().max(stage.chars().count())
    }

    fn drawn(&self, x: f64, middle: f64) -> String {
        let name = |y: f64| {
            let name = escaped(&self.name);
            format!("<text class=\"name\" x=\"{x:.1}\" y=\"{y:.1}\">{name}</text>")
        };
        match &self.stage {
            None => name(middle + 4.0),
            Some(stage) => format!(
                "{}<text class=\"stage\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
                name(middle - LINE / 2.0 + CHARACTER),
                middle + LINE / 2.0 + 2.0,
                escaped(stage),
            ),
        }
    }
}

/// The text as XML may hold it, cut to what a box may be wide.
fn cut(text: &str) -> String {
    let text = printable(text);
    if text.chars().count() <= MOST_CHARACTERS {
        return text;
    }
    let kept: String = text.chars().take(MOST_CHARACTERS - 1).collect();
    format!("{kept}…")
}

/// The text without characters that no XML file may have.
fn printable(text: &str) -> String {
    let allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars()
        .map(|c| if allowed(c) { c } else { ' ' })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::Pipeline;
    use crate::graph::Graph;
    use crate::stages::FromIter;

    fn drawn(name: &str) -> Graph {
        let pipeline = Pipeline::named("a <b> & \u{7}c");
        let outlet = pipeline.source(FromIter::new(["1"]));
        let (numbers, _) = outlet.try_node(name, |lines| lines.map(str::parse::<u8>));
        numbers.for_each("print", drop).graph()
    }

    /// The names of the tags that are opened, if each is closed in its turn.
    fn tags(svg: &str) -> Option<Vec<&str>> {
        let mut open = Vec::new();
        let mut seen = Vec::new();
        for tag in svg.split('<').skip(1) {
            let (tag, _) = tag.split_once('>')?;
            let name = tag.split([' ', '/']).next()?;
            if let Some(closed) = tag.strip_prefix('/') {
                (open.pop()? == closed).then_some(())?;
            } else {
                seen.push(name);
                if !tag.ends_with('/') {
                    open.push(name);
                }
            }
        }
        open.is_empty().then_some(seen)
    }

    #[test]
    fn a_drawing_is_well_formed_whatever_names_are() {
        let svg = drawn("parse \"<&>'\u{1}").to_svg();
        assert!(tags(&svg).is_some(), "{svg}");
        assert!(svg.contains("<title>a &lt;b&gt; &amp;  c</title>"), "{svg}");
        assert!(svg.contains("parse &quot;&lt;&amp;&gt;"), "{svg}");
        assert!(!svg.contains(['\u{1}', '\u{7}']));
    }

    #[test]
    fn every_node_and_edge_is_drawn_and_dead_letters_end_in_a_ring() {
        let svg = drawn("parse").to_svg();
        let tags = tags(&svg).unwrap();
        let count = |name: &str| tags.iter().filter(|tag| **tag == name).count();
        assert_eq!(count("rect"), 1 + 3, "the ground, and a box for each node");
        assert_eq!(count("circle"), 1);
        assert_eq!(svg.matches("class=\"edge\"").count(), 2);
        assert_eq!(svg.matches("class=\"edge dead\"").count(), 1);
    }

    #[test]
    fn a_long_name_is_cut_and_stands_whole_in_its_title() {
        let name = "x".repeat(60);
        let svg = drawn(&name).to_svg();
        assert!(svg.contains(&format!("<title>{name} ({name})</title>")));
        assert!(
            svg.contains(&format!(">{}…</text>", "x".repeat(27))),
            "{svg}"
        );
    }

    #[test]
    fn an_empty_graph_is_drawn() {
        assert!(tags(&Graph::default().to_svg()).is_some());
    }
}
