/// What is in a `Result`, which an alias may hide.
pub trait Fallible {
    type Value;
    type Error;
}

impl<T, E> Fallible for Result<T, E> {
    type Value = T;
    type Error = E;
}
