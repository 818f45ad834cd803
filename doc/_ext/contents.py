"""The table of contents: pages by who reads them. A page that nobody put in a group stands under "More".

Pages may be named before they are written; so who writes one needn't change anything else.
"""

from __future__ import annotations

import pathlib
from typing import Any

GROUPS = {
    "Begin": ["about", "quickstart", "concepts", "glossary", "guarantees"],
    "Use": [
        "templates",
        "resource-types",
        "command-line",
        "command-reference",
        "seeing",
        "observer",
        "groups",
        "servers",
        "life",
        "generate",
        "differences",
    ],
    "Operate": [
        "deployment",
        "configuration",
        "operating",
        "faults",
        "metrics",
        "cloud-notifications",
        "security",
        "upgrading",
        "import-from-heat",
        "devstack",
    ],
    "Extend": ["plugins", "api-service", "architecture", "transactions", "matrix", "nested", "testing", "decisions"],
    "More": ["proof-of-concept", "release-notes"],
}
PLACE = "<!-- contents -->"


def contents(pages: set[str]) -> str:
    """The toctrees of these pages, as Markdown."""
    named = {page for group in GROUPS.values() for page in group}
    groups = {**GROUPS, "More": [*GROUPS["More"], *sorted(pages - named - {"index", "README"})]}
    found = []
    for caption, group in groups.items():
        listed = [page for page in group if page in pages]
        if listed:
            found.append("\n".join(["```{toctree}", f":caption: {caption}", ":maxdepth: 1", "", *listed, "```"]))
    return "\n\n".join(found)


def fill_in(app: Any, page: str, source: list[str]) -> None:
    """Put the contents where the index has their place."""
    if PLACE in source[0]:
        pages = {str(path.relative_to(app.srcdir).with_suffix("")) for path in pathlib.Path(app.srcdir).glob("*.md")}
        source[0] = source[0].replace(PLACE, contents(pages))


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}
