"""Open medical prose to put around the templates, made safe: sentences that may hold an identifier are left out.

Carrier texts are not annotated, and a name or a date that is taught as ordinary prose is a leak later. So a sentence goes
when it holds a month, a weekday, a year, a title, a day of the month, a long number, an age over 89, or a capitalised word
that is a name and is never written in lower case.
"""
import collections
import json
import re

import people
import values

SENTENCE = re.compile(r"(?<=[.!?])(?<!\bDr\.)(?<!\bvs\.)(?<!\b[A-Z]\.)(?<!\bmg\.)(\s+)(?=[A-Z\d\"(•\-])|(\s*\n\s*)")
SUSPECT = re.compile(
    r"\b(?:January|February|March|April|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
    r"|\d(?:st|nd|rd|th)?[- ]?(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|\b(?:JANUARY|FEBRUARY|MARCH|APRIL|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER)\b|\b(?:[Oo]n|ON|since|until) \d{1,2}[-/.]\d"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|(?<!\d)(?:19|20)\d\d(?!\d)"
    r"|\bMay (?:\d|of|the)|\b(?:in|of|since|last|early|late|until|by) May\b"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\b(?:19|20)\d\d\b|\b(?:Dr|Mr|Mrs|Ms|Miss|Prof)\b\.?"
    r"|\b(?:Christmas|Thanksgiving|Easter|Halloween|Hanukkah|Ramadan|birthday)\b"
    r"|\d{5,}|\d{3}[-. ]\d{4}|@|www\.|http|\[|\]|\{|\}|_{2,}|\bXX|\b(?:1st|2nd|3rd|\d{1,2}th) of\b|\b(?:9\d|1[01]\d)[- ]?(?:year|yr|yo\b|y/o)"
    r"|\b(?:Hospital|University|College|Clinic|Center|Street|Avenue|County|School|Church|Pharmacy|Institute|Foundation|Association|Society)\b"
    r"|\bon the \d|\bthe \d{1,2}(?:st|nd|rd|th)\b")
# Of fractions only those stay that can be no day of a year, or are scores by their own words.
SLASHED = re.compile(r"\b(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])\b(?:/\d{2,4})?")
SCORE = re.compile(r"(?:strength|motor|murmur|reflex(?:es)?|pulses|pain|power)[^.;]{0,30}?\b\d/(?:4|5|6|10)\b(?!/)|\b\d/(?:5|6|10) (?:strength|pain|systolic|in |throughout|power)", re.I)
WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
STATES = {s.split(":")[0].lower() for s in values.STATES}


class Prose:
    """Safe sentences, with the texts they stand in."""

    def __init__(self, paths, tokens_only=False):
        raw = []
        for path in paths:
            with open(path, encoding="utf-8") as lines:
                for line in lines:
                    if line.strip():
                        record = json.loads(line)
                        raw.append((record["text"].replace("\r\n", "\n"), "medquad" in record.get("id", "")))
        self.lower = collections.Counter()
        for text, _ in raw:
            self.lower.update(w for w in WORD.findall(text) if w.islower())
        given = {n.lower() for kind in ("dist.female.first", "dist.male.first") for n, _ in people._census(kind)}
        surnames = {n.lower() for n, weight in people._census("dist.all.last")[:25000]}
        self.given, self.names = given, given | surnames
        self.texts, self.dropped = [], 0
        for text, clean in raw:
            pieces = self._pieces(text, clean)
            if sum(len(s) for s, _ in pieces) > 60:
                self.texts.append((pieces, clean))
        self.notes = [p for p, clean in self.texts if not clean] or [p for p, _ in self.texts]
        self.articles = [p for p, clean in self.texts if clean] or self.notes
        self.vocabulary = sorted(w for w, n in self.lower.items() if n >= 3 and 4 <= len(w) <= 12 and w.isalpha())
        self.rare = sorted(w for w, n in self.lower.items() if n <= 4 and 5 <= len(w) <= 16 and w.isalpha()) or ["tendon"]

    def _pieces(self, text, clean):
        """(sentence, blank after it) of the sentences that are safe."""
        pieces, at = [], 0
        for match in SENTENCE.finditer(text):
            self._keep(pieces, text[at : match.start()], match.group(), clean)
            at = match.end()
        self._keep(pieces, text[at:], "\n", clean)
        return pieces

    def _keep(self, pieces, sentence, blank, clean):
        if not sentence.strip() or len(sentence) > 900:
            return
        if self.safe(sentence, clean):
            pieces.append((sentence, blank))
        else:
            self.dropped += 1

    def safe(self, sentence, clean):
        if SUSPECT.search(sentence) or SLASHED.search(SCORE.sub("", sentence)):
            return False
        if clean:
            return True
        for i, match in enumerate(WORD.finditer(sentence)):
            word = match.group()
            if not word[0].isupper() or (word.isupper() and len(word) < 5):
                continue
            low = word.lower().replace("’", "'").removesuffix("'s")
            if low in STATES:
                return False
            common = self.lower[low]
            # A sentence often starts with a capital, so there a name must be rarer in lower case to be believed.
            if low in self.names and common < (3 if i == 0 else 12) and not (low not in self.given and common >= 3):
                return False
        return True

    def sentence(self, rng):
        """One safe sentence."""
        for _ in range(8):
            pieces = rng.choice(self.notes if rng.random() < 0.55 else self.articles)
            text = rng.choice(pieces)[0].strip()
            if 15 < len(text) < 300:
                return text
        return "No acute distress."

    def passage(self, rng, length):
        """Consecutive safe sentences, blanks kept."""
        pieces = rng.choice(self.notes if rng.random() < 0.62 else self.articles)
        start = rng.randrange(len(pieces)) if len(pieces) > length else 0
        return pieces[start : start + length]


class NoProse:
    """Stands in where no carrier is given: made-up clinical sentences."""

    vocabulary = rare = "swelling tenderness gait improved tolerated therapy balance weakness incision dressing".split()

    def sentence(self, rng):
        import clinical

        return clinical.value(rng, "neg")

    def passage(self, rng, length):
        return [(self.sentence(rng), rng.choice((" ", "\n"))) for _ in range(length)]
