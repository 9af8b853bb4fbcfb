use std::collections::HashSet;
use std::sync::Arc;

use super::{BuildError, Graph};
use crate::edge::Capacity;

/// Finds everything that is wrong with a graph, in the order of its nodes.
///
/// Pure: it looks at the graph and at nothing else.
pub fn check(graph: &Graph) -> Vec<BuildError> {
    if graph.nodes.is_empty() {
        return vec![BuildError::NoSource];
    }
    let mut names = HashSet::new();
    let mut faults = graph.faults.clone();
    for (index, node) in graph.nodes.iter().enumerate() {
        let mut fault = |error| faults.push((index, error));
        if !names.insert(&node.name) {
            fault(BuildError::DuplicateName {
                node: Arc::clone(&node.name),
            });
        }
        for edge in graph.edges.iter().filter(|edge| edge.from == index) {
            if edge.to.is_none() && !edge.dead_letters {
                fault(BuildError::UnconnectedOutlet {
                    node: Arc::clone(&node.name),
                    message: edge.message.clone(),
                });
            }
            if let Some(Err(reason)) = edge.capacity.map(Capacity::check) {
                fault(BuildError::Capacity {
                    node: Arc::clone(&node.name),
                    reason,
                });
            }
        }
    }
    faults.sort_by_key(|(place, _)| *place);
    faults.into_iter().map(|(_, error)| error).collect()
}
