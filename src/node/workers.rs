use std::fmt;
use std::io;
use std::sync::Arc;

type Body = Box<dyn FnOnce() + Send>;
type Spawn = dyn Fn(String, Body) -> io::Result<()> + Send + Sync;

/// The threads that a run lends to its nodes.
///
/// A backend that computes on threads of its own gets them here and never
/// spawns one itself, so that the run knows every thread it has to wait for
/// and can name the one that does not end.
#[derive(Clone)]
pub struct Workers {
    spawn: Arc<Spawn>,
}

impl Workers {
    /// Lends threads made by `spawn`, which is given a name and a body.
    pub fn new(
        spawn: impl Fn(String, Box<dyn FnOnce() + Send>) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            spawn: Arc::new(spawn),
        }
    }

    /// Runs `body` on a thread of its own, called `name`.
    ///
    /// # Errors
    ///
    /// What the operating system says when it has no thread to give.
    pub fn spawn(&self, name: String, body: impl FnOnce() + Send + 'static) -> io::Result<()> {
        (self.spawn)(name, Box::new(body))
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").finish_non_exhaustive()
    }
}
