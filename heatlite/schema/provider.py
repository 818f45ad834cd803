"""Template files as resource types: a type that names a template file makes a nested stack of that template."""

from __future__ import annotations

TEMPLATE_ENDINGS = (".yaml", ".template")


def is_template(type_name: str) -> bool:
    """Tell whether a type is the name of a template file."""
    return type_name.endswith(TEMPLATE_ENDINGS)
