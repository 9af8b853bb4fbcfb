/// The items of an iterator, or the error there is in its place.
pub fn each_or_error<I: IntoIterator, E>(made: Result<I, E>) -> EachOrError<I::IntoIter, E> {
    match made {
        Ok(items) => EachOrError::Items(items.into_iter()),
        Err(error) => EachOrError::Error(Some(error)),
    }
}

#[derive(Debug)]
pub enum EachOrError<I, E> {
    Items(I),
    Error(Option<E>),
}

impl<I: Iterator, E> Iterator for EachOrError<I, E> {
    type Item = Result<I::Item, E>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Items(items) => items.next().map(Ok),
            Self::Error(error) => error.take().map(Err),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Items(items) => items.size_hint(),
            Self::Error(error) => {
                let left = usize::from(error.is_some());
                (left, Some(left))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::each_or_error;

    #[test]
    fn each_item_is_a_value() {
        let mut items = each_or_error::<_, ()>(Ok([1, 2]));
        assert_eq!(items.size_hint(), (2, Some(2)));
        assert_eq!(items.next(), Some(Ok(1)));
        assert_eq!(items.collect::<Vec<_>>(), [Ok(2)]);
    }

    #[test]
    fn an_error_comes_once() {
        let mut items = each_or_error::<[u8; 0], _>(Err("gone"));
        assert_eq!(items.size_hint(), (1, Some(1)));
        assert_eq!(items.next(), Some(Err("gone")));
        assert_eq!(items.next(), None);
        assert_eq!(items.size_hint(), (0, Some(0)));
    }
}
