"""``get_file``: the content of a file that came with the template.

::

    {get_file: scripts/start.sh}
"""

from __future__ import annotations

from typing import Any

from heatlite.exception import StackValidationFailed
from heatlite.template.functions.base import Compiler, Function, is_text
from heatlite.template.path import Path, refused
from heatlite.template.scope import Scope


class GetFile(Function):
    """A file, by the name that the client sent it with."""

    __slots__ = ()
    name = "get_file"
    description = "A function for including a file inline."

    def check(self, compiler: Compiler) -> None:
        self.expect(self.arguments, is_text, 'Argument to "get_file" must be a string')
        if isinstance(self.arguments, Function):
            compiler.use_anything()
        else:
            compiler.check_file(self.arguments, self.path)

    def apply(self, arguments: Any, scope: Scope) -> Any:
        if not isinstance(arguments, str):
            raise self.wrong('Argument to "get_file" must be a string')
        content = scope.files.get(arguments)
        if content is None:
            raise no_content(arguments, self.path)
        return content


def no_content(name: str, path: Path) -> StackValidationFailed:
    """Return the error for a file that didn't come with the template, for the caller to raise."""
    return refused(path, f'No content found in the "files" section for get_file path: {name}')
