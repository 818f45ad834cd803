"""A child's failure in its parent's words: the root's reason then names the one resource that failed.

the child says    Resource CREATE failed: ValueError: resources.3: it broke
the parent says   Resource CREATE failed: ValueError: resources.group.resources.3: it broke

A failed check lists each resource by its name before the reason; the path of the first one starts at the root.
"""

from __future__ import annotations

import re

OF_A_RESOURCE = re.compile(r"Resource \w+ failed: (?:[^:;]+: )?(\w+): (resources\..*)", re.DOTALL)


class NestedStackFailed(Exception):
    """A child's operation FAILED; the text is its stack's reason."""

    def under(self, name: str) -> str:
        """Return the reason for the parent's resource of this name."""
        reason = str(self)
        if found := OF_A_RESOURCE.fullmatch(reason):
            error_class, inner = found.groups()
            return f"{error_class}: resources.{name}.{inner}"
        return f"resources.{name}: {reason}"
