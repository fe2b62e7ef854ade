//! Columns in, columns out: Arrow data, or a list of Python, worked on in windows of rows on some threads.
//!
//! What a container is (a pandas Series, a Polars LazyFrame and so on) is known to `chartguard/_containers.py` alone: it
//! hands over what holds the data and puts the result back into a container of the same kind.

mod arrow;
mod known;
mod pipeline;
mod source;
mod work;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::analyzer::Analyzer;
use crate::audit::{Access, AuditLog, Trail};
use crate::error::{config, exception, run};
use crate::rubric::Scorer;
use crate::scrubber::Scrubber;
use crate::vault::{Vault, Way};

pub(crate) use arrow::ArrowColumn;
use known::Columns;
use pipeline::{Kept, Settings, work_on};
use source::Source;

/// What a column was made into, and the rows that failed: `(result, [(row, error)])`.
type Done<'py> = (Bound<'py, PyAny>, Bound<'py, PyList>);

/// Where rows are kept: the keywords `vault`, `audit`, `actor` and `now`.
type Keeping<'py> = (Option<Bound<'py, Vault>>, Option<Bound<'py, AuditLog>>, Option<String>, Option<String>);

/// Calls `work` with what is kept of the rows that a call scrubs.
fn keeping<'py, T>(py: Python<'py>, keeping: &Keeping<'py>, work: impl FnOnce(Kept<'_>) -> PyResult<T>) -> PyResult<T> {
    let (vault, audit, actor, now) = keeping;
    let vault = crate::vault::held(py, vault.as_ref())?;
    let trail = Trail::new(py, audit.as_ref(), None, actor.as_deref(), now.as_deref())?;
    let begun = trail.begun(None).map_err(|error| exception(py, &error))?;
    work(Kept { vault, records: begun.map(|begun| (&trail, begun)) })
}

/// Hands a call over to the module that knows containers, which also checks the keywords.
fn in_containers<'py, T>(
    called: &Bound<'py, T>,
    function: &str,
    column: Bound<'py, PyAny>,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    called.py().import("chartguard._containers")?.getattr(function)?.call((called.as_any(), column), keywords)
}

#[pymethods]
impl Scrubber {
    /// Remove protected health information from a column of notes.
    ///
    /// Parameters
    /// ----------
    /// column : column or table, n rows
    ///     A pandas Series (object, str, category or backed by pyarrow), Polars Series, pyarrow Array or ChunkedArray, NumPy
    ///     array, list, or anything that exports Arrow text through the PyCapsule interface (string, large_string,
    ///     string_view, dictionaries of them). Or a table, with `name`: a pandas or Polars DataFrame, Polars LazyFrame, pyarrow
    ///     Table, RecordBatch or RecordBatchReader, or DuckDB relation. Arrow data is read where it lies.
    /// name : str, optional
    ///     Which column of a table; may be left out where there is only one. The other columns stay as they are.
    /// findings : str, optional
    ///     Of a table, add a column of this name with what was removed, as from `find_column`.
    /// contexts : iterable of dict or None, length n, optional
    ///     For each row what is known of the note, as in `scrub`.
    /// patient : dict, optional
    ///     Of a table, the columns that hold what is known of the patient, as in `Analyzer.analyze_table`.
    /// patient_id, document_id, date : str or iterable of str, length n, optional
    ///     The column of the table that holds it for each note, or the values, as in `scrub`.
    /// vault : Vault, optional
    ///     Keeps what `restore_column` needs to give each note back. Notes that become the same text are told apart by `document_id`.
    /// audit : AuditLog, optional
    ///     Where each note is recorded, also one that fails. `actor` and `now` are as in `scrub`; without `now` a record is of the time when
    ///     it was made. Vault and log are written in the order of the rows, before the rows become a result.
    /// actor, now : str, optional
    /// on_error : {"raise", "null", "collect"}, default "raise"
    ///     What happens where a row cannot be worked on. "null" leaves a null in its place, and so does "collect", which also
    ///     returns the errors. The original text never stands in place of a result.
    /// threads : int, optional
    ///     Threads to work on; one if not given, as many as there are cores for 0. The result does not depend on it.
    /// progress : bool, default False
    ///     Show a tqdm progress bar where tqdm is installed.
    ///
    /// Returns
    /// -------
    /// column or table
    ///     The same container, with the length, nulls, index and name of what came in. With "collect" a tuple of that and a list of
    ///     (row, error).
    ///
    ///     A LazyFrame and a RecordBatchReader stay lazy and are worked on when they are read: a LazyFrame 4,096 rows or 256 KiB at a time
    ///     and for no more rows than a query wants (``.head(3)`` works on three), a reader by its batches. Memory holds such a part, what
    ///     Polars reads ahead, and the result unless it goes to a file (``sink_parquet``). An Enum of a LazyFrame becomes text. A
    ///     DuckDB relation comes back in memory, as one of its own connection; of the default connection where its own is
    ///     open only to be read or does not read variables of Python. None of these can collect errors.
    ///
    /// Raises
    /// ------
    /// ChartguardError
    ///     `row` and `where` say which row failed; ConfigError if the column holds no text. There is then no output.
    /// KeyboardInterrupt
    ///     Within a second, whatever is being worked on; when Polars' streaming engine reads a LazyFrame, after the part at hand.
    ///
    /// Examples
    /// --------
    /// >>> from chartguard import Scrubber
    /// >>> Scrubber(model="none").scrub_column(["SSN 219-09-9999", None])
    /// ['SSN [SSN]', None]
    #[pyo3(signature = (column, **keywords))]
    #[pyo3(
        text_signature = "($self, column, *, name=None, findings=None, contexts=None, patient=None, patient_id=None, document_id=None, date=None, vault=None, audit=None, actor=None, now=None, on_error='raise', threads=None, progress=False)"
    )]
    fn scrub_column<'py>(
        slf: &Bound<'py, Self>,
        column: Bound<'py, PyAny>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        in_containers(slf, "scrub_column", column, keywords)
    }

    /// Find protected health information in a column of notes without removing it.
    ///
    /// Parameters
    /// ----------
    /// column, name, on_error, threads, progress
    ///     As for `scrub_column`. Of a table that is read as it is needed the notes are read a window at a time; the findings
    ///     are collected.
    /// contexts, patient, patient_id, document_id, date
    ///     As for `scrub_column`. A row of which something is known is found as scrubbing it would, and fails where that would.
    ///
    /// Returns
    /// -------
    /// column
    ///     For each row a list of structs ``start, end, category, score, detector, action``, offsets in code points: Arrow lists of
    ///     structs where Arrow came in, lists of dict elsewhere; null where the note is null. Of a table, that column alone.
    ///
    /// Examples
    /// --------
    /// >>> from chartguard import Scrubber
    /// >>> [[(f["start"], f["end"]) for f in row] for row in Scrubber(model="none").find_column(["SSN 219-09-9999"])]
    /// [[(4, 15)]]
    #[pyo3(signature = (column, **keywords))]
    #[pyo3(
        text_signature = "($self, column, *, name=None, contexts=None, patient=None, patient_id=None, document_id=None, date=None, on_error='raise', threads=None, progress=False)"
    )]
    fn find_column<'py>(
        slf: &Bound<'py, Self>,
        column: Bound<'py, PyAny>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        in_containers(slf, "find_column", column, keywords)
    }

    /// Scrubs what `_containers` opened.
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "called by `_containers` alone")]
    #[pyo3(signature = (source, known, kept, stop, threads, progress))]
    fn _scrub_source<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'py, PyAny>,
        known: &Bound<'py, PyAny>,
        kept: Keeping<'py>,
        stop: bool,
        threads: Option<usize>,
        progress: bool,
    ) -> PyResult<Done<'py>> {
        let source = Source::open(source)?;
        let known = Columns::open(known, source.len())?;
        let work = work::Scrub { scrubber: self.0.clone(), kind: source.kind() };
        keeping(py, &kept, |kept| work_on(py, &source, &known, work, Settings { stop, threads, progress, kept }))
    }

    /// Scrubs what `_containers` opened, and says what was found: a struct for each row.
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "called by `_containers` alone")]
    #[pyo3(signature = (source, known, kept, stop, threads, progress))]
    fn _scrub_and_find_source<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'py, PyAny>,
        known: &Bound<'py, PyAny>,
        kept: Keeping<'py>,
        stop: bool,
        threads: Option<usize>,
        progress: bool,
    ) -> PyResult<Done<'py>> {
        let source = Source::open(source)?;
        let known = Columns::open(known, source.len())?;
        let work = work::ScrubAndFind { scrubber: self.0.clone(), kind: source.kind() };
        keeping(py, &kept, |kept| work_on(py, &source, &known, work, Settings { stop, threads, progress, kept }))
    }

    /// What the core alone takes to scrub these notes one by one, in seconds: what `benches/python` holds a column against.
    #[allow(clippy::needless_pass_by_value, reason = "arguments are taken out of Python objects")]
    fn _core_seconds(&self, py: Python<'_>, texts: Vec<String>) -> PyResult<f64> {
        run(py, || {
            let start = std::time::Instant::now();
            for text in &texts {
                std::hint::black_box(self.0.scrub(text)?);
            }
            Ok(start.elapsed().as_secs_f64())
        })
    }

    /// Searches what `_containers` opened.
    #[pyo3(signature = (source, stop, threads, progress))]
    fn _find_source<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'py, PyAny>,
        stop: bool,
        threads: Option<usize>,
        progress: bool,
    ) -> PyResult<Done<'py>> {
        let source = Source::open(source)?;
        let work = work::Find { scrubber: self.0.clone() };
        work_on(py, &source, &Columns::none(), work, Settings { stop, threads, progress, kept: Kept::default() })
    }
}

#[pymethods]
impl Scorer {
    /// Score a column of notes.
    ///
    /// Parameters
    /// ----------
    /// column, name, on_error, threads, progress
    ///     As for `Scrubber.scrub_column`. Of a table that is read as it is needed the notes are read a window at a time; the
    ///     scores are collected.
    /// doc_type, discipline : str or iterable of str, length n, optional
    ///     As for `score`: the column of the table that says it for each note, else one value for all rows; or the values. A null
    ///     leaves it to be told from the note.
    ///
    /// Returns
    /// -------
    /// column
    ///     For each row a struct ``score, raw, coverage, risk, doc_type, discipline, criteria``: `risk` is how grave
    ///     what was found is as a whole ("high", "medium" or "low"; null where nothing could be assessed), `criteria` a list of structs ``id, verdict, severity,
    ///     confidence, evidence, message`` with `evidence` a list of structs ``start, end`` in code points of the note. Arrow
    ///     structs where Arrow came in, dicts elsewhere. Of a table, that column alone.
    ///
    /// Raises
    /// ------
    /// ChartguardError
    ///     As for `Scrubber.scrub_column`. ConfigError, whatever `on_error` says, where a column holds no document types or
    ///     disciplines.
    ///
    /// Examples
    /// --------
    /// >>> from chartguard import Rubric, Scorer
    /// >>> scorer = Scorer(Rubric.builtin("medicare-outpatient-therapy"))
    /// >>> (row,) = scorer.score_column(["PT treatment note 03/14/2024. Gait training. Total treatment time: 15 minutes."])
    /// >>> row["discipline"], {c["id"]: c["verdict"] for c in row["criteria"]}["tx.total-minutes"]
    /// ('pt', 'met')
    #[pyo3(signature = (column, **keywords))]
    #[pyo3(
        text_signature = "($self, column, *, name=None, doc_type=None, discipline=None, on_error='raise', threads=None, progress=False)"
    )]
    fn score_column<'py>(
        slf: &Bound<'py, Self>,
        column: Bound<'py, PyAny>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        in_containers(slf, "score_column", column, keywords)
    }

    /// Scores what `_containers` opened.
    #[allow(clippy::too_many_arguments, reason = "called by `_containers` alone")]
    #[pyo3(signature = (source, doc_type, discipline, stop, threads, progress))]
    fn _score_source<'py>(
        &self,
        py: Python<'py>,
        source: &Bound<'py, PyAny>,
        doc_type: Option<&str>,
        discipline: Option<&str>,
        stop: bool,
        threads: Option<usize>,
        progress: bool,
    ) -> PyResult<Done<'py>> {
        let options = run(py, || chartguard::ScoreOptions::parse(doc_type, discipline))?;
        let source = Source::open(source)?;
        let work = work::Score { scorer: self.core.clone(), options };
        work_on(py, &source, &Columns::none(), work, Settings { stop, threads, progress, kept: Kept::default() })
    }
}

#[pymethods]
impl Analyzer {
    /// Scrub and score the notes of a table.
    ///
    /// Parameters
    /// ----------
    /// table : table, n rows
    ///     A pandas or Polars DataFrame, Polars LazyFrame, pyarrow Table, RecordBatch or RecordBatchReader, DuckDB relation, or dict
    ///     of columns.
    /// text : str
    ///     The column of notes.
    /// id : str or list of str, optional
    ///     Columns that the result keeps. No others are kept: they could hold what is protected.
    /// patient : dict, optional
    ///     For members of a patient, as in `Scrubber.scrub`, the column or columns that hold them:
    ///     ``{"names": ["first", "last"], "birth_date": "dob", "mrns": "mrn"}``. Text, whole numbers, days, lists of these.
    /// patient_id, document_id, date : str or iterable of str, length n, optional
    ///     The column that holds what is known of each note, or the values, as in `Scrubber.scrub`.
    /// doc_type, discipline : str or iterable of str, length n, optional
    ///     As for `Scorer.score_column`: a column, one value for all rows, or the values.
    /// vault, audit, actor, now, on_error, threads, progress
    ///     As for `Scrubber.scrub_column`; "null" adds a column ``error``.
    ///
    /// Returns
    /// -------
    /// table
    ///     Of the same kind and length, with the same index: the columns of `id`, then ``scrubbed, findings, score, raw, coverage,
    ///     risk, doc_type, discipline, criteria`` as in `Scrubber.find_column` and `Scorer.score_column`. With "collect" a tuple of
    ///     that and a list of (row, error).
    ///
    ///     A LazyFrame and a RecordBatchReader stay lazy, as with `Scrubber.scrub_column`; with "collect", or with values beside the
    ///     table, they are read whole first.
    ///
    /// Raises
    /// ------
    /// ChartguardError
    ///     As for `Scrubber.scrub_column`; a column that is not there is named with the nearest one that is.
    ///
    /// Examples
    /// --------
    /// >>> from chartguard import Analyzer, Rubric, Scorer, Scrubber
    /// >>> analyzer = Analyzer(Scrubber(model="none"), Scorer(Rubric.builtin("medicare-outpatient-therapy")))
    /// >>> table = {"id": [7], "note": ["PT note. Rosalind did well."], "first": ["Rosalind"]}
    /// >>> done = analyzer.analyze_table(table, text="note", id="id", patient={"names": "first"})
    /// >>> done["id"], done["scrubbed"]
    /// ([7], ['PT note. [NAME] did well.'])
    #[pyo3(signature = (table, **keywords))]
    #[pyo3(
        text_signature = "($self, table, *, text, id=None, patient=None, patient_id=None, document_id=None, date=None, doc_type=None, discipline=None, vault=None, audit=None, actor=None, now=None, on_error='raise', threads=None, progress=False)"
    )]
    fn analyze_table<'py>(
        slf: &Bound<'py, Self>,
        table: Bound<'py, PyAny>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        in_containers(slf, "analyze_table", table, keywords)
    }
}

/// Scrubs and scores what `_containers` opened: a struct for each row.
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "called by `_containers` alone")]
#[pyfunction]
pub(crate) fn _analyze_source<'py>(
    py: Python<'py>,
    scrubber: &Scrubber,
    scorer: &Scorer,
    source: &Bound<'py, PyAny>,
    known: &Bound<'py, PyAny>,
    kept: Keeping<'py>,
    stop: bool,
    threads: Option<usize>,
    progress: bool,
) -> PyResult<Done<'py>> {
    let source = Source::open(source)?;
    let known = Columns::open(known, source.len())?;
    let work = work::Analyze { scrubber: scrubber.0.clone(), scorer: scorer.core.clone(), kind: source.kind() };
    keeping(py, &kept, |kept| work_on(py, &source, &known, work, Settings { stop, threads, progress, kept }))
}

/// Who restores, when, by which rules, and where it is recorded: the keywords `access`, `actor`, `now` and `audit`.
type Asking<'py> = (Option<Bound<'py, Access>>, Option<String>, Option<String>, Option<Bound<'py, AuditLog>>);

/// Restores what `_containers` opened.
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value, reason = "called by `_containers` alone")]
#[pyfunction]
pub(crate) fn _restore_source<'py>(
    py: Python<'py>,
    source: &Bound<'py, PyAny>,
    known: &Bound<'py, PyAny>,
    key: Option<Bound<'py, PyAny>>,
    vault: Option<Bound<'py, PyAny>>,
    asking: Asking<'py>,
    stop: bool,
    threads: Option<usize>,
    progress: bool,
) -> PyResult<Done<'py>> {
    let (access, actor, now, audit) = &asking;
    let way = Way::new(py, key.as_ref(), vault.as_ref())?;
    let source = Source::open(source)?;
    let known = Columns::open(known, source.len())?;
    let trail = Trail::new(py, audit.as_ref(), access.as_ref(), actor.as_deref(), now.as_deref())?;
    // Who may is asked once, and before anything is opened.
    let begun =
        run(py, || if trail.is_empty() { Ok(None) } else { trail.begun(Some(trail.permit(way.permissions())?)) })?;
    let work = work::Restore { way: run(py, || way.opened())?, kind: source.kind() };
    let kept = Kept { vault: None, records: begun.map(|begun| (&trail, begun)) };
    work_on(py, &source, &known, work, Settings { stop, threads, progress, kept })
}

/// An Arrow failure, which speaks of types and lengths alone.
fn arrow_error(py: Python<'_>, error: &arrow_schema::ArrowError) -> PyErr {
    config(py, format!("the Arrow data cannot be worked on: {error}"), "column")
}
