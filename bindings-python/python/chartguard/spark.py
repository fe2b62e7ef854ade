"""Notes on a cluster: Arrow batches in, Arrow batches out, for PySpark and for whatever else maps over Arrow batches.

``BatchScrubber`` and ``BatchAnalyzer`` are picklable callables ``RecordBatch -> RecordBatch``. They travel as configuration
(policy, model directory, rubric, key) and are built on the first batch, once a process. A task works on one thread: Spark
already runs as many tasks as there are cores. The model is loaded by path, so its directory must be on every worker; where it
is not, the error names the worker and the directory.

A vault and an audit log do not travel: they belong to the process that opened them, and pickling one is an error. On a cluster use operators
that need none (``encrypt``, ``fpe``, ``restore_column`` with the key), or let a task open a vault of its own, named by its partition.

Batches of 200 to 2,000 notes are large enough to be worth their overhead and small enough for memory::

    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")

>>> from chartguard import Scrubber
>>> from chartguard.spark import scrub
>>> scrubbed = scrub(notes, "note", Scrubber())  # doctest: +SKIP

What is known of a note comes from other columns, as with ``Scrubber.scrub_column``; all rows of a patient get the same surrogates and
date shift wherever they are worked on:

>>> scrubbed = scrub(notes, "note", scrubber, patient_id="mrn", patient={"names": ["first", "last"]})  # doctest: +SKIP

Needs PySpark 3.4 or newer and pyarrow, which are imported when a function is called.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chartguard._chartguard import Analyzer, Scrubber
from chartguard._containers import analyze_table, check_keywords, keywords_of, named

if TYPE_CHECKING:
    import pyarrow as _pyarrow

__all__ = ["BatchAnalyzer", "BatchScrubber", "analyze", "scrub", "scrub_udf"]


class _Batches:
    """What both callables share: what they work with stays pickled until the first batch."""

    def __init__(self, held: object) -> None:
        self._pickled = pickle.dumps(held)
        self._held: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_held": None}

    @property
    def _built(self) -> Any:
        if self._held is None:
            # What is pickled is our own: `chartguard._pickling` keeps it for the process.
            self._held = pickle.loads(self._pickled)
        return self._held

    def __call__(self, batch: _pyarrow.RecordBatch) -> _pyarrow.RecordBatch:
        raise NotImplementedError

    def map(self, batches: Iterable[_pyarrow.RecordBatch]) -> Iterator[_pyarrow.RecordBatch]:
        """Work on each batch: what ``DataFrame.mapInArrow`` calls.

        Parameters
        ----------
        batches : iterable of pyarrow.RecordBatch

        Yields
        ------
        pyarrow.RecordBatch

        Raises
        ------
        ChartguardError
            As from the call on a batch.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from chartguard import Scrubber
        >>> from chartguard.spark import BatchScrubber
        >>> batch = pa.record_batch({"note": ["SSN 219-09-9999"]})
        >>> [one.num_rows for one in BatchScrubber(Scrubber(model="none"), "note").map([batch, batch])]
        [1, 1]
        """
        for batch in batches:
            yield self(batch)


class BatchScrubber(_Batches):
    """Scrubs one column of an Arrow batch, or an Arrow array by itself.

    Parameters
    ----------
    scrubber : Scrubber
    text : str
        The column of notes.
    findings : str, optional
        Add a column of this name with what was found, as from ``Scrubber.find_column``.
    patient : dict, optional
        The columns that hold what is known of the patient, as in ``Analyzer.analyze_table``.
    patient_id, document_id, date : str, optional
        The column that holds it for each note, as in ``Scrubber.scrub_column``.
    on_error : {"raise", "null"}, default "raise"
        Whether a note that cannot be worked on fails the job or becomes null.

    Raises
    ------
    ChartguardError
        When it is pickled or called: a model is not on the worker, a column is not there, a row cannot be worked on.

    Examples
    --------
    >>> import pickle
    >>> import pyarrow as pa
    >>> from chartguard import Scrubber
    >>> from chartguard.spark import BatchScrubber
    >>> work = pickle.loads(pickle.dumps(BatchScrubber(Scrubber(model="none"), "note")))
    >>> work(pa.record_batch({"id": [1], "note": ["SSN 219-09-9999"]})).to_pylist()
    [{'id': 1, 'note': 'SSN [SSN]'}]

    >>> work = BatchScrubber(Scrubber(model="none"), "note", patient={"names": "who"})
    >>> work(pa.record_batch({"note": ["quackenbush slept"], "who": ["Quackenbush"]})).column("note").to_pylist()
    ['[NAME] slept']
    """

    @named
    def __init__(
        self,
        scrubber: Scrubber,
        text: str,
        *,
        findings: str | None = None,
        patient: Mapping[str, str | list[str]] | None = None,
        patient_id: str | None = None,
        document_id: str | None = None,
        date: str | None = None,
        on_error: str = "raise",
    ) -> None:
        super().__init__(scrubber)
        self.text, self.findings, self.on_error = text, findings, on_error
        self.known = {"patient": patient, "patient_id": patient_id, "document_id": document_id, "date": date}

    def __call__(self, batch: _pyarrow.RecordBatch) -> _pyarrow.RecordBatch:
        """Scrub the notes of a batch.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Or another table that ``Scrubber.scrub_column`` takes.

        Returns
        -------
        pyarrow.RecordBatch
            With the notes scrubbed; the other columns are as they were.

        Raises
        ------
        ChartguardError
            As from ``Scrubber.scrub_column``.
        """
        return self._built.scrub_column(
            batch, name=self.text, findings=self.findings, on_error=self.on_error, **self.known
        )

    def array(self, notes: _pyarrow.Array) -> _pyarrow.Array:
        """Scrub an Arrow array of notes, which has no columns beside it that say something of them.

        Parameters
        ----------
        notes : pyarrow.Array or pyarrow.ChunkedArray

        Returns
        -------
        pyarrow.Array or pyarrow.ChunkedArray
            Of the same type and length.

        Raises
        ------
        ChartguardError
            As from ``Scrubber.scrub_column``.

        Examples
        --------
        >>> import pyarrow as pa
        >>> from chartguard import Scrubber
        >>> from chartguard.spark import BatchScrubber
        >>> BatchScrubber(Scrubber(model="none"), "note").array(pa.array(["SSN 219-09-9999", None])).to_pylist()
        ['SSN [SSN]', None]
        """
        return self._built.scrub_column(notes, on_error=self.on_error)


class BatchAnalyzer(_Batches):
    """Scrubs and scores the notes of an Arrow batch.

    Parameters
    ----------
    analyzer : Analyzer
    text : str
        The column of notes.
    **keywords
        As for ``Analyzer.analyze_table``: ``id``, ``patient``, ``patient_id``, ``on_error`` and so on.

    Raises
    ------
    TypeError
        A keyword is not one of these; it names the nearest.
    ChartguardError
        When it is pickled or called, as from ``BatchScrubber``.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from chartguard import Analyzer, Rubric, Scorer, Scrubber
    >>> from chartguard.spark import BatchAnalyzer
    >>> analyzer = Analyzer(Scrubber(model="none"), Scorer(Rubric.builtin("medicare-outpatient-therapy")))
    >>> work = BatchAnalyzer(analyzer, "note", id="id", discipline="pt")
    >>> done = work(pa.record_batch({"id": [1], "note": ["SSN 219-09-9999"]}))
    >>> done.column("scrubbed").to_pylist(), done.column("discipline").to_pylist()
    (['SSN [SSN]'], ['pt'])
    """

    def __init__(self, analyzer: Analyzer, text: str, **keywords: Any) -> None:
        check_keywords(keywords, keywords_of(analyze_table), "BatchAnalyzer")
        super().__init__(analyzer)
        self.text, self.keywords = text, keywords

    def __call__(self, batch: _pyarrow.RecordBatch) -> _pyarrow.RecordBatch:
        """Scrub and score the notes of a batch.

        Parameters
        ----------
        batch : pyarrow.RecordBatch

        Returns
        -------
        pyarrow.RecordBatch
            The columns of ``id``, then those of ``Analyzer.analyze_table``.

        Raises
        ------
        ChartguardError
            As from ``Analyzer.analyze_table``.
        """
        return self._built.analyze_table(batch, text=self.text, **self.keywords)


@named
def scrub(
    frame: Any,
    text: str,
    scrubber: Scrubber,
    *,
    findings: str | None = None,
    patient: Mapping[str, str | list[str]] | None = None,
    patient_id: str | None = None,
    document_id: str | None = None,
    date: str | None = None,
    on_error: str = "raise",
) -> Any:
    """Scrub a column of a Spark DataFrame.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
    text : str
        The column of notes.
    scrubber : Scrubber
    findings : str, optional
        Add a column of this name: ``array<struct<start, end, category, score, detector, action>>``.
    patient : dict, optional
        The columns that hold what is known of the patient, as in ``Analyzer.analyze_table``.
    patient_id, document_id, date : str, optional
        The column that holds it for each note, as in ``Scrubber.scrub_column``.
    on_error : {"raise", "null"}, default "raise"
        Whether a note that cannot be worked on fails the job or becomes null.

    Returns
    -------
    pyspark.sql.DataFrame
        The same rows and columns with `text` scrubbed.

    Raises
    ------
    ChartguardError
        The scrubber's configuration cannot be pickled. On a worker a failure ends the job, whose error names it.

    Examples
    --------
    >>> from chartguard import Scrubber
    >>> from chartguard.spark import scrub
    >>> scrub(notes, "note", Scrubber(), findings="found", patient_id="mrn").show()  # doctest: +SKIP
    """
    from pyspark.sql import types

    schema = types.StructType(list(frame.schema.fields))
    if findings is not None:
        schema = schema.add(findings, types.StructType.fromDDL(f"found {_FOUND}")["found"].dataType)
    work = BatchScrubber(
        scrubber,
        text,
        findings=findings,
        patient=patient,
        patient_id=patient_id,
        document_id=document_id,
        date=date,
        on_error=on_error,
    )
    return frame.mapInArrow(work.map, schema)


def analyze(frame: Any, text: str, analyzer: Analyzer, *, id: str | list[str] | None = None, **keywords: Any) -> Any:
    """Scrub and score a column of a Spark DataFrame.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
    text : str
        The column of notes.
    analyzer : Analyzer
    id : str or list of str, optional
        Columns that the result keeps.
    **keywords
        As for ``Analyzer.analyze_table``.

    Returns
    -------
    pyspark.sql.DataFrame
        The columns of `id`, then those of ``Analyzer.analyze_table``.

    Raises
    ------
    TypeError
        A keyword is not one of ``Analyzer.analyze_table``; it names the nearest.
    ChartguardError
        The analyzer's configuration cannot be pickled. On a worker a failure ends the job, whose error names it.

    Examples
    --------
    >>> from chartguard.spark import analyze
    >>> analyze(notes, "note", analyzer, id="visit", patient_id="mrn").show()  # doctest: +SKIP
    """
    ids = [id] if isinstance(id, str) else list(id or ())
    work = BatchAnalyzer(analyzer, text, id=ids, **keywords)
    kept = [f"`{one}` {frame.schema[one].dataType.simpleString()}" for one in ids]
    schema = ", ".join([*kept, *_ANALYZED, *(["error string"] if keywords.get("on_error") == "null" else [])])
    return frame.mapInArrow(work.map, schema)


@named
def scrub_udf(
    scrubber: Scrubber,
    *,
    patient: Mapping[str, str | list[str]] | None = None,
    patient_id: str | None = None,
    document_id: str | None = None,
    date: str | None = None,
    on_error: str = "raise",
) -> Any:
    """A Spark function of one column: ``frame.withColumn("note", scrub_udf(Scrubber())("note"))``.

    Parameters
    ----------
    scrubber : Scrubber
    patient, patient_id, document_id, date
        Other columns of the frame, as for ``scrub``.
    on_error : {"raise", "null"}, default "raise"
        Whether a note that cannot be worked on fails the job or becomes null.

    Returns
    -------
    function
        An ``arrow_udf`` where Spark has it (4.1), a ``pandas_udf`` before that. Where other columns are named, a function of the
        column of notes, which hands these over too and cannot be registered for SQL.

    Raises
    ------
    ChartguardError
        The scrubber's configuration cannot be pickled. On a worker a failure ends the job, whose error names it.

    Examples
    --------
    >>> from chartguard import Scrubber
    >>> from chartguard.spark import scrub_udf
    >>> frame.withColumn("note", scrub_udf(Scrubber(), patient_id="mrn")("note"))  # doctest: +SKIP
    """
    from pyspark.sql import functions

    known = {"patient": patient, "patient_id": patient_id, "document_id": document_id, "date": date}
    work = BatchScrubber(scrubber, _NOTE, on_error=on_error, **known)  # type: ignore[arg-type]
    if all(one is None for one in known.values()):
        return _udf(work, rows=False)
    beside = [name for name in (patient_id, document_id, date) if name is not None]
    for names in (patient or {}).values():
        beside += [names] if isinstance(names, str) else names
    function = _udf(work, rows=True)

    def scrub_known(notes: Any) -> Any:
        """Scrub a column of notes by what the columns beside it say."""
        column = functions.col(notes) if isinstance(notes, str) else notes
        return function(functions.struct(column.alias(_NOTE), *dict.fromkeys(beside)))

    return scrub_known


def _udf(work: BatchScrubber, rows: bool) -> Any:
    """A Spark function of a column of notes, or of structs of a note and what is said of it."""
    from pyspark.sql import functions

    # Spark tells what a function takes by its annotations, which are text in this module.
    if hasattr(functions, "arrow_udf"):
        import pyarrow

        def scrub_arrow(notes: Any) -> Any:
            return work(pyarrow.RecordBatch.from_struct_array(notes)).column(_NOTE) if rows else work.array(notes)

        scrub_arrow.__annotations__ = {"notes": pyarrow.Array, "return": pyarrow.Array}
        return functions.arrow_udf(scrub_arrow, "string")
    import pandas

    def scrub_pandas(notes: Any) -> Any:
        return work(notes)[_NOTE] if rows else work.array(notes)

    scrub_pandas.__annotations__ = {"notes": pandas.DataFrame if rows else pandas.Series, "return": pandas.Series}
    make: Any = functions.pandas_udf
    return make(scrub_pandas, "string")


# What the notes are called beside the columns that say something of them.
_NOTE = "_note"
_FOUND = "array<struct<start:bigint,end:bigint,category:string,score:double,detector:string,action:string>>"
_ANALYZED = [
    "scrubbed string",
    f"findings {_FOUND}",
    "score double",
    "raw double",
    "coverage double",
    "risk string",
    "doc_type string",
    "discipline string",
    "criteria array<struct<id:string,verdict:string,severity:string,confidence:double,"
    "evidence:array<struct<start:bigint,end:bigint>>,message:string>>",
]
