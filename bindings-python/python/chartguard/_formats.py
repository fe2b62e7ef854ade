"""The formats that data teams keep (CSV, TSV, JSON Lines, Parquet, folders of ``.txt``): how parts of a file are read, written and put
together again."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from chartguard._containers import COLUMNS, fail, missing, nearest

PART = 1000
SUFFIXES = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}
NAMES = {"csv": "CSV", "tsv": "TSV", "jsonl": "JSON Lines", "parquet": "Parquet", "folder": "a folder of .txt"}


def opened(source: Path, kind: str | None) -> Any:
    """The format of an input: `kind`, or what its name says."""
    if source.is_dir():
        return Folder()
    if not source.exists():
        raise fail(f"there is no {source}", "FILE")
    kind = kind or SUFFIXES.get(source.suffix.lower())
    if kind is None:
        raise fail(f"the name {source.name} does not say what it holds", "--format")
    return {"csv": lambda: Delimited(","), "tsv": lambda: Delimited("\t"), "jsonl": Lines, "parquet": Parquet}[kind]()


def check_suffix(output: Path, kind: str, source: Path) -> None:
    """Refuses an output whose name says another format than it will be of; a name like the input's is as right as that is."""
    suffix = output.suffix.lower()
    said = SUFFIXES.get(suffix)
    if said not in (None, kind) and suffix != source.suffix.lower():
        raise fail(f"{output.name} is named like {NAMES[said]}, and the output is {NAMES[kind]}: it is of the format of the input", "--output")


def write(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("w", encoding="utf-8", newline="") as file:
        try:
            file.write(text)
        except UnicodeEncodeError:
            # Python's own error would repeat the text.
            raise fail("a column that passes through holds a lone surrogate, which cannot be written", "FILE") from None
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def check(name: str, names: Sequence[str], place: str) -> str:
    """A column's name, if there is such a column."""
    if name not in names:
        raise fail(missing(name, names), place)
    return name


def compact(value: Any) -> str:
    """A value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def groups(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """Rows by `PART`."""
    group: list[Any] = []
    for row in rows:
        group.append(row)
        if len(group) == PART:
            yield group
            group = []
    if group:
        yield group


class Concatenated:
    """A format whose parts only have to stand one after another."""

    TEXT: ClassVar[str | None] = None

    def head(self, source: Path, kept: Sequence[str] | None) -> str:
        return ""

    def join(
        self, source: Path, parts: Sequence[Path], whole: Path, columns: Sequence[str], kept: Sequence[str] | None = None
    ) -> None:
        """Puts parts together: of the columns of the source, or of those of `kept` and the results of an analysis."""
        with whole.open("wb") as out:
            out.write(self.head(source, kept).encode())
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, out)


class Delimited(Concatenated):
    """CSV and TSV with a head, in UTF-8. Fields are read and written by Python's ``csv``; line ends stay as they were."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.kind = "csv" if delimiter == "," else "tsv"
        csv.field_size_limit(1 << 31)

    def head(self, source: Path, kept: Sequence[str] | None) -> str:
        names, end = self.opened(source)
        return DelimitedPart.line(names if kept is None else [*kept, *COLUMNS], self.delimiter, end)

    def names(self, source: Path) -> list[str]:
        return self.opened(source)[0]

    def opened(self, source: Path) -> tuple[list[str], str]:
        with source.open("rb") as file:
            end = "\r\n" if file.readline().endswith(b"\r\n") else "\n"
        with source.open("rb") as file:
            names = next(self.rows(source, file), None)
        if not names:
            raise fail(f"{source} has no head", "FILE")
        if len(set(names)) < len(names):
            raise fail(f"{source} has two columns of one name", "FILE")
        return names, end

    def rows(self, source: Path, file: Any) -> Iterator[list[str]]:
        """The records of a file, the head among them; an error says the line."""

        def lines() -> Iterator[str]:
            for number, line in enumerate(file, 1):
                try:
                    yield line.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError:
                    raise fail(f"{source}, line {number}: not UTF-8", "FILE") from None

        reader = csv.reader(lines(), delimiter=self.delimiter, strict=True)
        fields = 0
        try:
            for row in reader:
                if row and fields and len(row) != fields:
                    what = f"{len(row)} fields where the head has {fields}"
                    raise fail(f"{source}, line {reader.line_num}: {what}", "FILE")
                fields = fields or len(row)
                if row:
                    yield row
        except csv.Error as error:
            raise fail(f"{source}, line {reader.line_num}: {error}", "FILE") from None

    def parts(self, source: Path) -> Iterator[DelimitedPart]:
        names, end = self.opened(source)
        with source.open("rb") as file:
            rows = self.rows(source, file)
            next(rows)
            for group in groups(rows):
                yield DelimitedPart(source, names, group, self.delimiter, end)


class Part:
    """Some rows of a file."""

    names: list[str]

    def column(self, name: str) -> Any:
        raise NotImplementedError

    def notes(self, name: str) -> Any:
        """A column of notes, if there is such a column."""
        return self.column(check(name, self.names, "--column"))


class DelimitedPart(Part):
    """Rows of a CSV."""

    def __init__(self, source: Path, names: list[str], rows: list[list[str]], delimiter: str, end: str) -> None:
        self.source, self.names, self.rows, self.delimiter, self.end = source, names, rows, delimiter, end

    def column(self, name: str) -> list[str]:
        at = self.names.index(name)
        return [row[at] for row in self.rows]

    def place(self, first: int, row: int) -> str:
        return f"{self.source}, record {first + row + 1}"

    def write(self, path: Path, scrubbed: dict[str, list[str | None]]) -> None:
        for name, notes in scrubbed.items():
            at = self.names.index(name)
            for row, note in zip(self.rows, notes, strict=True):
                row[at] = "" if note is None else note
        write(path, "".join(self.line(row, self.delimiter, self.end) for row in self.rows))

    def analyzed(self, path: Path, kept: Sequence[str], rows: Sequence[dict[str, Any] | None]) -> None:
        """Writes the columns of `kept` and the results; lists as JSON."""
        columns = [self.column(name) for name in kept]

        def fields(at: int, row: dict[str, Any] | None) -> list[Any]:
            cells = [None if row is None else row[name] for name in COLUMNS]
            return [column[at] for column in columns] + [compact(one) if isinstance(one, list) else one for one in cells]

        lines = (self.line(fields(at, row), self.delimiter, self.end) for at, row in enumerate(rows))
        write(path, "".join(lines))

    @staticmethod
    def line(fields: Sequence[Any], delimiter: str, end: str) -> str:
        import io

        out = io.StringIO(newline="")
        csv.writer(out, delimiter=delimiter, lineterminator=end).writerow(fields)
        return out.getvalue()


class Lines(Concatenated):
    """JSON Lines: an object on each line."""

    kind = "jsonl"

    def names(self, source: Path) -> None:
        """The columns, where they are known before the rows are: here each line has its own."""

    def parts(self, source: Path) -> Iterator[LinesPart]:
        def rows() -> Iterator[tuple[int, dict[str, Any]]]:
            with source.open("rb") as file:
                for number, line in enumerate(file, 1):
                    if line.strip():
                        try:
                            row = json.loads(line)
                        except ValueError:
                            raise fail(f"{source}, line {number}: no JSON in UTF-8", "FILE") from None
                        if not isinstance(row, dict):
                            raise fail(f"{source}, line {number}: no object", "FILE")
                        yield number, row

        for group in groups(rows()):
            yield LinesPart(source, group)


class LinesPart(Part):
    """Lines of JSON."""

    def __init__(self, source: Path, rows: list[tuple[int, dict[str, Any]]]) -> None:
        self.source, self.rows = source, rows
        # Members may differ from line to line; what a line lacks of them, but for the note, is null.
        self.names = list(dict.fromkeys(name for _, row in rows for name in row))

    def column(self, name: str) -> list[Any]:
        return [row.get(name) for _, row in self.rows]

    def notes(self, name: str) -> list[Any]:
        """The notes of each line. One that lacks its note may hold it under another name, and would pass through as it is."""
        for number, row in self.rows:
            if name not in row:
                raise fail(f"{self.source}, line {number} has no {name!r}{nearest(name, list(row))}; null says that there is no note", "--column")
        return self.column(name)

    def place(self, first: int, row: int) -> str:
        return f"{self.source}, line {self.rows[row][0]}"

    def write(self, path: Path, scrubbed: dict[str, list[str | None]]) -> None:
        for name, notes in scrubbed.items():
            for (_, row), note in zip(self.rows, notes, strict=True):
                row[name] = note
        write(path, "".join(compact(row) + "\n" for _, row in self.rows))

    def analyzed(self, path: Path, kept: Sequence[str], rows: Sequence[dict[str, Any] | None]) -> None:
        """Writes the members of `kept` and the results."""
        analyzed_lines(path, [{name: own.get(name) for name in kept} for _, own in self.rows], rows)


def analyzed_lines(path: Path, kept: list[dict[str, Any]], rows: Sequence[dict[str, Any] | None]) -> None:
    """Writes results as JSON Lines, each after what is kept of its row."""
    empty = dict.fromkeys(COLUMNS)
    write(path, "".join(compact({**own, **(row or empty)}) + "\n" for own, row in zip(kept, rows, strict=True)))


class Parquet:
    """Parquet, by pyarrow. Schema and metadata stay; row groups are of the size of `GROUP`."""

    TEXT: ClassVar[str | None] = None
    kind = "parquet"
    GROUP: ClassVar[int] = 64 * PART

    def __init__(self) -> None:
        try:
            import pyarrow.parquet
        except ImportError:
            raise fail("Parquet is read by pyarrow: pip install 'chartguard[parquet]'", "FILE") from None
        self.parquet = pyarrow.parquet

    def open(self, source: Path) -> Any:
        import pyarrow

        try:
            return self.parquet.ParquetFile(source)
        except pyarrow.ArrowInvalid:
            raise fail(f"{source} is no Parquet file, or is cut short", "FILE") from None

    def names(self, source: Path) -> list[str]:
        with self.open(source) as file:
            return file.schema_arrow.names

    def parts(self, source: Path) -> Iterator[ParquetPart]:
        import pyarrow

        with self.open(source) as file:
            schema = file.schema_arrow
            held: list[Any] = []
            rows = 0
            for batch in file.iter_batches(batch_size=PART):
                held.append(batch)
                rows += batch.num_rows
                while rows >= PART:
                    table = pyarrow.Table.from_batches(held, schema)
                    yield ParquetPart(self.parquet, source, table.slice(0, PART))
                    rest = table.slice(PART)
                    held, rows = rest.to_batches(), rest.num_rows
            if rows:
                yield ParquetPart(self.parquet, source, pyarrow.Table.from_batches(held, schema))

    def join(
        self, source: Path, parts: Sequence[Path], whole: Path, columns: Sequence[str], kept: Sequence[str] | None = None
    ) -> None:
        import pyarrow

        with self.open(source) as file:
            schema = file.schema_arrow
            for column in columns:
                check(column, schema.names, "--column")
        if kept is not None:
            schema = pyarrow.schema([*(schema.field(check(name, schema.names, "--keep")) for name in kept), *analyzed_types()])
        with self.parquet.ParquetWriter(whole, schema) as writer:
            for at in range(0, len(parts), self.GROUP // PART):
                tables = [self.parquet.read_table(one, schema=schema) for one in parts[at : at + self.GROUP // PART]]
                writer.write_table(pyarrow.concat_tables(tables), row_group_size=self.GROUP)


class ParquetPart(Part):
    """Rows of a Parquet file."""

    def __init__(self, parquet: Any, source: Path, table: Any) -> None:
        self.parquet, self.source, self.table = parquet, source, table
        self.names = table.schema.names

    def column(self, name: str) -> Any:
        return self.table.column(name).to_pylist()

    def place(self, first: int, row: int) -> str:
        return f"{self.source}, row {first + row}"

    def write(self, path: Path, scrubbed: dict[str, list[str | None]]) -> None:
        import pyarrow

        table = self.table
        for name, notes in scrubbed.items():
            field = table.schema.field(name)
            value = pyarrow.array(notes, type=getattr(field.type, "value_type", field.type)).cast(field.type)
            table = table.set_column(table.schema.get_field_index(name), field, value)
        self.save(path, table)

    def analyzed(self, path: Path, kept: Sequence[str], rows: Sequence[dict[str, Any] | None]) -> None:
        """Writes the columns of `kept` and the results."""
        import pyarrow

        columns = [self.table.column(name) for name in kept]
        fields = [self.table.schema.field(name) for name in kept]
        for field in analyzed_types():
            columns.append(pyarrow.array([row and row[field.name] for row in rows], type=field.type))
            fields.append(field)
        self.save(path, pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(fields)))

    def save(self, path: Path, table: Any) -> None:
        draft = path.with_name(path.name + ".draft")
        self.parquet.write_table(table, draft)
        os.replace(draft, path)


def analyzed_types() -> list[Any]:
    """The columns of an analysis as pyarrow's fields, as ``Analyzer.analyze_table`` gives them."""
    import pyarrow as pa

    text, whole, number = pa.string(), pa.int64(), pa.float64()
    span = [("start", whole), ("end", whole)]
    found = pa.struct([*span, ("category", text), ("score", number), ("detector", text), ("action", text)])
    criterion = pa.struct(
        [
            *((name, text) for name in ("id", "verdict", "severity")),
            ("confidence", number),
            ("evidence", pa.list_(pa.struct(span))),
            ("message", text),
        ]
    )
    types = [pa.large_string(), pa.list_(found), number, number, number, text, text, text, pa.list_(criterion)]
    return [pa.field(name, kind) for name, kind in zip(COLUMNS, types, strict=True)]


class Folder:
    """A folder of ``.txt``, each a note; folders within are kept. Other files are left out."""

    TEXT: ClassVar[str | None] = "text"
    kind = "folder"

    def names(self, source: Path) -> list[str]:
        return ["id", "text"]

    def parts(self, source: Path) -> Iterator[FolderPart]:
        files = sorted(source.rglob("*.txt"))
        if not files:
            raise fail(f"{source} holds no .txt", "FOLDER")
        for group in groups(iter(files)):
            yield FolderPart(source, group)

    def join(
        self, source: Path, parts: Sequence[Path], whole: Path, columns: Sequence[str], kept: Sequence[str] | None = None
    ) -> None:
        if kept is not None:
            # An analysis of a folder is a file: JSON Lines.
            return Concatenated().join(source, parts, whole, columns, kept)
        for part in parts:
            for file in sorted(one for one in part.rglob("*") if one.is_file()):
                to = whole / file.relative_to(part)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, to)


class FolderPart(Part):
    """Some files of a folder."""

    def __init__(self, source: Path, files: list[Path]) -> None:
        self.source, self.files = source, files
        self.names = Folder().names(source)

    def column(self, name: str) -> list[str]:
        if name == "id":
            return [file.relative_to(self.source).as_posix() for file in self.files]
        return [self.read(file) for file in self.files]

    @staticmethod
    def read(file: Path) -> str:
        try:
            return file.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise fail(f"{file}, byte {error.start}: not UTF-8", "FOLDER") from None

    def place(self, first: int, row: int) -> str:
        return str(self.files[row])

    def write(self, path: Path, scrubbed: dict[str, list[str | None]]) -> None:
        if path.exists():
            shutil.rmtree(path)
        for file, note in zip(self.files, scrubbed["text"], strict=True):
            to = path / file.relative_to(self.source)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes((note or "").encode())

    def analyzed(self, path: Path, kept: Sequence[str], rows: Sequence[dict[str, Any] | None]) -> None:
        """Writes the name of each file and the results, as JSON Lines."""
        analyzed_lines(path, [{"id": name} for name in self.column("id")], rows)
