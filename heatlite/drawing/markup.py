"""Text escaped for HTML, SVG, DOT and terminals, so that a user's text can't leave the place where it is put.

Characters that control a terminal or change the direction of the text are shown as Python escapes. Other characters
that XML doesn't allow are shown as �, because one of them would make the whole file unreadable.
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
"""Control characters except tab, form feed and line ends; direction marks; characters without width."""
IN_LINE = re.compile(f"{STEERING.pattern}|[\t\n\f\r]")


def visible(value: object) -> str:
    """Escape the characters that control a terminal, as in ``\\x1b``. Line ends stay."""
    return STEERING.sub(_escape, str(value))


def in_line(value: object) -> str:
    """Escape likewise for a name within a line: line ends too."""
    return IN_LINE.sub(_escape, str(value))


def _escape(found: re.Match[str]) -> str:
    return ascii(found[0])[1:-1]


def text(value: object) -> str:
    """Escape a value for use between tags, or within the double quotes of an attribute."""
    return html.escape(NOT_XML.sub("\ufffd", visible(value)), quote=True)


def quoted(value: object) -> str:
    """Write a value as a DOT string, quotes included."""
    escaped = NOT_XML.sub("\ufffd", visible(value)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.replace("\n", "\\n")


def data(value: Any) -> str:
    """Write a value as JSON for a script element, which would end at the first ``</``. Texts are made ``visible``."""
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
    """Count the columns that a text takes in a monospaced font. Wide characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in value)


def shortened(value: str, most: int) -> str:
    """Shorten a text to at most ``most`` columns. Keep its beginning and its end, because names differ at both."""
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
