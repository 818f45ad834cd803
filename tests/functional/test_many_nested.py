"""Many more nested stacks at once than there are threads: who waits for one holds none."""

from __future__ import annotations

import pathlib

import pytest

from tests.deployment import in_process
from tests.family import nested, states_of, text, verify_family
from tests.story import Story, hot, resource

WAITS = text(hot({"n": {"type": "string"}}, a=resource({"get_param": "n"}, wait_secs=1)))


@pytest.mark.parametrize(("stacks", "threads"), [(60, 2), pytest.param(500, 8, marks=pytest.mark.slow)])
def test_nested_stacks_need_no_thread_while_they_are_waited_for(
    tmp_path: pathlib.Path, stacks: int, threads: int
) -> None:
    engine = in_process(tmp_path, step_threads=threads, worker_threads=threads)
    try:
        story = Story(engine)
        story.create(hot(**{f"web{n}": nested("web.yaml", n=str(n)) for n in range(stacks)}), files={"web.yaml": WAITS})
        story.settle("CREATE_COMPLETE")
        assert list(states_of(story).values()) == ["CREATE_COMPLETE"] * stacks
        verify_family(story)
        story.delete()
        story.settle("DELETE_COMPLETE")
        assert states_of(story) == {}
    finally:
        engine.stop()
