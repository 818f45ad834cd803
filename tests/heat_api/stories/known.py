"""Notes that differ and are meant to, each with its reason; doc/heat-api.md tells them."""

KNOWN: dict[tuple[str, str], str] = {}
"""Story and what is noted → why heatlite's is another one."""
