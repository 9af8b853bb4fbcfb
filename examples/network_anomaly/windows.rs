use std::collections::BTreeMap;
use std::time::Duration;

use millpond::operators::{Flow, Progress};
use millpond::stage;
use serde_json::{Value, json};

use crate::packets::{Flag, Packet};

/// How many features a window has.
#[cfg(test)]
pub(crate) const FEATURES: usize = 13;

/// Gathers the packets of each flow into windows, and counts what is in them.
///
/// A window comes out once a packet has arrived that is more than a window's
/// length later than its end, or when there are no more packets; a packet that
/// comes later than that makes a window of its own. The `features` are, in
/// this order: packets with the flags ack, psh, rst, syn and fin; packets per
/// minute; bytes; bytes per packet; packets; and the shares of those with ack
/// and psh, with rst, with syn, and with fin.
#[stage]
pub(crate) fn windows(
    packets: Flow<impl Progress<Item = Packet>>,
    /// How long a window is.
    #[config(default = "10s")]
    length: Duration,
) -> Flow<impl Progress<Item = Value>> {
    let length = u64::try_from(length.as_millis()).unwrap_or(u64::MAX).max(1);
    packets
        .stateful_map(
            Open::default(),
            move |open, packet| open.add(&packet, length),
            move |open| Some(open.rest(length)),
        )
        .flat_map_iter(|closed| closed)
}

/// The windows that packets may still come for, by their begin and their flow.
#[derive(Debug, Default)]
struct Open {
    windows: BTreeMap<(u64, String), Window>,
    latest: u64,
}

impl Open {
    /// Adds a packet, and takes out the windows that are over.
    fn add(&mut self, packet: &Packet, length: u64) -> Vec<Value> {
        let begin = packet.timestamp - packet.timestamp % length;
        let Packet {
            src_ip,
            src_port,
            dest_ip,
            dest_port,
            ..
        } = packet;
        let flow = format!("{src_ip}:{src_port}={dest_ip}:{dest_port}");
        self.windows.entry((begin, flow)).or_default().add(packet);
        self.latest = self.latest.max(packet.timestamp);
        let oldest = self.latest.saturating_sub(length.saturating_mul(2));
        let open = self.windows.split_off(&(oldest, String::new()));
        let over = std::mem::replace(&mut self.windows, open);
        told(over, length)
    }

    fn rest(self, length: u64) -> Vec<Value> {
        told(self.windows, length)
    }
}

fn told(windows: BTreeMap<(u64, String), Window>, length: u64) -> Vec<Value> {
    let windows = windows.into_iter();
    windows
        .map(|((begin, flow), window)| {
            let mut told = json!({
                "flow": flow,
                "begin": begin,
                "features": window.features(length),
            });
            if let Some(anomaly) = window.anomaly {
                told["anomaly"] = anomaly.into();
            }
            told
        })
        .collect()
}

/// What is counted of a flow's packets.
#[derive(Debug, Default)]
struct Window {
    packets: u32,
    ack: u32,
    psh: u32,
    rst: u32,
    syn: u32,
    fin: u32,
    ack_and_psh: u32,
    bytes: u64,
    anomaly: Option<bool>,
}

impl Window {
    fn add(&mut self, packet: &Packet) {
        let count = |flag| u32::from(packet.has(flag));
        let (ack, psh) = (count(Flag::Ack), count(Flag::Psh));
        self.packets += 1;
        self.ack += ack;
        self.psh += psh;
        self.rst += count(Flag::Rst);
        self.syn += count(Flag::Syn);
        self.fin += count(Flag::Fin);
        self.ack_and_psh += ack * psh;
        self.bytes += u64::from(packet.data_len);
        self.anomaly = match (self.anomaly, packet.anomaly) {
            (Some(one), Some(other)) => Some(one || other),
            (one, other) => one.or(other),
        };
    }

    fn features(&self, length: u64) -> Vec<f32> {
        let all = f64::from(self.packets);
        let share = |count: u32| f64::from(count) / all;
        let minutes = approximate(length) / 60_000.0;
        let bytes = approximate(self.bytes);
        let features = [
            f64::from(self.ack),
            f64::from(self.psh),
            f64::from(self.rst),
            f64::from(self.syn),
            f64::from(self.fin),
            all / minutes,
            bytes,
            bytes / all,
            all,
            share(self.ack_and_psh),
            share(self.rst),
            share(self.syn),
            share(self.fin),
        ];
        features.map(nearest).into()
    }
}

#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^52")]
fn approximate(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "models read 32 bits")]
fn nearest(number: f64) -> f32 {
    number as f32
}
