"""Writes labelled notes that never were: families with their slots filled, strewn into open prose, then roughed up.

    generate.py --words 1000000 --seed 1 [--carriers FILE...] [--writers A B | --without C] [--validation] [--as-written] > notes.jsonl

One JSON object a line: {"text", "spans": [{"start", "end", "label"}]}, offsets in code points. The same arguments give the
same bytes. Names of the validation side (--validation) never occur on the training side.
"""
import argparse
import json
import pathlib
import random
import sys

import clinical
import families
import noise
import people
import prose as open_prose

HERE = pathlib.Path(__file__).parent


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--carriers", nargs="*", default=[])
    parser.add_argument("--families", default=HERE / "families")
    parser.add_argument("--writers", nargs="*", help="only these folders of families")
    parser.add_argument("--without", nargs="*", default=[], help="not these folders")
    parser.add_argument("--validation", action="store_true", help="names of the validation side")
    parser.add_argument("--as-written", action="store_true", help="no words without a meaning in the place of ordinary ones, as training has them")
    return parser.parse_args()


class Notes:
    """Assembles notes."""

    def __init__(self, found, pool, prose, as_written=False):
        self.pool, self.prose, self.as_written = pool, prose, as_written
        self.all = found
        self.notes = [f for f in found if "sentences" not in f.kind and any(multi for _, multi in f.variants)] or found
        # A family counts by the root of its size, so that long files do not drown short ones.
        self.weights = [len(f.variants) ** 0.5 for f in found]
        # Families whose variants hold mostly nothing to find.
        self.negatives = [n for n in ([v for v in f.variants if not families.labelled(v[0])] for f in found) if len(n) >= 6]

    def family(self, rng):
        return rng.choices(self.all, self.weights)[0]

    def note(self, rng):
        """One note: text and spans."""
        filler = families.Filler(rng, self.pool, lambda r: self.prose.sentence(r))
        kind = rng.random()
        if kind < 0.37:
            blocks = self.strewn(rng, filler)
        elif kind < 0.55:
            blocks = self.message(rng, filler)
        elif kind < 0.72:
            blocks = self.whole(rng, filler)
        elif kind < 0.78:
            blocks = self.listed(rng, filler)
        elif kind < 0.93:
            blocks = self.misleading(rng, filler)
        else:
            blocks = self.plain(rng)
        text, spans = join(blocks)
        return noise.apply(rng, text, spans, self.prose.vocabulary, self.prose.rare, self.as_written)

    def some(self, rng, filler, count, hands):
        """`count` filled variants out of `hands` families."""
        chosen = [self.family(rng) for _ in range(hands)]
        found = []
        for _ in range(count):
            variant, multi = rng.choice(rng.choice(chosen).variants)
            found.append((filler.fill(variant), multi))
        return found

    def strewn(self, rng, filler):
        """Sentences of a few hands among consecutive sentences of open prose, as real notes hold them."""
        base = self.prose.passage(rng, rng.randint(4, 30))
        inserts = self.some(rng, filler, max(1, round(len(base) * rng.uniform(0.04, 0.85))), rng.randint(1, 4))
        blocks = []
        if rng.random() < 0.3:
            blocks += self.short_whole(rng, filler)
        places = sorted(rng.randrange(len(base) + 1) for _ in inserts)
        for i in range(len(base) + 1):
            while places and places[0] == i:
                places.pop(0)
                pieces, multi = inserts.pop()
                blank = rng.choice((" ", " ", " ", "\n")) if not multi else "\n"
                if multi and blocks:
                    blocks.append([("\n", None)])
                blocks.append(pieces + [(blank, None)])
            if i < len(base):
                sentence, blank = base[i]
                if rng.random() < 0.04:
                    blocks.append([("\n\n" + heading(rng), None)])
                blocks.append([(sentence + (blank or "\n"), None)])
        if rng.random() < 0.25:
            blocks += [[("\n", None)]] + self.short_whole(rng, filler)
        return blocks

    def short_whole(self, rng, filler):
        """A header, a signature, a form: a variant of several lines."""
        for _ in range(6):
            variant, multi = rng.choice(rng.choice(self.notes).variants)
            if multi:
                return [filler.fill(variant) + [("\n\n", None)]]
        return []

    def message(self, rng, filler):
        """A few words, as in chat, on the phone, on a sticky note."""
        blocks = []
        for pieces, multi in self.some(rng, filler, rng.randint(1, 5), rng.randint(1, 2)):
            if rng.random() < 0.25:
                blocks.append([(self.prose.sentence(rng) + " ", None)])
            blocks.append(pieces + [("\n" if multi else rng.choice((" ", " ", "\n")), None)])
        return blocks

    def whole(self, rng, filler):
        """Notes as their writer made them."""
        blocks = []
        for _ in range(rng.randint(1, 3)):
            family = rng.choice(self.notes) if rng.random() < 0.7 else self.family(rng)
            variant, _ = rng.choice(family.variants)
            blocks.append(filler.fill(variant) + [(rng.choice(("\n", "\n\n")), None)])
            if rng.random() < 0.5:
                for sentence, blank in self.prose.passage(rng, rng.randint(1, 6)):
                    blocks.append([(sentence + (blank or " "), None)])
                blocks.append([("\n", None)])
        return blocks

    def listed(self, rng, filler):
        """Lists and tables: a bullet, a number or a bar before every line."""
        bullet = rng.choice(("- ", "* ", "\u2022 ", "{}. ", "{}) ", "| ", "\t", "  ", "# ", "{}:{:02} "))
        blocks, count = [], rng.randint(3, 12)
        for i, (pieces, _) in enumerate(self.some(rng, filler, count, rng.randint(1, 3))):
            if rng.random() < 0.3:
                pieces = [(self.prose.sentence(rng) if rng.random() < 0.5 else clinical.value(rng, "neg"), None)]
            blocks.append([(bullet.format(i + 1, rng.randrange(60)), None)] + pieces + [("\n", None)])
        return blocks

    def misleading(self, rng, filler):
        """Nothing to find, much that looks like it: variants without an identifier, of a few hands."""
        hands = rng.sample(self.negatives, min(rng.randint(1, 5), len(self.negatives)))
        drawn = [variant for hand in hands for variant in rng.sample(hand, min(rng.randint(1, 5), len(hand)))]
        rng.shuffle(drawn)
        blocks = []
        for variant, multi in drawn:
            if rng.random() < 0.4:
                blocks.append([(self.prose.sentence(rng) + " ", None)])
            blocks.append(filler.fill(variant) + [("\n" if multi else rng.choice((" ", " ", "\n")), None)])
        return blocks

    def plain(self, rng):
        """Nothing to find."""
        blocks = []
        if rng.random() < 0.5:
            for sentence, blank in self.prose.passage(rng, rng.randint(3, 40)):
                blocks.append([(sentence + (blank or " "), None)])
                if rng.random() < 0.05:
                    blocks.append([("\n" + heading(rng), None)])
        else:
            for _ in range(rng.randint(3, 25)):
                text = clinical.value(rng, "neg") if rng.random() < 0.6 else self.prose.sentence(rng)
                blocks.append([(text + rng.choice((" ", "\n")), None)])
        return blocks


def heading(rng):
    return rng.choice(clinical.HEADINGS) + rng.choice((":\n", ": ", "\n", "\n\n", " - "))


def join(blocks):
    """Text and spans of the pieces; first and last name side by side are one person."""
    out, spans, at = [], [], 0
    previous = None
    for pieces in blocks:
        for text, label in pieces:
            if label and text:
                if label == "name" and previous == "name " and spans:
                    spans[-1] = (spans[-1][0], at + len(text), "name")
                else:
                    spans.append((at, at + len(text), label))
                previous = label
            else:
                previous = "name " if previous == "name" and text == " " else None
            out.append(text)
            at += len(text)
    return "".join(out), spans


def main():
    options = arguments()
    rng = random.Random(options.seed)
    prose = open_prose.Prose(options.carriers) if options.carriers else open_prose.NoProse()
    pool = people.Names(options.validation, prose.vocabulary)
    found = families.load(options.families, options.writers, options.without)
    if not found:
        sys.exit("no family found")
    notes, words = Notes(found, pool, prose, options.as_written), 0
    while words < options.words:
        text, spans = notes.note(rng)
        if not text.strip():
            continue
        words += len(text) // 5
        record = {"text": text, "spans": [{"start": s, "end": e, "label": label} for s, e, label in spans]}
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
