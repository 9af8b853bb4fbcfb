use super::{Module, Ports};
use crate::stage::{
    Build, Carries, Config, Entry, Kind, Origin, PortType, Signature, configured, expect_inputs,
};

impl Entry {
    /// A module.
    pub const fn module<M: Module + Config>(origin: Origin) -> Self {
        let types = || Signature {
            inputs: known_ports::<M::In>(),
            outputs: known_ports::<M::Out>(),
        };
        let build: Build = |signature, config, graph, inputs| {
            expect_inputs(signature, &inputs)?;
            let module = configured::<M>(config)?;
            let inputs = M::In::from_any(inputs)
                .unwrap_or_else(|misfit| unreachable!("checked against the ports: {misfit}"));
            Ok(graph.module(module, inputs).into_any())
        };
        Self::of::<M>(origin, types).built(Kind::Module, build)
    }
}

fn known_ports<P: Ports>() -> Vec<PortType> {
    let ports = P::ports().into_iter();
    ports
        .map(|port| PortType {
            name: port.name,
            carries: Carries::Known(port.message),
        })
        .collect()
}
