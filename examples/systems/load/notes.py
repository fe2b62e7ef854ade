"""Notes to send: of one size, no two alike, each with a mark that is still in it when it was scrubbed."""

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BYTES = 2048
SAMPLES = Path(__file__).resolve().parents[2] / "notes"
_GIVEN = ("Rosalind", "Tobias", "Ingrid", "Marcellus", "Yevgenia", "Oluwaseun", "Priscilla", "Bartholomew", "Mei-Lin", "Anneliese")
_FAMILY = ("Achterberg", "Quackenbush", "Okonjo", "Lindqvist", "Papadakis", "Vanterpool", "Drummond-Hayes", "Szymanski", "Thibodeaux", "Rasmussen")
_MARK = re.compile(r"Counts: (\d+), (\d+), (\d+), (\d+)\.")

Mark = tuple[int, int]
"""Which client's, and its how manieth."""


@dataclass(frozen=True)
class Note:
    text: str
    patient: str
    name: str
    mark: Mark


def notes(part: int, seed: int = 1) -> Iterator[Note]:
    """Notes of 2 KB: lines of the sample notes from a place drawn at random, about a patient who is invented."""
    draw = random.Random(f"{seed} {part}")
    samples = [path.read_text(encoding="utf-8").splitlines() for path in sorted(SAMPLES.glob("*.txt"))]
    for number in itertools.count():
        name = f"{draw.choice(_GIVEN)} {draw.choice(_FAMILY)}"
        patient = str(draw.randrange(10**6, 10**7))
        date = f"{draw.randrange(1, 13):02}/{draw.randrange(1, 29):02}/2025"
        head = f"Patient: {name}   MRN: {patient}\nVisit date: {date}   Phone: (503) 555-01{draw.randrange(100):02}\n\n"
        lines = draw.choice(samples)
        start = draw.randrange(len(lines))
        body = "\n".join(itertools.islice(itertools.cycle([*lines[start:], *lines[:start], ""]), 200))
        # In figures that are too small to be anybody's number.
        mark = f"Counts: {part}, {number // 10_000}, {number // 100 % 100}, {number % 100}."
        end = f"\n{name.split()[-1]} was seen for {draw.randrange(15, 61)} minutes. {mark}"
        room = BYTES - len((head + end).encode())
        yield Note(head + body.encode()[:room].decode(errors="ignore") + end, patient, name, (part, number))


def marks(text: str) -> list[Mark]:
    """The marks that are in a text."""
    return [(int(part), int(high) * 10_000 + int(middle) * 100 + int(low)) for part, high, middle, low in _MARK.findall(text)]
