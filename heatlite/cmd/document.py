"""Commands that show a document instead of a table: YAML, unless another format is requested."""

from __future__ import annotations

from typing import Any

from cliff.show import ShowOne

from heatlite.cmd.base import EngineCommand

Document = tuple[tuple[str, ...], tuple[Any, ...]]


class ShowDocument(EngineCommand, ShowOne):
    """A command whose result is one document."""

    @property
    def formatter_default(self) -> str:
        return "yaml"
