//! `WordEmbedding(ids, table, weights, bias) = relu(flatten(table[ids]) * weights + bias)`.
//!
//! `ids` is `[words, slots]` i64, `table` `[rows, width]` i8, `weights` `[slots * width, channels]`. The product is a sum
//! over the slots, and notes repeat their words: so the part of it that comes of one group of slots (the attribute
//! `together` gives each slot its group) is kept from word to word and from note to note, and looked up by its ids.

use pulp::Arch;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;

use super::product::{Then, Weights};
use super::{rows_fact, rows_to_rows, slice};

/// Sums kept for each group: 3 MiB at 96 channels. A power of two.
const KEPT: usize = 8192;

pub(super) fn build(_: &ParsingContext<'_>, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let together: Vec<usize> = node.get_attr_vec("together")?;
    ensure!(
        !together.is_empty() && together.iter().all(|&group| group < 8),
        "expected a group from 0 to 7 for each slot"
    );
    Ok((rows_to_rows(WordEmbedding { together }, 4), vec![]))
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct WordEmbedding {
    /// The group of each slot.
    together: Vec<usize>,
}

impl Op for WordEmbedding {
    fn name(&self) -> StaticName {
        "WordEmbedding".into()
    }

    op_as_typed_op!();
}

impl EvalOp for WordEmbedding {
    not_out_of_plan!();

    fn state(&self, _: &EvalContext<'_>) -> TractResult<Option<Box<dyn OpState>>> {
        Ok(Some(Box::<Memory>::default()))
    }
}

impl TypedOp for WordEmbedding {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [ids, table, weights, bias] = inputs else { bail!("expected ids, a table, weights and a bias") };
        ensure!(
            ids.datum_type == i64::datum_type() && table.datum_type == i8::datum_type(),
            "expected ids and an i8 table"
        );
        ensure!(ids.rank() == 2 && ids.shape[1] == self.together.len().to_dim(), "expected a group for each slot");
        ensure!(
            table.rank() == 2
                && weights.rank() == 2
                && weights.shape[0] == table.shape[1].clone() * self.together.len()
                && weights.shape[1] == bias.shape[0],
            "expected weights for each slot"
        );
        // What is kept from run to run is right only as long as these stay the same.
        ensure!([table, weights, bias].iter().all(|fact| fact.konst.is_some()), "expected constant weights");
        rows_fact(inputs)
    }

    as_op!();
}

/// What a state keeps from run to run.
#[derive(Clone, Default)]
struct Memory {
    groups: Vec<Group>,
    /// Counts the runs.
    run: u32,
    rows: Vec<f32>,
    sums: Vec<f32>,
}

/// The sums of one group of slots, by a hash of their ids; behind them, those for which there was no room in this run.
#[derive(Clone)]
struct Group {
    slots: Vec<usize>,
    weights: Weights,
    channels: usize,
    /// The ids of each kept sum.
    keys: Vec<u32>,
    /// In which run each kept sum was last used.
    used: Vec<u32>,
    sums: Vec<f32>,
    /// For each word of this run, which sum is its.
    chosen: Vec<u32>,
    /// Sums to be made in this run: the word they are of, and where they go.
    fresh: Vec<(u32, u32)>,
}

/// Shows nothing of what is kept: it came of the words of notes.
impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").field("runs", &self.run).finish_non_exhaustive()
    }
}

impl Group {
    fn new(group: usize, together: &[usize], weights: &[f32], channels: usize) -> Self {
        let slots: Vec<usize> = (0..together.len()).filter(|&slot| together[slot] == group).collect();
        let each = weights.len() / together.len();
        let own: Vec<f32> = slots.iter().flat_map(|slot| &weights[slot * each..][..each]).copied().collect();
        Self {
            weights: Weights::new(&own, own.len() / channels, channels),
            channels,
            // No id is that great, so nothing is found before it was kept.
            keys: vec![u32::MAX; KEPT * slots.len()],
            used: vec![0; KEPT],
            sums: vec![0.0; KEPT * channels],
            slots,
            chosen: Vec::new(),
            fresh: Vec::new(),
        }
    }

    /// Chooses a sum for each word, and notes which are still to be made.
    fn choose(&mut self, ids: &[i64], slots: usize, run: u32) {
        let Self { slots: own, keys, used, chosen, fresh, .. } = self;
        chosen.clear();
        fresh.clear();
        let mut beyond = KEPT;
        for (word, ids) in ids.chunks_exact(slots).enumerate() {
            let hash = own.iter().fold(0_u64, |hash, &slot| {
                (hash.rotate_left(5) ^ ids[slot] as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            });
            let at = (hash >> 32) as usize % KEPT;
            let key = &mut keys[at * own.len()..][..own.len()];
            let mut pick = at;
            if !key.iter().zip(own.iter()).all(|(&key, &slot)| i64::from(key) == ids[slot]) {
                if used[at] == run {
                    // Another word of this very run is there.
                    pick = beyond;
                    beyond += 1;
                } else {
                    key.iter_mut().zip(own.iter()).for_each(|(key, &slot)| *key = ids[slot] as u32);
                }
                fresh.push((word as u32, pick as u32));
            }
            used[at] = run;
            chosen.push(pick as u32);
        }
    }

    /// Makes the sums that are missing.
    fn make(
        &mut self,
        ids: &[i64],
        slots: usize,
        table: &[i8],
        width: usize,
        rows: &mut Vec<f32>,
        sums: &mut Vec<f32>,
    ) -> TractResult<()> {
        let channels = self.channels;
        let no_bias = vec![0.0; channels];
        let last = self.fresh.iter().map(|&(_, at)| at as usize + 1).max().unwrap_or(0);
        if self.sums.len() < last * channels {
            self.sums.resize(last * channels, 0.0);
        }
        // Some at a time, so that the buffers stay small.
        for fresh in self.fresh.chunks(256) {
            rows.clear();
            for &(word, _) in fresh {
                for &slot in &self.slots {
                    let id = ids[word as usize * slots + slot];
                    let row = usize::try_from(id).ok().and_then(|id| table.get(id * width..(id + 1) * width));
                    let Some(row) = row else { bail!("an id is outside of the table") };
                    rows.extend(row.iter().map(|&value| f32::from(value)));
                }
            }
            sums.clear();
            sums.resize(fresh.len() * channels, 0.0);
            self.weights.multiply(rows, &no_bias, sums, Then::Store);
            for (&(_, at), sum) in fresh.iter().zip(sums.chunks_exact(channels)) {
                self.sums[at as usize * channels..][..channels].copy_from_slice(sum);
            }
        }
        Ok(())
    }
}

impl OpState for Memory {
    fn eval(&mut self, _: &EvalContext<'_>, op: &dyn Op, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let Some(WordEmbedding { together }) = op.downcast_ref() else { bail!("not a WordEmbedding") };
        let (ids, table, weights, bias) = args_4!(inputs);
        let (slots, width, channels) = (together.len(), table.shape()[1], bias.shape()[0]);
        let (ids, table) = (slice::<i64>(&ids)?, slice::<i8>(&table)?);
        if self.groups.is_empty() {
            let weights = slice::<f32>(&weights)?;
            let groups = together.iter().max().map_or(0, |last| last + 1);
            self.groups = (0..groups).map(|group| Group::new(group, together, weights, channels)).collect();
            self.groups.retain(|group| !group.slots.is_empty());
        }
        self.run = self.run.wrapping_add(1).max(1);
        for group in &mut self.groups {
            group.choose(ids, slots, self.run);
            let made = group.make(ids, slots, table, width, &mut self.rows, &mut self.sums);
            if made.is_err() {
                // Keys may stand there without their sums.
                self.groups.clear();
                return made.map(|()| tvec![]);
            }
        }
        let words = ids.len() / slots;
        let mut out = Tensor::zero::<f32>(&[words, channels])?;
        let (mut plain, bias) = (out.try_as_plain_ram_mut()?, slice::<f32>(&bias)?);
        let values = plain.as_slice_mut::<f32>()?;
        Arch::new().dispatch(|| add_up(&self.groups, bias, values));
        Ok(tvec![out.into_tvalue()])
    }

    fn reset_lanes(&mut self, _: &[LaneId]) -> TractResult<()> {
        Ok(())
    }
}

/// The bias and the sum of each group, if positive, for each word. Inlined, so that it uses the vectors that its caller may
/// use.
#[inline(always)]
fn add_up(groups: &[Group], bias: &[f32], out: &mut [f32]) {
    let channels = bias.len();
    for (word, out) in out.chunks_exact_mut(channels).enumerate() {
        out.copy_from_slice(bias);
        for group in groups {
            let sum = &group.sums[group.chosen[word] as usize * channels..][..channels];
            for (out, &sum) in out.iter_mut().zip(sum) {
                *out += sum;
            }
        }
        for out in out {
            *out = out.max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{close, run, values};
    use super::*;

    #[test]
    fn kept_sums_are_the_sums() {
        // More different words than there is room for, and many twice.
        let (words, slots, width, channels, rows) = (20_000, 3, 4, 5, 30_000);
        let numbers = values(words * slots, 1);
        let ids: Vec<i64> = numbers.iter().map(|n| ((n + 0.5) * (rows - 1) as f32) as i64).collect();
        let table: Vec<i8> = values(rows * width, 2).iter().map(|n| (n * 100.0) as i8).collect();
        let (weights, bias) = (values(slots * width * channels, 3), values(channels, 4));
        let mut expected = Vec::new();
        for ids in ids.chunks(slots) {
            let flat: Vec<f32> =
                ids.iter().flat_map(|&id| &table[id as usize * width..][..width]).map(|&v| f32::from(v)).collect();
            for c in 0..channels {
                let sum: f32 = flat.iter().enumerate().map(|(i, v)| v * weights[i * channels + c]).sum();
                expected.push((sum + bias[c]).max(0.0));
            }
        }
        let inputs = [
            Tensor::from_shape(&[words, slots], &ids).unwrap(),
            Tensor::from_shape(&[rows, width], &table).unwrap(),
            Tensor::from_shape(&[slots * width, channels], &weights).unwrap(),
            tensor1(&bias),
        ];
        let op = WordEmbedding { together: vec![0, 1, 0] };
        close(&run(op.clone(), &inputs).unwrap(), &expected);
        let outside = Tensor::from_shape(&[1, slots], &[30_000_i64, 0, 0]).unwrap();
        let [_, table, weights, bias] = inputs;
        assert!(run(op, &[outside, table, weights, bias]).is_err());
    }
}
