mod isotonic;
mod layers;
mod layout;
mod order;
mod svg;

use super::{EdgeInfo, Graph};
use crate::edge::{Capacity, DEFAULT_WITHIN_WORKER, Overflow};

impl Graph {
    /// Draws the graph as text: a line per node, with what leaves it.
    pub fn to_text(&self) -> String {
        let mut text = format!("pipeline {}\n", self.name);
        for (index, node) in self.nodes.iter().enumerate() {
            line(&mut text, format_args!("  {}", node.name));
            for edge in self.leaving(index) {
                let to = match edge.to {
                    Some(to) => &*self.nodes[to].name,
                    None => "(nothing)",
                };
                line(
                    &mut text,
                    format_args!(
                        "    {arrow} {to} : {message}{capacity}",
                        arrow = if edge.dead_letters { "~>" } else { "->" },
                        message = edge.message,
                        capacity = edge.brackets(),
                    ),
                );
            }
        }
        text
    }

    /// Draws the graph as a [Mermaid](https://mermaid.js.org) flowchart.
    pub fn to_mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for (index, node) in self.nodes.iter().enumerate() {
            line(
                &mut text,
                format_args!("  n{index}[\"{}\"]", escaped(&node.name)),
            );
        }
        for (index, edge) in self.edges.iter().enumerate() {
            let to = match edge.to {
                Some(to) => format!("n{to}"),
                None => format!("none{index}((\" \"))"),
            };
            line(
                &mut text,
                format_args!(
                    "  n{from} {arrow}|\"{message}\"| {to}",
                    from = edge.from,
                    arrow = if edge.dead_letters { "-.->" } else { "-->" },
                    message = escaped(&edge.message),
                ),
            );
        }
        text
    }

    fn leaving(&self, node: usize) -> impl Iterator<Item = &EdgeInfo> {
        self.edges.iter().filter(move |edge| edge.from == node)
    }
}

impl EdgeInfo {
    /// How much it may hold, in brackets, if somebody has said anything.
    fn brackets(&self) -> String {
        match (self.capacity, self.overflow) {
            (Some(capacity), _) => format!(" [{}]", self.limits(capacity)),
            (None, Overflow::Block) => String::new(),
            (None, _) => format!(" [{}]", self.limits(DEFAULT_WITHIN_WORKER)),
        }
    }

    /// This capacity, and what the edge does when it is full if it does not
    /// block.
    pub(crate) fn limits(&self, capacity: Capacity) -> String {
        let capacity = match capacity {
            Capacity::Fixed(messages) => messages.to_string(),
            Capacity::Weighted(weight) => format!("{weight} by weight"),
            Capacity::Adaptive { target, min, max } => {
                format!("{min} to {max}, adapts to {target:?}")
            }
        };
        match self.overflow {
            Overflow::DropNewest => capacity + ", drops the newest",
            Overflow::DropOldest => capacity + ", drops the oldest",
            Overflow::Fail => capacity + ", fails",
            _ => capacity,
        }
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.push_str(&line.to_string());
    text.push('\n');
}

/// Text as Mermaid takes it within quotes, and XML everywhere.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
