"""Settings from the environment into a dataclass, checked at the start; an unknown CHARTGUARD_ name is refused with the nearest known one.

    @dataclass(frozen=True)
    class Settings:
        data: Path = setting("CHARTGUARD_DATA", Path("data"), "where everything is kept")
        workers: int = setting("CHARTGUARD_WORKERS", 4, "threads", least=1, most=64)

    settings = read(Settings, os.environ)
"""

import dataclasses
import difflib
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

PREFIX = "CHARTGUARD_"
_S = TypeVar("_S")


class SettingsError(Exception):
    """A setting that is wrong: names it, and says what would be right; never repeats its value, which may be a secret."""


def setting(name: str, default: Any, meaning: str, *, least: float | None = None, most: float | None = None) -> Any:
    """A member of a settings class: its name in the environment, its default, what it means and its bounds."""
    return dataclasses.field(
        default=default, metadata={"name": name, "meaning": meaning, "least": least, "most": most}
    )


def read(settings: type[_S], environment: Mapping[str, str]) -> _S:
    """The settings of this class that the environment gives; an empty value is as none."""
    kinds = typing.get_type_hints(settings)
    fields = dataclasses.fields(settings)  # type: ignore[arg-type]
    known = [field.metadata["name"] for field in fields]
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            nearest = difflib.get_close_matches(name, known, 1, 0.6)
            hint = f"; did you mean {nearest[0]}?" if nearest else f"; known are {', '.join(sorted(known))}"
            raise SettingsError(f"there is no setting {name}{hint}")
    values = {}
    for field in fields:
        text = environment.get(field.metadata["name"], "")
        if text:
            values[field.name] = _value(field, kinds[field.name], text)
    return settings(**values)


def table(settings: type[Any]) -> str:
    """The settings as the table of a README."""
    lines = ["| setting | default | what it is |", "|---|---|---|"]
    for field in dataclasses.fields(settings):
        default = "" if field.default is None else f" `{str(field.default).lower() if field.type is bool else field.default}`"
        lines.append(f"| `{field.metadata['name']}` |{default} | {field.metadata['meaning']} |")
    return "\n".join(lines) + "\n"


def _value(field: dataclasses.Field[Any], kind: Any, text: str) -> Any:
    if isinstance(kind, types.UnionType):
        (kind,) = (one for one in kind.__args__ if one is not types.NoneType)
    name, least, most = (field.metadata[key] for key in ("name", "least", "most"))
    if kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            what = "a whole number" if kind is int else "a number"
            raise SettingsError(f"{name} is not {what}") from None
        if (least is not None and value < least) or (most is not None and value > most):
            raise SettingsError(f"{name} is out of range: from {least} to {most if most is not None else 'any'}")
        return value
    if kind is bool:
        if text.lower() not in ("true", "false", "1", "0", "yes", "no"):
            raise SettingsError(f"{name} is neither true nor false")
        return text.lower() in ("true", "1", "yes")
    return Path(text) if kind is Path else text
