/// An item of a flow with two outputs, and which of the two it is for.
///
/// Operators that set some items aside emit this, so that their output stays
/// one flow. To split it in two after all, turn the items into results:
/// `flow.map(Result::from).split_result(capacity)`.
///
/// # Examples
///
/// ```
/// use futures::stream;
/// use millpond_operators::fan_out::Routed;
/// use millpond_operators::flow;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let parsed: Vec<Routed<i32, &str>> = flow(stream::iter(["1", "two"]))
///     .map(|text| text.parse().map_or(Routed::Side(text), Routed::Main))
///     .collect()
///     .await;
///
/// assert_eq!(parsed, [Routed::Main(1), Routed::Side("two")]);
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Routed<Main, Side> {
    /// For the main output.
    Main(Main),
    /// For the side output.
    Side(Side),
}

impl<Main, Side> Routed<Main, Side> {
    /// Says whether it is for the main output.
    pub fn is_main(&self) -> bool {
        matches!(self, Self::Main(_))
    }

    /// Says whether it is for the side output.
    pub fn is_side(&self) -> bool {
        matches!(self, Self::Side(_))
    }

    /// Gives the item if it is for the main output.
    pub fn main(self) -> Option<Main> {
        match self {
            Self::Main(item) => Some(item),
            Self::Side(_) => None,
        }
    }

    /// Gives the item if it is for the side output.
    pub fn side(self) -> Option<Side> {
        match self {
            Self::Main(_) => None,
            Self::Side(item) => Some(item),
        }
    }

    /// Lends the item.
    pub fn as_ref(&self) -> Routed<&Main, &Side> {
        match self {
            Self::Main(item) => Routed::Main(item),
            Self::Side(item) => Routed::Side(item),
        }
    }

    /// Changes the item if it is for the main output.
    pub fn map_main<T>(self, f: impl FnOnce(Main) -> T) -> Routed<T, Side> {
        match self {
            Self::Main(item) => Routed::Main(f(item)),
            Self::Side(item) => Routed::Side(item),
        }
    }

    /// Changes the item if it is for the side output.
    pub fn map_side<T>(self, f: impl FnOnce(Side) -> T) -> Routed<Main, T> {
        match self {
            Self::Main(item) => Routed::Main(item),
            Self::Side(item) => Routed::Side(f(item)),
        }
    }
}

/// `Ok` is for the main output, `Err` for the side output.
impl<T, E> From<Result<T, E>> for Routed<T, E> {
    fn from(result: Result<T, E>) -> Self {
        match result {
            Ok(item) => Self::Main(item),
            Err(error) => Self::Side(error),
        }
    }
}

impl<T, E> From<Routed<T, E>> for Result<T, E> {
    fn from(routed: Routed<T, E>) -> Self {
        match routed {
            Routed::Main(item) => Ok(item),
            Routed::Side(error) => Err(error),
        }
    }
}
