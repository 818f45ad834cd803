"""What two runs never have in common, masked: ids, times, and names that are drawn."""

from __future__ import annotations

import json
import re
from typing import Any

DRAWN = re.compile(r"\b[a-z2-7]{12}\b")
MASKS = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"), "TIME"),
    (re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|\b[0-9a-f]{32}\b"), "UUID"),
    (re.compile(r"\b(life|story)-\w+(-[\w.]+)*-[a-z0-9]{12}\b"), "PHYSICAL NAME"),
    (re.compile(r"127\.0\.0\.1:\d+"), "HERE"),
    (DRAWN, "MEMBER"),
)


def masked(value: Any) -> Any:
    """A JSON value without them."""
    text = json.dumps(value, sort_keys=True)
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return json.loads(text)


def member(name: str) -> str:
    """A resource's name, without what is drawn for a member of a group."""
    return "MEMBER" if DRAWN.fullmatch(name) else name
