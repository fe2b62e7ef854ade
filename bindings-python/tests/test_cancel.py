"""A call that is stopped raises `CancelledError` and returns nothing."""

import pickle
import threading

import chartguard
import pytest
from chartguard import Analyzer, Cancel, CancelledError, Rubric, Scorer, Scrubber

NOTE = "PT treatment note. SSN 219-09-9999. Gait training 15 min. Total treatment time: 15 minutes.\n"


@pytest.fixture(scope="module")
def scrubber():
    return Scrubber(model=None)


@pytest.fixture
def stopped():
    cancel = Cancel()
    cancel.cancel()
    return cancel


def test_another_thread_stops_a_call(scrubber):
    cancel = Cancel()
    # So long that no call comes to its end before.
    note = NOTE * 200_000
    threading.Timer(0.05, cancel.cancel).start()
    with pytest.raises(CancelledError) as raised:
        scrubber.until(cancel).scrub(note)
    assert raised.value.code == "cancelled"
    assert cancel.cancelled
    assert repr(cancel) == "<chartguard.Cancel cancelled=True>"


def test_time_is_over_after_the_timeout(scrubber):
    with pytest.raises(CancelledError):
        scrubber.until(Cancel(timeout=0.02)).scrub(NOTE * 200_000)
    late = Cancel(timeout=3600)
    assert scrubber.until(late).scrub(NOTE).text == scrubber.scrub(NOTE).text
    assert not late.cancelled
    assert Cancel(timeout=0).cancelled


@pytest.mark.parametrize("timeout", [-1, float("nan"), float("inf"), 1e300])
def test_a_timeout_that_is_none_is_refused(timeout):
    with pytest.raises(chartguard.ConfigError, match="timeout"):
        Cancel(timeout=timeout)


def test_every_kind_of_call_is_stopped(scrubber, stopped):
    scorer = Scorer(Rubric.builtin("medicare-outpatient-therapy"))
    until = scrubber.until(stopped)
    for call in (
        lambda: until.find(NOTE),
        lambda: until.scrub(NOTE),
        lambda: until.scrub_batch([NOTE, NOTE]),
        lambda: until.scrub_message(b"MSH|^~\\&|A\r", format="hl7"),
        lambda: until.stream().push(NOTE * 100),
        lambda: scorer.until(stopped).score(NOTE),
        lambda: Analyzer(scrubber, scorer).until(stopped).analyze(NOTE),
        lambda: Analyzer(until, scorer).analyze(NOTE),
    ):
        with pytest.raises(CancelledError):
            call()


def test_a_column_is_stopped(scrubber, stopped):
    pyarrow = pytest.importorskip("pyarrow")
    with pytest.raises(CancelledError):
        scrubber.until(stopped).scrub_column(pyarrow.array([NOTE, NOTE]))


def test_who_has_no_token_goes_on_and_a_pickle_has_none(scrubber, stopped):
    until = scrubber.until(stopped)
    assert scrubber.scrub(NOTE).text
    assert pickle.loads(pickle.dumps(until)).scrub(NOTE).text == scrubber.scrub(NOTE).text
