use futures::FutureExt;
use futures::stream;
use millpond_operators::fan_out::{Errs, Oks};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

laws! {
    split_result: |s| {
        let (oks, errs) = s.map(Token::checked).split_result(2);
        oks.map(Ok).merge(errs.map(Err))
    },
    model: |v| v.into_iter().map(Token::checked).collect(),
    ports: |result: &Result<_, _>| usize::from(result.is_err()),
    look_ahead: 4,
}

laws! {
    oks_of_split_result: |s| {
        let (oks, errs) = s.map(Token::checked).split_result(1);
        drop(errs);
        oks
    },
    model: |v| v.into_iter().map(Token::checked).filter_map(Result::ok).collect(),
    look_ahead: 1,
    dropped: Oks::dropped,
}

laws! {
    errs_of_split_result: |s| {
        let (oks, errs) = s.map(Token::checked).split_result(1);
        drop(oks);
        errs
    },
    model: |v| v.into_iter().map(Token::checked).filter_map(Result::err).collect(),
    look_ahead: 1,
    dropped: Errs::dropped,
}

#[tokio::test]
async fn values_that_come_after_an_error_are_emitted() {
    let (mut oks, mut errs) = flow(stream::iter([Err('a'), Ok(1), Err('b')])).split_result(1);

    assert_eq!(oks.next().await, Some(1));
    assert_eq!(errs.next().await, Some('a'));
    assert_eq!(errs.next().await, Some('b'));
    assert_eq!(errs.next().await, None);
    assert_eq!(oks.next().await, None);
}

#[tokio::test]
async fn without_a_reader_of_the_errors_the_values_stop_at_one_too_many() {
    let (mut oks, errs) = flow(stream::iter([Err('a'), Ok(1), Err('b'), Ok(2)])).split_result(1);

    assert_eq!(oks.next().await, Some(1));
    assert_eq!(oks.next().now_or_never(), None);
    drop(errs);
    assert_eq!(oks.next().await, Some(2));
    assert_eq!(oks.get_ref().dropped(), 2);
}

#[tokio::test]
async fn values_without_a_reader_are_counted() {
    let (oks, mut errs) = flow(stream::iter([Ok(1), Err('a')])).split_result(1);
    drop(oks);

    assert_eq!(errs.next().await, Some('a'));
    assert_eq!(errs.get_ref().dropped(), 1);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<Result<(), ()>>()).split_result(0));
}
