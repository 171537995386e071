"""Reads case files: YAML whose scalars stay the text that was written.

A number that passes through a float is no longer the number of the case, so every scalar is kept as text (null aside);
the landing files carry text and the contracts type it. What cannot be read is returned beside what can.
"""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TextLoader(_Base):  # type: ignore[misc]
    """A safe loader that keeps numbers and dates as they are written and refuses a key given twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value != "<<" and isinstance(key.value, str) and key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value} is given twice", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


def _as_written(_: Any, node: Any) -> str:
    return str(node.value)


def _integer(_: Any, node: Any) -> str:
    return str(node.value).replace("_", "")


def _number(_: Any, node: Any) -> str:
    text = str(node.value).replace("_", "")
    try:
        return format(Decimal(text), "f") if "e" in text.lower() else text
    except InvalidOperation:
        return text


def _truth(_: Any, node: Any) -> str:
    return "true" if str(node.value).lower() in ("true", "yes", "on") else "false"


_TextLoader.add_constructor("tag:yaml.org,2002:int", _integer)
_TextLoader.add_constructor("tag:yaml.org,2002:float", _number)
_TextLoader.add_constructor("tag:yaml.org,2002:bool", _truth)
_TextLoader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)
_TextLoader.add_constructor("tag:yaml.org,2002:str", _as_written)


@dataclass(frozen=True)
class Source:
    """One case as written: its id, where it stands, and its body of texts, lists and mappings."""

    case_id: str
    mechanic: str
    place: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Unread:
    """Something that should have been a case and cannot be run."""

    case_id: str
    mechanic: str
    reason: str


def _loaded(text: str) -> list[Any]:
    # Of a million nodes none is garbage until all are: looking for it takes twice as long as reading.
    gc.disable()
    try:
        content = yaml.load(text, Loader=_TextLoader)
    finally:
        gc.enable()
    if content is None:
        return []
    if not isinstance(content, list):
        raise yaml.YAMLError("a file of cases is a list")
    return content


def _problem(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _entries(text: str, name: str) -> tuple[list[Any], list[Unread]]:
    """The entries of a file; when it does not parse as a whole, each entry by itself, so that one spoils no other."""
    try:
        return _loaded(text), []
    except (yaml.YAMLError, RecursionError, ValueError) as whole:
        pieces = [piece for piece in re.split(r"(?m)^(?=- )", text) if piece.startswith("- ")]
        if len(pieces) < 2:
            return [], [Unread(_written_id(text) or name, "unread", f"{name} does not parse: {_problem(whole)}")]
    entries: list[Any] = []
    unread: list[Unread] = []
    for number, piece in enumerate(pieces, start=1):
        try:
            entries.extend(_loaded(piece))
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            case_id = _written_id(piece) or f"{name}#{number}"
            unread.append(Unread(case_id, "unread", f"does not parse: {_problem(error)}"))
    return entries, unread


def _written_id(piece: str) -> str | None:
    found = re.search(r"(?m)^- (?:\s*\{\s*)?id:\s*['\"]?([^\s'\",{}\[\]]+)", piece)
    return found[1] if found else None


def case_files(place: Path) -> list[Path]:
    """Every file of cases under a folder, in the order of their paths; or the one file that is given.

    Raises FileNotFoundError when there is none.
    """
    files = (
        [place]
        if place.is_file()
        else sorted(path for path in place.rglob("*") if path.suffix in (".yml", ".yaml") and path.is_file())
    )
    if not files:
        raise FileNotFoundError(f"no case files (*.yml) in {place}")
    return files


def read_cases(place: Path) -> tuple[list[Source], list[Unread]]:
    """Reads all cases found at a place.

    Returns the cases that can be translated and, with its reason, everything else: files and entries that do not
    parse, entries that are no mapping or have no usable id, and cases whose id an earlier one has.
    """
    sources: list[Source] = []
    unread: list[Unread] = []
    places: dict[str, str] = {}
    root = place if place.is_dir() else place.parent
    for path in case_files(place):
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            unread.append(Unread(name, "unread", f"{name} cannot be read: {_problem(error)}"))
            continue
        entries, broken = _entries(text, name)
        unread.extend(broken)
        for number, entry in enumerate(entries, start=1):
            if not isinstance(entry, dict):
                unread.append(Unread(f"{name}#{number}", "unread", "an entry of the list is not a case"))
                continue
            case_id, mechanic = entry.get("id"), entry.get("mechanic")
            mechanic = mechanic if isinstance(mechanic, str) and mechanic else "unnamed"
            if not isinstance(case_id, str) or not case_id.strip():
                unread.append(Unread(f"{name}#{number}", mechanic, "the case has no id"))
            elif "|" in case_id:
                unread.append(Unread(case_id, mechanic, "an id with | cannot stand before the values of a list"))
            elif case_id in places:
                unread.append(Unread(case_id, mechanic, f"its id is that of a case in {places[case_id]}"))
            else:
                places[case_id] = name
                sources.append(Source(case_id, mechanic, name, entry))
    return sources, unread
