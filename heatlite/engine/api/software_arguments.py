"""Turn a client's arguments about configs and deployments into typed values. An error names the wrong argument."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from oslo_utils import timeutils

from heatlite.engine.api import finding
from heatlite.engine.api.arguments import invalid, mapping

LONGEST_TEXT, LONGEST_PROJECT = 255, 64


def states(given: Mapping[str, Any]) -> dict[str, Any]:
    """Check the given parts of a deployment's state, and return them.

    :raises Invalid: when a part is of a wrong type
    """
    maps, texts = ("input_values", "output_values"), ("action", "status", "status_reason")
    read = {name: None if given[name] is None else dict(mapping(name, given[name])) for name in maps if name in given}
    limit = {"status_reason": None}
    return {**read, **{name: text(name, given[name], limit.get(name, LONGEST_TEXT)) for name in texts if name in given}}


def text(name: str, value: Any, longest: int | None = LONGEST_TEXT) -> str | None:
    """Check a text that a column stores, and return it; None stays None.

    :raises Invalid: when the value is something else, or too long
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid(f"{name} must be a string, not {value!r:.80}")
    if longest is not None and (len(value) > longest or "\x00" in value):
        raise invalid(f'"{name}" should be no more than {longest} characters')
    return value


def needed(name: str, value: Any) -> str:
    """Check a text that must be given, and return it.

    :raises Invalid: when it is missing, something else or too long
    """
    if not value:
        raise invalid(f"{name} must be specified")
    return text(name, value) or ""


def given_id(value: Any) -> str:
    """Check an id that the client chose, and return it.

    :raises Invalid: when it isn't a UUID
    """
    if not finding.is_uuid(value):
        raise invalid(f"deployment_id must be a UUID, not {value!r:.80}")
    return str(value)


def moment(written: Any) -> datetime.datetime:
    """Parse a time; one that names no zone is in UTC.

    :raises Invalid: when it isn't a time
    """
    try:
        return timeutils.normalize_time(timeutils.parse_isotime(str(written)))
    except (ValueError, OverflowError):
        raise invalid(f"updated_at must be a time such as 2026-11-20T22:22:30, not {written!s:.80}") from None
