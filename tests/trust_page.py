"""The tables of the trust boundary as ``doc/security.md`` shows them.

``python -m tests.trust_page`` writes them anew; ``tests/unit/test_trust_page.py`` compares.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterable

from heatlite.engine.api import trust
from heatlite.engine.api.arguments import OF_ENGINES_IN_ARGS

PAGE = pathlib.Path(__file__).parent.parent / "doc" / "security.md"
BEGIN, END = "<!-- trust: begin -->", "<!-- trust: end -->"


def table(head: str, rows: Iterable[tuple[str, ...]]) -> list[str]:
    columns = head.split(" | ")
    lines = [f"| {head} |", f"|{'---|' * len(columns)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


def code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def arguments() -> list[tuple[str, str, str]]:
    """Lines of arguments, those together that are held to the same."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for name, line in trust.ARGUMENTS.items():
        grouped.setdefault((line.who, line.held_to), []).append(name)
    for (method, name), line in trust.IN_METHODS.items():
        grouped.setdefault((line.who, f"in `{method}`: {line.held_to}"), []).append(name)
    return [(code(names), who, held_to) for (who, held_to), names in grouped.items()]


def rendered() -> str:
    """All of it, as Markdown."""
    lines = table(
        "topic | senders | which engines serve it | what an engine believes of a message",
        ((f"`{name}`", it.sender, it.served_by, it.believed) for name, it in trust.TOPICS.items()),
    )
    lines += ["Internal messages. A message with an argument of another type is logged and dropped:", ""]
    lines += table(
        "topic | method | argument | type",
        (
            (f"`{topic}`", f"`{method}`", f"`{argument}`", held_to)
            for topic, methods in trust.INTERNAL.items()
            for method, arguments in methods.items()
            for argument, held_to in (arguments or {"-": "no arguments"}).items()
        ),
    )
    lines += ["The client API, topic `engine`. Its methods, with their arguments:", ""]
    lines += table("method | arguments", ((f"`{it}`", code(names) or "none") for it, names in trust.METHODS.items()))
    lines += ["The checks that each argument must pass:", ""]
    lines += table("arguments | who writes it | checks", arguments())
    lines += ["Keys of `args`:", ""]
    of_args = [(f"`{name}`", line.who, line.held_to) for name, line in trust.ARGS.items()]
    refused = (code(sorted(OF_ENGINES_IN_ARGS)), "nobody", "refused by name")
    lines += table("key | who writes it | checks", [*of_args, refused, ("others", "client", "ignored")])
    lines += ["The request's context:", ""]
    lines += table(
        "key | who writes it | use",
        ((f"`{name}`", line.who, line.held_to) for name, line in trust.CONTEXT.items()),
    )
    lines += ["Columns. Only engines write those that aren't named:", ""]
    lines += table(
        "table | may hold a client's value | comes from the request's context",
        (
            (f"`{name}`", code(sorted(columns)) or "-", code(sorted(trust.IDENTITYS_COLUMNS.get(name, ()))) or "-")
            for name, columns in trust.CLIENTS_COLUMNS.items()
        ),
    )
    return "\n".join(lines)


def shown() -> str:
    """What the page has between the marks."""
    return PAGE.read_text().partition(BEGIN)[2].partition(END)[0].strip()


def write() -> None:
    """Put the tables into the page."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{rendered().strip()}\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    write()
