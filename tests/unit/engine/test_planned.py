"""What a plan tells of a value: nothing that is hidden, and all else as it is."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.engine.decision.planned import LATER, told_value
from heatlite.template import UNKNOWN, Mask
from heatlite.template.mask import MASKED

MASK = Mask.of(["hunter2-Password", 4711, "True", "None"])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("it is hunter2-Password", f"it is {MASKED}"),
        (4711, MASKED),
        (4712, 4712),
        (True, True),
        (None, None),
        (UNKNOWN, LATER),
        ({"hunter2-Password": [4711, {"a": 1.5}]}, {MASKED: [MASKED, {"a": 1.5}]}),
        ((UNKNOWN, "b"), [LATER, "b"]),
    ],
)
def test_a_value_is_told_without_what_is_hidden(value: Any, told: Any) -> None:
    assert told_value(value, MASK) == told
