//! How much memory a model takes once it is decoded, read off its bytes: an empty node takes two of them, and hundreds in memory.

use tract_onnx::pb;

/// Messages within messages, as deep as the decoder goes.
const DEEP: usize = 100;

/// The messages of ONNX that can hold many others.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Graph,
    Function,
    Node,
    Attribute,
    Tensor,
    Other,
}

/// What a field of some length is.
enum Field {
    /// A message, and how much it takes by itself.
    Message(Message, usize),
    /// Numbers of one byte or more, each of which takes so many in memory.
    Numbers(u64),
    Bytes,
}

impl Message {
    fn field(self, number: u64) -> Field {
        let other = |size| Field::Message(Self::Other, size);
        let value = other(size_of::<pb::ValueInfoProto>() + size_of::<pb::TypeProto>());
        let graph = Field::Message(Self::Graph, size_of::<pb::GraphProto>());
        let node = Field::Message(Self::Node, size_of::<pb::NodeProto>());
        let tensor = Field::Message(Self::Tensor, size_of::<pb::TensorProto>());
        let attribute = Field::Message(Self::Attribute, size_of::<pb::AttributeProto>());
        // The numbers of fields are those of onnx.proto.
        match (self, number) {
            (Self::Model, 7) | (Self::Attribute, 6 | 11) => graph,
            (Self::Model, 25) => Field::Message(Self::Function, size_of::<pb::FunctionProto>()),
            (Self::Model, 8 | 14 | 20) | (Self::Function, 9) | (Self::Graph, 14..=16) | (Self::Tensor, 13 | 16) => {
                other(512)
            }
            (Self::Graph, 1) | (Self::Function, 7) => node,
            (Self::Graph, 5) | (Self::Attribute, 5 | 10) => tensor,
            (Self::Graph, 11..=13) => value,
            (Self::Node, 5) | (Self::Function, 11) => attribute,
            (Self::Attribute, 14 | 15 | 22 | 23) => other(1024),
            (Self::Attribute, 8) | (Self::Tensor, 1 | 7 | 11) => Field::Numbers(8),
            (Self::Tensor, 5) => Field::Numbers(4),
            // What can be a message may be one: of a shape each axis is.
            (Self::Other, _) => other(64),
            _ => Field::Bytes,
        }
    }
}

/// A number of seven bits a byte, and what follows it.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().take(10).position(|byte| *byte < 0x80)?;
    let value = bytes[..=end].iter().rev().fold(0_u64, |all, byte| all << 7 | u64::from(byte & 0x7f));
    Some((value, &bytes[end + 1..]))
}

/// How many bytes the model takes once it is decoded, at most; nothing where it cannot be.
pub(super) fn decoded(bytes: &[u8]) -> Option<u64> {
    weigh(bytes, Message::Model, 0)
}

fn weigh(mut bytes: &[u8], message: Message, deep: usize) -> Option<u64> {
    if deep > DEEP {
        return None;
    }
    let mut all = 0_u64;
    while !bytes.is_empty() {
        let (key, rest) = number(bytes)?;
        let taken = match key & 7 {
            0 => {
                bytes = number(rest)?.1;
                8
            }
            1 => {
                bytes = rest.get(8..)?;
                8
            }
            5 => {
                bytes = rest.get(4..)?;
                4
            }
            2 => {
                let (length, rest) = number(rest)?;
                let (inside, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
                bytes = after;
                match message.field(key >> 3) {
                    Field::Message(inner, own) => {
                        let within = weigh(inside, inner, deep + 1);
                        // Text, where it was not sure to be a message.
                        let within = within.or(matches!(inner, Message::Other).then_some(length))?;
                        (own as u64).saturating_add(within.max(length))
                    }
                    Field::Numbers(each) => each * inside.iter().filter(|byte| **byte < 0x80).count() as u64,
                    Field::Bytes => length + 24,
                }
            }
            _ => return None,
        };
        all = all.saturating_add(taken);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_nodes_take_what_they_do_in_memory() {
        let graph = [0x0a, 0].repeat(1000);
        let model = [&[0x3a, 0xd0, 0x0f], &graph[..]].concat();
        let taken = decoded(&model).unwrap() as usize;
        assert!(taken >= 1000 * size_of::<pb::NodeProto>(), "{taken}");
    }

    #[test]
    fn numbers_take_eight_bytes_each_and_weights_what_they_have() {
        assert_eq!(weigh(&[0x3a, 3, 1, 2, 3], Message::Tensor, 0), Some(24));
        assert_eq!(weigh(&[0x4a, 3, 1, 2, 3], Message::Tensor, 0), Some(27));
        assert_eq!(weigh(&[0x4a, 9, 1], Message::Tensor, 0), None);
        let file = std::fs::read(crate::infer::test_models().join("tiny-tagger/model.onnx")).unwrap();
        let taken = decoded(&file).unwrap();
        assert!(taken < 2 * file.len() as u64, "{taken} of {}", file.len());
    }
}
