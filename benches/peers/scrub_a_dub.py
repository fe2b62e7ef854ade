"""Times scrubadub over labelled notes: scrub_a_dub.py GOLD.jsonl OUT.jsonl. Its default detectors run."""
import json
import sys
import time

import scrubadub


def main():
    gold, out = sys.argv[1:]
    with open(gold, encoding="utf-8") as lines:
        notes = [json.loads(line)["text"] for line in lines if line.strip()]
    scrubber = scrubadub.Scrubber()
    # The first time makes ready what is made at the first use.
    for _ in range(2):
        start = time.perf_counter()
        found = [[[filth.beg, filth.end] for filth in scrubber.iter_filth(note)] for note in notes]
        seconds = time.perf_counter() - start
    with open(out, "w", encoding="utf-8") as file:
        for spans in found:
            file.write(json.dumps(spans) + "\n")
    print(seconds)


main()
