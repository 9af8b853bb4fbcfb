/// What is in a `Result`, which an alias may hide.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is called a `Result` and is none",
    label = "this is no `Result`",
    note = "a type whose name ends in `Result`, with arguments, is taken for one: give it another name"
)]
pub trait Fallible {
    type Value;
    type Error;
}

impl<T, E> Fallible for Result<T, E> {
    type Value = T;
    type Error = E;
}
