"""The functions that chartguard.h declares, with what each parameter is."""

import re

PROTOTYPE = re.compile(r"^((?:const )?\w+ \**)(cg_\w+)\(([^;]*?)\);", re.MULTILINE | re.DOTALL)


class Function:
    """A function; `parameters` are (what, C type, name), where a text stands for its pointer and its length."""

    def __init__(self, returns, name, parameters):
        self.returns, self.name = returns.strip(), name
        self.parameters = []
        parts = [] if parameters.strip() == "void" else [" ".join(part.split()) for part in parameters.split(",")]
        while parts:
            part = parts.pop(0)
            kind, parameter = re.match(r"(.*?[ *])(\w+)$", part).groups()
            kind = kind.strip()
            follows = parts[0] if parts else ""
            if kind in ("const char *", "const uint8_t *") and re.match(r"size_t \w*len$", follows):
                parts.pop(0)
                self.parameters.append(("text", kind, parameter))
            elif kind == "const cg_str *":
                self.parameters.append(("texts", kind, parameter))
            elif kind.endswith("**"):
                self.parameters.append(("out", kind, parameter))
            elif kind.startswith(("const cg_", "cg_")) and kind.endswith("*") and kind != "cg_finding *":
                self.parameters.append(("handle", kind.removeprefix("const ").removesuffix(" *"), parameter))
            elif kind.endswith("*") or kind in ("cg_judge", "cg_audit_keep", "cg_log"):
                self.parameters.append(("pointer", kind, parameter))
            else:
                self.parameters.append(("number", kind, parameter))


# Handles that may be NULL.
OPTIONAL = {"cg_access_require": ("audit",), "cg_scrubber_scrub_into": ("audit",), "cg_search_open": ("embedder",)}


def functions(header):
    """All of them, in the order of the header."""
    # Comments speak of functions too.
    source = re.sub(r"/\*.*?\*/|//[^\n]*", "", open(header, encoding="utf-8").read(), flags=re.DOTALL)
    return [Function(*found) for found in PROTOTYPE.findall(source)]
