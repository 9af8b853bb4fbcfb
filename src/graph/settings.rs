use super::{OnError, Placement};

/// What the user of a stage says about its nodes, over what the stage itself
/// says of them.
///
/// See [`GraphBuilder::with_settings`](super::GraphBuilder::with_settings).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The name in node names, in place of the stage's identification.
    pub name: Option<String>,
    /// Where its nodes shall run.
    pub placement: Option<Placement>,
    /// What becomes of errors in its nodes' flows.
    pub on_error: Option<OnError>,
}

impl Settings {
    /// These, and where they say nothing, those of the stage around.
    pub(super) fn within(self, around: Option<&Self>) -> Self {
        Self {
            name: self.name,
            placement: self.placement.or_else(|| around?.placement),
            on_error: self.on_error.or_else(|| around?.on_error),
        }
    }
}
