"""How organisations and places are named, as patterns with slots (`patterns/*.txt`), filled with invented values."""
import pathlib
import re
import string

SLOT = re.compile(r"\{([a-z]+)2?\}")
ANIMALS = """Badger Bear Beaver Bison Bobcat Buck Bulldog Cardinal Cougar Coyote Crane Crow Dolphin Eagle Elk Falcon Fox Goose Hawk Heron Hornet Horse
Jaguar Lamb Lion Loon Lynx Mallard Moose Mustang Otter Owl Panther Pelican Pike Raven Robin Salmon Sparrow Stag Swan Tiger Trout Turtle Wolf Wren""".split()
COLORS = "Red Blue Green White Black Gray Grey Yellow Golden Silver Purple Orange Brown Pink Crimson Scarlet Amber Ivory Copper Indigo Maroon Teal".split()


def read(name):
    """The patterns of a file, by kind."""
    kinds, kind = {}, None
    for line in (pathlib.Path(__file__).parent / "patterns" / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            kind = kinds.setdefault(line.strip("# "), [])
        elif line.strip():
            kind.append(line.strip())
    return kinds


class Patterns:
    """Fills patterns; `words` gives one value a slot, by name."""

    def __init__(self, name):
        self.kinds = read(name)

    def make(self, rng, kind, words):
        def fill(slot):
            match slot.group(1):
                case "animal":
                    return rng.choice(ANIMALS)
                case "color":
                    return rng.choice(COLORS)
                case "letter":
                    return rng.choice(string.ascii_uppercase)
                case "initials":
                    return "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.choice((2, 3, 3, 4))))
                case "number":
                    return str(rng.randint(1, 9) if rng.random() < 0.4 else rng.randint(10, 999))
                case "year":
                    return str(rng.randint(1850, 2024))
                case other:
                    return words[other]()

        return SLOT.sub(fill, rng.choice(self.kinds[kind]))
