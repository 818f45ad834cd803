"""Sight: what was seen of a physical resource, compared with the properties by which it was made or changed last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GONE, TROUBLE, PROPERTIES = "gone", "trouble", "properties"


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen. A resource that is as its properties say has the sight ``AS_IT_SHOULD_BE``.

    ``is_gone``: it doesn't exist. ``trouble``: why it is broken, a part of a sentence; empty: it isn't. ``properties``:
    those that differ, as they were found, in the form of a template.
    """

    is_gone: bool = False
    trouble: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether anything is other than it should be."""
        return self.is_gone or bool(self.trouble or self.properties)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON; ``from_dict`` reads that."""
        found: dict[str, Any] = {GONE: True} if self.is_gone else {}
        found |= {TROUBLE: self.trouble} if self.trouble else {}
        return found | ({PROPERTIES: dict(self.properties)} if self.properties else {})

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Sight:
        """Return the sight that ``to_dict`` wrote."""
        return cls(bool(found.get(GONE)), found.get(TROUBLE, ""), found.get(PROPERTIES) or {})


AS_IT_SHOULD_BE = Sight()
IS_GONE = Sight(is_gone=True)
