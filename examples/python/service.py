"""A small HTTP service with FastAPI: /scrub and /score, with a limit on the size of a request.

    pip install fastapi uvicorn
    uvicorn --app-dir examples/python service:app

Nothing of a note is logged, and no error repeats it.

A note is worked on in a thread: called within ``async def``, the engine would hold the event loop, which answers all requests, until
a large note is done. It works without the GIL, so that as many notes are worked on at a time as there are cores.
"""

import chartguard
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

LARGEST = 1 << 20

app = FastAPI(title="chartguard")
# Built once; requests share them, for they never change.
scrubber = chartguard.Scrubber()
scorer = chartguard.Scorer(chartguard.Rubric.builtin("medicare-outpatient-therapy"))


@app.middleware("http")
async def limit(request: Request, answer):
    """Refuse what is too large before it is read. A body without its length is refused too."""
    if request.method == "POST":
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            return JSONResponse({"error": "Content-Length is required"}, 411)
        if int(length) > LARGEST:
            return JSONResponse({"error": f"at most {LARGEST} bytes"}, 413)
    return await answer(request)


@app.exception_handler(chartguard.ChartguardError)
async def failed(request: Request, error: chartguard.ChartguardError):
    return JSONResponse({"error": error.code}, 422 if error.code in ("input", "config") else 500)


async def note_of(request: Request) -> str:
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError:
        error = chartguard.InputError("the text is not UTF-8")
        error.code = "input"
        raise error from None


@app.post("/scrub")
async def scrub(request: Request):
    """The note as the body, in UTF-8."""
    scrubbed = await run_in_threadpool(scrubber.scrub, await note_of(request))
    return scrubbed.to_dict()


@app.post("/score")
async def score(request: Request, doc_type: str | None = None, discipline: str | None = None):
    """The note as the body, in UTF-8."""
    note = await note_of(request)
    report = await run_in_threadpool(scorer.score, note, doc_type=doc_type, discipline=discipline)
    return report.to_dict()
