"""What two engines write while a stack fails, read by a machine: whose line it is, and one trace over both."""

from __future__ import annotations

import json
import pathlib
import uuid
from typing import Any

import oslo_messaging

from tests.deployment import Daemons, conf, running
from tests.family import nested, text
from tests.story import Story, hot, resource
from tests.waiting import PATIENCE, wait_until

KEY = "a key of this test's"
PROFILER = f"\n[profiler]\nenabled = true\ntrace_sqlalchemy = true\nhmac_keys = another,{KEY}\n"


class Collector:
    """Where osprofiler's own driver tells parts of traces: on the broker, on the topic ``profiler``."""

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []

    def info(self, context: Any, publisher: str, event_type: str, body: dict[str, Any], metadata: Any) -> None:
        self.parts.append(body)

    def begun(self, name: str) -> list[dict[str, Any]]:
        return [it["info"] for it in list(self.parts) if it["name"] == f"{name}-start"]


def lines(log: pathlib.Path) -> list[dict[str, Any]]:
    """The lines of a log that are JSON; a process that starts has warnings of Python's beside them."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


def test_who_reads_the_logs_of_a_failure_finds_stack_traversal_and_resource(
    mariadb: Any, rabbitmq: Any, tmp_path: pathlib.Path
) -> None:
    bus = rabbitmq.fresh_vhost()
    deployment = Daemons(tmp_path, mariadb.fresh_database(), bus, workers=2, batch_size=1, use_json=True, debug=True)
    with deployment.config.open("a") as file:
        file.write(PROFILER)
    collector = Collector()
    heard_on = oslo_messaging.get_notification_transport(conf(), url=bus)
    listener = oslo_messaging.get_notification_listener(
        heard_on,
        [oslo_messaging.Target(topic="profiler")],
        [collector],
        executor="threading",
    )
    listener.start()
    try:
        with running(deployment):
            story = fails(deployment)
            its_lines_say_so(story, lines(deployment.log))
        its_trace_is_one(story, collector)
    finally:
        listener.stop()
        listener.wait()
        heard_on.cleanup()


def fails(deployment: Daemons) -> Story:
    """A stack whose creation fails, in a nested stack of it."""
    story = Story(deployment)
    story.context |= {
        "request_id": f"req-{uuid.uuid4()}",
        "trace_info": {"hmac_key": KEY, "base_id": str(uuid.uuid4()), "parent_id": str(uuid.uuid4())},
    }
    many = {f"r{number}": resource(str(number)) for number in range(10)}
    files = {"web.yaml": text(hot(broken=resource("x", fail=True)))}
    story.create(hot(**many, web=nested("web.yaml", depends_on="r1")), files=files)
    story.settle("CREATE_FAILED")
    return story


def its_lines_say_so(story: Story, written: list[dict[str, Any]]) -> None:
    mine = [it for it in written if it["context"].get("request_id") == story.context["request_id"]]
    [failure] = [it for it in mine if it["context"]["resource_name"] == "broken" and it["levelname"] == "INFO"]
    assert "failed" in failure["message"]
    assert failure["context"]["stack_name"].startswith(f"{story.name}-web-")
    assert failure["context"]["project_id"] == story.context["project_id"]
    assert failure["context"]["traversal_id"]
    [above] = [it for it in mine if it["context"]["resource_name"] == "web" and it["levelname"] == "INFO"]
    assert above["context"]["stack_id"] == story.identity["stack_id"]
    assert above["context"]["traversal_id"] != failure["context"]["traversal_id"]


def its_trace_is_one(story: Story, collector: Collector) -> None:
    """From the call, over messages to both engines, down to the resource and the database."""
    made = {f"r{number}" for number in range(10)} | {"web", "broken"}
    wait_until(lambda: made <= {it["resource"] for it in collector.begun("resource")}, PATIENCE, "the trace")
    assert {it["base_id"] for it in collector.parts} == {story.context["trace_info"]["base_id"]}
    assert {"create_stack", "check_resource"} <= {it["method"] for it in collector.begun("rpc")}
    assert any("INSERT INTO stack" in it["db"]["statement"] for it in collector.begun("db"))
