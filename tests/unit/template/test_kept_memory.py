"""What a parsed template costs in memory: it is kept for each of the last operations, with thousands of resources."""

from __future__ import annotations

import gc
import tracemalloc

from heatlite import template as language

NUMBER = 2_000
MOST_BYTES = 1_500
"""For each resource of the smallest kind. It was 3,000 while each had five empty sets and a dict of its own."""


def parsed(number: int) -> language.Template:
    resources = {f"r{at}": {"type": "OS::Heat::TestResource", "properties": {"value": str(at)}} for at in range(number)}
    return language.parse({"heat_template_version": "2021-04-16", "resources": resources})


def test_a_resource_takes_little_memory() -> None:
    parsed(1)
    tracemalloc.start()
    try:
        kept = parsed(NUMBER)
        assert len({it.whole_hash for it in kept.resources.values()}) == NUMBER
        gc.collect()
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used / NUMBER <= MOST_BYTES
