"""Text as HTML, SVG, DOT and terminals take it. What comes from a user can't leave the place where it is put.

Characters that steer a terminal, or turn the direction of the text around them, are shown as Python escapes them. What
XML doesn't know beside them is shown as �, since one such character would make the whole file unreadable.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

STEERING = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "|\r(?!\n)"
)
"""Controls but for tab, form feed and the ends of lines; marks of direction; characters without width."""
IN_LINE = re.compile(f"{STEERING.pattern}|[\t\n\f\r]")


def visible(value: object) -> str:
    """A text of any number of lines, with an escape such as ``\\x1b`` for what would steer a terminal."""
    return STEERING.sub(_escape, str(value))


def in_line(value: object) -> str:
    """The same for a name in a line: it ends no line either."""
    return IN_LINE.sub(_escape, str(value))


def _escape(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


def text(value: object) -> str:
    """A value between tags, or within the double quotes of an attribute."""
    return html.escape(NOT_XML.sub("\ufffd", visible(value)), quote=True)


def quoted(value: object) -> str:
    """A value as a DOT string, quotes included."""
    escaped = NOT_XML.sub("\ufffd", visible(value)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.replace("\n", "\\n")


def data(value: Any) -> str:
    """A value as JSON within a script element, which ends at the first ``</``; its texts as ``visible`` has them."""
    return json.dumps(_visible_in(value), separators=(",", ":")).replace("<", "\\u003c")


def _visible_in(value: Any) -> Any:
    match value:
        case str():
            return visible(value)
        case dict():
            return {visible(key): _visible_in(item) for key, item in value.items()}
        case list() | tuple():
            return [_visible_in(item) for item in value]
    return value


def width(value: str) -> int:
    """How many columns of a monospaced font a text takes: wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in value)


def shortened(value: str, most: int) -> str:
    """A text of at most ``most`` columns; of a longer one the beginning and the end, since names differ at both."""
    if width(value) <= most:
        return value
    room = most - 1
    return f"{_fitting(value, room - room // 3)}…{_fitting(value[::-1], room // 3)[::-1]}"


def _fitting(value: str, most: int) -> str:
    kept = ""
    for each in value:
        if width(kept + each) > most:
            break
        kept += each
    return kept
