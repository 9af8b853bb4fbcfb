//! `docs/CATALOGUE.md` is what the registry says.
