"""A child's failure in its parent's words, so that the root's reason names the one resource that is to blame.

the child says    Resource CREATE failed: ValueError: resources.3: it broke
the parent says   Resource CREATE failed: ValueError: resources.group.resources.3: it broke

A check that failed lists each resource by its name before the reason; the first one's place is told from the root on.
"""

from __future__ import annotations

import re

OF_A_RESOURCE = re.compile(r"Resource \w+ failed: (?:[^:;]+: )?(\w+): (resources\..*)", re.DOTALL)


class NestedStackFailed(Exception):
    """A child's operation FAILED, for the reason that its stack gives."""

    def under(self, name: str) -> str:
        """The reason of the parent's resource of this name."""
        reason = str(self)
        if found := OF_A_RESOURCE.fullmatch(reason):
            error_class, inner = found.groups()
            return f"{error_class}: resources.{name}.{inner}"
        return f"resources.{name}: {reason}"
