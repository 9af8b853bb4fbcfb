use crate::inference::forest::{Link, Task};

/// What an objective makes of margins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Objective {
    pub(super) link: Link,
    pub(super) task: Task,
}

impl Objective {
    pub(super) const VALUE: Self = Self {
        link: Link::Identity,
        task: Task::Regression,
    };

    /// Reads a name and its parameters, as in `binary sigmoid:1`.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut words = text.split_ascii_whitespace();
        let name = words.next().unwrap_or_default();
        let mut slope = 1.0;
        let mut square = false;
        for word in words {
            match word.split_once(':') {
                Some(("sigmoid", number)) => {
                    let read = number.parse().ok().filter(|slope: &f64| slope.is_finite());
                    slope = read.ok_or_else(|| format!("the sigmoid `{number}` is no number"))?;
                }
                None if word == "sqrt" => square = true,
                _ => {}
            }
        }
        let (link, task) = match name {
            "binary" => (Link::Logistic { slope }, Task::Binary),
            "multiclass" => (Link::Softmax, Task::Multiclass),
            "multiclassova" => (Link::Logistic { slope }, Task::Multiclass),
            "cross_entropy" => (Link::Logistic { slope: 1.0 }, Task::Regression),
            "cross_entropy_lambda" => (Link::Softplus, Task::Regression),
            "poisson" | "gamma" | "tweedie" => (Link::Exp, Task::Regression),
            _ if square => (Link::SignedSquare, Task::Regression),
            _ => return Ok(Self::VALUE),
        };
        Ok(Self { link, task })
    }
}
