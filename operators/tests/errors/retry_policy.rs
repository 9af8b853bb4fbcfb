use std::error::Error;
use std::future::ready;
use std::io;

use futures::stream;
use millpond_operators::errors::{GaveUpReason, RetryBudget, RetryPolicy};
use millpond_operators::flow;

use super::support::{delays, policy};

#[tokio::test(start_paused = true)]
async fn only_errors_that_the_condition_names_are_retried() {
    let mut attempts = 0;
    let policy = policy(5).when(|n: &u8| *n == 1);
    let results: Vec<_> = flow(stream::iter([()]))
        .retry_item(1, policy, |()| {
            attempts += 1;
            ready(Err::<(), _>(attempts))
        })
        .collect()
        .await;

    let gave_up = results[0].as_ref().unwrap_err();
    assert_eq!((gave_up.error, gave_up.attempts), (2, 2));
    assert_eq!(gave_up.reason, GaveUpReason::Permanent);
}

#[tokio::test(start_paused = true)]
async fn the_error_tells_what_happened_and_its_source() {
    let texts = async |policy: RetryPolicy<_, io::Error>| {
        let call = |()| ready(Err::<(), _>(io::Error::other("down")));
        let mut results = flow(stream::iter([()])).retry_item(1, policy, move |()| call(()));
        let gave_up = results.next().await.and_then(Result::err).unwrap();
        let source = gave_up.source().map(ToString::to_string);
        (gave_up.to_string(), source)
    };

    let source = Some(String::from("down"));
    let text = String::from("gave up after 3 attempts");
    assert_eq!(
        texts(RetryPolicy::new(delays(2))).await,
        (text, source.clone())
    );
    let text = String::from("gave up after 1 attempt: the error is not one to retry after");
    let never = RetryPolicy::new(delays(2)).when(|_| false);
    assert_eq!(texts(never).await, (text, source.clone()));
    let text = String::from("gave up after 1 attempt: the retry budget is used up");
    let broke = RetryPolicy::new(delays(2)).budget(RetryBudget::new(1, 0));
    assert_eq!(texts(broke).await, (text, source));
}

#[test]
fn it_can_be_cloned_and_printed() {
    let policy = policy::<io::Error>(2).max_waiting(5).when(|_| true);

    let text = format!("{:?}", policy.clone());
    assert_eq!(text, format!("{policy:?}"));
    assert!(text.contains("max_waiting: Some(5)"));
}
