"""Times presidio-analyzer over labelled notes: presidio.py GOLD.jsonl OUT.jsonl.

Its recognizers run without a language model: the models of spaCy are not in the package registry. A blank pipeline splits
the words and gives each its lower-case form, so that words of context raise scores as they do with a model.
"""
import json
import sys
import time

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from spacy.language import Language


# The suffixes of domains that come with the package: nothing is fetched, and no failing fetch is timed.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())


@Language.component("lower_case_lemmas")
def lower_case_lemmas(doc):
    for token in doc:
        token.lemma_ = token.lower_
    return doc


class BlankEngine(SpacyNlpEngine):
    def __init__(self):
        super().__init__()
        pipeline = spacy.blank("en")
        pipeline.add_pipe("lower_case_lemmas")
        pipeline.max_length = 10_000_000
        self.nlp = {"en": pipeline}

    def load(self):
        pass

    def is_loaded(self):
        return True


def main():
    gold, out = sys.argv[1:]
    with open(gold, encoding="utf-8") as lines:
        notes = [json.loads(line)["text"] for line in lines if line.strip()]
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    engine = AnalyzerEngine(registry=registry, nlp_engine=BlankEngine(), supported_languages=["en"])
    # The first time makes ready what is made at the first use.
    for _ in range(2):
        start = time.perf_counter()
        found = [engine.analyze(note, language="en") for note in notes]
        seconds = time.perf_counter() - start
    with open(out, "w", encoding="utf-8") as file:
        for results in found:
            file.write(json.dumps([[result.start, result.end] for result in results]) + "\n")
    print(seconds)


main()
