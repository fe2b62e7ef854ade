"""Scrub a note with what is known of the patient, and keep an audit log of it."""

import pathlib
import tempfile

import chartguard

PATIENT = {
    "names": ["Rosalind Marie Achterberg"],
    "birth_date": "1941-03-14",
    "mrns": ["00482910"],
    "relatives": ["Wim Achterberg"],
}
NOTE = "Ms Achterburg (born 14 march 1941, chart 48-2910) came with Wim. Roz tolerated gait training well."
# Yours lies in your own key store.
KEY = b"at least sixteen bytes"

scrubber = chartguard.Scrubber()
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "audit.jsonl"
    log = chartguard.AuditLog(path, key=KEY)
    print(scrubber.scrub(NOTE, patient=PATIENT, audit=log, actor="u-17").text)
    print(log.head["records"], "records")
    for event in chartguard.AuditLog.events(path, key=KEY):
        print(event["action"], event["outcome"], event["counts"])
    del log
