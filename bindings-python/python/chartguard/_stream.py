"""An iterable of pieces as an iterator of what leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from chartguard._chartguard import Released, Scrubber
from chartguard._containers import named


@named
def scrub_stream(
    scrubber: Scrubber,
    pieces: Iterable[str],
    *,
    patient: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
    lookahead: int | None = None,
) -> Iterator[Released]:
    """Scrub a text that comes in pieces, and yield what leaves as soon as it does.

    Parameters
    ----------
    scrubber : Scrubber
    pieces : iterable of str
        A value may go on from one piece to the next.
    patient, context, lookahead
        As in ``Scrubber.stream``.

    Yields
    ------
    Released
        Those with text; the last comes when `pieces` has ended. After an error nothing more leaves.

    Raises
    ------
    ConfigError
        `patient`, `context` or `lookahead` is not what it should be.
    ChartguardError
        As from ``ScrubStream.push`` and ``finish``: the text that is still held cannot be searched.

    Examples
    --------
    >>> from chartguard import Scrubber, scrub_stream
    >>> turns = (f"Mrs. Achterberg did set {number} of the heel slides.\\n" for number in range(100))
    >>> parts = list(scrub_stream(Scrubber(), turns))
    >>> len(parts) > 1, parts[0].text.splitlines()[0]
    (True, 'Mrs. [NAME] did set 0 of the heel slides.')
    """
    with scrubber.stream(patient=patient, context=context, lookahead=lookahead) as stream:
        for piece in pieces:
            released = stream.push(piece)
            if released.text:
                yield released
        released = stream.finish()
        if released.text:
            yield released
