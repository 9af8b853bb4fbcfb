use millpond::{source, stage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::random::Random;

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const PSH: u8 = 8;
const ACK: u8 = 16;

/// What is recorded of a packet. Numbers are texts, as such records have them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Packet {
    /// Milliseconds since the epoch.
    pub(crate) timestamp: u64,
    pub(crate) src_ip: String,
    pub(crate) src_port: String,
    pub(crate) dest_ip: String,
    pub(crate) dest_port: String,
    #[serde(with = "text")]
    pub(crate) flags: u8,
    #[serde(with = "text")]
    pub(crate) data_len: u32,
    /// Whether it belongs to an anomaly, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) anomaly: Option<bool>,
}

/// Reads the record of a packet.
///
/// Fields that it does not need are passed over; what lacks one that it needs
/// is a dead letter.
#[stage(on_error = dead_letter)]
pub(crate) fn read_packet(record: Value) -> serde_json::Result<Packet> {
    serde_json::from_value(record)
}

/// Makes packets of visits to web servers, and among them, one conversation in
/// ten, of scans and of programs that call home.
#[source]
pub(crate) fn make_packets(
    /// How many conversations there are.
    #[config(default = 1_000)]
    conversations: u64,
    /// The same packets for the same seed.
    #[config(default = 1)]
    seed: u64,
) -> impl Iterator<Item = Packet> {
    let mut random = Random::new(seed);
    let mut packets: Vec<_> = (0..conversations)
        .flat_map(|number| conversation(number, &mut random))
        .collect();
    packets.sort_by_key(|packet| packet.timestamp);
    packets.into_iter()
}

/// How packets of one kind of conversation are.
struct Kind {
    packets: (u64, u64),
    gap: (u64, u64),
    bytes: (u64, u64),
    /// Those of the packets between the first and the last.
    flags: u8,
    /// How many in a hundred are answered with a reset.
    resets: u64,
}

const VISIT: Kind = Kind {
    packets: (4, 60),
    gap: (5, 900),
    bytes: (60, 1_400),
    flags: ACK,
    resets: 1,
};
const SCAN: Kind = Kind {
    packets: (3, 30),
    gap: (1, 200),
    bytes: (40, 80),
    flags: SYN,
    resets: 60,
};
const CALL_HOME: Kind = Kind {
    packets: (10, 50),
    gap: (400, 600),
    bytes: (90, 220),
    flags: PSH | ACK,
    resets: 1,
};

fn conversation(number: u64, random: &mut Random) -> Vec<Packet> {
    let anomaly = random.percent(10);
    let kind = match (anomaly, random.percent(50)) {
        (false, _) => VISIT,
        (true, true) => SCAN,
        (true, false) => CALL_HOME,
    };
    // Some visits are as short and as small as what is looked for.
    let small = !anomaly && random.percent(20);
    let begins = 1_700_000_000_000 + random.between(0, 600_000);
    let (host, port) = (random.between(2, 250), 10_000 + number % 50_000);
    let count = random.between(kind.packets.0, kind.packets.1);
    let mut timestamp = begins;
    (0..count)
        .map(|nth| {
            timestamp += random.between(kind.gap.0, kind.gap.1);
            let flags = match nth {
                0 => SYN,
                _ if random.percent(kind.resets) => RST | ACK,
                _ if nth + 1 == count => FIN | ACK,
                _ if random.percent(30) => PSH | ACK,
                _ => kind.flags,
            };
            let most = if small { 250 } else { kind.bytes.1 };
            Packet {
                timestamp,
                src_ip: format!("10.0.0.{host}"),
                src_port: port.to_string(),
                dest_ip: "10.1.0.1".to_owned(),
                dest_port: "443".to_owned(),
                flags,
                data_len: u32::try_from(random.between(kind.bytes.0, most)).unwrap_or(u32::MAX),
                anomaly: Some(anomaly),
            }
        })
        .collect()
}

impl Packet {
    pub(crate) fn has(&self, flag: Flag) -> bool {
        self.flags & flag.bit() != 0
    }
}

/// What a packet says about its connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flag {
    Ack,
    Psh,
    Rst,
    Syn,
    Fin,
}

impl Flag {
    fn bit(self) -> u8 {
        match self {
            Self::Ack => ACK,
            Self::Psh => PSH,
            Self::Rst => RST,
            Self::Syn => SYN,
            Self::Fin => FIN,
        }
    }
}

/// Numbers that are written as texts, and may be read as numbers too.
mod text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de};
    use serde_json::Value;

    pub(super) fn serialize<T: Display, S: Serializer>(
        number: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub(super) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        let value = Value::deserialize(from)?;
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        text.parse().map_err(de::Error::custom)
    }
}
