use std::fmt;

/// Where a stage comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Origin {
    /// The crate that it is written in.
    pub package: &'static str,
    /// Its version: that of the crate unless it has one of its own.
    pub version: &'static str,
    /// The file.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
}

impl Origin {
    #[doc(hidden)]
    pub const fn new(
        package: &'static str,
        version: &'static str,
        file: &'static str,
        line: u32,
    ) -> Self {
        Self {
            package,
            version,
            file,
            line,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            package,
            version,
            file,
            line,
        } = self;
        write!(f, "{package} {version} ({file}:{line})")
    }
}
