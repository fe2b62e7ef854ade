//! What is known of a value of a graph before it is read, and how that is read off a tensor of the file.

use std::rc::Rc;

use tract_onnx::pb;
use tract_onnx::pb::tensor_proto::DataType;

use super::size::Size;

/// The integers of a value are followed where it has no more than this many; shapes have fewer.
const FOLLOWED: u64 = 64;

/// What a value is made of. tract works out what is made of constants and of shapes while it reads a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    Constant,
    Shape,
    Input,
}

/// A value that flows between nodes.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// Its axes, where they are understood.
    pub(super) dims: Option<Rc<[Size]>>,
    /// How many elements it has at most.
    pub(super) count: u64,
    /// How many bytes one of them takes.
    pub(super) each: u64,
    /// What its elements are, where they are few and whole numbers.
    pub(super) ints: Option<Rc<[Size]>>,
    pub(super) origin: Origin,
}

/// How many elements axes of these sizes hold at most.
pub(super) fn count(dims: &[Size]) -> u64 {
    dims.iter().fold(1, |all: u64, size| all.saturating_mul(size.high.max(0) as u64))
}

impl Value {
    pub(super) fn new(dims: Vec<Size>, each: u64, origin: Origin) -> Self {
        Self { count: count(&dims), dims: Some(dims.into()), each, ints: None, origin }
    }

    /// One of whose axes nothing is known.
    pub(super) fn unknown(count: u64, each: u64, origin: Origin) -> Self {
        Self { dims: None, count, each, ints: None, origin }
    }

    /// The same with other axes that hold the same elements.
    pub(super) fn shaped(&self, dims: Option<Vec<Size>>) -> Self {
        let count = dims.as_ref().map_or(u64::MAX, |dims| count(dims)).min(self.count);
        Self { dims: dims.map(Into::into), count, ..self.clone() }
    }

    /// The same with these whole numbers as its elements, if they are as many as it has.
    pub(super) fn holding(mut self, ints: Option<Vec<Size>>) -> Self {
        self.ints = ints.filter(|ints| ints.len() as u64 == self.count && self.count <= FOLLOWED).map(Into::into);
        self
    }

    pub(super) fn rank(&self) -> Option<usize> {
        self.dims.as_ref().map(|dims| dims.len())
    }

    pub(super) fn bytes(&self) -> u64 {
        self.count.saturating_mul(self.each)
    }

    /// Whether it has the same size at every length.
    pub(super) fn fixed(&self) -> bool {
        self.dims.as_ref().is_some_and(|dims| dims.iter().all(|size| size.value().is_some()))
    }

    /// A tensor of the file.
    pub(super) fn of_tensor(tensor: &pb::TensorProto) -> Self {
        let dims: Vec<Size> = tensor.dims.iter().map(|size| Size::of(*size)).collect();
        let value = Self::new(dims, width(tensor.data_type), Origin::Constant);
        if value.count > FOLLOWED {
            return value;
        }
        value.holding(ints(tensor))
    }
}

/// How many bytes tract needs for an element of a type.
pub(super) fn width(kind: i32) -> u64 {
    match DataType::try_from(kind) {
        Ok(DataType::Bool | DataType::Int8 | DataType::Uint8) => 1,
        Ok(DataType::Float16 | DataType::Int16 | DataType::Uint16 | DataType::Bfloat16) => 2,
        Ok(DataType::Float | DataType::Int32 | DataType::Uint32) => 4,
        Ok(DataType::String) => 24,
        _ => 8,
    }
}

/// Between which whole numbers a number lies.
pub(super) fn around(number: f64) -> Size {
    Size::within(number.floor() as i64, number.ceil() as i64)
}

/// The elements of a small tensor.
fn ints(tensor: &pb::TensorProto) -> Option<Vec<Size>> {
    fn whole<T, const N: usize>(bytes: &[u8], read: impl Fn([u8; N]) -> T, size: impl Fn(T) -> Size) -> Vec<Size> {
        bytes.as_chunks::<N>().0.iter().map(|chunk| size(read(*chunk))).collect()
    }
    let raw = &tensor.raw_data[..];
    Some(match DataType::try_from(tensor.data_type).ok()? {
        DataType::Int64 if raw.is_empty() => tensor.int64_data.iter().map(|n| Size::of(*n)).collect(),
        DataType::Int64 => whole(raw, i64::from_le_bytes, Size::of),
        DataType::Int32 if raw.is_empty() => tensor.int32_data.iter().map(|n| Size::of((*n).into())).collect(),
        DataType::Int32 => whole(raw, i32::from_le_bytes, |n| Size::of(n.into())),
        DataType::Float if raw.is_empty() => tensor.float_data.iter().map(|n| around((*n).into())).collect(),
        DataType::Float => whole(raw, f32::from_le_bytes, |n| around(n.into())),
        DataType::Double if raw.is_empty() => tensor.double_data.iter().map(|n| around(*n)).collect(),
        DataType::Double => whole(raw, f64::from_le_bytes, around),
        DataType::Bool if !raw.is_empty() => raw.iter().map(|n| Size::of((*n).into())).collect(),
        DataType::Bool => tensor.int32_data.iter().map(|n| Size::of((*n).into())).collect(),
        _ => return None,
    })
}
