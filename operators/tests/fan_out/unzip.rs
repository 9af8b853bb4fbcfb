use futures::stream;
use futures::{FutureExt, join};
use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

fn pair(token: Token) -> (u32, Token) {
    (token.id(), token)
}

laws! {
    unzip: |s| {
        let (ids, tokens) = s.map(pair).unzip(2);
        ids.map(Err).merge(tokens.map(Ok))
    },
    model: |v| v.into_iter().flat_map(|token| [Err(token.id()), Ok(token)]).collect(),
    ports: |half: &Result<_, _>| usize::from(half.is_ok()),
    look_ahead: 2,
}

laws! {
    one_output_of_unzip: |s| {
        let (ids, tokens) = s.map(pair).unzip(2);
        drop(ids);
        tokens
    },
    model: |v| v,
    look_ahead: 2,
}

#[tokio::test]
async fn an_output_that_is_full_stops_the_other() {
    let (mut numbers, mut letters) = flow(stream::iter([(1, 'a'), (2, 'b')])).unzip(1);

    assert_eq!(numbers.next().await, Some(1));
    assert_eq!(numbers.next().now_or_never(), None);
    assert_eq!(letters.next().await, Some('a'));
    assert_eq!(numbers.next().await, Some(2));
}

#[tokio::test]
async fn halves_for_an_output_that_is_gone_are_dropped_and_counted() {
    let (mut numbers, letters) = flow(stream::iter([(1, 'a'), (2, 'b'), (3, 'c')])).unzip(1);
    assert_eq!(numbers.next().await, Some(1));
    drop(letters);
    assert_eq!(numbers.get_ref().dropped(), 1);

    assert_eq!(numbers.next().await, Some(2));
    assert_eq!(numbers.next().await, Some(3));
    assert_eq!(numbers.next().await, None);
    assert_eq!(numbers.get_ref().dropped(), 3);

    let (numbers, mut letters) = flow(stream::iter([(1, 'a')])).unzip(1);
    drop(numbers);
    assert_eq!(letters.next().await, Some('a'));
    assert_eq!(letters.get_ref().dropped(), 1);
}

#[tokio::test]
async fn nested_pairs_are_unzipped_again() {
    let (first, rest) = flow(stream::iter([(1, (2, 3)), (4, (5, 6))])).unzip(1);
    let (second, third) = rest.unzip(1);
    let all = join!(first.collect(), second.collect(), third.collect());

    assert_eq!(all, (vec![1, 4], vec![2, 5], vec![3, 6]));
}

#[test]
#[should_panic(expected = "give at least 1")]
fn zero_panics() {
    drop(flow(stream::empty::<((), ())>()).unzip(0));
}
