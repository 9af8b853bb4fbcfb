use millpond_operators::testing::Token;
use millpond_operators::{flow, laws};

use super::slowly;

laws! {
    conflate_with_seed: |s| s.conflate_with_seed(|token| vec![token], |mut all, token| {
        all.push(token);
        all
    }),
    relation: |v, out| {
        let out = out.iter().flatten();
        out.map(Token::id).eq(v.iter().map(Token::id))
    },
    look_ahead: 24,
}

#[tokio::test(start_paused = true)]
async fn each_summary_begins_with_a_seed() {
    let counts = flow("abc".chars()).conflate_with_seed(|_| 1, |count, _| count + 1);

    assert_eq!(slowly(counts).await, [1, 2]);
}
