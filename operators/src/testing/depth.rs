use std::env;

/// How much is tried, as the environment says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Depth {
    Short,
    Usual,
    Deep,
}

impl Depth {
    pub(super) fn of_env() -> Self {
        match env::var("MILLPOND_LAWS").as_deref() {
            Ok("short") => Self::Short,
            Ok("deep") => Self::Deep,
            _ => Self::Usual,
        }
    }

    /// How many scripts are run.
    pub(super) fn scripts(self) -> u32 {
        match self {
            Self::Short => 8,
            Self::Usual => 256,
            Self::Deep => 25_600,
        }
    }

    /// How many items use up the budget of any one poll several times.
    pub(super) fn flood(self) -> usize {
        match self {
            Self::Short => 200,
            Self::Usual | Self::Deep => 1000,
        }
    }
}
