"""``chartguard scrub`` over the files that data teams keep: CSV, TSV, JSON Lines, Parquet, folders of ``.txt``.

The input is worked on in parts of `PART` rows. A part is written beside the output, in ``OUTPUT.partial/``, and counts once its
record is there; a run that is begun again goes on after the last such part. The output is put together from the parts and
takes its name when it is complete, so a run that was killed and continued gives what an unbroken one gives.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import hmac
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from chartguard import ChartguardError, Scrubber, __version__
from chartguard._containers import PATIENT, fail, missing, plain

PART = 1000
STOPPED = 130
OPTIONS = ("--column", "-o", "--output", "--findings", "--stats", "--on-error", "--patient-column", "--restart", "--force")
SUFFIXES = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}


def wanted(arguments: Sequence[str]) -> bool:
    """Whether these arguments of ``chartguard`` speak of a table or a folder."""
    if not arguments or arguments[0] != "scrub":
        return False
    rest = arguments[1:]
    if any(one.partition("=")[0] in OPTIONS for one in rest):
        return True
    table = (".csv", ".tsv", ".parquet", ".pq")
    return any(not one.startswith("-") and (one.lower().endswith(table) or Path(one).is_dir()) for one in rest)


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    out = argparse.ArgumentParser(
        prog="chartguard scrub",
        description="Scrub a column of a table (CSV, TSV, JSON Lines, Parquet), or every .txt of a folder. A run that was "
        "stopped goes on where it was when it is begun again.",
        epilog="Exit status: 0; 1 when rows failed under --on-error null; 2 for bad input or usage; 130 when stopped. "
        "Columns that are not named pass through as they are, whatever they hold.",
        allow_abbrev=False,
    )
    out.add_argument("input", metavar="FILE|FOLDER", type=Path)
    out.add_argument("--column", action="append", metavar="NAME", help="a column of notes; may be given more than once")
    out.add_argument("-o", "--output", type=Path, required=True, metavar="FILE|FOLDER", help="of the format of the input")
    out.add_argument("--format", choices=sorted(set(SUFFIXES.values())), help="if the name of the file does not say it")
    out.add_argument("--findings", type=Path, metavar="FILE", help="write what was removed as JSON Lines, without any text")
    out.add_argument("--id", metavar="NAME", help="the column that names a row in --findings, beside its number")
    out.add_argument("--stats", type=Path, metavar="FILE", help="write counts as JSON")
    out.add_argument("--on-error", choices=["stop", "null"], default="stop", help="a note that fails stops the run, or is left empty")
    out.add_argument(
        "--patient-column",
        action="append",
        default=[],
        metavar="WHAT=NAME",
        help="a column that says something of the patient or the note: patient_id, document_id, date, or a member of a "
        f"patient ({', '.join(PATIENT)})",
    )
    out.add_argument("--policy", default="safe-harbor", metavar="NAME|FILE")
    out.add_argument("--strict", action="store_true", help="also remove whatever is not known to be safe")
    out.add_argument("--model", default="builtin", metavar="builtin|none|DIR")
    out.add_argument("--key-file", type=Path, metavar="FILE", help="the secret key of operators that need one")
    out.add_argument("--seed", type=int, metavar="N")
    out.add_argument("--threads", type=int, default=1, metavar="N", help="0 takes as many as there are cores")
    out.add_argument("--restart", action="store_true", help="throw away what an earlier run left")
    out.add_argument("--force", action="store_true", help="replace an output that exists")
    return out


def main(arguments: Sequence[str]) -> int:
    """Run ``chartguard scrub`` with these arguments and return its exit status."""
    try:
        return Job(parser().parse_args(arguments)).run()
    except KeyboardInterrupt:
        print("chartguard: stopped; the same command goes on where it was", file=sys.stderr)
        return STOPPED
    except ChartguardError as error:
        print(f"chartguard: {error}", file=sys.stderr)
    except OSError as error:
        print(f"chartguard: {error.filename or 'a file'}: {error.strerror or type(error).__name__}", file=sys.stderr)
    return 2


class Job:
    """One run: an input, an output, and what lies between."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.format = format_of(args)
        self.parts = Path(f"{args.output}.partial")
        self.columns = [self.format.TEXT] if self.format.TEXT else args.column or []
        if not self.columns:
            raise fail("say which column holds the notes", "--column")
        self.known = [known_column(one) for one in args.patient_column]
        key = args.key_file.read_text(encoding="utf-8").strip() if args.key_file else None
        self.scrubber = Scrubber(
            policy=args.policy, strict=args.strict or None, model=args.model, key=key, seed=args.seed
        )
        self.key = hmac.new(key.encode(), b"chartguard files", hashlib.sha256).hexdigest()[:16] if key else None

    def run(self) -> int:
        output = self.args.output
        if output.exists() and not self.args.force:
            raise fail(f"{output} exists; --force replaces it", "--output")
        self.begin()
        counts = Counter[str]()
        with progress() as bar:
            number = 0
            for index, part in enumerate(self.format.parts(self.args.input)):
                record = self.parts / f"{index:06}.json"
                if not record.exists():
                    self.work(index, part)
                done = json.loads(record.read_text(encoding="utf-8"))
                counts.update(done["counts"])
                bar(done["counts"].get("notes", 0) + done["counts"].get("empty", 0))
                number = index + 1
        self.finish(number, counts)
        failed = counts["failed"]
        print(
            f"chartguard: {counts['notes']} notes, {counts['findings']} findings removed"
            + (f", {failed} failed and left empty" if failed else ""),
            file=sys.stderr,
        )
        return 1 if failed else 0

    def settings(self) -> dict[str, Any]:
        """What must be the same for a run to go on."""
        source = self.args.input.resolve()
        files = sorted(source.rglob("*.txt")) if source.is_dir() else [source]
        stamps = [(str(one), one.stat().st_size, one.stat().st_mtime_ns) for one in files]
        # The policy as it was read: a file of the same name may hold another.
        policy = self.scrubber.__reduce__()[1][0]
        return {
            "version": __version__,
            "input": hashlib.sha256(json.dumps(stamps).encode()).hexdigest(),
            "policy": hashlib.sha256(policy.encode()).hexdigest(),
            "columns": self.columns,
            "known": self.known,
            "id": self.args.id,
            "model": self.args.model,
            "seed": self.args.seed,
            "key": self.key,
            "on_error": self.args.on_error,
            "rows": PART,
        }

    def begin(self) -> None:
        """Make room for parts, or find those of an earlier run."""
        if self.args.restart and self.parts.exists():
            shutil.rmtree(self.parts)
        manifest = self.parts / "job.json"
        settings = self.settings()
        if manifest.exists() and not any(self.parts.glob("0*.json")):
            # Nothing was complete.
            shutil.rmtree(self.parts)
        if manifest.exists():
            earlier = json.loads(manifest.read_text(encoding="utf-8"))
            other = [key for key in settings if json.loads(json.dumps(settings[key])) != earlier.get(key)]
            if other:
                what = f"{self.parts} is of a run with another {' and '.join(other)}; --restart throws it away"
                raise fail(what, "--output")
            return
        self.parts.mkdir(parents=True, exist_ok=True)
        write(manifest, json.dumps(settings, indent=1))

    def work(self, index: int, part: Any) -> None:
        """One part: its rows, what was found in them, then the record that it is complete."""
        names = part.names
        counts = Counter[str]()
        lines = []
        scrubbed = {}
        for column in self.columns:
            notes = part.column(check(column, names, "--column"))
            known = [(what, part.column(check(name, names, "--patient-column"))) for what, name in self.known]
            ids = part.column(check(self.args.id, names, "--id")) if self.args.id else None
            first = index * PART
            try:
                rows, errors = self.scrubber._scrub_and_find_source(
                    notes, known, self.args.on_error == "stop", self.args.threads, False
                )
            except ChartguardError as error:
                row = getattr(error, "row", None)
                if row is None:
                    raise
                raise self.placed(error, column, part.place(first, row)) from None
            texts = []
            for at, row in enumerate(rows):
                texts.append(None if row is None else row["scrubbed"])
                if row is None:
                    counts["empty"] += 1
                    continue
                counts["notes"] += 1
                counts["characters"] += len(row["scrubbed"])
                counts["findings"] += len(row["findings"])
                counts["notes_with_findings"] += bool(row["findings"])
                for finding in row["findings"]:
                    counts[f"category:{finding['category']}"] += 1
                    named = {} if ids is None else {"id": json.loads(plain(ids[at]))}
                    lines.append(json.dumps({"row": first + at, **named, "column": column, **finding}, ensure_ascii=False))
            for at, failure in errors:
                counts["failed"] += 1
                print(f"chartguard: {part.place(first, at)}: {failure.code}: no result", file=sys.stderr)
            scrubbed[column] = texts
        part.write(self.parts / f"{index:06}.part", scrubbed)
        if self.args.findings:
            write(self.parts / f"{index:06}.findings", "".join(line + "\n" for line in lines))
        write(self.parts / f"{index:06}.json", json.dumps({"counts": counts}))

    @staticmethod
    def placed(error: ChartguardError, column: str, place: str) -> ChartguardError:
        error.args = (f"{place}, column {column!r}: {str(error).partition(': ')[2]}",)
        return error

    def finish(self, number: int, counts: Counter[str]) -> None:
        """Put the parts together; the output itself comes last."""
        parts = [self.parts / f"{index:06}.part" for index in range(number)]
        whole = self.parts / "output"
        if whole.is_dir():
            shutil.rmtree(whole)
        self.format.join(self.args.input, parts, whole, self.columns)
        if self.args.findings:
            found = self.parts / "findings"
            with found.open("w", encoding="utf-8") as file:
                for index in range(number):
                    file.write((self.parts / f"{index:06}.findings").read_text(encoding="utf-8"))
            os.replace(found, self.args.findings)
        if self.args.stats:
            write(self.args.stats, json.dumps(stats(counts), indent=2) + "\n")
        if self.args.output.is_dir():
            shutil.rmtree(self.args.output)
        os.replace(whole, self.args.output)
        shutil.rmtree(self.parts)


def stats(counts: Counter[str]) -> dict[str, Any]:
    """Counts as they are written."""
    plain_counts = ("notes", "empty", "failed", "characters", "findings", "notes_with_findings")
    categories = {key.partition(":")[2]: n for key, n in sorted(counts.items()) if key.startswith("category:")}
    return {**{key: counts[key] for key in plain_counts}, "categories": categories}


def write(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def check(name: str, names: Sequence[str], place: str) -> str:
    """A column's name, if there is such a column."""
    if name not in names:
        raise fail(missing(name, names), place)
    return name


def known_column(said: str) -> tuple[str, str]:
    """``WHAT=NAME`` as what a column says and its name."""
    what, _, name = said.partition("=")
    if not name or what not in ("patient_id", "document_id", "date", *PATIENT):
        raise fail("WHAT=NAME is expected, with WHAT one of patient_id, document_id, date, " + ", ".join(PATIENT), "--patient-column")
    return (f"patient.{what}" if what in PATIENT else what), name


def format_of(args: argparse.Namespace) -> Any:
    """The format of the input."""
    if args.input.is_dir():
        return Folder()
    if not args.input.exists():
        raise fail(f"there is no {args.input}", "FILE")
    kind = args.format or SUFFIXES.get(args.input.suffix.lower())
    if kind is None:
        raise fail(f"the name {args.input.name} does not say what it holds", "--format")
    return {"csv": lambda: Delimited(","), "tsv": lambda: Delimited("\t"), "jsonl": Lines, "parquet": Parquet}[kind]()


@contextlib.contextmanager
def progress() -> Iterator[Any]:
    """A tqdm bar on a terminal, where tqdm is installed."""
    try:
        from tqdm import tqdm
    except ImportError:
        yield lambda rows: None
        return
    with tqdm(unit=" notes", disable=not sys.stderr.isatty(), leave=False) as bar:
        yield bar.update


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


# Formats: how parts are read, written and put together ------------------------------------------------------------------


class Concatenated:
    """A format whose parts only have to stand one after another."""

    TEXT: ClassVar[str | None] = None

    def head(self, source: Path) -> str:
        return ""

    def join(self, source: Path, parts: Sequence[Path], whole: Path, columns: Sequence[str]) -> None:
        with whole.open("wb") as out:
            out.write(self.head(source).encode())
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, out)


class Delimited(Concatenated):
    """CSV and TSV with a head, in UTF-8. Fields are read and written by Python's ``csv``; line ends stay as they were."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        csv.field_size_limit(1 << 31)

    def head(self, source: Path) -> str:
        names, end = self.opened(source)
        return DelimitedPart.line(names, self.delimiter, end)

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


class DelimitedPart:
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

    @staticmethod
    def line(fields: Sequence[str], delimiter: str, end: str) -> str:
        import io

        out = io.StringIO(newline="")
        csv.writer(out, delimiter=delimiter, lineterminator=end).writerow(fields)
        return out.getvalue()


class Lines(Concatenated):
    """JSON Lines: an object on each line."""

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


class LinesPart:
    """Lines of JSON."""

    def __init__(self, source: Path, rows: list[tuple[int, dict[str, Any]]]) -> None:
        self.source, self.rows = source, rows
        # Members may differ from line to line; what a line lacks is null.
        self.names = list(dict.fromkeys(name for _, row in rows for name in row))

    def column(self, name: str) -> list[Any]:
        return [row.get(name) for _, row in self.rows]

    def place(self, first: int, row: int) -> str:
        return f"{self.source}, line {self.rows[row][0]}"

    def write(self, path: Path, scrubbed: dict[str, list[str | None]]) -> None:
        for name, notes in scrubbed.items():
            for (_, row), note in zip(self.rows, notes, strict=True):
                if name in row:
                    row[name] = note
        lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for _, row in self.rows)
        write(path, "".join(line + "\n" for line in lines))


class Parquet:
    """Parquet, by pyarrow. Schema and metadata stay; row groups are of the size of `GROUP`."""

    TEXT: ClassVar[str | None] = None
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

    def join(self, source: Path, parts: Sequence[Path], whole: Path, columns: Sequence[str]) -> None:
        import pyarrow

        with self.open(source) as file:
            schema = file.schema_arrow
            for column in columns:
                check(column, schema.names, "--column")
        with self.parquet.ParquetWriter(whole, schema) as writer:
            for at in range(0, len(parts), self.GROUP // PART):
                tables = [self.parquet.read_table(one, schema=schema) for one in parts[at : at + self.GROUP // PART]]
                writer.write_table(pyarrow.concat_tables(tables), row_group_size=self.GROUP)


class ParquetPart:
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
        draft = path.with_name(path.name + ".draft")
        self.parquet.write_table(table, draft)
        os.replace(draft, path)


class Folder:
    """A folder of ``.txt``, each a note; folders within are kept. Other files are left out."""

    TEXT: ClassVar[str | None] = "text"

    def parts(self, source: Path) -> Iterator[FolderPart]:
        files = sorted(source.rglob("*.txt"))
        if not files:
            raise fail(f"{source} holds no .txt", "FOLDER")
        for group in groups(iter(files)):
            yield FolderPart(source, group)

    def join(self, source: Path, parts: Sequence[Path], whole: Path, columns: Sequence[str]) -> None:
        for part in parts:
            for file in sorted(one for one in part.rglob("*") if one.is_file()):
                to = whole / file.relative_to(part)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, to)


class FolderPart:
    """Some files of a folder."""

    names: ClassVar[list[str]] = ["id", "text"]

    def __init__(self, source: Path, files: list[Path]) -> None:
        self.source, self.files = source, files

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
