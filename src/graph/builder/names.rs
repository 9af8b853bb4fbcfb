use std::sync::Arc;

use super::{Building, NodeName};

impl Building {
    /// A stage's own name stands for its node of the same name, so that a
    /// stage of one node reads `parse` and not `parse/parse`.
    pub(super) fn full_name(&mut self, name: NodeName<'_>) -> Arc<str> {
        match name {
            NodeName::Given(given) => match self.scopes.last() {
                Some(scope) if *scope.id == *given => Arc::clone(&scope.path),
                _ => {
                    let name = self.within_scope(given);
                    // A later node of an operator of this name gets a number.
                    *self.uses.entry(name.clone()).or_default() += 1;
                    name.into()
                }
            },
            NodeName::Operator(operator) => match self.scopes.last() {
                // The stage `filter` is that operator, unless it has two of them.
                Some(scope) if *scope.id == *operator && !self.has_node(&scope.path) => {
                    Arc::clone(&scope.path)
                }
                _ => {
                    let name = self.within_scope(operator);
                    self.numbered(name).into()
                }
            },
            NodeName::Of(node, part) => {
                let name = format!("{}/{part}", self.graph.nodes[node].name);
                self.numbered(name).into()
            }
        }
    }

    pub(super) fn has_node(&self, name: &str) -> bool {
        self.graph.nodes.iter().any(|node| *node.name == *name)
    }

    pub(super) fn within_scope(&self, name: &str) -> String {
        match self.scopes.last() {
            Some(scope) => format!("{}/{name}", scope.path),
            None => name.to_owned(),
        }
    }

    pub(super) fn numbered(&mut self, name: String) -> String {
        loop {
            let uses = self.uses.entry(name.clone()).or_default();
            *uses += 1;
            if *uses == 1 {
                return name;
            }
            let numbered = format!("{name}.{uses}");
            // A replica may have the name.
            if !self.uses.contains_key(&numbered) {
                return numbered;
            }
        }
    }
}
