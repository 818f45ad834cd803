"""Templates as resource types: a type that is the name of a file is a nested stack, made of what the file says."""

from __future__ import annotations

TEMPLATE_ENDINGS = (".yaml", ".template")


def is_template(type_name: str) -> bool:
    """Whether a type is the name of a template's file."""
    return type_name.endswith(TEMPLATE_ENDINGS)
