"""``chartguard scrub``, ``analyze`` and ``restore`` over the files that data teams keep: CSV, TSV, JSON Lines, Parquet, folders of
``.txt`` (`_formats`).

The input is worked on in parts of `PART` rows. A part is written beside the output, in ``OUTPUT.partial/``, and counts once its
record is there; a run that is begun again goes on after the last such part. The output is put together from the parts and
takes its name when it is complete, so a run that was killed and continued gives what an unbroken one gives. A vault has what is in a
part before the part is written, and does not take a note twice.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from chartguard import (
    Access,
    AuditLog,
    ChartguardError,
    Key,
    Rubric,
    Scorer,
    Scrubber,
    Vault,
    __version__,
)
from chartguard._chartguard import _analyze_source, _restore_source
from chartguard._containers import PATIENT, fail, like_a_name, plain
from chartguard._formats import PART, SUFFIXES, check, check_suffix, opened, write
from chartguard._lock import Held, taken

STOPPED = 130
SHOWN = 20
OPTIONS = (
    "--column", "-o", "--output", "--findings", "--stats", "--on-error", "--patient-column", "--id", "--keep", "--restart", "--force"
)  # fmt: skip
SAFE_HARBOR = "safe-harbor"


def wanted(arguments: Sequence[str]) -> bool:
    """Whether these arguments of ``chartguard`` speak of a table or a folder."""
    if not arguments or arguments[0] not in JOBS:
        return False
    rest = arguments[1:]
    if any(one.partition("=")[0] in OPTIONS for one in rest):
        return True
    table = (".csv", ".tsv", ".parquet", ".pq")
    return any(not one.startswith("-") and (one.lower().endswith(table) or Path(one).is_dir()) for one in rest)


def main(arguments: Sequence[str]) -> int:
    """Run a command with these arguments, its name first, and return its exit status."""
    try:
        job = JOBS[arguments[0]]
        parser = job.parser()
        check_options(parser, arguments[1:])
        return job(parser.parse_args(arguments[1:])).run()
    except KeyboardInterrupt:
        print("chartguard: stopped; the same command goes on where it was", file=sys.stderr)
        return STOPPED
    except ChartguardError as error:
        print(f"chartguard: {error}", file=sys.stderr)
    except OSError as error:
        print(f"chartguard: {error.filename or 'a file'}: {error.strerror or type(error).__name__}", file=sys.stderr)
    return 2


def check_options(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """Refuses an option that there is not, naming the nearest; argparse would first ask for those that are missing."""
    import difflib

    known = [one for one in parser._option_string_actions if one.startswith("--")]
    for argument in arguments:
        if argument == "--":
            return
        # What has a blank is no option to argparse either.
        option = argument.partition("=")[0]
        if option.startswith("--") and " " not in argument and option not in known:
            near = difflib.get_close_matches(option, known, n=1, cutoff=0.6)
            hint = f"; did you mean `{near[0]}`?" if near else f": chartguard {parser.prog.split()[-1]} -o FILE --help names them"
            raise fail("tables and folders have no such option" + hint, option)


class Job:
    """One run: an input, an output, and what lies between. What is done with the rows of a part, each command says."""

    held: Held
    NAME: ClassVar[str]
    DOES: ClassVar[str]
    DONE: ClassVar[str]
    OUTPUT: ClassVar[str] = "of the format of the input"
    COLUMN: ClassVar[str] = "[--column NAME ...]"
    NOTES: ClassVar[str] = "the column of notes; again for each further one"
    EXAMPLE: ClassVar[str]

    @classmethod
    def parser(cls) -> argparse.ArgumentParser:
        """The arguments that all commands have; each adds its own."""
        out = argparse.ArgumentParser(
            prog=f"chartguard {cls.NAME}",
            usage=f"%(prog)s FILE|FOLDER {cls.COLUMN} -o FILE|FOLDER [option ...]\n       %(prog)s {cls.EXAMPLE}",
            description=f"{cls.DOES} A run that was stopped goes on where it was when the same command is given again.",
            epilog="Exit status: 0; 1 when rows failed under --on-error null; 2 for bad input or usage; 130 when stopped.",
            allow_abbrev=False,
        )
        out.add_argument("input", metavar="FILE|FOLDER", type=Path)
        out.add_argument("--column", action="append", metavar="NAME", help=cls.NOTES)
        out.add_argument("-o", "--output", type=Path, required=True, metavar="FILE|FOLDER", help=cls.OUTPUT)
        out.add_argument("--format", choices=sorted(set(SUFFIXES.values())), help="if the name of the file does not say it")
        out.add_argument("--id", metavar="NAME", help=cls.ID)
        out.add_argument("--on-error", choices=["stop", "null"], default="stop", help="a note that fails stops the run, or is left empty")
        out.add_argument("--key-file", type=Path, metavar="FILE", help="the secret key, of the vault too")
        out.add_argument("--vault", type=Path, metavar="FILE", help=cls.VAULT)
        out.add_argument("--audit", type=Path, metavar="FILE", help="record each note in this log, without its text; rows of a part that was stopped are recorded again")
        out.add_argument("--audit-key", type=Path, metavar="FILE", help="chain the records and fingerprint the notes under this key")
        out.add_argument("--actor", metavar="ID", help="who does it: for the log, and for --access")
        out.add_argument("--access", type=Path, metavar="FILE", help="who may do what, as YAML; what is refused is recorded in the log")
        out.add_argument("--threads", type=int, default=1, metavar="N", help="0 takes as many as there are cores")
        out.add_argument("--restart", action="store_true", help="throw away what an earlier run left")
        out.add_argument("--force", action="store_true", help="replace what exists of the files that are written")
        return out

    ID: ClassVar[str] = "the column that names each row: for the vault"
    VAULT: ClassVar[str]

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.format = opened(args.input, args.format)
        self.parts = Path(f"{args.output}.partial")
        self.manifest = self.parts / "job.json"
        self.columns = [self.format.TEXT] if self.format.TEXT else args.column or []
        if not self.columns:
            raise fail("say which column holds the notes", "--column")
        # The files of a folder have names.
        self.id = args.id or ("id" if self.format.TEXT else None)
        self.document = self.id
        if args.audit_key and not args.audit:
            raise fail("it is that of --audit, which is not given", "--audit-key")
        if args.access and not args.actor:
            raise fail("there are rules of who may do what, and nobody says who it is", "--actor")
        if args.vault and not args.key_file:
            raise fail("a vault is kept under the key of --key-file", "--vault")
        self.key = Key.load(args.key_file) if args.key_file else None
        self.access = Access.load(args.access) if args.access else None
        audit_key = args.audit_key.read_bytes().rstrip(b"\r\n") if args.audit_key else None
        self.audit = AuditLog(args.audit, key=audit_key) if args.audit else None

    def run(self) -> int:
        self.apart()
        self.free()
        names = self.format.names(self.args.input)
        for option, name in self.asked():
            if names is not None:
                check(name, names, option)
        with self.alone():
            # Another run may have been just before.
            self.free()
            for option, path in self.written():
                path.parent.mkdir(parents=True, exist_ok=True)
                if not os.access(path.parent, os.W_OK):
                    raise fail(f"nothing can be written to {path.parent}", option)
            self.begin()
            counts, there = self.parted()
        failed = counts["failed"]
        print(f"chartguard: {self.said(counts)}" + (f", {failed} failed and left empty" if failed else ""), file=sys.stderr)
        if others := self.passing(list(there) or names or []):
            print(f"chartguard: {passed(others)}", file=sys.stderr)
        return 1 if failed else 0

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Holds the folder of the parts. It stays when the run is stopped after a part was complete; otherwise nothing does."""
        held = taken(self.parts)
        if held is None:
            raise fail(f"another run is working on {self.args.output}", "--output")
        try:
            if held.others() and not self.manifest.exists() and not self.args.restart:
                raise fail(f"{self.parts} is of no run that could go on; --restart throws away what it holds", "--output")
        except BaseException:
            held.release()
            raise
        self.held, done = held, False
        try:
            yield
            done = True
        finally:
            if done or not self.complete():
                held.remove()
            else:
                held.release()

    def complete(self) -> list[Path]:
        """The records of the parts that are complete."""
        return list(self.parts.glob("[0-9]*.json"))

    def parted(self) -> tuple[Counter[str], dict[str, None]]:
        """Work on the parts that are not complete and put all together: what was counted, and the columns that there are."""
        counts = Counter[str]()
        there: dict[str, None] = {}
        with progress() as bar:
            number = 0
            for index, part in enumerate(self.format.parts(self.args.input)):
                record = self.parts / f"{index:06}.json"
                if not record.exists():
                    self.work(index, part)
                there.update(dict.fromkeys(part.names))
                done = json.loads(record.read_text(encoding="utf-8"))
                self.holds(done)
                counts.update(done["counts"])
                bar(done["counts"].get("notes", 0) + done["counts"].get("empty", 0))
                number = index + 1
        self.finish(number, counts)
        return counts, there

    def said(self, counts: Counter[str]) -> str:
        """What was done, in a line."""
        return f"{counts['notes']} notes {self.DONE}"

    def written(self) -> list[tuple[str, Path]]:
        """What the run writes, by its option; the output first."""
        return [("--output", self.args.output)]

    def asked(self) -> list[tuple[str, str]]:
        """The columns that are asked for, by option: they must be there even where no row is."""
        return [*(("--column", name) for name in self.columns), *([("--id", self.document)] if self.document else [])]

    def kind(self) -> str:
        """The format of the output."""
        return self.format.kind

    def apart(self) -> None:
        """Refuses to write over what is read, or twice to one place. --force does not change that: it would lose the one or the other."""
        read = {
            "the input": self.args.input,
            "--vault": self.args.vault,
            "--audit": self.args.audit,
            "--audit-key": self.args.audit_key,
            "--key-file": self.args.key_file,
            "--access": self.args.access,
        }
        places = {path.resolve(): said for said, path in read.items() if path}
        written = self.written()
        for option, path in written:
            other = places.setdefault(path.resolve(), option)
            if other != option:
                raise fail(f"{path} is {other} too", option)
        for path, other in places.items():
            # A folder is replaced with all that it holds.
            if self.args.output.resolve() in path.parents:
                raise fail(f"{self.args.output} is a folder that holds {other}", "--output")
        check_suffix(self.args.output, self.kind(), self.args.input)
        for option, path in written:
            if path.exists() and path.is_dir() != (option == "--output" and self.kind() == "folder"):
                raise fail(f"{path} is a {'folder' if path.is_dir() else 'file'}", option)

    def free(self) -> None:
        """Refuses to write over what exists, unless this run put it there before it was stopped."""
        mark = self.parts / "beside.json"
        own = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else []
        for option, path in self.written():
            if path.exists() and not self.args.force and str(path.resolve()) not in own:
                raise fail(f"{path} exists; --force replaces it", option)

    def passing(self, names: Sequence[str]) -> list[str]:
        """The columns whose values are handed out as they are, which whoever hands them out should know."""
        return []

    def settings(self) -> dict[str, Any]:
        """What must be the same for a run to go on."""
        source = self.args.input.resolve()
        files = sorted(source.rglob("*.txt")) if source.is_dir() else [source]
        stamps = [(str(one), one.stat().st_size, one.stat().st_mtime_ns) for one in files]
        return {
            "command": self.NAME,
            "version": __version__,
            "input": hashlib.sha256(json.dumps(stamps).encode()).hexdigest(),
            "columns": self.columns,
            "id": self.id,
            "key": self.key and self.key.fingerprint("files", self.NAME),
            "vault": self.args.vault and str(self.args.vault.resolve()),
            "audit": self.args.audit and str(self.args.audit.resolve()),
            "on_error": self.args.on_error,
            "rows": PART,
        }

    def begin(self) -> None:
        """Make room for parts, or find those of an earlier run."""
        settings = self.settings()
        if self.args.restart or not self.complete():
            self.held.empty()
        if self.manifest.exists():
            earlier = json.loads(self.manifest.read_text(encoding="utf-8"))
            other = [key for key in settings if json.loads(json.dumps(settings[key])) != earlier.get(key)]
            if other:
                what = f"{self.parts} is of a run with another {' and '.join(other)}; --restart throws it away"
                raise fail(what, "--output")
            return
        write(self.manifest, json.dumps(settings, indent=1))

    def holds(self, done: dict[str, Any]) -> None:
        """Refuses to go on from a part of which something was lost since."""

    def ids(self, part: Any, column: str) -> list[Any] | None:
        """Which note each row is: with several columns of notes, the row and the column."""
        if self.document is None:
            return None
        ids = [plain_text(one) for one in part.column(check(self.document, part.names, "--id"))]
        return ids if len(self.columns) == 1 else [None if one is None else f"{one}/{column}" for one in ids]

    def rows(self, notes: Any, known: list[tuple[str, Any]]) -> tuple[list[Any], list[tuple[int, ChartguardError]]]:
        """What becomes of notes, and what failed."""
        raise NotImplementedError

    def known(self, part: Any, column: str) -> list[tuple[str, Any]]:
        """What is said of the rows of a part."""
        ids = self.ids(part, column) if self.args.vault else None
        return [] if ids is None else [("document_id", ids)]

    def worked(self, index: int, part: Any, column: str, counts: Counter[str]) -> list[Any]:
        """The rows of a column of a part, and what is counted of them."""
        notes = part.notes(column)
        try:
            rows, errors = self.rows(notes, self.known(part, column))
        except ChartguardError as error:
            row = getattr(error, "row", None)
            if row is None:
                raise
            raise placed(error, column, part.place(index * PART, row)) from None
        counts["empty"] += sum(row is None for row in rows)
        counts["notes"] += sum(row is not None for row in rows)
        for at, failure in errors:
            counts["failed"] += 1
            print(f"chartguard: {part.place(index * PART, at)}: {failure.code}: no result", file=sys.stderr)
        return rows

    def work(self, index: int, part: Any) -> None:
        """One part: its rows, then the record that it is complete."""
        counts = Counter[str]()
        part.write(self.parts / f"{index:06}.part", {one: self.worked(index, part, one, counts) for one in self.columns})
        self.record(index, counts)

    def record(self, index: int, counts: Counter[str], **more: Any) -> None:
        write(self.parts / f"{index:06}.json", json.dumps({"counts": counts, **more}))

    def finish(self, number: int, counts: Counter[str]) -> None:
        """Put the parts together; the output itself comes last."""
        parts = [self.parts / f"{index:06}.part" for index in range(number)]
        whole = self.parts / "output"
        if whole.is_dir():
            shutil.rmtree(whole)
        self.join(parts, whole)
        # What is beside the output is there before it: a run that is stopped in between knows it for its own.
        write(self.parts / "beside.json", json.dumps([str(path.resolve()) for _, path in self.written()[1:]]))
        self.beside(number, counts)
        if self.args.output.is_dir():
            shutil.rmtree(self.args.output)
        os.replace(whole, self.args.output)

    def join(self, parts: Sequence[Path], whole: Path) -> None:
        self.format.join(self.args.input, parts, whole, self.columns)

    def beside(self, number: int, counts: Counter[str]) -> None:
        """What is written beside the output."""


class Scrub(Job):
    """``chartguard scrub``: the same table without what is protected in its notes."""

    NAME = "scrub"
    DOES = "Scrub a column of a table (CSV, TSV, JSON Lines, Parquet), or every .txt of a folder. Other columns pass through as they are, whatever they hold."
    DONE = "scrubbed"
    EXAMPLE = "visits.csv --column note --column plan --patient-column names=patient -o shared.csv"
    ID = "the column that names each row: for the vault, and in --findings beside the row's number"
    VAULT = "keep in this file, under the key of --key-file, what `restore --vault` needs to give the notes back; each is told by its --id"
    KNOWN: ClassVar[tuple[str, ...]] = ("patient_id", "document_id", "date")

    @classmethod
    def parser(cls) -> argparse.ArgumentParser:
        out = super().parser()
        out.add_argument("--findings", type=Path, metavar="FILE", help="write what was removed as JSON Lines, without any text")
        out.add_argument("--stats", type=Path, metavar="FILE", help="write counts as JSON")
        out.add_argument(
            "--patient-column",
            action="append",
            default=[],
            metavar="WHAT=NAME",
            help=f"a column that says something of the patient or the note: {', '.join(cls.KNOWN)}, or a member of a patient "
            f"({', '.join(PATIENT)}); again for each further one",
        )
        out.add_argument("--policy", default=SAFE_HARBOR, metavar="NAME|FILE")
        out.add_argument("--strict", action="store_true", help="also remove whatever is not known to be safe")
        out.add_argument("--model", default="builtin", metavar="builtin|none|DIR")
        out.add_argument("--seed", type=int, metavar="N")
        return out

    def __init__(self, args: argparse.Namespace) -> None:
        super().__init__(args)
        self.said_of = [known_column(one, self.KNOWN) for one in args.patient_column]
        self.document = dict(self.said_of).get("document_id", self.id)
        if args.vault and self.document is None:
            raise fail("say which column names each note: those that become the same text are told apart by it", "--id")
        if self.access and args.policy != SAFE_HARBOR:
            self.access.require(args.actor, "change_policy", audit=self.audit)
            if self.audit:
                self.audit.record("change_policy", actor=args.actor)
        self.scrubber = Scrubber(
            policy=args.policy, strict=args.strict or None, model=args.model, key=self.key, seed=args.seed
        )
        self.vault = Vault(args.vault, self.key) if args.vault and self.key else None

    def asked(self) -> list[tuple[str, str]]:
        named = [("--id", self.args.id)] if self.args.id else []
        return [*super().asked(), *named, *(("--patient-column", name) for _, name in self.said_of)]

    def written(self) -> list[tuple[str, Path]]:
        beside = [("--findings", self.args.findings), ("--stats", self.args.stats)]
        return [*super().written(), *((option, path) for option, path in beside if path)]

    def passing(self, names: Sequence[str]) -> list[str]:
        return [] if self.format.TEXT else [name for name in names if name not in self.columns]

    def settings(self) -> dict[str, Any]:
        # The policy as it was read: a file of the same name may hold another.
        policy = self.scrubber.__reduce__()[1][0]
        return {
            **super().settings(),
            "policy": hashlib.sha256(policy.encode()).hexdigest(),
            "known": self.said_of,
            "model": self.args.model,
            "seed": self.args.seed,
            # Each part keeps its own.
            "findings": bool(self.args.findings),
        }

    def holds(self, done: dict[str, Any]) -> None:
        if self.vault and self.vault.head["records"] < done.get("vault", 0):
            what = "it has fewer records than when the run was stopped; --restart begins again"
            raise fail(what, "--vault")

    def known(self, part: Any, column: str) -> list[tuple[str, Any]]:
        others = [(what, name) for what, name in self.said_of if what != "document_id"]
        said = [(what, part.column(check(name, part.names, "--patient-column"))) for what, name in others]
        ids = self.ids(part, column)
        return said if ids is None else [("document_id", ids), *said]

    @property
    def kept(self) -> Any:
        return self.vault, self.audit, self.args.actor, None

    def rows(self, notes: Any, known: list[tuple[str, Any]]) -> tuple[list[Any], list[tuple[int, ChartguardError]]]:
        stop, threads = self.args.on_error == "stop", self.args.threads
        return self.scrubber._scrub_and_find_source(notes, known, self.kept, stop, threads, False)

    def work(self, index: int, part: Any) -> None:
        counts = Counter[str]()
        lines: list[str] = []
        worked = {}
        for column in self.columns:
            rows = self.worked(index, part, column, counts)
            ids = part.column(check(self.args.id, part.names, "--id")) if self.args.id else None
            for at, row in enumerate(rows):
                if row is None:
                    continue
                counts["characters"] += len(row["scrubbed"])
                counts["findings"] += len(row["findings"])
                counts["notes_with_findings"] += bool(row["findings"])
                for finding in row["findings"]:
                    counts[f"category:{finding['category']}"] += 1
                    named = {} if ids is None else {"id": json.loads(plain(ids[at]))}
                    lines.append(json.dumps({"row": index * PART + at, **named, "column": column, **finding}, ensure_ascii=False))
            worked[column] = rows
        self.write(part, self.parts / f"{index:06}.part", worked, counts)
        if self.args.findings:
            write(self.parts / f"{index:06}.findings", "".join(line + "\n" for line in lines))
        self.record(index, counts, **({"vault": self.vault.head["records"]} if self.vault else {}))

    def write(self, part: Any, path: Path, worked: dict[str, list[Any]], counts: Counter[str]) -> None:
        part.write(path, {name: [row and row["scrubbed"] for row in rows] for name, rows in worked.items()})

    def said(self, counts: Counter[str]) -> str:
        return f"{super().said(counts)}, {counts['findings']} findings removed"

    def beside(self, number: int, counts: Counter[str]) -> None:
        if self.args.findings:
            # Drafted where it will stand, which may be another disk than that of the parts.
            found = self.args.findings.with_name(self.args.findings.name + ".draft")
            with found.open("w", encoding="utf-8") as file:
                for index in range(number):
                    file.write((self.parts / f"{index:06}.findings").read_text(encoding="utf-8"))
            os.replace(found, self.args.findings)
        if self.args.stats:
            write(self.args.stats, json.dumps(self.stats(counts), indent=2) + "\n")

    def stats(self, counts: Counter[str]) -> dict[str, Any]:
        """Counts as they are written."""
        numbers = ("notes", "empty", "failed", "characters", "findings", "notes_with_findings")
        categories = {key.partition(":")[2]: n for key, n in sorted(counts.items()) if key.startswith("category:")}
        return {**{key: counts[key] for key in numbers}, "categories": categories}


class Analyze(Scrub):
    """``chartguard analyze``: scrubbed notes, what was found in them, and how well they document, one row for each."""

    NAME = "analyze"
    DOES = (
        "Scrub and score a column of a table (CSV, TSV, JSON Lines, Parquet), or every .txt of a folder. The output has the columns of "
        "--id and --keep, then scrubbed, findings, score, raw, coverage, risk, doc_type, discipline and criteria."
    )
    DONE = "analyzed"
    COLUMN = "[--column NAME]"
    NOTES = "the column of notes"
    EXAMPLE = "visits.csv --column note --id visit --patient-column names=patient -o scored.csv"
    ID = "the column that names each row: kept, for the vault, and in --findings beside the row's number"
    OUTPUT = "of the format of the input; JSON Lines for a folder"
    KNOWN = (*Scrub.KNOWN, "doc_type", "discipline")

    @classmethod
    def parser(cls) -> argparse.ArgumentParser:
        out = super().parser()
        out.add_argument("--keep", action="append", default=[], metavar="NAME", help="another column that the output keeps; whatever it holds stays")
        out.add_argument("--rubric", default="medicare-outpatient-therapy", metavar="ID|FILE")
        out.add_argument("--doc-type", metavar="TYPE", help="of all notes, where it is known; otherwise it is detected")
        out.add_argument("--discipline", metavar="DISCIPLINE", help="of all notes (pt, ot, slp), where it is known; otherwise it is detected")
        return out

    def __init__(self, args: argparse.Namespace) -> None:
        super().__init__(args)
        if len(self.columns) > 1:
            raise fail("one column of notes at a time is analyzed", "--column")
        self.keep = list(dict.fromkeys([self.id, *args.keep] if self.id else args.keep))
        ids = Rubric.builtin_ids()
        if args.rubric in ids or not Path(args.rubric).is_file():
            rubric = Rubric.builtin(args.rubric)
        else:
            rubric = Rubric.from_yaml(Path(args.rubric).read_text(encoding="utf-8"))
        self.scorer = Scorer(rubric)
        # A mistake in them shows before any note is read.
        self.scorer.score("", doc_type=args.doc_type, discipline=args.discipline)

    def asked(self) -> list[tuple[str, str]]:
        return [*super().asked(), *(("--keep", name) for name in self.args.keep)]

    def passing(self, names: Sequence[str]) -> list[str]:
        return super().passing(self.keep)

    def kind(self) -> str:
        # An analysis of a folder is a file.
        return "jsonl" if self.format.kind == "folder" else super().kind()

    def settings(self) -> dict[str, Any]:
        more = {"keep": self.keep, "doc_type": self.args.doc_type, "discipline": self.args.discipline}
        return {**super().settings(), "rubric": self.scorer.rubric.hash, **more}

    def rows(self, notes: Any, known: list[tuple[str, Any]]) -> tuple[list[Any], list[tuple[int, ChartguardError]]]:
        said = {what for what, _ in known}
        for what in ("doc_type", "discipline"):
            given = getattr(self.args, what)
            if given is not None and what not in said:
                known = [*known, (what, [given] * len(notes))]
        stop, threads = self.args.on_error == "stop", self.args.threads
        return _analyze_source(self.scrubber, self.scorer, list(notes), known, self.kept, stop, threads, False)

    def write(self, part: Any, path: Path, worked: dict[str, list[Any]], counts: Counter[str]) -> None:
        (rows,) = worked.values()
        for name in self.keep:
            check(name, part.names, "--keep")
        part.analyzed(path, self.keep, rows)
        scores = [row["score"] for row in rows if row is not None and row["score"] is not None]
        counts["scored"] += len(scores)
        counts["score"] += sum(scores)
        for row in rows:
            if row is not None and row["risk"] is not None:
                counts[f"risk:{row['risk']}"] += 1

    def join(self, parts: Sequence[Path], whole: Path) -> None:
        self.format.join(self.args.input, parts, whole, self.columns, self.keep)

    def stats(self, counts: Counter[str]) -> dict[str, Any]:
        scored = counts["scored"]
        risks = {key.partition(":")[2]: n for key, n in sorted(counts.items()) if key.startswith("risk:")}
        mean = round(counts["score"] / scored, 4) if scored else None
        return {**super().stats(counts), "scored": scored, "mean_score": mean, "risks": risks}


class Restore(Job):
    """``chartguard restore``: the notes as they were."""

    NAME = "restore"
    DOES = "Give back a column of scrubbed notes of a table (CSV, TSV, JSON Lines, Parquet), or every .txt of a folder."
    DONE = "given back"
    EXAMPLE = "shared.csv --column note --id visit --vault notes.vault --key-file key.txt -o again.csv"
    VAULT = "the vault that the notes were scrubbed into: everything comes back, whatever the operators did"

    def __init__(self, args: argparse.Namespace) -> None:
        super().__init__(args)
        if self.key is None:
            raise fail("the key that the notes were scrubbed with is needed, or that of the vault", "--key-file")

    def rows(self, notes: Any, known: list[tuple[str, Any]]) -> tuple[list[Any], list[tuple[int, ChartguardError]]]:
        asking = (self.access, self.args.actor, None, self.audit)
        stop, threads = self.args.on_error == "stop", self.args.threads
        return _restore_source(list(notes), known, self.key, self.args.vault, asking, stop, threads, False)


JOBS: dict[str, type[Job]] = {job.NAME: job for job in (Scrub, Analyze, Restore)}


def passed(names: Sequence[str]) -> str:
    """A line about the columns that pass through."""
    said = f"{len(names)} other columns pass through as they are" if len(names) > 1 else "1 other column passes through as it is"
    if not all(map(like_a_name, names)):
        return said
    return f"{said}: {', '.join(names[:SHOWN])}" + (", ..." if len(names) > SHOWN else "")


def placed(error: ChartguardError, column: str, place: str) -> ChartguardError:
    """The error with the place in the file, where it said the row of its part."""
    error.args = (f"{place}, column {column!r}: {str(error).partition(': ')[2]}",)
    return error


def plain_text(value: Any) -> Any:
    """An id as it is said of a note: a text, or None."""
    said = json.loads(plain(value))
    return said if said is None or isinstance(said, str) else json.dumps(said)


def known_column(said: str, known: Sequence[str]) -> tuple[str, str]:
    """``WHAT=NAME`` as what a column says and its name."""
    what, _, name = said.partition("=")
    if not name or what not in (*known, *PATIENT):
        raise fail(f"WHAT=NAME is expected, with WHAT one of {', '.join((*known, *PATIENT))}", "--patient-column")
    return (f"patient.{what}" if what in PATIENT else what), name


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
