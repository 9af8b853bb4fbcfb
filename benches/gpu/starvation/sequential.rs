use std::num::NonZeroUsize;
use std::time::Duration;

use millpond::inference::Backend;
use millpond::message::{Tensor, Tensors};
use tokio::time::{Instant, sleep_until};

use super::device::{Computed, Device, ticks};
use super::{Setting, simulate};

/// What the same device computes if each burst is a message with a batch of
/// its own, and the next one is sent once its answer is there.
pub(super) fn sequential(setting: &Setting, arrivals: &[Duration]) -> Computed {
    let message = usize::try_from(setting.burst).expect("a burst is small");
    simulate(async {
        let device = Device::new(NonZeroUsize::MIN);
        let start = Instant::now();
        for rows in arrivals.chunks(message) {
            let Some(&arrival) = rows.last() else {
                continue;
            };
            if start.elapsed() < arrival {
                sleep_until(start + arrival).await;
            }
            let arrived: Vec<_> = rows.iter().map(|row| ticks(*row)).collect();
            let arrived = Tensor::new([rows.len()], arrived).expect("a row each");
            let batch = Tensors::new().with("arrived", arrived);
            device.infer(batch).await.expect("the device answers");
        }
        device.log().computed()
    })
}
