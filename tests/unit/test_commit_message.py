"""The form of commit messages, as the hook checks it."""

from __future__ import annotations

import pathlib
import subprocess

import pytest

TOOL = pathlib.Path(__file__).parents[2] / "tools" / "commit-message"
BODY = "\n\nThe plan would have been refused later."


def check(tmp_path: pathlib.Path, message: str) -> tuple[int, str]:
    """Return the hook's exit code and what it says of a message."""
    file = tmp_path / "message"
    file.write_text(message)
    done = subprocess.run([TOOL, file], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "message",
    [
        "Refuse a plan of a suspended stack" + BODY,
        "Need no password for the state folder" + BODY,
        "A" + "b" * 71 + BODY,
        "Refuse a plan\n\nBecause.\n# a comment of the editor's\n",
        "Merge branch 'main' into topic",
        'Revert "Refuse a plan"',
    ],
)
def test_a_message_in_form_passes(tmp_path: pathlib.Path, message: str) -> None:
    assert check(tmp_path, message) == (0, "")


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("A" + "b" * 72 + BODY, "73 characters"),
        ("refuse a plan" + BODY, "imperative"),
        ("Refused a plan" + BODY, "imperative"),
        ("Fixes a plan" + BODY, "imperative"),
        ("Refuse a plan." + BODY, "full stop"),
        ("Refuse a plan\nof a stack" + BODY, "second line"),
        ("Refuse a plan", "no body"),
        ("Refuse a plan\n\n# only a comment\n", "no body"),
        ("", "imperative"),
    ],
)
def test_a_message_out_of_form_is_refused_with_what_to_do(tmp_path: pathlib.Path, message: str, told: str) -> None:
    status, said = check(tmp_path, message)
    assert status == 1
    assert told in said
