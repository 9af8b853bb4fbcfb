use std::num::NonZeroUsize;
use std::sync::mpsc::channel;
use std::time::Duration;

use futures::stream;
use millpond::graph::{GraphBuilder, Outlet};
use millpond::inference::Infer;
use millpond::operators::flow;
use millpond::stage::{Identified, Source};
use millpond::{Pipeline, RunOptions};
use tokio::time::{Instant, sleep_until};

use super::device::{Computed, Device, ticks};
use super::{Setting, simulate};

/// Runs the pipeline of arrivals, stage and device; tells what the device
/// computed, and how long each row waited for it.
pub(super) fn stage(setting: &Setting, arrivals: Vec<Duration>) -> (Computed, Vec<Duration>) {
    simulate(async {
        let slots = NonZeroUsize::new(setting.slots).expect("a device has a slot");
        let device = Device::new(slots);
        let log = device.log();
        let infer = Infer::with(device)
            .input_with("arrived", [], |arrived: &i64, row| row[0] = *arrived)
            .output("began", |arrived, began: &[i64]| began[0] - arrived)
            .batch(setting.max_items, setting.max_wait);
        let (tell, waits) = channel();
        let pipeline = Pipeline::named("never-starves");
        pipeline
            .source(Arrivals(arrivals))
            .stage(infer)
            .consume("waits", move |waits| async move {
                tell.send(waits.collect::<Vec<_>>().await)
            });
        pipeline
            .run_local(RunOptions::new())
            .await
            .expect("the pipeline runs");
        let waits = waits.recv().expect("a run that succeeds tells its waits");
        let waits = waits.into_iter().map(|wait| {
            Duration::from_millis(u64::try_from(wait).expect("a batch begins after its rows came"))
        });
        (log.computed(), waits.collect())
    })
}

/// Emits each row's time of arrival when it is due, or as soon as the edge has
/// room for it after that.
struct Arrivals(Vec<Duration>);

impl Identified for Arrivals {
    const ID: &'static str = "arrivals";
}

impl Source for Arrivals {
    type Out = i64;

    fn build(self, graph: &GraphBuilder) -> Outlet<i64> {
        graph.node(Self::ID, move || {
            let start = Instant::now();
            let arrivals = self.0.into_iter();
            flow(stream::unfold(arrivals, move |mut arrivals| async move {
                let arrival = arrivals.next()?;
                if start.elapsed() < arrival {
                    sleep_until(start + arrival).await;
                }
                Some((ticks(arrival), arrivals))
            }))
        })
    }
}
