"""What happens to notes on their way: case, line ends, wrapping, exotic characters, scanning, typing. Spans stay exact."""
import re

import clinical
import people


def edit(text, spans, edits):
    """Applies (start, end, replacement) edits, in order and disjoint; spans follow. A span that is cut keeps what is left."""
    if not edits:
        return text, spans
    out, at, shifts = [], 0, []
    delta = 0
    for start, end, new in edits:
        out += [text[at:start], new]
        shifts.append((start, end, len(new), delta))
        delta += len(new) - (end - start)
        at = end
    out.append(text[at:])
    import bisect

    starts = [s for s, *_ in shifts]

    def move(position, right):
        i = bisect.bisect_right(starts, position) - 1 if not right else bisect.bisect_left(starts, position) - 1
        if i < 0:
            return position
        start, end, length, before = shifts[i]
        if position >= end:
            return position + before + length - (end - start)
        return start + before + (length if right else 0)

    moved = [(move(s, False), move(e, True), label) for s, e, label in spans]
    return "".join(out), [(s, e, label) for s, e, label in moved if s < e]


def each(text, pattern, rng, rate, replace):
    found = [(m.start(), m.end(), replace(m)) for m in re.finditer(pattern, text) if rng.random() < rate]
    return [(s, e, r) for s, e, r in found if r is not None]


def same_length(text, convert):
    changed = convert(text)
    return changed if len(changed) == len(text) else "".join(c if len(convert(c)) != 1 else convert(c) for c in text)


OCR = {"0": "O", "O": "0", "1": "l", "l": "1", "I": "l", "5": "S", "S": "5", "8": "B", "B": "8", "m": "rn", "rn": "m", "e": "c", "c": "e", "h": "b", "t": "f", "i": "j", "g": "q", ",": "."}


def apply(rng, text, spans, vocabulary, rare, as_written=False):
    """One note after its journey; `as_written` it keeps its own words, but for typing errors and the like."""
    chance = rng.random

    if chance() < 0.35 and not as_written:  # words of no meaning to us, wherever no identifier stands: identity alone must not convince
        text, spans = substitute(rng, text, spans, vocabulary, rare, 0.03)
    if chance() < 0.1:  # surnames in lower case, hasty typing
        text = recase(text, [s for s in spans if s[2] in ("name", "organization", "location") and chance() < 0.6], str.lower)
    elif chance() < 0.06:
        text = recase(text, [s for s in spans if s[2] in ("name", "organization") and chance() < 0.7], str.upper)
    case = chance()
    if case < 0.055:
        text = same_length(text, str.upper)
    elif case < 0.11:
        text = same_length(text, str.lower)
    elif case < 0.2:  # single lines in capitals or title case
        lines = [(m.start(), m.end(), "") for m in re.finditer(r"[^\n]+", text) if chance() < 0.2]
        text = recase(text, lines, str.upper if chance() < 0.6 else str.title)
    if chance() < 0.06:
        text, spans = edit(text, spans, each(text, r"[A-Za-z]{4,}", rng, 0.015, lambda m: people.typo(rng, m.group())))
    if chance() < 0.05:
        text, spans = edit(text, spans, each(text, r"rn|[01O5SI8BlmechtigO,]", rng, 0.015, lambda m: OCR.get(m.group())))
    if chance() < 0.05:
        text, spans = edit(text, spans, each(text, r"(?<=[.,:;])[ ](?=\w)", rng, 0.2, lambda m: ""))
    if chance() < 0.02:
        text, spans = edit(text, spans, each(text, r"(?<=[a-z])[ ](?=[A-Z\d])", rng, 0.04, lambda m: ""))
    if chance() < 0.09:
        text = wrap(text, rng.randint(50, 90))
    if chance() < 0.03:
        text, spans = edit(text, spans, each(text, r" ", rng, 0.3, lambda m: "\u00a0"))
    if chance() < 0.04:
        dash = rng.choice("\u2010\u2011\u2013\u2014\u2212")
        text, spans = edit(text, spans, each(text, r"-", rng, 0.8, lambda m: dash))
    if chance() < 0.06:
        text = text.replace("'", "\u2019")
    if chance() < 0.03:
        text, spans = edit(text, spans, each(text, r" ", rng, 0.06, lambda m: rng.choice(("\t", "  ", "   "))))
    if chance() < 0.03:
        text, spans = edit(text, spans, each(text, r"(?=\n)", rng, 0.5, lambda m: rng.choice((" ", "  "))))
    if chance() < 0.05:
        text, spans = edit(text, spans, each(text, r"\n", rng, 1, lambda m: "\r\n"))
    return text, spans


def recase(text, spans, convert):
    for start, end, _ in spans:
        text = text[:start] + same_length(text[start:end], convert) + text[end:]
    return text


def substitute(rng, text, spans, vocabulary, rare, rate):
    """Other words, rare words and words that do not exist in the place of ordinary ones, in the case of the old."""
    taken = set()
    for start, end, _ in spans:
        taken.update(range(start, end))
    edits = []
    for match in re.finditer(r"[A-Za-z]{3,}", text):
        # Capitalised words count double: they are what is taken for names.
        if rng.random() > rate * (2 if match.group()[0].isupper() else 1) or match.start() in taken:
            continue
        old, kind = match.group(), rng.random()
        if old[0].isupper() and rng.random() < 0.3:
            new = clinical.coined_drug(rng)
        else:
            new = rng.choice(vocabulary) if kind < 0.4 else rng.choice(rare) if kind < 0.65 else people.invented(rng).lower() if kind < 0.85 else people.typo(rng, old.lower())
        new = new.upper() if old.isupper() else new.capitalize() if old[0].isupper() else new
        edits.append((match.start(), match.end(), new))
    return edit(text, spans, edits)


def wrap(text, width):
    """Breaks lines at blanks; lengths stay, a blank becomes a line break."""
    out, column, blank = list(text), 0, -1
    for i, c in enumerate(out):
        if c == "\n":
            column, blank = 0, -1
            continue
        if c == " ":
            blank = i
        column += 1
        if column > width and blank >= 0:
            out[blank] = "\n"
            column, blank = i - blank, -1
    return "".join(out)
