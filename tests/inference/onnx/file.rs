//! Writes small ONNX files. The format is protocol buffers: numbered fields,
//! each a number or a counted run of bytes, which may be a message in turn.

use std::path::PathBuf;

use tempfile::TempDir;

/// A message under construction.
#[derive(Default)]
pub(super) struct Proto(Vec<u8>);

impl Proto {
    fn number(mut self, field: u8, number: u8) -> Self {
        self.varint(usize::from(field) << 3);
        self.varint(number.into());
        self
    }

    fn bytes(mut self, field: u8, bytes: &[u8]) -> Self {
        self.varint(usize::from(field) << 3 | 2);
        self.varint(bytes.len());
        self.0.extend_from_slice(bytes);
        self
    }

    fn message(self, field: u8, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    /// Seven bits at a time, the lowest first.
    fn varint(&mut self, mut number: usize) {
        while number >= 0x80 {
            self.0.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
            number >>= 7;
        }
        self.0.push(u8::try_from(number).unwrap());
    }
}

/// One dimension: a size, or the name of one that is open.
pub(super) enum Size {
    Fixed(u8),
    Named(&'static str),
    Unnamed,
}

pub(super) use Size::{Fixed, Named, Unnamed};

// The format's numbers for element types.
pub(super) const F32: u8 = 1;
pub(super) const I64: u8 = 7;
pub(super) const BOOL: u8 = 9;

/// A model under construction. Its graph comes last in the file.
#[derive(Default)]
pub(super) struct Model {
    graph: Proto,
}

impl Model {
    pub(super) fn input(mut self, name: &str, element: u8, shape: &[Size]) -> Self {
        self.graph = self.graph.message(11, &value(name, element, shape));
        self
    }

    pub(super) fn output(mut self, name: &str, element: u8, shape: &[Size]) -> Self {
        self.graph = self.graph.message(12, &value(name, element, shape));
        self
    }

    pub(super) fn node(
        mut self,
        operator: &str,
        inputs: &[&str],
        output: &str,
        attributes: &[(&str, u8)],
    ) -> Self {
        let mut node = Proto::default();
        for input in inputs {
            node = node.bytes(1, input.as_bytes());
        }
        node = node
            .bytes(2, output.as_bytes())
            .bytes(3, format!("make {output}").as_bytes())
            .bytes(4, operator.as_bytes());
        for (name, number) in attributes {
            const INT: u8 = 2;
            let attribute = Proto::default().bytes(1, name.as_bytes());
            let attribute = attribute.number(3, *number).number(20, INT);
            node = node.message(5, &attribute);
        }
        self.graph = self.graph.message(1, &node);
        self
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let operator_set = Proto::default().bytes(1, b"").number(2, 11);
        Proto::default()
            .number(1, 6)
            .message(8, &operator_set)
            .message(7, &self.graph)
            .0
    }

    pub(super) fn write(&self) -> (TempDir, PathBuf) {
        write(&self.to_bytes())
    }
}

/// A file in a folder of its own, which goes when the first value is dropped.
pub(super) fn write(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn value(name: &str, element: u8, shape: &[Size]) -> Proto {
    let mut dims = Proto::default();
    for size in shape {
        let dim = Proto::default();
        let dim = match size {
            Fixed(size) => dim.number(1, *size),
            Named(name) => dim.bytes(2, name.as_bytes()),
            Unnamed => dim,
        };
        dims = dims.message(1, &dim);
    }
    let tensor = Proto::default().number(1, element).message(2, &dims);
    let kind = Proto::default().message(1, &tensor);
    Proto::default().bytes(1, name.as_bytes()).message(2, &kind)
}
