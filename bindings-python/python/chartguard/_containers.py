"""What a column or a table is: opens each container for the compiled part, and puts the result back into one of the same kind.

A container is known by the module its type comes from; none of these modules is imported unless the caller already has.
"""

import contextlib
import datetime
import functools
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast, overload

from chartguard._chartguard import (
    Access,
    Analyzer,
    ArrowColumn,
    AuditLog,
    ChartguardError,
    ConfigError,
    Key,
    Vault,
    _analyze_source,
    _restore_source,
)

Result = tuple[Any, list[tuple[int, ChartguardError]]]
Run = Callable[[Any], Result]
# What is said of the rows, as pairs of what a column says and the column, or the text that holds for all rows.
Said = list[tuple[str, Any]]
# The container that comes in and goes out.
Column = TypeVar("Column")
Kept = tuple[Vault | None, AuditLog | None, str | None, str | None]


def fail(message: str, place: str) -> ConfigError:
    """An error about an argument."""
    error = ConfigError(f"`{place}`: {message}")
    error.code, error.where = "config", [place]
    return error


def library(thing: Any) -> str:
    """Which library a container is of."""
    return type(thing).__module__.partition(".")[0].lstrip("_")


def settings(on_error: str | None, threads: int | None, progress: bool | None) -> tuple[bool, int | None, bool]:
    """The keywords that all columns share, checked."""
    on_error = "raise" if on_error is None else on_error
    if on_error not in ("raise", "null", "collect"):
        raise fail(f"there is no {on_error!r}; it is 'raise', 'null' or 'collect'", "on_error")
    if threads is not None and (not isinstance(threads, int) or isinstance(threads, bool) or threads < 0):
        raise fail("a whole number is expected, 0 for as many as there are cores", "threads")
    return on_error == "raise", threads, bool(progress)


def answer(result: Any, errors: list[tuple[int, ChartguardError]], on_error: str | None) -> Any:
    """What a call returns."""
    return (result, errors) if on_error == "collect" else result


def kept(vault: Any, audit: Any, actor: str | None, now: str | None) -> Kept:
    """The keywords that say where rows are kept, checked."""
    of_kind(vault, Vault, "vault")
    of_kind(audit, AuditLog, "audit")
    return vault, audit, actor, now


def of_kind(thing: Any, kind: type, place: str) -> None:
    """Refuses what is neither None nor of a class."""
    if thing is not None and not isinstance(thing, kind):
        raise fail(f"an open chartguard.{kind.__name__} is expected, not {type(thing).__name__}", place)


def unknown(name: str, known: Iterable[str], function: str) -> TypeError:
    """A keyword that there is not, with the nearest that there is; in Python's words, which others look for."""
    import difflib

    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    hint = f". Did you mean {near[0]!r}?" if near else ""
    return TypeError(f"{function}() got an unexpected keyword argument {name!r}{hint}")


def unknown_here(name: str, place: str) -> TypeError:
    """The same for a compiled function, by its name below the package."""
    import inspect

    function: Any = functools.reduce(getattr, place.split("."), sys.modules["chartguard"])
    return unknown(name, inspect.signature(function).parameters, place)


Function = TypeVar("Function", bound=Callable[..., Any])


def named(function: Function) -> Function:
    """A function that names the nearest of its keywords where one is unknown."""
    known = keywords_of(function)

    @functools.wraps(function)
    def call(*positional: Any, **keywords: Any) -> Any:
        check_keywords(keywords, known, function.__qualname__)
        return function(*positional, **keywords)

    return cast(Function, call)


def keywords_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's parameters."""
    code = getattr(function, "__wrapped__", function).__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def check_keywords(keywords: Iterable[str], known: Sequence[str], function: str) -> None:
    """Refuses a keyword that a function has not."""
    for name in keywords:
        if name not in known:
            raise unknown(name, known, function)


# What each kind of column holds, and the way back -------------------------------------------------------------------------


def texts(column: Any, run: Run) -> Result:
    """Work on a column whose result is text: it comes back as the same container."""
    kind = library(column)
    if isinstance(column, (list, tuple)):
        out, errors = run(list(column))
        return type(column)(out) if type(column) in (list, tuple) else out, errors
    if kind == "numpy":
        return numpy_texts(column, run)
    if kind == "pandas":
        return pandas_texts(column, run)
    if kind == "polars":
        return polars_texts(column, run)
    if kind == "pyarrow":
        import pyarrow

        out, errors = run(column)
        new = pyarrow_like(out, column)
        if pyarrow.types.is_dictionary(column.type) and not pyarrow.types.is_dictionary(new.type):
            new = new.dictionary_encode()
        return (new if new.type == column.type else new.cast(column.type)), errors
    return run(exported(column))


def values(column: Any, run: Run) -> Result:
    """Work on a column whose result is of another type: Arrow for what holds Arrow, Python objects elsewhere."""
    kind = library(column)
    if isinstance(column, (list, tuple)):
        return run(list(column))
    if kind == "numpy":
        out, errors = run(numpy_list(column))
        return objects(out), errors
    if kind == "pandas":
        return pandas_values(column, run)
    if kind == "polars":
        import polars

        out, errors = run(polars_text(column))
        return polars.Series(out).alias(column.name), errors
    if kind == "pyarrow":
        out, errors = run(column)
        return pyarrow_like(out, column), errors
    return run(exported(column))


def exported(column: Any) -> Any:
    """Anything else that exports Arrow."""
    if isinstance(column, str):
        raise fail("a column of notes is expected, not a single string", "column")
    if not (hasattr(column, "__arrow_c_stream__") or hasattr(column, "__arrow_c_array__")):
        raise fail(f"{type(column).__name__} is no column: hand over a list, or what exports Arrow", "column")
    return column


def numpy_list(column: Any) -> list[Any]:
    """The objects of a NumPy array."""
    if column.ndim != 1:
        raise fail(f"an array of {column.ndim} dimensions is no column", "column")
    if column.dtype.kind not in "OUT":
        raise fail(f"the column holds {column.dtype}, not text", "column")
    return column.tolist()


def numpy_texts(column: Any, run: Run) -> Result:
    import numpy

    items = numpy_list(column)
    out, errors = run(items)
    # Fixed-width strings are as wide as the longest.
    dtype = numpy.str_ if column.dtype.kind == "U" else column.dtype
    if column.dtype.kind == "U" and any(text is None for text in out):
        dtype = numpy.dtype(object)
    return objects(nulls_as_before(items, out)).astype(dtype), errors


def objects(items: Sequence[Any]) -> Any:
    """A NumPy array of these objects, whatever lists they are."""
    import numpy

    array: Any = numpy.empty(len(items), dtype=object)
    for at, item in enumerate(items):
        array[at] = item
    return array


def nulls_as_before(items: Sequence[Any], out: list[Any]) -> list[Any]:
    """The results with each null in the form in which it came: None, NaN, NaT or NA."""
    return [
        item if new is None and not isinstance(item, str) and null(item) else new
        for item, new in zip(items, out, strict=True)
    ]


def null(item: Any) -> bool:
    """Whether an object stands for no value."""
    return item is None or isinstance(item, float) and item != item or type(item).__name__ in ("NAType", "NaTType")


def is_text(series: Any) -> bool:
    """Whether a pandas Series can hold text, or holds nothing at all."""
    import pandas

    dtype = series.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        return dtype.categories.dtype == object or isinstance(dtype.categories.dtype, pandas.StringDtype)
    if isinstance(dtype, pandas.ArrowDtype):
        name = str(dtype.pyarrow_dtype)
        return any(text in name for text in ("string", "null"))
    return dtype == object or isinstance(dtype, pandas.StringDtype) or bool(series.isna().all())


def pandas_source(series: Any) -> Any:
    """The data of a Series: Arrow where it lies, or the list of its objects."""
    import pandas

    if not isinstance(series, pandas.Series):
        raise fail(f"a pandas {type(series).__name__} is no column: hand over a Series, or `name`", "column")
    if not is_text(series):
        raise fail(f"the column holds {series.dtype}, not text", "column")
    array = getattr(series.array, "_pa_array", None)
    return series.astype(object).tolist() if array is None else array


def pandas_texts(series: Any, run: Run) -> Result:
    import pandas

    source = pandas_source(series)
    if isinstance(series.dtype, pandas.CategoricalDtype):
        return pandas_categories(series, source, run)
    out, errors = run(source)
    if isinstance(source, list):
        array: Any = nulls_as_before(source, out) if series.dtype == object else out
        dtype = series.dtype
        if not isinstance(dtype, pandas.StringDtype) and dtype != object:
            # Nothing but nulls, of any type.
            return series.copy(), errors
        new = pandas.Series(array, index=series.index, name=series.name, dtype=dtype)
    else:
        import pyarrow

        new = pandas.Series(
            type(series.array)._from_sequence(pyarrow.chunked_array(out), dtype=series.dtype),
            index=series.index,
            name=series.name,
        )
    new.attrs = dict(series.attrs)
    return new, errors


def pandas_categories(series: Any, items: list[Any], run: Run) -> Result:
    """A categorical column: categories that become the same text become one."""
    import pandas

    out, errors = run(items)
    # Each category by the place at which it first occurs; what no row holds is gone, for it could be protected.
    order: dict[str, int] = {}
    by_code: dict[int, str] = {}
    for code, text in zip(series.cat.codes.tolist(), out, strict=True):
        if text is not None:
            by_code.setdefault(code, text)
            order.setdefault(text, len(order))
    if series.cat.ordered:
        order = {}
        for code in sorted(by_code):
            order.setdefault(by_code[code], len(order))
        for text in out:
            if text is not None:
                order.setdefault(text, len(order))
    dtype = pandas.CategoricalDtype(
        pandas.Index(list(order), dtype=series.cat.categories.dtype), ordered=series.cat.ordered
    )
    codes = [-1 if text is None else order[text] for text in out]
    categories = pandas.Categorical.from_codes(codes, dtype=dtype)
    return pandas.Series(categories, index=series.index, name=series.name), errors


def pandas_values(series: Any, run: Run) -> Result:
    import pandas

    source = pandas_source(series)
    out, errors = run(source)
    if isinstance(source, list) or not isinstance(series.dtype, pandas.ArrowDtype):
        out = out.to_pylist() if isinstance(out, ArrowColumn) else out
        return pandas.Series(objects(out), index=series.index, name=series.name), errors
    import pyarrow

    chunked = pyarrow.chunked_array(out)
    array = pandas.arrays.ArrowExtensionArray(chunked)
    return pandas.Series(array, index=series.index, name=series.name), errors


def polars_text(series: Any) -> Any:
    """A Polars Series of text; an empty or null one of any type counts as such."""
    import polars

    if isinstance(series, polars.Series):
        if series.dtype in (polars.String, polars.Categorical, polars.Null) or isinstance(series.dtype, polars.Enum):
            return series.cast(polars.String) if isinstance(series.dtype, (polars.Enum, polars.Null)) else series
        raise fail(f"the column holds {series.dtype}, not text", "column")
    raise fail(f"a Polars {type(series).__name__} is no column: hand over a Series, or `name`", "column")


def polars_texts(series: Any, run: Run) -> Result:
    import polars

    source = polars_text(series)
    if isinstance(series.dtype, polars.Categorical):
        source = source.cast(polars.String)
    out, errors = run(source)
    new = polars.Series(out).alias(series.name)
    if isinstance(series.dtype, polars.Enum):
        new = new.cast(polars.Enum(new.drop_nulls().unique(maintain_order=True)))
    elif new.dtype != series.dtype:
        new = new.cast(series.dtype)
    return new, errors


def pyarrow_like(out: Any, column: Any) -> Any:
    """A result as the pyarrow container of `column`."""
    import pyarrow

    if not isinstance(column, (pyarrow.Array, pyarrow.ChunkedArray)):
        raise fail(f"a pyarrow {type(column).__name__} is no column: hand over an Array, or `name`", "column")
    chunked = pyarrow.chunked_array(out)
    if isinstance(column, pyarrow.ChunkedArray):
        return chunked
    return chunked.chunk(0) if chunked.num_chunks == 1 else pyarrow.concat_arrays(chunked.chunks)


# Tables -------------------------------------------------------------------------------------------------------------------


class Named:
    """What has columns by name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)

    def named(self, name: str | None, place: str = "name") -> str:
        """A column's name, checked; that of the only one where none is said."""
        if name is None and len(self.names) == 1:
            return self.names[0]
        if name not in self.names:
            raise fail(missing(name, self.names), place)
        return name


class Table(Named):
    """A table of any kind: its columns by name, and the same table with one of them replaced."""

    def __init__(self, table: Any) -> None:
        self.table, self.kind = table, library(table)
        names = table.schema.names if self.kind == "pyarrow" else table if isinstance(table, Mapping) else table.columns
        super().__init__(list(names))

    @staticmethod
    def is_one(thing: Any) -> bool:
        """Whether it is a table, not a column."""
        name = type(thing).__name__
        return (library(thing), name) in {
            ("pandas", "DataFrame"),
            ("polars", "DataFrame"),
            ("pyarrow", "Table"),
            ("pyarrow", "RecordBatch"),
        } or isinstance(thing, Mapping)

    def column(self, name: str) -> Any:
        return self.table.column(name) if self.kind == "pyarrow" else self.table[name]

    def replaced(self, name: str, column: Any) -> Any:
        if self.kind == "pandas":
            return self.table.assign(**{name: column})
        if self.kind == "polars":
            return self.table.with_columns(column.alias(name))
        if self.kind == "pyarrow":
            at = self.table.schema.get_field_index(name)
            if at < 0:
                return self.table.append_column(name, column)
            field = self.table.schema.field(name).with_type(column.type)
            return self.table.set_column(at, field, column)
        return {**self.table, name: column}


def halves(result: Any) -> tuple[Any, Any]:
    """Texts and findings of a column of structs of both."""
    if isinstance(result, list):
        return [row and row["scrubbed"] for row in result], [row and row["findings"] for row in result]
    return result._member("scrubbed"), result._member("findings")


def missing(name: Any, names: Sequence[Any]) -> str:
    """A message about a column that is not there, with the nearest that is."""
    if name is None:
        return f"say which of the {len(names)} columns"
    said = f"there is no column {name!r}"
    if not all(map(like_a_name, names)):
        return f"{said}; the names of the {len(names)} that there are do not look like names: the file may have no head"
    return said + (nearest(name, names) or f" among {list(names)}")


NAME = re.compile(r"[^\W\d][\w.-]*(?: [\w.-]+){0,3}")
NUMBER = re.compile(r"\d(?:[-._ ]?\d){3}")


def like_a_name(name: Any) -> bool:
    """Whether a column's name may be shown. Where a table has no head its first row stands there, which may be a patient's."""
    return isinstance(name, str) and len(name) <= 64 and bool(NAME.fullmatch(name)) and not NUMBER.search(name)


def nearest(name: Any, names: Sequence[Any]) -> str:
    """The end of such a message: the nearest of the names, if one is near and they may be shown."""
    import difflib

    if not all(map(like_a_name, names)):
        return ""
    near = difflib.get_close_matches(str(name), [str(one) for one in names], n=1, cutoff=0.5)
    return f"; the nearest is {near[0]!r}" if near else ""


def at_row(error: ChartguardError, row: int) -> ChartguardError:
    """An error of a part of the rows, with the row of the whole."""
    text, places = str(error), list(error.where)
    if hasattr(error, "row"):
        text, places = text.removeprefix(f"row {error.row}: "), places[1:]
    error.args, error.where, error.row = (f"row {row}: {text}",), [f"row {row}", *places], row
    return error


def from_row(error: ChartguardError, first: int) -> ChartguardError:
    """An error of a part that begins at a row of the whole; one that is of no row stays as it is."""
    return at_row(error, first + error.row) if hasattr(error, "row") else error


# Tables that are read as they are needed ----------------------------------------------------------------------------------

# Rows that are asked for at a time: as many as the compiled part has on its way at a time.
WINDOW = 4096
# Bytes of notes, if they are more than one, that a LazyFrame is worked on at a time: Polars' streaming engine works on another thread
# than the main one and sees Ctrl-C only between two such parts.
WINDOW_BYTES = 1 << 18

LAZY = {("polars", "LazyFrame"), ("pyarrow", "RecordBatchReader"), ("duckdb", "DuckDBPyRelation")}


def is_lazy(thing: Any) -> bool:
    """Whether it is a table that is read as it is needed."""
    return (library(thing), type(thing).__name__) in LAZY


def named_in(table: Any, name: str | None, place: str = "name") -> str:
    """A column's name in a lazy table, checked; that of the only one where none is said."""
    kind = library(table)
    names = table.columns if kind == "duckdb" else table.schema.names if kind == "pyarrow" else table.collect_schema().names()
    return Named(names).named(name, place)


def lazily(table: Any, work: Callable[[Any], Any], text: str, made: Iterable[str], progress: bool) -> Any:
    """A lazy table whose parts are what `work` makes of those of another, as they are asked for. What it makes anew is `made`."""
    kind = library(table)
    if kind == "polars":
        return polars_lazily(table, work, text, set(made), progress)
    if kind == "duckdb":
        with relation_reader(table) as reader:
            return relation_like(table, lazily(reader, work, text, made, progress).read_all())
    import pyarrow

    # The type of an empty batch's result is that of every result.
    schema = work(pyarrow.RecordBatch.from_pylist([], table.schema)).schema
    return pyarrow.RecordBatchReader.from_batches(schema, counted(table, work, progress))


def polars_lazily(frame: Any, work: Callable[[Any], Any], text: str, made: set[str], progress: bool) -> Any:
    """A LazyFrame over another that asks it for a window of rows at a time, and for no more than a query wants."""
    import polars
    from polars.io.plugins import register_io_source

    before = frame.collect_schema()
    if isinstance(before[text], polars.Enum):
        # What its categories become is known only once all rows are.
        frame = frame.with_columns(polars.col(text).cast(polars.String))
        before = frame.collect_schema()
    schema = work(polars.DataFrame(schema=before)).schema

    def batches(wanted: list[str] | None, predicate: Any, rows: int | None, _size: int | None) -> Iterator[Any]:
        asked = frame if rows is None else frame.head(rows)
        needed = set(schema.names() if wanted is None else wanted)
        needed.update(() if predicate is None else predicate.meta.root_names())
        if needed.isdisjoint(made):
            # Nothing of what is asked for has to be worked for.
            parts = windows(asked.select(sorted(needed)))
        else:
            parts = counted(by_size(windows(asked), text), work, progress)
        for part in parts:
            part = part if predicate is None else part.filter(predicate)
            yield part if wanted is None else part.select(wanted)

    return register_io_source(batches, schema=schema)


def by_size(parts: Iterable[Any], text: str) -> Iterator[Any]:
    """Parts of a Polars frame, those whose notes are large divided further."""
    for part in parts:
        rows = max(1, len(part) * WINDOW_BYTES // max(1, part[text].estimated_size()))
        yield from [part] if rows >= len(part) else part.iter_slices(rows)


def windows(table: Any) -> Iterator[Any]:
    """The rows of a lazy table, part by part; at least one part, which may be empty."""
    kind = library(table)
    if kind == "polars":
        if hasattr(table, "collect_batches"):
            parts = table.collect_batches(chunk_size=WINDOW, maintain_order=True, engine="streaming")
        else:
            # Earlier versions have no way to ask for less than the whole.
            parts = table.collect().iter_slices(WINDOW)
    else:
        parts = table
    some = False
    for part in parts:
        some = True
        yield part
    if not some and kind == "polars":
        import polars

        yield polars.DataFrame(schema=table.collect_schema())
    elif not some:
        import pyarrow

        yield pyarrow.RecordBatch.from_pylist([], table.schema)


def counted(parts: Iterable[Any], work: Callable[[Any], Any], progress: bool) -> Iterator[Any]:
    """`work` on one part after another; an error names the row of the whole, a progress bar counts all rows."""
    first, bar = 0, notes_bar() if progress else None
    try:
        for part in parts:
            try:
                done = work(part)
            except ChartguardError as error:
                raise from_row(error, first) from None
            yield done
            first += len(part)
            if bar is not None:
                bar.update(len(part))
    finally:
        if bar is not None:
            bar.close()


def notes_bar() -> Any:
    """A progress bar without an end, where tqdm is installed."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(unit="note")


def relation_reader(relation: Any) -> Any:
    """The batches of a DuckDB relation, as pyarrow; to be closed, for its connection waits for what is open."""
    import pyarrow

    return pyarrow.RecordBatchReader.from_stream(relation)


def relation_like(relation: Any, _chartguard_rows: Any) -> Any:
    """A table of Arrow as a relation of the connection that another relation is of."""
    import uuid

    import duckdb

    # A relation does not tell its connection, but runs SQL on it, and there a table may be a variable of Python.
    view = f"_chartguard_{uuid.uuid4().hex}"
    try:
        return relation.query(view, "select * from _chartguard_rows")
    except duckdb.Error:
        # Some versions write to the database for it, which may be open only to be read; and the setting
        # `python_enable_replacements` can forbid it.
        return duckdb.from_arrow(_chartguard_rows)
    finally:
        # Versions before 2 leave the name behind as a view.
        with contextlib.suppress(duckdb.Error):
            relation.query(view, f"drop view {view}")


def whole(table: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All rows of a lazy table, and the way back from a table like that to one of its kind."""
    kind = library(table)
    if kind == "polars":
        return table.collect(), lambda done: done.lazy()
    if kind == "duckdb":
        with relation_reader(table) as reader:
            return reader.read_all(), functools.partial(relation_like, table)
    return table.read_all(), lambda done: done.to_reader()


# Columns of tables --------------------------------------------------------------------------------------------------------


def column_of(thing: Any, name: str | None, work: Callable[[Any, Said], Result], asked: "Asked", progress: bool) -> Result:
    """`work` on a column, or on the column `name` of a table, with what is said of its rows; of the table that column alone."""

    def one(part: Any) -> Result:
        table = Table(part)
        return work(table.column(table.named(name)), asked.of(table))

    if library(thing) == "duckdb" and is_lazy(thing):
        with relation_reader(thing) as reader:
            return column_of(reader, name, work, asked, progress)
    if is_lazy(thing):
        asked.refuse_beside()
        name = named_in(thing, name)
        if library(thing) == "polars":
            thing = thing.select(list(dict.fromkeys([name, *asked.columns_in(thing.collect_schema().names())])))
        parts: list[Any] = []
        errors: list[tuple[int, ChartguardError]] = []
        first = 0

        def sized(part: Any) -> tuple[Result, int]:
            return one(part), len(part)

        for (out, failed), rows in counted(windows(thing), sized, progress):
            parts.append(out)
            errors += [(first + row, from_row(error, first)) for row, error in failed]
            first += rows
        return joined(parts), errors
    if Table.is_one(thing):
        return one(thing)
    if name is not None:
        raise fail(f"{type(thing).__name__} is no table", "name")
    return work(thing, asked.alone(thing))


def joined(parts: list[Any]) -> Any:
    """Columns of one kind, one after another."""
    kind = library(parts[0])
    if kind == "pandas":
        import pandas

        return pandas.concat(parts)
    if kind == "polars":
        import polars

        return polars.concat(parts)
    if kind == "numpy":
        import numpy

        return numpy.concatenate(parts)
    if kind == "pyarrow":
        import pyarrow

        chunks = [chunk for part in parts for chunk in (part.chunks if isinstance(part, pyarrow.ChunkedArray) else [part])]
        return pyarrow.chunked_array(chunks, type=parts[0].type)
    return [item for part in parts for item in part]


def taken(column: Any, rows: list[int]) -> Any:
    """These rows of a column, in this order."""
    kind = library(column)
    if isinstance(column, (list, tuple)):
        return [column[row] for row in rows]
    if kind == "pandas":
        return column.iloc[rows]
    if kind == "polars":
        return column.gather(rows)
    if kind == "numpy":
        import numpy

        return column[numpy.array(rows, dtype=int)]
    if kind == "pyarrow":
        import pyarrow

        if pyarrow.types.is_string_view(column.type):
            # pyarrow takes no rows of views.
            column = column.cast(pyarrow.large_string())
        return column.take(pyarrow.array(rows, pyarrow.int64()))
    what = f"a {type(column).__name__} takes one value for all rows: make it a column of pyarrow, Polars or pandas first"
    raise fail(what, "column")


# What a column may say, or one text of all rows.
OPTIONS = ("doc_type", "discipline")
QUIET: dict[str, Any] = {"stop": True, "threads": None, "progress": False}


class Asked:
    """What is known of the notes: columns of their table by name, or values beside a column."""

    def __init__(
        self, contexts: Iterable[Any] | None = None, patient: Any = None, scorer: Any = None, **said: Any
    ) -> None:
        self.beside: Said = [] if contexts is None else [("context", list(contexts))]
        self.named: list[tuple[str, str, str]] = []
        self.options: list[tuple[str, str]] = []
        self.scorer = scorer
        for path, given in said.items():
            self.add(path, given, path)
        if patient is not None and not isinstance(patient, Mapping):
            raise fail(f"a dict of columns is expected, not {type(patient).__name__}", "patient")
        for member, given in (patient or {}).items():
            if member not in PATIENT:
                raise fail(missing(member, PATIENT).replace("column", "member"), "patient")
            for one in [given] if isinstance(given, str) else given or ():
                if not isinstance(one, str):
                    raise fail(f"the name of a column is expected, or a list of names, not {type(one).__name__}", "patient")
                self.named.append((f"patient.{member}", one, "patient"))

    def add(self, path: str, given: Any, place: str) -> None:
        if isinstance(given, str) and path in OPTIONS:
            self.options.append((path, given))
        elif isinstance(given, str):
            self.named.append((path, given, place))
        elif given is not None:
            self.beside.append((path, known_source(given)))

    @property
    def independent(self) -> bool:
        """Whether a part of a table says all that is asked for of its rows."""
        return not self.beside

    def refuse_beside(self) -> None:
        """Refuses values beside a table of which only a part is there at a time."""
        if self.beside:
            what = "what is read as it is needed cannot take values beside it; name columns, or collect it first"
            raise fail(what, "column")

    def columns_in(self, names: Sequence[str]) -> list[str]:
        """The columns of a table with these names that say something, checked: Polars' own error would list all there are."""
        there = Named(names)
        for path, given in self.options:
            if given not in names:
                self.checked(path, given, names)
        return [*(there.named(name, place) for _, name, place in self.named), *(given for _, given in self.options if given in names)]

    def of(self, table: "Table") -> Said:
        """All that is said of the rows of a table."""
        named = [(path, known_source(table.column(table.named(name, place)))) for path, name, place in self.named]
        # What is no column is a value, of all rows.
        for path, given in self.options:
            there = given in table.names
            named.append((path, known_source(table.column(given)) if there else self.checked(path, given, table.names)))
        return [*self.beside, *named]

    def alone(self, column: Any) -> Said:
        """All that is said of the rows of a column, which has no others beside it."""
        for _, name, place in self.named:
            raise fail(f"{type(column).__name__} is no table that could have a column {name!r}", place)
        return [*self.beside, *((path, self.checked(path, given, [])) for path, given in self.options)]

    def checked(self, path: str, given: str, names: Sequence[str]) -> str:
        """A value for all rows; where there is none like it, a column may have been meant."""
        try:
            self.scorer._score_source([], **{"doc_type": None, "discipline": None, path: given}, **QUIET)
        except ConfigError as error:
            if not names:
                raise
            raise fail(f"{missing(given, names)}; as a value of all rows: {error}", path) from None
        return given


# The calls ----------------------------------------------------------------------------------------------------------------


@named
def scrub_column(
    scrubber: Any,
    column: Any,
    *,
    name: str | None = None,
    findings: str | None = None,
    contexts: Iterable[Mapping[str, Any] | None] | None = None,
    patient: Mapping[str, Any] | None = None,
    patient_id: Any = None,
    document_id: Any = None,
    date: Any = None,
    vault: Vault | None = None,
    audit: AuditLog | None = None,
    actor: str | None = None,
    now: str | None = None,
    on_error: str | None = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> Any:
    """`Scrubber.scrub_column`."""
    stop, threads, progress = settings(on_error, threads, progress)
    asked = Asked(contexts, patient, patient_id=patient_id, document_id=document_id, date=date)
    keeping = kept(vault, audit, actor, now)
    bar = progress and not is_lazy(column)

    def run(source: Any, known: Said) -> Result:
        return scrubber._scrub_source(source, known, keeping, stop, threads, bar)

    def both(source: Any, known: Said) -> Result:
        return scrubber._scrub_and_find_source(source, known, keeping, stop, threads, bar)

    return replaced(column, name, run, on_error, asked, progress, findings=findings, both=both)


def replaced(
    column: Any,
    name: str | None,
    run: Callable[[Any, Said], Result],
    on_error: str | None,
    asked: Asked,
    progress: bool,
    *,
    findings: str | None = None,
    both: Callable[[Any, Said], Result] | None = None,
) -> Any:
    """A column, or a table with one of its columns, worked on by `run`; by `both` where findings are wanted too."""

    def one(table: Any) -> Result:
        opened = Table(table)
        chosen = opened.named(name)
        notes, known = opened.column(chosen), asked.of(opened)
        if findings is None or both is None:
            out, errors = texts(notes, lambda source: run(source, known))
            return opened.replaced(chosen, out), errors
        if findings in opened.names:
            raise fail(f"there is a column {findings!r} already", "findings")
        # The findings come out of the same pass: `texts` is given the half that it puts into its container.
        found: list[Any] = []

        def half(source: Any) -> Result:
            result, errors = both(source, known)
            text, said = halves(result)
            found.append(said)
            return text, errors

        out, errors = texts(notes, half)
        said, _ = values(notes, lambda source: (found[0], []))
        return Table(opened.replaced(chosen, out)).replaced(findings, said), errors

    if is_lazy(column):
        if on_error == "collect":
            raise fail("what is read as it is needed cannot collect errors; collect it first", "column")
        asked.refuse_beside()
        chosen = named_in(column, name)
        made = [chosen] if findings is None else [chosen, findings]
        return lazily(column, lambda part: one(part)[0], chosen, made, progress)
    if Table.is_one(column):
        return answer(*one(column), on_error)
    for place, given in (("name", name), ("findings", findings)):
        if given is not None:
            raise fail(f"{type(column).__name__} is no table", place)
    known = asked.alone(column)
    return answer(*texts(column, lambda source: run(source, known)), on_error)


@named
def find_column(
    scrubber: Any,
    column: Any,
    *,
    name: str | None = None,
    contexts: Iterable[Mapping[str, Any] | None] | None = None,
    patient: Mapping[str, Any] | None = None,
    patient_id: Any = None,
    document_id: Any = None,
    date: Any = None,
    on_error: str | None = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> Any:
    """`Scrubber.find_column`."""
    stop, threads, progress = settings(on_error, threads, progress)
    asked = Asked(contexts, patient, patient_id=patient_id, document_id=document_id, date=date)
    bar = progress and not is_lazy(column)

    def run(source: Any, known: Said) -> Result:
        if not known:
            return scrubber._find_source(source, stop, threads, bar)
        # What is known of a note is what scrubbing it goes by; nothing is kept of the text.
        result, errors = scrubber._scrub_and_find_source(source, known, (None,) * 4, stop, threads, bar)
        return halves(result)[1], errors

    def work(notes: Any, known: Said) -> Result:
        return values(notes, lambda source: run(source, known))

    return answer(*column_of(column, name, work, asked, progress), on_error)


@named
def score_column(
    scorer: Any,
    column: Any,
    *,
    name: str | None = None,
    doc_type: Any = None,
    discipline: Any = None,
    on_error: str | None = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> Any:
    """`Scorer.score_column`."""
    stop, threads, progress = settings(on_error, threads, progress)
    bar = progress and not is_lazy(column)

    def alike(notes: Any, doc_type: str | None, discipline: str | None) -> Result:
        return values(notes, lambda source: scorer._score_source(source, doc_type, discipline, stop, threads, bar))

    def work(notes: Any, known: Said) -> Result:
        said = dict(known)
        if all(isinstance(one, str) for one in said.values()):
            return alike(notes, said.get("doc_type"), said.get("discipline"))
        return by_option(notes, said, alike)

    asked = Asked(scorer=scorer, doc_type=doc_type, discipline=discipline)
    return answer(*column_of(column, name, work, asked, progress), on_error)


def by_option(notes: Any, said: dict[str, Any], alike: Callable[[Any, str | None, str | None], Result]) -> Result:
    """Scores notes of which each has options of its own: those with the same at a time."""
    count = len(notes)
    options = [option_of(said.get(path), path, count) for path in OPTIONS]
    groups: dict[tuple[str | None, ...], list[int]] = {}
    for row, key in enumerate(zip(*options, strict=True)):
        groups.setdefault(key, []).append(row)
    parts: list[Any] = []
    errors: list[tuple[int, ChartguardError]] = []
    order: list[int] = []
    for key, rows in (groups or {(None, None): []}).items():
        try:
            # Asked of no note first: a value that is none is an error of its column, and may be anything, so it is not shown.
            alike([], *key)
        except ConfigError as error:
            path = str(error.where[0]).strip("`") if error.where else "doc_type"
            raise at_row(fail("the column holds something else there", path), rows[0]) from None
        try:
            out, failed = alike(taken(notes, rows), *key)
        except ChartguardError as error:
            raise at_row(error, rows[error.row]) if hasattr(error, "row") else error from None
        parts.append(out)
        order += rows
        errors += [(rows[row], at_row(error, rows[row])) for row, error in failed]
    back = sorted(range(count), key=order.__getitem__)
    return taken(joined(parts), back), sorted(errors, key=lambda one: one[0])


def option_of(said: Any, path: str, count: int) -> list[str | None]:
    """An option of each note: from its column, or the one of all."""
    if said is None or isinstance(said, str):
        return [said] * count
    cells = list(rows_of(said))
    if len(cells) != count:
        raise fail(f"{len(cells)} values were given for {count} notes", path)
    for row, cell in enumerate(cells):
        if not isinstance(cell, str) and not null(cell):
            raise at_row(fail(f"{type(cell).__name__} is no str", path), row)
    return [cell if isinstance(cell, str) else None for cell in cells]


@overload
def restore_column(
    column: Column,
    key: bytes | str | Key | None = None,
    *,
    name: str | None = None,
    vault: Vault | str | os.PathLike[str] | None = None,
    document_id: str | Iterable[Any] | None = None,
    access: Access | None = None,
    actor: str | None = None,
    now: str | None = None,
    audit: AuditLog | None = None,
    on_error: Literal["raise", "null"] = "raise",
    threads: int | None = None,
    progress: bool = False,
) -> Column: ...
@overload
def restore_column(
    column: Column,
    key: bytes | str | Key | None = None,
    *,
    name: str | None = None,
    vault: Vault | str | os.PathLike[str] | None = None,
    document_id: str | Iterable[Any] | None = None,
    access: Access | None = None,
    actor: str | None = None,
    now: str | None = None,
    audit: AuditLog | None = None,
    on_error: Literal["collect"],
    threads: int | None = None,
    progress: bool = False,
) -> tuple[Column, list[tuple[int, ChartguardError]]]: ...
@named
def restore_column(
    column: Any,
    key: bytes | str | Key | None = None,
    *,
    name: str | None = None,
    vault: Any = None,
    document_id: Any = None,
    access: Access | None = None,
    actor: str | None = None,
    now: str | None = None,
    audit: AuditLog | None = None,
    on_error: str = "raise",
    threads: int | None = None,
    progress: bool = False,
) -> Any:
    """Give back a column of scrubbed notes: what "encrypt" and "fpe" replaced, or with a vault everything.

    Parameters
    ----------
    column, name, on_error, threads, progress
        As for ``Scrubber.scrub_column``.
    key : bytes, str or Key, optional
        The key that the notes were scrubbed with; that of the vault where `vault` is a path.
    vault : Vault, str or os.PathLike, optional
        The vault that they were scrubbed into, or its file. A table that is read as it is needed opens a file for each part of its
        rows, an open vault not.
    document_id : str or iterable of str, optional
        The column of the table that says which note of the vault each is, or these ids; as they were said to ``scrub_column``.
    access, actor, now, audit
        As for ``restore``: who may is asked once, and each row is recorded.

    Returns
    -------
    column or table
        The same container, as for ``Scrubber.scrub_column``.

    Raises
    ------
    AccessError
        The actor may not; nothing is opened then.
    SecretKeyError, TamperedError, InputError
        As for ``restore``; ``row`` says which row.

    Examples
    --------
    >>> import chartguard
    >>> key = bytes(range(32))
    >>> scrubber = chartguard.Scrubber(policy={"categories": {"ssn": {"operator": "encrypt"}}}, model="none", key=key)
    >>> chartguard.restore_column(scrubber.scrub_column(["SSN 219-09-9999", None]), key)
    ['SSN 219-09-9999', None]

    >>> vault = chartguard.Vault.from_bytes(b"", key)
    >>> table = {"visit": [7, 8], "note": ["Seen 03/14/2024", "Seen 03/15/2024"]}
    >>> shared = chartguard.Scrubber(model="none").scrub_column(table, name="note", document_id="visit", vault=vault)
    >>> shared["note"]
    ['Seen [DATE]', 'Seen [DATE]']
    >>> chartguard.restore_column(shared, name="note", document_id="visit", vault=vault)["note"]
    ['Seen 03/14/2024', 'Seen 03/15/2024']
    """
    stop, threads, progress = settings(on_error, threads, progress)
    of_kind(access, Access, "access")
    of_kind(audit, AuditLog, "audit")
    if document_id is not None and vault is None:
        raise fail("only a vault tells notes apart by their ids", "document_id")
    asking = (access, actor, now, audit)
    bar = progress and not is_lazy(column)

    def run(source: Any, known: Said) -> Result:
        return _restore_source(source, known, key, vault, asking, stop, threads, bar)

    return replaced(column, name, run, on_error, Asked(document_id=document_id), progress)


PATIENT = (
    "names aliases dates mrns health_plan_ids accounts phones emails addresses relatives providers employers ids "
    "birth_date note_date ssn"
).split()


@named
def analyze_table(
    analyzer: Analyzer,
    table: Any,
    *,
    text: str,
    id: Any = None,
    patient: Mapping[str, Any] | None = None,
    patient_id: str | None = None,
    document_id: str | None = None,
    date: str | None = None,
    doc_type: str | None = None,
    discipline: str | None = None,
    vault: Vault | None = None,
    audit: AuditLog | None = None,
    actor: str | None = None,
    now: str | None = None,
    on_error: str | None = None,
    threads: int | None = None,
    progress: bool | None = None,
) -> Any:
    """`Analyzer.analyze_table`."""
    stop, threads, progress = settings(on_error, threads, progress)
    asked = Asked(
        None,
        patient,
        analyzer.scorer,
        patient_id=patient_id,
        document_id=document_id,
        date=date,
        doc_type=doc_type,
        discipline=discipline,
    )
    keeping = kept(vault, audit, actor, now)
    ids = [id] if isinstance(id, str) else list(id or ())
    by_parts = is_lazy(table) and on_error != "collect" and asked.independent
    bar = progress and not by_parts

    def one(part: Any) -> Result:
        opened = Table(part)
        stay = {one: opened.column(opened.named(one, "id")) for one in ids}
        notes = opened.column(opened.named(text, "text"))
        known = [(path, [said] * len(notes) if isinstance(said, str) else said) for path, said in asked.of(opened)]

        def run(source: Any) -> Result:
            return _analyze_source(analyzer.scrubber, analyzer.scorer, source, known, keeping, stop, threads, bar)

        out, errors = values(notes, run)
        if on_error == "null":
            stay["error"] = None
        return analyzed(opened, out, errors, stay), errors

    if by_parts:
        made = [*COLUMNS, "error"]
        return lazily(table, lambda part: one(part)[0], named_in(table, text, "text"), made, progress)
    if is_lazy(table):
        rows, back = whole(table)
        done, errors = one(rows)
        return answer(back(done), errors, on_error)
    if not Table.is_one(table):
        raise fail(f"{type(table).__name__} is no table", "table")
    return answer(*one(table), on_error)


COLUMNS = "scrubbed findings score raw coverage risk doc_type discipline criteria".split()


def analyzed(table: Table, out: Any, errors: list[tuple[int, Any]], kept: dict[str, Any]) -> Any:
    """The table of results: what was kept of the input, and a column for each member of the structs."""
    said: list[str | None] | None = None
    if "error" in kept:
        said = [None] * len(out)
        for row, error in errors:
            said[row] = f"{error.code}: {error}"
        del kept["error"]
    if table.kind == "pandas":
        import pandas

        rows = out.tolist()
        rows = [{} if row is None or row is pandas.NA else row for row in rows]
        data = {key: [row.get(key) for row in rows] for key in COLUMNS}
        frame = pandas.DataFrame(kept, index=table.table.index)
        for key, column in data.items():
            frame[key] = pandas.Series(column, index=frame.index, dtype="float64" if key in NUMBERS else None)
        if said is not None:
            frame["error"] = pandas.Series(said, index=frame.index, dtype=object)
        return frame
    if table.kind == "polars":
        import polars

        parts = [column.alias(name) for name, column in kept.items()]
        parts += out.struct.unnest().get_columns()
        if said is not None:
            parts.append(polars.Series("error", said, dtype=polars.String))
        return polars.DataFrame(parts)
    if table.kind == "pyarrow":
        import pyarrow

        structs = pyarrow.chunked_array(out)
        columns = dict(kept)
        columns |= dict(zip(COLUMNS, structs.flatten(), strict=True))
        if said is not None:
            columns["error"] = pyarrow.array(said, type=pyarrow.string())
        made = type(table.table)
        if made is pyarrow.RecordBatch:
            columns = {
                name: column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column
                for name, column in columns.items()
            }
        return made.from_arrays(list(columns.values()), names=list(columns))
    rows = [row or {} for row in (out.to_pylist() if isinstance(out, ArrowColumn) else out)]
    result = {**kept, **{key: [row.get(key) for row in rows] for key in COLUMNS}}
    return result if said is None else {**result, "error": said}


NUMBERS = ("score", "raw", "coverage")


def known_source(column: Any) -> Any:
    """A column that says something of the notes: Arrow, or a list of objects."""
    kind = library(column)
    if kind == "pandas":
        array = getattr(column.array, "_pa_array", None)
        return column.astype(object).tolist() if array is None else array
    if kind == "numpy":
        return column.tolist()
    arrow = hasattr(column, "__arrow_c_stream__") or hasattr(column, "__arrow_c_array__")
    return column if arrow or isinstance(column, list) or not isinstance(column, Iterable) else list(column)


def plain(value: Any) -> str:
    """A value of a known column as JSON: texts, whole numbers as texts, days, lists of these, dicts as they are."""
    return json.dumps(dict(value) if isinstance(value, Mapping) else plainly(value))


def plainly(value: Any) -> Any:
    if isinstance(value, str) or null(value):
        return value if isinstance(value, str) else None
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, Iterable):
        return [plainly(one) for one in value]
    if isinstance(value, float) or hasattr(value, "is_integer") and not isinstance(value, int):
        if not value.is_integer():
            raise fail("a number that is not whole cannot be an identifier", "contexts")
        value = int(value)
    return str(value)


def rows_of(column: Any) -> Iterator[Any]:
    """The values of a column of results as Python objects."""
    if hasattr(column, "to_pylist"):
        return iter(column.to_pylist())
    if hasattr(column, "to_list"):
        return iter(column.to_list())
    return iter(column.tolist() if hasattr(column, "tolist") else column)
