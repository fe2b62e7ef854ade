"""Streams: pieces do not matter, offsets count code points of the whole, errors end it, threads and close."""

import random
from concurrent.futures import ThreadPoolExecutor

import chartguard
import pytest
from chartguard import Scrubber, scrub_stream

KEY = bytes(range(32))
TEXT = "".join(
    f"SPEAKER {turn % 2}: Dr. Núñez 👍 saw Mrs. Achterberg on 03/{turn % 28 + 1:02}/2024, MRN {4471203 + turn}.\n"
    for turn in range(60)
)


def pieces(text: str, seed: int) -> list[str]:
    numbers = random.Random(seed)
    out = []
    while text:
        size = numbers.choice([1, 3, 17, 400])
        out.append(text[:size])
        text = text[size:]
    return out


def whole(parts: list[chartguard.Released]) -> tuple[str, list[chartguard.Finding]]:
    return "".join(part.text for part in parts), [finding for part in parts for finding in part.findings]


def test_pieces_do_not_matter() -> None:
    scrubber = Scrubber(seed=3, categories={"name": {"operator": "surrogate"}, "mrn": {"numbered": True}})
    expected = whole(list(scrub_stream(scrubber, [TEXT], lookahead=256)))
    assert "Achterberg" not in expected[0] and "Núñez" not in expected[0]
    for seed in range(5):
        assert whole(list(scrub_stream(scrubber, pieces(TEXT, seed), lookahead=256))) == expected


def test_offsets_count_code_points_of_the_whole() -> None:
    parts = list(scrub_stream(Scrubber(), pieces(TEXT, 1), lookahead=256))
    assert len(parts) > 5
    findings = [finding for part in parts for finding in part.findings]
    found = {TEXT[finding.start : finding.end] for finding in findings}
    assert {"Núñez", "Achterberg", "03/01/2024", "4471203"} <= found
    assert all(reason.end <= len(TEXT) for finding in findings for reason in finding.reasons)
    for part in parts:
        assert all(part.text[start:end].startswith("[") for start, end in part.places)
    assert findings == Scrubber().scrub(TEXT).findings


def test_a_short_text_equals_one_call() -> None:
    scrubber = Scrubber(policy="expert-determination", key=KEY, categories={"date": {"operator": "date_shift"}})
    context = {"patient_id": "4471203"}
    with scrubber.stream(context=context, lookahead=len(TEXT.encode())) as stream:
        parts = [stream.push(piece) for piece in pieces(TEXT, 2)]
        assert stream.held == len(TEXT.encode())
        parts.append(stream.finish())
    once = scrubber.scrub(TEXT, context=context)
    assert whole(parts) == (once.text, once.findings)


def test_a_known_patient() -> None:
    patient = {"names": ["Rosalind Vandersloot"]}
    turns = ["the knee is better\n"] * 40 + ["vandersloot, rosa", "lind left\n"]
    text = "".join(part.text for part in scrub_stream(Scrubber(), turns, patient=patient, lookahead=256))
    assert "rosalind" not in text and "vandersloot" not in text


def test_errors_end_it() -> None:
    with pytest.raises(chartguard.ConfigError, match="lookahead"):
        Scrubber().stream(lookahead=1)
    with pytest.raises(chartguard.ConfigError, match="fpe"):
        Scrubber(key=KEY, categories={"ssn": {"operator": "fpe"}}).stream()
    with pytest.raises(chartguard.ConfigError, match="patient_id"):
        Scrubber(policy="expert-determination", key=KEY, categories={"date": {"operator": "date_shift"}}).stream()
    stream = Scrubber().stream()
    with pytest.raises(chartguard.InputError):
        stream.push("\ud800")
    with pytest.raises(TypeError):
        stream.push(b"bytes")  # type: ignore[arg-type]
    assert stream.push("Seen by Dr. Achterberg.").text == ""
    assert "Achterberg" not in repr(stream)
    assert stream.finish().text == "Seen by Dr. [NAME]."
    for call in (stream.finish, lambda: stream.push("more")):
        with pytest.raises(chartguard.InputError, match="has ended"):
            call()
    dead = Scrubber().stream(lookahead=256)
    with pytest.raises(chartguard.InputError, match="65536"):
        dead.push("https://example.org/" + "a1" * 200_000)
    with pytest.raises(chartguard.InputError, match="nothing more leaves it"):
        dead.finish()


def test_closed_is_closed() -> None:
    with Scrubber().stream() as stream:
        stream.push("Seen by Dr. Achterberg.")
    assert stream.held == 0
    with pytest.raises(chartguard.ConfigError, match="closed"):
        stream.finish()


def test_streams_of_one_scrubber_on_threads() -> None:
    scrubber = Scrubber(seed=1, categories={"name": {"operator": "surrogate"}})
    work = lambda seed: whole(list(scrub_stream(scrubber, pieces(TEXT, seed), lookahead=256)))  # noqa: E731
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, range(8)))
    assert all(result == results[0] for result in results)
