//! Models: the real one, and those that are written here byte by byte.

use std::path::PathBuf;

/// A file that `scripts/model` makes.
pub(crate) fn magika(name: &str) -> PathBuf {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/magika")).join(name);
    assert!(
        path.exists(),
        "there is no {}: run `scripts/model`",
        path.display()
    );
    path
}

/// An ONNX model from `bytes: i32[rows, tokens]` to
/// `target_label: f32[rows, scores]`: the first tokens are the scores.
pub(crate) fn tiny(tokens: usize, scores: usize) -> Vec<u8> {
    const F32: usize = 1;
    const I32: usize = 6;
    let cast = Proto::node("Cast", "bytes", "floats").attribute("to", 2, 3, F32);
    let slice = Proto::node("Slice", "floats", "target_label")
        .attribute("axes", 7, 8, 1)
        .attribute("starts", 7, 8, 0)
        .attribute("ends", 7, 8, scores);
    let graph = Proto::default()
        .message(1, &cast)
        .message(1, &slice)
        .message(11, &Proto::tensor("bytes", I32, tokens))
        .message(12, &Proto::tensor("target_label", F32, scores));
    // The last operator set in which `Slice` has its bounds as attributes.
    let operators = Proto::default().bytes(1, b"").number(2, 9);
    let model = Proto::default().number(1, 4).message(8, &operators);
    model.message(7, &graph).0
}

/// A message of protocol buffers: numbered fields, each a number or a counted
/// run of bytes, which may be a message in turn.
#[derive(Default)]
struct Proto(Vec<u8>);

impl Proto {
    fn node(operator: &str, input: &str, output: &str) -> Self {
        Self::default()
            .bytes(1, input.as_bytes())
            .bytes(2, output.as_bytes())
            .bytes(4, operator.as_bytes())
    }

    /// Adds an attribute of this kind, whose value is in this field.
    fn attribute(self, name: &str, kind: usize, field: usize, value: usize) -> Self {
        let attribute = Self::default()
            .bytes(1, name.as_bytes())
            .number(field, value)
            .number(20, kind);
        self.message(5, &attribute)
    }

    /// A named tensor whose first dimension is open.
    fn tensor(name: &str, element: usize, size: usize) -> Self {
        let open = Self::default().bytes(2, b"rows");
        let fixed = Self::default().number(1, size);
        let shape = Self::default().message(1, &open).message(1, &fixed);
        let tensor = Self::default().number(1, element).message(2, &shape);
        let kind = Self::default().message(1, &tensor);
        Self::default().bytes(1, name.as_bytes()).message(2, &kind)
    }

    fn number(mut self, field: usize, number: usize) -> Self {
        self.varint(field << 3);
        self.varint(number);
        self
    }

    fn bytes(mut self, field: usize, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len());
        self.0.extend_from_slice(bytes);
        self
    }

    fn message(self, field: usize, message: &Self) -> Self {
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
