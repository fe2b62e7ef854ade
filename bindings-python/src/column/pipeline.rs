//! Works on a column a window of rows at a time: blocks of rows go to the threads, results come back in order.
//!
//! The thread that called only waits, so that Ctrl-C is seen within [`LOOK`] however long a single note takes; what still
//! runs then holds its own references, finishes unseen and is dropped. The pool lives as long as the call: nothing is left
//! behind that a fork could break. It is also the thread that writes: where there is a vault or an audit log, rows are put into them in
//! order, many blocks at once, before they become results.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_schema::DataType;
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::arrow::{ArrowColumn, object};
use super::known::{Columns, Known};
use super::source::{Source, Texts, Wrong, joined, read};
use super::work::Work;
use super::{Done, arrow_error};
use chartguard::audit::Event;
use chartguard::{Context, ErrorCode, Vault, caught};

use crate::audit::{Begun, Trail};
use crate::error::{RowError, config, run, text_error};

/// Rows, and about as many bytes, that one thread works on before it hands over.
const BLOCK_ROWS: usize = 64;
const BLOCK_BYTES: usize = 256 << 10;
/// Blocks, and about as many bytes of input, that are on their way at a time.
const WINDOW_BLOCKS: usize = 64;
const WINDOW_BYTES: usize = 16 << 20;
/// Rows, and bytes, of one chunk of the result: it is copied together, so that twice as many bytes are held for a moment.
const CHUNK_ROWS: usize = 1 << 15;
const CHUNK_BYTES: usize = 8 << 20;
/// Between two looks at Ctrl-C.
const LOOK: Duration = Duration::from_millis(50);

/// How a column is worked on.
pub(super) struct Settings<'s> {
    /// Whether the first row that fails ends it.
    pub(super) stop: bool,
    pub(super) threads: Option<usize>,
    pub(super) progress: bool,
    pub(super) kept: Kept<'s>,
}

/// Where rows are kept and recorded before they are handed out.
#[derive(Default)]
pub(super) struct Kept<'s> {
    pub(super) vault: Option<Arc<Vault>>,
    /// Where records go, and what those of all rows have in common.
    pub(super) records: Option<(&'s Trail<'s>, Begun)>,
}

/// Rows on their way to a thread.
struct Block {
    texts: Texts,
    wrong: Vec<(usize, Wrong)>,
    known: Vec<Known>,
}

/// Rows that were worked on.
struct Worked<R> {
    made: Made<R>,
    failed: Vec<(usize, RowError)>,
    rows: usize,
    bytes: usize,
}

/// A block of the column, by its number.
type Numbered<R> = (usize, Worked<R>);

/// What they became.
enum Made<R> {
    /// What is handed out.
    Array(ArrayRef),
    /// What is to be kept first, with the texts it was made of.
    Rows(Texts, Vec<Row<R>>),
    /// The call ended before.
    Nothing,
}

/// A row that is to be kept.
struct Row<R> {
    result: Option<R>,
    context: Context,
    event: Option<Event>,
}

/// Where the results go.
struct Results<'py> {
    /// A list of Python, if that is what came in.
    objects: Option<Bound<'py, PyList>>,
    chunks: Vec<ArrayRef>,
    open: Vec<ArrayRef>,
    open_rows: usize,
    open_bytes: usize,
}

/// Works on a whole column.
pub(super) fn work_on<'py, W: Work>(
    py: Python<'py>,
    source: &Source<'py>,
    known: &Columns<'py>,
    work: W,
    settings: Settings<'_>,
) -> PyResult<Done<'py>> {
    let mut run = Run::start(py, work, settings, source.len())?;
    let mut results = Results::new(source.objects().map(|_| PyList::empty(py)));
    let done = match source.chunks() {
        None => run.list(source, known, &mut results),
        Some((kind, chunks)) => run.arrow(source, kind, chunks, known, &mut results),
    };
    // However it ended, rows that wait are not begun.
    run.stop.store(true, Ordering::Relaxed);
    run.close_bar()?;
    done?;
    let errors = PyList::empty(py);
    for (row, error) in std::mem::take(&mut run.failed) {
        errors.append((row, error.into_exception(py, row).into_value(py)))?;
    }
    let empty = run.work.array(Vec::new());
    Ok((results.finish(py, empty)?, errors))
}

/// One call on its way.
struct Run<'py, 's, W: Work> {
    py: Python<'py>,
    work: Arc<W>,
    vault: Option<Arc<Vault>>,
    trail: Option<&'s Trail<'s>>,
    begun: Option<Arc<Begun>>,
    pool: rayon::ThreadPool,
    stop: Arc<AtomicBool>,
    fail_first: bool,
    bar: Option<Bound<'py, PyAny>>,
    /// Rows that were handed over so far.
    done: usize,
    failed: Vec<(usize, RowError)>,
}

impl<'py, 's, W: Work> Run<'py, 's, W> {
    fn start(py: Python<'py>, work: W, settings: Settings<'s>, rows: usize) -> PyResult<Self> {
        let threads = settings.threads.unwrap_or(1);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|_| config(py, format!("no pool of {threads} threads could be started"), "threads"))?;
        let bar = if settings.progress { crate::scrubber::bar(py, rows)? } else { None };
        let stop = Arc::new(AtomicBool::new(false));
        let Kept { vault, records } = settings.kept;
        let (trail, begun) = records.map(|(trail, begun)| (trail, Arc::new(begun))).unzip();
        let (work, fail_first) = (Arc::new(work), settings.stop);
        Ok(Self { py, work, vault, trail, begun, pool, stop, fail_first, bar, done: 0, failed: Vec::new() })
    }

    /// Whether rows are kept or recorded before they are handed out.
    fn keeps(&self) -> bool {
        self.vault.is_some() || self.begun.is_some()
    }

    fn close_bar(&self) -> PyResult<()> {
        self.bar.iter().try_for_each(|bar| bar.call_method0("close").map(drop))
    }

    /// The rows of a list of Python.
    fn list(&mut self, source: &Source<'py>, known: &Columns<'py>, results: &mut Results<'py>) -> PyResult<()> {
        let py = self.py;
        let Some(list) = source.objects() else { return Ok(()) };
        let mut at = 0;
        let next = || {
            if at == source.len() {
                return Ok(None);
            }
            let (texts, wrong) = read(list, at..source.len().min(at + BLOCK_ROWS), BLOCK_BYTES)?;
            let rows = at..at + texts.len();
            at = rows.end;
            Ok(Some(Block { texts, wrong, known: known.rows(py, &rows)? }))
        };
        self.blocks(next, &|row| row, &mut |array| results.push(py, array))
    }

    /// The chunks of an Arrow column.
    fn arrow(
        &mut self,
        source: &Source<'py>,
        kind: &DataType,
        chunks: &[ArrayRef],
        known: &Columns<'py>,
        results: &mut Results<'py>,
    ) -> PyResult<()> {
        let py = self.py;
        let mut first = 0;
        for chunk in chunks {
            let rows = first..first + chunk.len();
            first = rows.end;
            match kind {
                // What is known of each note is another for each, and each is recorded: equal notes are not the same any more.
                DataType::Dictionary(..) if known.is_empty() && !self.keeps() => {
                    self.dictionary(chunk, kind, rows.start, results)?;
                }
                DataType::Dictionary(_, value) => {
                    let plain = arrow_cast::cast(chunk, value).map_err(|error| arrow_error(py, &error))?;
                    let texts = self.texts(plain.as_ref(), kind)?;
                    let mut worked = Vec::new();
                    self.chunk(&texts, &rows, known, &|row| row, &mut |array| {
                        worked.push(array);
                        Ok(())
                    })?;
                    if !worked.is_empty() {
                        results.push(py, encoded(py, &joined(py, &worked)?, kind)?)?;
                    }
                }
                _ => {
                    let texts = self.texts(chunk.as_ref(), kind)?;
                    self.chunk(&texts, &rows, known, &|row| row, &mut |array| results.push(py, array))?;
                }
            }
        }
        // A column of numbers is refused also where it is empty.
        self.texts(arrow_array::new_empty_array(&source.kind()).as_ref(), kind).map(drop)
    }

    fn texts(&self, array: &dyn Array, kind: &DataType) -> PyResult<Texts> {
        let wrong = || config(self.py, format!("the column holds {kind}, not text"), "column");
        Texts::new(array).ok_or_else(wrong)
    }

    /// Each value that occurs in a chunk of a dictionary, once.
    fn dictionary(
        &mut self,
        chunk: &ArrayRef,
        kind: &DataType,
        first: usize,
        results: &mut Results<'py>,
    ) -> PyResult<()> {
        let py = self.py;
        let fail = |error: arrow_schema::ArrowError| arrow_error(py, &error);
        let Some(dictionary) = chunk.as_any_dictionary_opt() else { return Ok(()) };
        let keys = arrow_cast::cast(dictionary.keys(), &DataType::UInt32).map_err(fail)?;
        let keys = keys.as_primitive::<UInt32Type>();
        // Values that no row holds are left out: they must not come out as they are, nor fail.
        let mut place = vec![u32::MAX; dictionary.values().len()];
        let (mut order, mut rows, mut slots) = (Vec::new(), Vec::new(), Vec::with_capacity(keys.len()));
        for (row, key) in keys.iter().enumerate() {
            slots.push(key.map(|key| {
                let slot = &mut place[key as usize];
                if *slot == u32::MAX {
                    *slot = order.len() as u32;
                    order.push(key);
                    rows.push(first + row);
                }
                *slot
            }));
        }
        let order = PrimitiveArray::<UInt32Type>::from(order);
        let values = arrow_select::take::take(dictionary.values().as_ref(), &order, None).map_err(fail)?;
        let texts = self.texts(values.as_ref(), kind)?;
        let mut worked = Vec::new();
        let (failed, done) = (self.failed.len(), self.done);
        self.chunk(&texts, &(0..texts.len()), &Columns::none(), &|value| rows[value], &mut |array| {
            worked.push(array);
            Ok(())
        })?;
        self.done = done + chunk.len();
        self.spread(failed, &slots, first, &rows);
        let empty = self.work.array(Vec::new());
        worked.push(empty);
        let slots = PrimitiveArray::<UInt32Type>::from(slots);
        let out = arrow_select::take::take(joined(py, &worked)?.as_ref(), &slots, None).map_err(fail)?;
        results.push(py, encoded(py, &out, kind)?)
    }

    /// What failed once failed in every row that holds it.
    fn spread(&mut self, from: usize, slots: &[Option<u32>], first: usize, rows: &[usize]) {
        let failed: BTreeMap<usize, RowError> = self.failed.drain(from..).collect();
        if failed.is_empty() {
            return;
        }
        for (row, slot) in slots.iter().enumerate() {
            let error = slot.and_then(|slot| failed.get(&rows[slot as usize]));
            self.failed.extend(error.map(|error| (first + row, error.clone())));
        }
    }

    /// The rows of a chunk.
    fn chunk(
        &mut self,
        texts: &Texts,
        rows: &Range<usize>,
        known: &Columns<'py>,
        row_of: &dyn Fn(usize) -> usize,
        give: &mut dyn FnMut(ArrayRef) -> PyResult<()>,
    ) -> PyResult<()> {
        let py = self.py;
        let mut at = 0;
        let next = || {
            if at == texts.len() {
                return Ok(None);
            }
            let mut to = at;
            let mut held = 0;
            while to < texts.len() && to - at < BLOCK_ROWS && held < BLOCK_BYTES {
                held += texts.bytes(to).map_or(0, <[u8]>::len);
                to += 1;
            }
            let known = known.rows(py, &(rows.start + at..rows.start + to))?;
            let block = Block { texts: texts.slice(at..to), wrong: Vec::new(), known };
            at = to;
            Ok(Some(block))
        };
        let first = rows.start;
        self.blocks(next, &|row| row_of(first + row), give)
    }

    /// Hands blocks to the threads, and their results on in order.
    fn blocks(
        &mut self,
        mut next: impl FnMut() -> PyResult<Option<Block>>,
        row_of: &dyn Fn(usize) -> usize,
        give: &mut dyn FnMut(ArrayRef) -> PyResult<()>,
    ) -> PyResult<()> {
        let (sender, receiver) = channel();
        // Lent to the same thread while it has no GIL: no other ever locks it.
        let receiver = Mutex::new(receiver);
        let (mut sent, mut given, mut held, mut ended) = (0, 0, 0, false);
        let mut at = 0;
        let mut early = BTreeMap::new();
        loop {
            while !ended && sent - given < WINDOW_BLOCKS && (held < WINDOW_BYTES || sent == given) {
                match next()? {
                    None => ended = true,
                    Some(block) => {
                        held += block.bytes();
                        self.spawn(sent, block, sender.clone());
                        sent += 1;
                    }
                }
            }
            if given == sent {
                return Ok(());
            }
            early.extend(self.wait(&receiver)?);
            let mut ready = Vec::new();
            while let Some(worked) = early.remove(&given) {
                given += 1;
                held -= worked.bytes;
                ready.push(worked);
            }
            if self.keeps() {
                self.keep(&mut ready)?;
            }
            for worked in ready {
                at = self.give(worked, at, row_of, give)?;
            }
        }
    }

    /// Puts blocks into the vault and their records into the log, each written once. What cannot be kept fails.
    fn keep(&self, ready: &mut Vec<Worked<W::Row>>) -> PyResult<()> {
        let py = self.py;
        let ends = ready.iter().position(|worked| self.fail_first && !worked.failed.is_empty());
        if let Some(last) = ends {
            // What comes after the row that ends the call is not handed out.
            ready.truncate(last + 1);
        }
        if let Some(vault) = &self.vault {
            let (mut places, mut slots) = (Vec::new(), Vec::new());
            let (mut notes, mut results) = (Vec::new(), Vec::new());
            for (block, worked) in ready.iter_mut().enumerate() {
                let Made::Rows(texts, rows) = &mut worked.made else { continue };
                let texts = &*texts;
                for (row, slot) in rows.iter_mut().enumerate() {
                    let Some(Ok(note)) = texts.bytes(row).map(std::str::from_utf8) else { continue };
                    let Some(result) = slot.result.take() else { continue };
                    notes.push((note, std::mem::take(&mut slot.context)));
                    results.push(Ok(result));
                    places.push((block, row));
                    slots.push(slot);
                }
            }
            let results = run(py, || {
                W::keep(vault, &notes, &mut results);
                Ok(results)
            })?;
            let mut lost = Vec::new();
            for ((place, slot), result) in places.into_iter().zip(slots).zip(results) {
                match result {
                    Ok(result) => slot.result = Some(result),
                    Err(error) => {
                        slot.event = slot.event.take().map(|mut event| {
                            event.counts.clear();
                            event.failed(error.code())
                        });
                        lost.push((place, RowError::Core(Arc::new(error))));
                    }
                }
            }
            for ((block, row), error) in lost {
                ready[block].failed.push((row, error));
            }
        }
        if let Some(trail) = self.trail {
            let rows = ready.iter_mut().filter_map(|worked| match &mut worked.made {
                Made::Rows(_, rows) => Some(rows),
                _ => None,
            });
            trail.append(py, rows.flatten().filter_map(|row| row.event.take()).collect())?;
        }
        let work = self.work.as_ref();
        run(py, || {
            for worked in ready.iter_mut() {
                worked.finish(work);
            }
            Ok(())
        })
    }

    /// Passes the rows of a block on; returns the row after them.
    fn give(
        &mut self,
        worked: Worked<W::Row>,
        at: usize,
        row_of: &dyn Fn(usize) -> usize,
        give: &mut dyn FnMut(ArrayRef) -> PyResult<()>,
    ) -> PyResult<usize> {
        for (row, error) in worked.failed {
            let row = row_of(at + row);
            if self.fail_first {
                return Err(error.into_exception(self.py, row));
            }
            self.failed.push((row, error));
        }
        if let Made::Array(array) = worked.made {
            give(array)?;
        }
        self.done += worked.rows;
        if let Some(bar) = &self.bar {
            bar.call_method1("update", (worked.rows,))?;
        }
        Ok(at + worked.rows)
    }

    fn spawn(&self, index: usize, block: Block, sender: Sender<Numbered<W::Row>>) {
        let (work, stop, fail_first) = (Arc::clone(&self.work), Arc::clone(&self.stop), self.fail_first);
        let (keeps, begun) = (self.keeps(), self.begun.clone());
        self.pool.spawn(move || {
            let mut worked = block.work(work.as_ref(), &stop, fail_first, begun.as_deref());
            if !keeps {
                worked.finish(work.as_ref());
            }
            // Nobody listens any more where the call has ended.
            let _ = sender.send((index, worked));
        });
    }

    /// What came back, at least one block; the GIL is free meanwhile, and Ctrl-C is looked for.
    fn wait(&self, receiver: &Mutex<Receiver<Numbered<W::Row>>>) -> PyResult<Vec<Numbered<W::Row>>> {
        loop {
            let came: Vec<Numbered<W::Row>> = self.py.detach(|| {
                let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
                receiver.recv_timeout(LOOK).into_iter().chain(receiver.try_iter()).collect()
            });
            self.py.check_signals()?;
            if !came.is_empty() {
                return Ok(came);
            }
        }
    }
}

impl Block {
    fn bytes(&self) -> usize {
        (0..self.texts.len()).map(|row| self.texts.bytes(row).map_or(0, <[u8]>::len)).sum()
    }

    /// Works on the rows in order; what fails is null.
    fn work<W: Work>(self, work: &W, stop: &AtomicBool, fail_first: bool, begun: Option<&Begun>) -> Worked<W::Row> {
        let (rows, bytes) = (self.texts.len(), self.bytes());
        let mut failed: Vec<(usize, RowError)> =
            self.wrong.into_iter().map(|(row, what)| (row, text_error(what))).collect();
        let mut out = Vec::with_capacity(rows);
        let unknown = Known::default();
        for row in 0..rows {
            if stop.load(Ordering::Relaxed) {
                return Worked { made: Made::Nothing, failed, rows, bytes };
            }
            let mut made = Row { result: None, context: Context::default(), event: None };
            let known = self.known.get(row).unwrap_or(&unknown);
            let error = match self.texts.bytes(row).map(std::str::from_utf8) {
                None => None,
                Some(Err(_)) => Some(text_error("the text is not UTF-8")),
                Some(Ok(note)) => made.work(work, note, known, begun),
            };
            out.push(made);
            failed.extend(error.map(|error| (row, error)));
            if fail_first && !failed.is_empty() {
                break;
            }
        }
        Worked { made: Made::Rows(self.texts, out), failed, rows, bytes }
    }
}

impl<R: Send> Row<R> {
    /// Works on a note, and says why there is no result.
    fn work<W: Work<Row = R>>(
        &mut self,
        work: &W,
        note: &str,
        known: &Known,
        begun: Option<&Begun>,
    ) -> Option<RowError> {
        let context = &mut self.context;
        let mut result = caught(|| {
            *context = known.context()?;
            work.row(note, context, known)
        })
        .ok();
        if let Some((event, key)) = begun {
            let (event, key) = (event.clone(), key.as_deref());
            let event = match &result {
                Some(result) => work.event(event, note, result, key),
                None => event.failed(ErrorCode::Panic).about(note, key),
            };
            match event {
                Ok(event) => self.event = Some(event),
                Err(error) => result = Some(Err(error)),
            }
        }
        match result {
            Some(Ok(result)) => {
                self.result = Some(result);
                None
            }
            Some(Err(error)) => Some(RowError::Core(Arc::new(error))),
            None => Some(RowError::Panic),
        }
    }
}

impl<R: Send> Worked<R> {
    /// Makes of rows what is handed out.
    fn finish<W: Work<Row = R>>(&mut self, work: &W) {
        self.failed.sort_by_key(|(row, _)| *row);
        self.made = match std::mem::replace(&mut self.made, Made::Nothing) {
            Made::Rows(_, rows) => {
                // What does not fit Arrow's offsets panics there.
                let array = caught(|| work.array(rows.into_iter().map(|row| row.result).collect())).ok();
                if array.is_none() && self.failed.is_empty() {
                    self.failed.push((0, RowError::Panic));
                }
                array.map_or(Made::Nothing, Made::Array)
            }
            made => made,
        };
    }
}

impl<'py> Results<'py> {
    fn new(objects: Option<Bound<'py, PyList>>) -> Self {
        Self { objects, chunks: Vec::new(), open: Vec::new(), open_rows: 0, open_bytes: 0 }
    }

    fn push(&mut self, py: Python<'py>, array: ArrayRef) -> PyResult<()> {
        if let Some(list) = &self.objects {
            return (0..array.len()).try_for_each(|row| list.append(object(py, array.as_ref(), row)?));
        }
        self.open_rows += array.len();
        self.open_bytes += array.get_buffer_memory_size();
        self.open.push(array);
        if self.open_rows >= CHUNK_ROWS || self.open_bytes >= CHUNK_BYTES { self.close(py) } else { Ok(()) }
    }

    /// Makes one chunk of what came since the last.
    fn close(&mut self, py: Python<'py>) -> PyResult<()> {
        if !self.open.is_empty() {
            self.chunks.push(joined(py, &self.open)?);
            self.open.clear();
            (self.open_rows, self.open_bytes) = (0, 0);
        }
        Ok(())
    }

    fn finish(mut self, py: Python<'py>, empty: ArrayRef) -> PyResult<Bound<'py, PyAny>> {
        if let Some(list) = self.objects {
            return Ok(list.into_any());
        }
        self.close(py)?;
        if self.chunks.is_empty() {
            self.chunks.push(empty);
        }
        Ok(Bound::new(py, ArrowColumn::new(self.chunks))?.into_any())
    }
}

/// Scrubbed texts as a dictionary again, equal ones once; other results as they are.
fn encoded(py: Python<'_>, array: &ArrayRef, kind: &DataType) -> PyResult<ArrayRef> {
    let DataType::Dictionary(_, value) = kind else { return Ok(Arc::clone(array)) };
    if array.data_type() != value.as_ref() {
        return Ok(Arc::clone(array));
    }
    arrow_cast::cast(array, kind).map_err(|error| arrow_error(py, &error))
}
