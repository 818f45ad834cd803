"""Pages that are made of the program itself: its options, and its commands with their help texts."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import Any

from heatlite import conf
from heatlite.cmd.cli import COMMANDS, HeatliteApp

WIDTH = "100"  # characters of a help text's line


def options() -> str:
    """Every option by its group, as Markdown."""
    return "\n".join(line for group, found in conf.list_opts() for line in _group(_name(group), found))


def _name(group: Any) -> str:
    return str(getattr(group, "name", group) or "DEFAULT")


def _group(name: str, found: Any) -> Iterator[str]:
    yield f"## [{name}]\n"
    for option in found:
        yield f"`{option.name}`"
        yield f": {_facts(option)}"
        yield f"  <br>{(option.help or '').replace('<', '&lt;')}\n"


def _facts(option: Any) -> str:
    kind = option.type
    facts = [str(kind).removesuffix("Opt").lower() if isinstance(kind, str) else type(kind).__name__.lower()]
    ends = [
        f"{word} {getattr(kind, end)}"
        for word, end in (("at least", "min"), ("at most", "max"))
        if getattr(kind, end, None) is not None
    ]
    choices = getattr(kind, "choices", None)
    facts += ends + ([f"one of {', '.join(f'`{choice}`' for choice in choices)}"] if choices else [])
    told = "none" if option.default in (None, [], "") else f"`{option.default}`"
    return ", ".join([*facts, f"default {told}"])


def commands() -> str:
    """Every command with its help text, as Markdown."""
    columns, os.environ["COLUMNS"] = os.environ.get("COLUMNS"), WIDTH
    try:
        return "\n".join(f"## {name}\n\n```text\n{help_of(name)}\n```\n" for name in COMMANDS)
    finally:
        os.environ.pop("COLUMNS") if columns is None else os.environ.update(COLUMNS=columns)


def help_of(name: str) -> str:
    """The help text of a command."""
    out = io.StringIO()
    HeatliteApp(stdout=out, stderr=out).run([*name.split(), "--help"])
    return out.getvalue().strip()


PLACES = {"<!-- options -->": options, "<!-- commands -->": commands}


def fill_in(app: Any, page: str, source: list[str]) -> None:
    """Put what is made where a page has its place."""
    for place, make in PLACES.items():
        if place in source[0]:
            source[0] = source[0].replace(place, make())


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}
