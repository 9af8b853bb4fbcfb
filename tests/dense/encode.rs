//! Writes model files, each in the few parts of its format that matter here.

/// A safetensors file of `f32` tensors.
pub(crate) fn safetensors(
    metadata: &[(&str, &str)],
    tensors: &[(&str, &[usize], &[f32])],
) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let metadata = metadata.iter().map(|(k, v)| ((*k).to_owned(), (*v).into()));
    header.insert(
        "__metadata__".to_owned(),
        serde_json::Value::Object(metadata.collect()),
    );
    let mut data = Vec::new();
    for (name, shape, elements) in tensors {
        let start = data.len();
        data.extend(elements.iter().flat_map(|x| x.to_le_bytes()));
        let entry = serde_json::json!({
            "dtype": "F32", "shape": shape, "data_offsets": [start, data.len()],
        });
        header.insert((*name).to_owned(), entry);
    }
    let header = serde_json::to_vec(&header).unwrap();
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}

/// A node of an ONNX graph: operation, name, inputs, output, attributes.
pub(crate) struct Node<'a>(
    pub(crate) &'a str,
    pub(crate) &'a str,
    pub(crate) &'a [&'a str],
    pub(crate) &'a str,
    pub(crate) &'a [Attribute<'a>],
);

pub(crate) enum Attribute<'a> {
    Float(&'a str, f32),
    Int(&'a str, i64),
    Text(&'a str, &'a str),
}

/// An ONNX file whose graph goes from `x` to `y`.
pub(crate) fn onnx(nodes: &[Node<'_>], constants: &[(&str, &[i64], &[f32])]) -> Vec<u8> {
    let mut graph = Vec::new();
    for node in nodes {
        graph.extend(field(1, &encoded(node)));
    }
    for (name, shape, elements) in constants {
        let sizes = shape.iter().flat_map(|&size| number(1, size));
        let mut tensor: Vec<u8> = sizes.collect();
        tensor.extend(number(2, 1));
        tensor.extend(field(8, name.as_bytes()));
        let raw: Vec<_> = elements.iter().flat_map(|x| x.to_le_bytes()).collect();
        tensor.extend(field(9, &raw));
        graph.extend(field(5, &tensor));
    }
    graph.extend(field(11, &field(1, b"x")));
    graph.extend(field(12, &field(1, b"y")));
    [number(1, 8), field(7, &graph)].concat()
}

fn encoded(Node(operation, name, inputs, output, attributes): &Node<'_>) -> Vec<u8> {
    let inputs = inputs.iter().flat_map(|input| field(1, input.as_bytes()));
    let mut node: Vec<u8> = inputs.collect();
    node.extend(field(2, output.as_bytes()));
    node.extend(field(3, name.as_bytes()));
    node.extend(field(4, operation.as_bytes()));
    for attribute in *attributes {
        let attribute = match attribute {
            Attribute::Float(name, value) => {
                let value = [&[2 << 3 | 5][..], &value.to_le_bytes()].concat();
                [field(1, name.as_bytes()), value].concat()
            }
            Attribute::Int(name, value) => [field(1, name.as_bytes()), number(3, *value)].concat(),
            Attribute::Text(name, text) => {
                [field(1, name.as_bytes()), field(4, text.as_bytes())].concat()
            }
        };
        node.extend(field(5, &attribute));
    }
    node
}

fn field(tag: u8, bytes: &[u8]) -> Vec<u8> {
    [&[tag << 3 | 2][..], &varint(bytes.len() as u64), bytes].concat()
}

fn number(tag: u8, value: i64) -> Vec<u8> {
    [&[tag << 3][..], &varint(value.cast_unsigned())].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(0x80 | value.to_le_bytes()[0]);
        value >>= 7;
    }
    bytes.extend(u8::try_from(value));
    bytes
}
