"""Masking works on the parts of an error, whatever class it is of; where it can't, nothing of the error is shown."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from heatlite import exception
from heatlite.engine.common.template_errors import SeveralMistakes, placed
from heatlite.template import Mask
from heatlite.template.mask import CANT_BE_SHOWN, MASKED, masked, without_secrets

SECRET, PIN = "hunter2-Password", 4711
MASK = Mask.of([SECRET, PIN])
CLASSES = [
    it
    for it in vars(exception).values()
    if inspect.isclass(it) and issubclass(it, exception.HeatliteError) and not issubclass(it, exception.ErrorWithPath)
]


class Texts(dict[str, str]):
    """Whatever a message asks for."""

    def __missing__(self, name: str) -> str:
        return f"{name} {SECRET}"


def fields(kind: type[Exception]) -> dict[str, Any]:
    asked = Texts()
    found: dict[str, Any] = {}

    class Noting(Texts):
        def __missing__(self, name: str) -> str:
            found[name] = asked[name]
            return found[name]

    (kind.__doc__ or "").format_map(Noting())
    return found


def told(error: Exception) -> str:
    """All that goes over the wire, and whatever else the error keeps."""
    return json.dumps([str(error), repr(error.args), repr(vars(error))])


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_of_any_class_stays_what_it_is_and_tells_nothing_hidden(kind: type[exception.HeatliteError]) -> None:
    error = kind(**fields(kind))
    hidden = without_secrets(error, MASK)
    assert type(hidden) is kind
    assert str(hidden) == str(error).replace(SECRET, MASKED)
    assert SECRET not in told(hidden)


@pytest.mark.parametrize("kind", [exception.StackValidationFailed, exception.PropertyError, exception.ResourceFailure])
def test_an_error_with_a_place_keeps_it(kind: type[exception.ErrorWithPath]) -> None:
    hidden = without_secrets(kind("Property error", ["resources", "db"], f"Value {SECRET} is none"), MASK)
    assert (type(hidden), str(hidden)) == (kind, f"Property error: resources.db: Value {MASKED} is none")


def test_two_mistakes_told_together_tell_nothing_hidden() -> None:
    mistakes = [exception.PropertyError("", f"resources.{name}", f"'{SECRET}' and {PIN}") for name in ("a", "b")]
    hidden = without_secrets(placed("resources.c", SeveralMistakes(mistakes)), MASK)
    assert str(hidden).count(MASKED) == 4
    several = without_secrets(SeveralMistakes(mistakes), MASK)
    assert isinstance(several, SeveralMistakes)
    assert SECRET not in told(several) + "".join(told(each) for each in several.mistakes)
    assert str(PIN) not in told(several)


def test_what_is_hidden_in_a_field_only_is_masked_as_well() -> None:
    class Silent(exception.HeatliteError):
        """Nothing to see here."""

    hidden = without_secrets(Silent(pairs={"pin": [PIN, SECRET]}, text=SECRET), MASK)
    assert hidden.kwargs == {"pairs": {"pin": [MASKED, MASKED]}, "text": MASKED}


def test_an_error_without_secrets_is_the_very_same() -> None:
    error = exception.StackExists(stack_name="web")
    assert without_secrets(error, MASK) is error


class Stubborn(exception.HeatliteError):
    """Breaks whoever looks at it."""

    def __init__(self) -> None:
        super().__init__(secret=SECRET)
        self.ready = True

    def __str__(self) -> str:
        if vars(self).get("ready"):
            raise ValueError(SECRET)
        return ""


class StubbornStranger(Exception):
    def __str__(self) -> str:
        raise ValueError(SECRET)


@pytest.mark.parametrize("error", [Stubborn(), StubbornStranger(SECRET)])
def test_where_masking_fails_nothing_of_the_original_is_shown(error: Exception) -> None:
    with pytest.raises(exception.Error) as raised, masked(MASK):
        raise error
    assert str(raised.value) == CANT_BE_SHOWN
    assert SECRET not in told(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_a_text_that_the_mask_cannot_search_is_hidden_whole() -> None:
    class Broken(Mask):
        @property
        def _starts(self) -> Any:
            raise RecursionError

    assert Broken(frozenset({SECRET}))(f"it is {SECRET}") == MASKED
