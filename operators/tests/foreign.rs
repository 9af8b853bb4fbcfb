//! What `flow` takes.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::future::ready;
use std::time::Duration;

use futures::stream::{self, FuturesUnordered};
use millpond_operators::flow;
use tokio::io::AsyncBufReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::{Instant, interval};
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

#[tokio::test]
async fn collections_ranges_and_iterators() {
    assert_eq!(flow(vec![1, 2]).collect::<Vec<_>>().await, [1, 2]);
    assert_eq!(flow(1..3).collect::<Vec<_>>().await, [1, 2]);
    assert_eq!(flow("ab".chars()).collect::<String>().await, "ab");
    assert_eq!(flow(Some(1)).next().await, Some(1));
    assert_eq!(flow(Ok::<_, ()>(1)).next().await, Some(1));
    assert_eq!(flow([1, 2]).collect::<Vec<_>>().await, [1, 2]);
    assert_eq!(flow(VecDeque::from([1])).next().await, Some(1));
    assert_eq!(flow(LinkedList::from([1])).next().await, Some(1));
    assert_eq!(flow(BinaryHeap::from([1])).next().await, Some(1));
    assert_eq!(flow(BTreeSet::from([1])).next().await, Some(1));
    assert_eq!(flow(BTreeMap::from([(1, 2)])).next().await, Some((1, 2)));
    assert_eq!(flow(HashSet::from([1])).next().await, Some(1));
    assert_eq!(flow(HashMap::from([(1, 2)])).next().await, Some((1, 2)));
    assert_eq!(flow(Box::<[_]>::from([1])).next().await, Some(1));
}

#[tokio::test]
async fn borrowed_collections_and_iterators() {
    let numbers = vec![1, 2];
    assert_eq!(flow(&numbers).next().await, Some(&1));
    assert_eq!(flow(numbers.as_slice()).next().await, Some(&1));
    let mut numbers = numbers.into_iter();
    assert_eq!(flow(&mut numbers).next().await, Some(1));
    assert_eq!(numbers.next(), Some(2));
}

#[tokio::test]
async fn streams_that_are_collections_too() {
    let futures: FuturesUnordered<_> = [1, 2].map(ready).into_iter().collect();
    let mut given: Vec<_> = flow(futures).collect().await;
    given.sort_unstable();
    assert_eq!(given, [1, 2]);

    let all = stream::select_all([vec![1, 2], vec![3]].map(stream::iter));
    let mut given: Vec<_> = flow(all).collect().await;
    given.sort_unstable();
    assert_eq!(given, [1, 2, 3]);
}

#[tokio::test]
async fn channels_of_futures() {
    let (sender, receiver) = futures::channel::mpsc::unbounded();
    sender.unbounded_send(1).unwrap();
    drop(sender);

    assert_eq!(flow(receiver).collect::<Vec<_>>().await, [1]);
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "an unbounded receiver is among what `flow` takes"
)]
async fn channels_of_tokio() {
    let (sender, receiver) = mpsc::channel(1);
    sender.try_send(1).unwrap();
    drop(sender);
    assert_eq!(flow(receiver).collect::<Vec<_>>().await, [1]);

    let (sender, receiver) = mpsc::unbounded_channel();
    sender.send(2).unwrap();
    drop(sender);
    assert_eq!(flow(receiver).collect::<Vec<_>>().await, [2]);
}

#[tokio::test]
async fn a_broadcast_tells_how_many_were_missed() {
    let (sender, receiver) = broadcast::channel(2);
    for n in 1..=3 {
        sender.send(n).unwrap();
    }
    drop(sender);
    let received: Vec<_> = flow(receiver).collect().await;

    assert_eq!(
        received,
        [Err(BroadcastStreamRecvError::Lagged(1)), Ok(2), Ok(3)]
    );
}

#[tokio::test]
async fn a_watch_gives_the_value_now_and_then_the_newest() {
    let (sender, receiver) = watch::channel(1);
    let mut values = flow(receiver);
    assert_eq!(values.next().await, Some(1));
    sender.send(2).unwrap();
    sender.send(3).unwrap();

    assert_eq!(values.next().await, Some(3));
}

#[tokio::test(start_paused = true)]
async fn an_interval_gives_the_time_of_each_tick() {
    let start = Instant::now();
    let ticks = flow(interval(Duration::from_millis(5))).take(3);
    let ticks: Vec<_> = ticks.map(|tick| (tick - start).as_millis()).collect().await;

    assert_eq!(ticks, [0, 5, 10]);
}

#[tokio::test]
async fn a_listener_gives_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut connections = flow(listener);
    let (connected, accepted) = futures::join!(TcpStream::connect(address), connections.next());
    let accepted = accepted.unwrap().unwrap();

    assert_eq!(
        accepted.peer_addr().unwrap(),
        connected.unwrap().local_addr().unwrap()
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_listener_gives_connections() {
    use tokio::net::{UnixListener, UnixStream};

    let folder = std::env::temp_dir().join(format!("millpond-flow-{}", std::process::id()));
    let listener = UnixListener::bind(&folder).unwrap();
    let mut connections = flow(listener);
    let (connected, accepted) = futures::join!(UnixStream::connect(&folder), connections.next());
    std::fs::remove_file(&folder).unwrap();

    assert!(connected.is_ok());
    assert!(accepted.unwrap().is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_gives_a_unit_each_time() {
    use tokio::signal::unix::{SignalKind, signal};

    let mut signals = flow(signal(SignalKind::user_defined1()).unwrap());
    let status = std::process::Command::new("kill")
        .args(["-USR1", &std::process::id().to_string()])
        .status()
        .unwrap();

    assert!(status.success());
    assert_eq!(signals.next().await, Some(()));
}

#[tokio::test]
async fn readers_give_lines_and_segments() {
    let lines: Vec<_> = flow(b"a\nb\n".as_slice().lines())
        .map(Result::unwrap)
        .collect()
        .await;
    assert_eq!(lines, ["a", "b"]);

    let parts: Vec<_> = flow(AsyncBufReadExt::split(b"a,b".as_slice(), b','))
        .map(Result::unwrap)
        .collect()
        .await;
    assert_eq!(parts, [b"a", b"b"]);
}

#[tokio::test]
async fn a_folder_gives_its_entries() {
    let folder = tokio::fs::read_dir(env!("CARGO_MANIFEST_DIR"))
        .await
        .unwrap();
    let names = flow(folder).map(|entry| entry.unwrap().file_name());
    let names: Vec<_> = names.collect().await;

    assert!(names.iter().any(|name| name == "Cargo.toml"));
}
