"""The text of an uploaded document, and clear reasons for refusing one; no reason repeats its name or its text.

Everything happens in memory: nothing of a document is written to a temporary file.
"""

import io
import logging
import re
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import chartguard
import pypdf
from lxml import etree, html
from striprtf.striprtf import rtf_to_text

KINDS = ("txt", "rtf", "html", "docx", "pdf")
LARGEST = 50 << 20
"""Bytes of a document."""
LONGEST_NAME = 255
LONGEST_TEXT = 10_000_000
"""Characters: what a document of text can hold is less than what a small archive can unpack to."""
MOST_PAGES = 5_000

_NAME = re.compile(r"[^\W_][\w .,()+&'#-]*\.(txt|rtf|html?|docx|pdf)", re.IGNORECASE)
# Its warnings can quote the file.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


class Refused(Exception):
    """A document that is not taken: `status` is that of HTTP, the message says what would be right."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def kind_of(name: str) -> str:
    """The kind of document that a file name says, one of `KINDS`; refuses a name that is none."""
    if len(name) > LONGEST_NAME:
        raise Refused(422, f"the file name has {len(name)} characters; at most {LONGEST_NAME} are allowed")
    found = _NAME.fullmatch(name)
    if found is None:
        if "." in name and name.rsplit(".", 1)[1].lower() not in (*KINDS, "htm"):
            raise Refused(415, f"the type of this file is not read; allowed are {', '.join(KINDS)}")
        raise Refused(
            422,
            "a file name starts with a letter or digit, goes on with letters, digits, spaces and _ . , ( ) + & ' # -, "
            f"and ends in one of .{', .'.join(KINDS)}",
        )
    kind = found[1].lower()
    return "html" if kind == "htm" else kind


def safe_name(scrubber: chartguard.Scrubber, name: str, kind: str) -> str:
    """The name of a file, or one that says nothing where a strict scrubber finds that it may name somebody."""
    stem = PurePath(name).stem
    if not scrubber.find(re.sub(r"[\W_]+", " ", stem)) and not scrubber.find(stem):
        return name
    return f"document-{uuid.uuid4().hex[:8]}.{kind}"


def text_of(kind: str, data: bytes) -> str:
    """The text of a document of this kind; refuses what is too large, not of its kind, or without text."""
    if len(data) > LARGEST:
        raise Refused(413, f"the document has {len(data)} bytes; at most {LARGEST} ({LARGEST >> 20} MB) are allowed")
    # No database of text keeps NUL, which a PDF can hold.
    text = _READERS[kind](data).replace("\0", " ")
    if len(text) > LONGEST_TEXT:
        raise Refused(413, f"the document has {len(text)} characters of text; at most {LONGEST_TEXT} are allowed")
    if not text.strip():
        more = ": a scanned page needs OCR first" if kind == "pdf" else ""
        raise Refused(422, f"the document has no text{more}")
    return text


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data:
        raise Refused(422, "this is a binary file, not text")
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused(422, "the text is neither UTF-8 nor UTF-16 with a mark nor Windows-1252")


def _rtf(data: bytes) -> str:
    if not data.lstrip().startswith(b"{\\rtf"):
        raise Refused(422, "the file does not begin as RTF does, with {\\rtf")
    try:
        return rtf_to_text(data.decode("latin-1"), errors="replace")
    except Exception:
        raise Refused(422, "the RTF cannot be read") from None


# Elements that end a line; a name is never cut by one that does not.
_BLOCKS = frozenset(
    "address article aside blockquote br caption dd div dl dt figcaption footer form h1 h2 h3 h4 h5 h6 header hr legend li"
    " main nav ol option p pre section summary table title tr ul".split()
)
_UNSEEN = frozenset(["script", "style", "template", "noscript"])


def _html(data: bytes) -> str:
    text = _decoded(data)
    try:
        # A declared encoding is no longer that of the text.
        root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (etree.ParserError, ValueError):
        raise Refused(422, "the file is no HTML") from None
    parts: list[str] = []
    # With a list of what is left to do, for nesting has no bound.
    todo: list[tuple[Any, bool]] = [(root, False)]
    while todo:
        node, left = todo.pop()
        seen = isinstance(node.tag, str) and node.tag not in _UNSEEN
        if seen and node.tag in _BLOCKS:
            parts.append("\n")
        if left or not seen:
            if seen and node.tag in ("td", "th"):
                parts.append("\t")
            parts.append(_spaced(node.tail))
            continue
        parts.append(_spaced(node.text))
        todo.append((node, True))
        todo.extend((child, False) for child in reversed(node))
    return re.sub(r"[ \t]*\n\s*\n\s*", "\n\n", "".join(parts)).strip()


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_ORDER = ("header", "document", "foot", "end")


def _docx(data: bytes) -> str:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = [name for name in archive.namelist() if _PARTS.fullmatch(name)]
        if "word/document.xml" not in names:
            raise Refused(422, "the file is no DOCX: it has no word/document.xml")
        if sum(archive.getinfo(name).file_size for name in names) > 4 * LARGEST:
            raise Refused(413, f"the document unpacks to more than {4 * LARGEST} bytes")
        names.sort(key=lambda name: (next(i for i, part in enumerate(_ORDER) if name[5:].startswith(part)), name))
        return "\n\n".join(text for name in names if (text := _part(archive.read(name))))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, etree.XMLSyntaxError, EOFError, ValueError):
        raise Refused(422, "the DOCX cannot be read: it is damaged, encrypted or of another kind") from None


def _part(xml: bytes) -> str:
    """The paragraphs of one part, those of tables and text boxes too; what was deleted under review is left out."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(xml, parser)
    for copy in list(root.iter(_FALLBACK)):
        copy.getparent().remove(copy)
    parts: list[str] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            if node.tag == _W + "p":
                parts.append("\n")
        elif node.tag == _W + "t":
            parts.append(node.text or "")
        elif node.tag == _W + "tab":
            parts.append("\t")
        elif node.tag in (_W + "br", _W + "cr"):
            parts.append("\n")
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def _pdf(data: bytes) -> str:
    if b"%PDF-" not in data[:1024]:
        raise Refused(422, "the file does not begin as PDF does, with %PDF-")
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Refused(422, "the PDF is encrypted: save it without a password")
        if len(reader.pages) > MOST_PAGES:
            raise Refused(413, f"the PDF has {len(reader.pages)} pages; at most {MOST_PAGES} are allowed")
        parts, length = [], 0
        for page in reader.pages:
            parts.append(page.extract_text())
            length += len(parts[-1])
            if length > LONGEST_TEXT:
                break
        return "\n\n".join(parts)
    except Refused:
        raise
    except Exception:
        # It raises whatever its parts raise.
        raise Refused(422, "the PDF cannot be read: it is damaged or of another kind") from None


_READERS = {"txt": _decoded, "html": _html, "rtf": _rtf, "docx": _docx, "pdf": _pdf}


@dataclass(frozen=True)
class Document:
    """An uploaded document: its kind and its text, which is still the original."""

    kind: str
    text: str

    @classmethod
    def read(cls, name: str, data: bytes) -> "Document":
        """The document of a file name and its bytes, or a `Refused`."""
        kind = kind_of(name)
        return cls(kind, text_of(kind, data))

    def __repr__(self) -> str:
        return f"<Document {self.kind}, {len(self.text)} characters>"
