"""The release notes, from the files that reno keeps: all that is in the tree, by section. No git history is needed."""

from __future__ import annotations

import pathlib
from typing import Any

import yaml

PLACE = "<!-- release notes -->"
SECTIONS = {
    "prelude": "",
    "features": "New",
    "upgrade": "Upgrading",
    "deprecations": "Deprecated",
    "security": "Security",
    "fixes": "Mended",
    "issues": "Known issues",
    "other": "Other",
}


def notes(directory: pathlib.Path) -> str:
    """All notes as Markdown. reno's are reStructuredText; what is used of it here differs by its quotes only."""
    found: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for path in sorted(directory.glob("*.yaml")):
        for section, told in (yaml.safe_load(path.read_text()) or {}).items():
            found[section] += [told] if isinstance(told, str) else told
    lines = []
    for section, title in SECTIONS.items():
        texts = [" ".join(text.replace("``", "`").split()) for text in found[section]]
        if texts:
            lines += [f"## {title}", ""] if title else []
            lines += [f"* {text}" for text in texts] if title else texts
            lines.append("")
    return "\n".join(lines)


def fill_in(app: Any, page: str, source: list[str]) -> None:
    """Put the notes where a page has their place."""
    if PLACE in source[0]:
        directory = pathlib.Path(app.srcdir).parent / "releasenotes" / "notes"
        source[0] = source[0].replace(PLACE, notes(directory))


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("source-read", fill_in)
    return {"parallel_read_safe": True}
