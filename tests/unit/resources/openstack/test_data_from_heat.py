"""What Heat keeps of a resource as text is taken over as the lists and maps that the types read."""

from __future__ import annotations

from typing import Any

import pytest

from heatlite.resources.registry import Registry
from heatlite.resources.testing import instance_of

REGISTRY = Registry.load()
URL, WORKFLOW, THING = "OS::Zaqar::SignedQueueURL", "OS::Mistral::Workflow", "OS::Mistral::ExternalResource"
SIGNED = {"signature": "s", "expires": "2026-12-01T12:00:00", "project": "p1"}


def taken(type_name: str, **data: Any) -> dict[str, Any]:
    """The data of a resource that Heat made."""
    return REGISTRY.get(type_name).data_from_heat(data, {})


@pytest.mark.parametrize(
    ("type_name", "heats", "ours"),
    [
        (URL, {"paths": '["/v2/queues/q/messages"]'}, {"paths": ["/v2/queues/q/messages"]}),
        (URL, {"methods": '["GET", "POST"]', **SIGNED}, {"methods": ["GET", "POST"], **SIGNED}),
        (URL, {"methods": "GET", "paths": "{}"}, {"methods": [], "paths": []}),
        (WORKFLOW, {"executions": "e2,e1", "name": "flow"}, {"executions": ["e2", "e1"], "name": "flow"}),
        (WORKFLOW, {"executions": ""}, {"executions": []}),
        (WORKFLOW, {"user_id": "u1"}, {"user_id": "u1"}),
        (THING, {"outputs": '{"resource_id": "thing"}'}, {"outputs": {"resource_id": "thing"}}),
        (THING, {"outputs": "[1]"}, {"outputs": {}}),
        (THING, {}, {}),
    ],
)
def test_a_text_of_heats_is_read(type_name: str, heats: dict[str, str], ours: dict[str, Any]) -> None:
    assert taken(type_name, **heats) == ours


def test_a_signed_url_is_the_one_that_heat_showed() -> None:
    data = taken(URL, **SIGNED, paths='["/v2/queues/q/messages"]', methods='["GET", "POST"]')
    resource = REGISTRY.get(URL)(instance_of(REGISTRY.get(URL), {"queue": "q"}, data=data))
    assert resource.resolve_attribute("query_str") == (
        "signature=s&expires=2026-12-01T12%3A00%3A00&paths=%2Fv2%2Fqueues%2Fq%2Fmessages&methods=GET%2CPOST"
        "&project_id=p1&queue_name=q"
    )
