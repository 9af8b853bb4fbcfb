//! What windows hold, and when they come out.

use std::time::Duration;

use futures::{StreamExt, stream};
use millpond::operators::flow;
use serde_json::{Value, json};

use crate::packets::{Packet, make_packets, read_packet};
use crate::windows::{FEATURES, windows};

const LENGTH: Duration = Duration::from_secs(10);

fn packet(timestamp: u64, port: u16, flags: u8, data_len: u32) -> Packet {
    let record = json!({
        "timestamp": timestamp, "src_ip": "a", "src_port": port.to_string(),
        "dest_ip": "b", "dest_port": "80", "flags": flags.to_string(), "data_len": data_len,
    });
    read_packet(record).unwrap()
}

async fn gathered(packets: impl IntoIterator<Item = Packet>) -> Vec<Value> {
    let packets = flow(stream::iter(packets.into_iter().collect::<Vec<_>>()));
    windows(packets, LENGTH).collect().await
}

#[tokio::test]
async fn a_window_counts_flags_bytes_and_shares() {
    // syn; ack and psh; rst and ack; fin and ack.
    let packets = [(0, 2, 60), (1, 24, 300), (2, 20, 40), (9_999, 17, 0)];
    let packets = packets.map(|(at, flags, bytes)| packet(at, 1, flags, bytes));

    let windows = gathered(packets).await;

    assert_eq!(windows.len(), 1);
    assert_eq!(windows[0]["flow"], "a:1=b:80");
    assert_eq!(windows[0]["begin"], 0);
    let features = [
        3.0, 1.0, 1.0, 1.0, 1.0, 24.0, 400.0, 100.0, 4.0, 0.25, 0.25, 0.25, 0.25,
    ];
    assert_eq!(windows[0]["features"], json!(features));
    assert_eq!(windows[0].get("anomaly"), None);
}

#[tokio::test]
async fn flows_and_times_do_not_mix() {
    let packets = [(0, 1), (5, 2), (10_000, 1), (12_000, 2), (15_000, 1)];
    let packets = packets.map(|(at, port)| packet(at, port, 16, 10));

    let windows = gathered(packets).await;

    let told: Vec<_> = windows
        .iter()
        .map(|window| {
            (
                window["begin"].as_u64(),
                window["flow"].as_str(),
                window["features"][8].as_f64(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some(0), Some("a:1=b:80"), Some(1.0)),
            (Some(0), Some("a:2=b:80"), Some(1.0)),
            (Some(10_000), Some("a:1=b:80"), Some(2.0)),
            (Some(10_000), Some("a:2=b:80"), Some(1.0)),
        ]
    );
}

#[tokio::test]
async fn a_window_comes_out_before_the_packets_end() {
    let (mut sender, packets) = futures::channel::mpsc::channel(4);
    let mut windows = std::pin::pin!(windows(flow(packets), LENGTH));
    for at in [0, 20_000] {
        sender.try_send(packet(at, 1, 16, 10)).unwrap();
    }
    assert!(
        futures::poll!(windows.next()).is_pending(),
        "it may still get packets"
    );

    sender.try_send(packet(20_001, 1, 16, 10)).unwrap();

    assert_eq!(windows.next().await.unwrap()["begin"], 0);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_packets_in_order() {
    let packets: Vec<_> = make_packets(50, 7).collect();

    assert_eq!(packets, make_packets(50, 7).collect::<Vec<_>>());
    assert_ne!(packets, make_packets(50, 8).collect::<Vec<_>>());
    assert!(packets.is_sorted_by_key(|packet| packet.timestamp));
    let record = serde_json::to_value(&packets[0]).unwrap();
    assert_eq!(read_packet(record).unwrap(), packets[0]);
    let windows = gathered(packets).await;
    assert!(windows.iter().any(|window| window["anomaly"] == true));
    assert!(windows.iter().any(|window| window["anomaly"] == false));
    for window in &windows {
        assert_eq!(window["features"].as_array().unwrap().len(), FEATURES);
    }
}
