"""Text as HTML, SVG and DOT take it. What comes from a user can't leave the place where it is put.

Characters that XML doesn't know are shown as �, since one of them would make the whole file unreadable.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: object) -> str:
    """A value between tags, or within the double quotes of an attribute."""
    return html.escape(NOT_XML.sub("\ufffd", str(value)), quote=True)


def quoted(value: object) -> str:
    """A value as a DOT string, quotes included."""
    escaped = NOT_XML.sub("\ufffd", str(value)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'.replace("\n", "\\n")


def data(value: Any) -> str:
    """A value as JSON within a script element, which ends at the first ``</``."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


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
