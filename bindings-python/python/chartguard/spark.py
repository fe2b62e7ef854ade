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

Needs PySpark 3.4 or newer and pyarrow, which are imported when a function is called.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chartguard._chartguard import Analyzer, Scrubber

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
    on_error : {"raise", "null"}, default "raise"
        Whether a note that cannot be worked on fails the job or becomes null.

    Examples
    --------
    >>> import pickle
    >>> import pyarrow as pa
    >>> from chartguard import Scrubber
    >>> from chartguard.spark import BatchScrubber
    >>> work = pickle.loads(pickle.dumps(BatchScrubber(Scrubber(model="none"), "note")))
    >>> work(pa.record_batch({"id": [1], "note": ["SSN 219-09-9999"]})).to_pylist()
    [{'id': 1, 'note': 'SSN [SSN]'}]
    """

    def __init__(
        self, scrubber: Scrubber, text: str, *, findings: str | None = None, on_error: str = "raise"
    ) -> None:
        super().__init__(scrubber)
        self.text, self.findings, self.on_error = text, findings, on_error

    def __call__(self, batch: _pyarrow.RecordBatch) -> _pyarrow.RecordBatch:
        """The batch with its notes scrubbed; the other columns as they are."""
        return self._built.scrub_column(batch, name=self.text, findings=self.findings, on_error=self.on_error)

    def array(self, notes: _pyarrow.Array) -> _pyarrow.Array:
        """Scrub an Arrow array of notes.

        Parameters
        ----------
        notes : pyarrow.Array or pyarrow.ChunkedArray

        Returns
        -------
        pyarrow.Array or pyarrow.ChunkedArray
            Of the same type and length.
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
    """

    def __init__(self, analyzer: Analyzer, text: str, **keywords: Any) -> None:
        super().__init__(analyzer)
        self.text, self.keywords = text, keywords

    def __call__(self, batch: _pyarrow.RecordBatch) -> _pyarrow.RecordBatch:
        """The columns of ``id``, then those of ``Analyzer.analyze_table``."""
        return self._built.analyze_table(batch, text=self.text, **self.keywords)


def scrub(
    frame: Any, text: str, scrubber: Scrubber, *, findings: str | None = None, on_error: str = "raise"
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
    on_error : {"raise", "null"}, default "raise"

    Returns
    -------
    pyspark.sql.DataFrame
        The same rows and columns with `text` scrubbed.
    """
    from pyspark.sql import types

    schema = types.StructType(list(frame.schema.fields))
    if findings is not None:
        schema = schema.add(findings, types.StructType.fromDDL(f"found {_FOUND}")["found"].dataType)
    return frame.mapInArrow(BatchScrubber(scrubber, text, findings=findings, on_error=on_error).map, schema)


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
    """
    ids = [id] if isinstance(id, str) else list(id or ())
    kept = [f"`{one}` {frame.schema[one].dataType.simpleString()}" for one in ids]
    schema = ", ".join([*kept, *_ANALYZED, *(["error string"] if keywords.get("on_error") == "null" else [])])
    return frame.mapInArrow(BatchAnalyzer(analyzer, text, id=ids, **keywords).map, schema)


def scrub_udf(scrubber: Scrubber, *, on_error: str = "raise") -> Any:
    """A Spark function of one column: ``frame.withColumn("note", scrub_udf(Scrubber())("note"))``.

    Parameters
    ----------
    scrubber : Scrubber
    on_error : {"raise", "null"}, default "raise"

    Returns
    -------
    function
        An ``arrow_udf`` where Spark has it (4.1), a ``pandas_udf`` before that.
    """
    from pyspark.sql import functions

    work = BatchScrubber(scrubber, "note", on_error=on_error)
    # Spark tells what a function takes by its annotations, which are text in this module.
    if hasattr(functions, "arrow_udf"):
        import pyarrow

        def scrub_arrow(notes: Any) -> Any:
            return work.array(notes)

        scrub_arrow.__annotations__ = {"notes": pyarrow.Array, "return": pyarrow.Array}
        return functions.arrow_udf(scrub_arrow, "string")
    import pandas

    def scrub_pandas(notes: Any) -> Any:
        return work._built.scrub_column(notes, on_error=on_error)

    scrub_pandas.__annotations__ = {"notes": pandas.Series, "return": pandas.Series}
    make: Any = functions.pandas_udf
    return make(scrub_pandas, "string")


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
