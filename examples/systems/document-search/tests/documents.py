"""Documents of every kind that say the same, with identifiers of an invented patient."""

import io
import zipfile

from reportlab.pdfgen import canvas

PLANTED = ("Achterberg", "219-09-9999", "4471203", "rosalind@example.org")
LINES = (
    "Patient: Rosalind Achterberg, SSN 219-09-9999, MRN: 4471203, rosalind@example.org.",
    "Knee pain on stairs for six weeks, worse at night. Quadriceps strength 4/5.",
    "Plan: gait training twice a week, home exercise program, return in one month.",
)


def txt() -> bytes:
    return "\n\n".join(LINES).encode()


def html() -> bytes:
    # The name is cut by markup that shows nothing.
    body = "".join(f"<p>{line}</p>" for line in LINES).replace("Achterberg", "Achter<b>berg</b>")
    return f"<!doctype html><html><head><title>Visit</title><style>p {{}}</style></head><body>{body}</body></html>".encode()


def rtf() -> bytes:
    return ("{\\rtf1\\ansi " + "\\par ".join(LINES).replace("Achterberg", "Achter\\b berg\\b0 ") + "\\par}").encode()


def docx() -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    runs = [line.replace("Achterberg", "Achter</w:t></w:r><w:r><w:t>berg") for line in LINES]
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{run}</w:t></w:r></w:p>' for run in runs)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
    return file.getvalue()


def pdf(lines: tuple[str, ...] = LINES) -> bytes:
    file = io.BytesIO()
    page = canvas.Canvas(file)
    for at, line in enumerate(lines):
        page.drawString(50, 780 - 20 * at, line)
    page.showPage()
    page.save()
    return file.getvalue()


KINDS = {"txt": txt, "html": html, "rtf": rtf, "docx": docx, "pdf": pdf}
