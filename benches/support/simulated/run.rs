use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use millpond::edge::Inlet;
use millpond::operators::{Flow, combine};
use tokio::task::spawn_local;

use super::clock::{simulate, wait_until};
use super::link::{Kind, Setting};
use super::meter::{Meter, Outcome};
use super::node::{Stamped, consume, drive, serve, source};
use super::scenario::Scenario;
use super::service::Service;
use super::worker::on_worker;

/// Runs a scenario over edges of one kind and setting.
pub(crate) fn run(scenario: &Scenario, kind: Kind, setting: Setting, seed: u64) -> Outcome {
    simulate(async {
        let mut edges = Vec::new();
        let mut seeds = (0..).map(|role| seed * 1_000 + role);
        let mut service = |times| Service::new(times, seeds.next().unwrap_or(seed));
        let mut edge = || {
            let (sender, inlet) = setting.edge(kind);
            edges.push(sender.counters());
            (sender, inlet)
        };
        let mut inlets = Vec::new();
        for times in scenario.sources {
            let (sender, inlet) = edge();
            start(scenario, drive(source(service(*times)), sender));
            inlets.push(inlet);
        }
        for times in scenario.middle {
            let (sender, inlet) = edge();
            let service = service(*times);
            let before = inlets.drain(..).map(Flow::native).collect::<Vec<_>>();
            start(
                scenario,
                drive(serve(combine::merge(before), service), sender),
            );
            inlets.push(inlet);
        }
        let meter = Rc::new(RefCell::new(Meter::new(edges)));
        last_node(scenario, inlets, seed, Rc::clone(&meter));
        wait_until(scenario.lasts).await;
        meter.take().outcome()
    })
}

fn last_node(
    scenario: &Scenario,
    mut inlets: Vec<Inlet<Stamped>>,
    seed: u64,
    meter: Rc<RefCell<Meter>>,
) {
    let (consumer, seed) = (scenario.consumer, seed * 1_000 + 999);
    match inlets.pop() {
        Some(only) if inlets.is_empty() => {
            start(scenario, consume(Flow::native(only), consumer, seed, meter));
        }
        last => {
            let flows = inlets.into_iter().chain(last).map(Flow::native);
            start(
                scenario,
                consume(combine::merge(flows), consumer, seed, meter),
            );
        }
    }
}

fn start(scenario: &Scenario, node: impl Future<Output = ()> + 'static) {
    drop(spawn_local(on_worker(scenario.wake, node)));
}
