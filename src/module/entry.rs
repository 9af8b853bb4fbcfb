use super::{Module, Ports};
use crate::message::MessageType;
use crate::stage::{
    Build, Carries, Config, Entry, Kind, Origin, PortType, Signature, Types, configured,
    expect_inputs,
};

impl Entry {
    /// A module, whose ports are named and typed as they say themselves.
    pub const fn module<M: Module + Config>(origin: Origin) -> Self {
        Self::module_with::<M>(origin, || Signature {
            inputs: known_ports::<M::In>(),
            outputs: known_ports::<M::Out>(),
        })
    }

    /// A module, whose ports are named and typed by a signature.
    pub const fn module_with<M: Module + Config>(origin: Origin, types: Types) -> Self {
        let build: Build = |signature, config, graph, inputs| {
            expect_inputs(signature, &inputs)?;
            let module = configured::<M>(config)?;
            let inputs = M::In::from_any(inputs)
                .unwrap_or_else(|misfit| unreachable!("checked against the ports: {misfit}"));
            let outlets = graph.module(module, inputs).into_any().into_iter();
            // A tuple of outlets knows less of its types than the signature.
            let known = signature.outputs.iter().map(|port| &port.carries);
            Ok(outlets
                .zip(known)
                .map(|(outlet, carries)| match carries {
                    Carries::Known(message) => outlet.described(message),
                    _ => outlet,
                })
                .collect())
        };
        Self::of::<M>(origin, types).built(Kind::Module, build)
    }
}

/// The signature of a module, by the names and types of its ports.
#[doc(hidden)]
pub fn signature_of_ports(
    inputs: Vec<(&str, MessageType)>,
    outputs: Vec<(&str, MessageType)>,
) -> Signature {
    let ports = |ports: Vec<(&str, MessageType)>| {
        let ports = ports.into_iter();
        ports
            .map(|(name, message)| PortType {
                name: name.to_owned(),
                carries: Carries::Known(message),
            })
            .collect()
    };
    Signature {
        inputs: ports(inputs),
        outputs: ports(outputs),
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
