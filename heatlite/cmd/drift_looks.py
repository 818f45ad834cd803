"""Looks for drift at all resources of a tree of stacks, each by its plugin's own check.

Engines only read. When a check takes several steps, this process keeps the progress between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from heatlite.cmd.plans import value
from heatlite.drawing.markup import in_line, shortened

if TYPE_CHECKING:
    from heatlite.cmd.session import Clock
    from heatlite.rpc.engine_client import Context, EngineClient, Identity, Record

REASON_COLUMNS = 200


class DriftLooks:
    """Looks at resources, one after the other.

    :param time_limit: seconds for each resource's check
    """

    def __init__(self, client: EngineClient, context: Context, clock: Clock, time_limit: float) -> None:
        self._client, self._context, self._clock = client, context, clock
        self._time_limit = time_limit

    def of(self, identity: Identity, path: str = "") -> Iterator[Record]:
        """Yield the finding for each resource. A nested stack's findings replace that of its resource."""
        for resource in self._client.list_stack_resources(self._context, identity):
            name = resource["resource_name"]
            look = self._look(identity, name)
            if nested := look.get("nested_stack_id"):
                yield from self.of(nested, f"{path}{name}.")
                continue
            yield {
                "resource_name": path + name,
                "resource_type": resource["resource_type"],
                "finding": look["finding"],
                "details": details(look),
            }

    def _look(self, identity: Identity, name: str) -> Record:
        """Check one resource, step by step, until it is done or the time is over."""
        began = self._clock.monotonic()
        look = self._client.look_for_drift(self._context, identity, name)
        while look["finding"] == "waiting":
            left = began + self._time_limit - self._clock.monotonic()
            if left <= 0:
                return {
                    **look,
                    "finding": "not looked at",
                    "reason": f"its check took over {self._time_limit:g} seconds",
                }
            self._clock.sleep(min(max(look["poll_after"], 0.05), left))
            look = self._client.look_for_drift(self._context, identity, name, [look["progress"]])
        return look


def details(look: Record) -> str:
    """Describe the differences on one line."""
    parts = [in_line(shortened(look["reason"], REASON_COLUMNS))] if look["reason"] else []
    for of, word in (("properties", ""), ("attributes", "attribute ")):
        parts += [f"{word}{name}: {value(was)} → {value(now)}" for name, (was, now) in sorted(look[of].items())]
    return "; ".join(parts)
