use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::slowly;

laws! {
    batch_on_backpressure: |s| s.batch_on_backpressure(6, Token::cost),
    relation: |v, out| {
        let fits = |batch: &Vec<Token>| {
            batch.len() == 1 || batch.iter().map(Token::cost).sum::<usize>() <= 6
        };
        let all = out.iter().flatten().map(Token::id);
        out.iter().all(fits) && all.eq(v.iter().map(Token::id))
    },
    look_ahead: 7,
}

#[tokio::test(start_paused = true)]
async fn an_item_that_costs_too_much_is_alone() {
    let texts = flow(["a", "bbb", "cc", "d", "e"]).batch_on_backpressure(2, |text| text.len());

    assert_eq!(
        slowly(texts).await,
        [vec!["a"], vec!["bbb"], vec!["cc"], vec!["d", "e"]]
    );
}

#[tokio::test(start_paused = true)]
async fn a_cost_of_zero_counts_as_one() {
    let items = flow(1..=5).batch_on_backpressure(2, |_| 0);

    assert_eq!(slowly(items).await, [vec![1], vec![2, 3], vec![4, 5]]);
}

#[tokio::test(start_paused = true)]
async fn the_cost_of_an_item_is_asked_for_once() {
    let mut asked = Vec::new();
    let items = flow(1..=5).batch_on_backpressure(2, |n| {
        asked.push(*n);
        1
    });
    slowly(items).await;

    assert_eq!(asked, [1, 2, 3, 4, 5]);
}

#[test]
#[should_panic(expected = "give at least 1")]
fn a_weight_of_zero_panics() {
    drop(flow([1]).batch_on_backpressure(0, |_| 1));
}
