"""Template families: reads them, and fills their slots so that every identifier's place is known."""
import pathlib
import re

import clinical
import people
import values

SLOT = re.compile(r"\{\{([A-Za-z_]+)(\d*)(?:\.([A-Za-z0-9]+))?(?::([\d.]+(?:-[\d.]+)?))?(?:\|(upper|lower|title))?\}\}")
CHOICE = re.compile(r"\[\[(.*?)\]\]", re.S)
PERSONS = {"pt", "dr", "rel", "p"}
UNLABELLED = {"num", "prose", "profession", "weekday", "time", "age", "state", "country", "drug", "dose", "dx", "eponym", "lab", "vital", "model", "neg"}


def parse(text):
    """A variant as a list of literals, slots (tuples) and choices (lists of such lists)."""
    parts, at = [], 0
    for choice in CHOICE.finditer(text):
        parts += slots(text[at : choice.start()])
        parts.append([slots(option) for option in re.split(r"\|(?![^{}]*\}\})", choice.group(1))])
        at = choice.end()
    return parts + slots(text[at:])


def slots(text):
    parts, at = [], 0
    for match in SLOT.finditer(text):
        if match.start() > at:
            parts.append(text[at : match.start()])
        parts.append(match.groups())
        at = match.end()
    if at < len(text):
        parts.append(text[at:])
    for part in parts:
        if isinstance(part, str) and "{{" in part:
            raise ValueError(f"not a slot: {part[part.index('{{'):][:40]!r}")
    return parts


def labelled(variant):
    """Whether a filled variant always or sometimes holds an identifier."""
    for part in variant:
        if isinstance(part, list):
            if any(labelled(option) for option in part):
                return True
        elif not isinstance(part, str):
            kind, _, form, _, _ = part
            words = kind in PERSONS and form and form.lower() in people.AGREEING or kind == "d" and form == "year"
            if not words and kind not in UNLABELLED:
                return True
    return False


class Family:
    """One file: variants of one hand."""

    def __init__(self, path):
        text = path.read_text(encoding="utf-8")
        self.kind = "notes"
        if text.startswith("# kind:"):
            first, _, text = text.partition("\n")
            self.kind = first[7:].strip()
        self.writer, self.name = path.parent.name, path.stem
        sources = [v.strip("\n") for v in re.split(r"(?m)^%%[ \t]*$", text)]
        self.variants = []
        for source in filter(str.strip, sources):
            try:
                self.variants.append((parse(source), "\n" in source))
            except ValueError as error:
                raise SystemExit(f"{path}: {error}") from error


def load(folder, writers=None, without=()):
    """Every family below `folder`, in the order of path."""
    paths = sorted(pathlib.Path(folder).glob("*/*.txt"))
    return [Family(p) for p in paths if (writers is None or p.parent.name in writers) and p.parent.name not in without]


class Filler:
    """Fills the slots of one note; the same entity is the same value throughout."""

    def __init__(self, rng, pool, prose):
        self.rng, self.pool, self.prose = rng, pool, prose
        self.dates = values.Dates(rng)
        self.entities = {}

    def person(self, kind, number):
        key = (kind, number)
        if key not in self.entities:
            shared = kind == "rel" and self.rng.random() < 0.5
            last = self.person("pt", "").last if shared else None
            self.entities[key] = people.Person(self.rng, self.pool, last=last)
        return self.entities[key]

    def surname(self):
        return self.pool.surname(self.rng, "us" if self.rng.random() < 0.75 else "world")

    def given(self):
        return self.pool.given(self.rng, self.rng.choice("fm"), "us" if self.rng.random() < 0.7 else "world")

    def day(self, key, birth=False):
        if key not in self.entities:
            self.entities[key] = self.dates.day(self.rng, birth)
        return self.entities[key]

    def kept(self, key, make):
        """The same slot twice in a note is mostly the same value."""
        if key not in self.entities or self.rng.random() < 0.15:
            self.entities[key] = make()
        return self.entities[key]

    def slot(self, kind, number, form, extra):
        """Text and label (or None) of one slot."""
        rng = self.rng
        if kind in PERSONS:
            who = self.person(kind, number)
            if (text := who.form(form or "full")) is not None:
                return text, "name"
            if (text := who.word(form)) is not None:
                return text, None
        elif kind == "d" or kind == "dob":
            text = self.dates.text(rng, self.day((kind, number), kind == "dob"), form or "")
            return text, None if form == "year" else "date"
        elif kind == "org":
            return self.kept((kind, number, form), lambda: values.organization(rng, form or "hospital", self.surname, self.given)), "organization"
        elif kind == "num":
            low, high = extra.split("-")
            if "." in extra:
                return f"{rng.uniform(float(low), float(high)):.1f}", None
            low, high = sorted((int(low), int(high)))
            return str(rng.randint(low, high)), None
        elif kind == "prose":
            return " ".join(self.prose(rng) for _ in range(int(float(extra or 1)))), None
        elif kind == "profession":
            return rng.choice(clinical.PROFESSIONS), None
        elif (text := clinical.value(rng, kind)) is not None:
            return text, None
        elif kind == "age" and not number and rng.random() < 0.1:
            # Where an age may stand, so may one over 89.
            return values.value(rng, "age90", self.surname, self.given), "age"
        elif kind in ("weekday", "time", "age") and number != "90":
            return values.value(rng, kind, self.surname, self.given), None
        elif kind in ("state", "country"):
            return self.kept((kind, number), lambda: values.value(rng, kind, self.surname, self.given)), None
        else:
            name = kind + number
            label = values.LABELS.get(name) or values.LABELS.get(kind)
            base = name if name in values.LABELS else kind
            if label:
                return self.kept((kind, number), lambda: values.value(rng, base, self.surname, self.given)), label
        raise SystemExit(f"unknown slot {kind}{number}.{form}")

    def fill(self, variant):
        """The variant as a list of (text, label)."""
        pieces = []
        for part in variant:
            if isinstance(part, str):
                pieces.append((part, None))
            elif isinstance(part, list):
                pieces += self.fill(self.rng.choice(part))
            else:
                kind, number, form, extra, case = part
                text, label = self.slot(kind, number, form, extra)
                if case:
                    text = getattr(text, case)()
                pieces.append((text, label))
        return pieces
