"""Lives: clients, each with one stack at a time, who do to it what chance says until they are told to stop.

What a client knows of an operation is what it was told: accepted, refused, or nothing at all (no answer came, so it
may have been begun, even later than what was asked after it). ``Record`` keeps that for the end.
"""

from __future__ import annotations

import contextlib
import enum
import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import oslo_messaging

from heatlite import exception
from heatlite.cmd.connect import client_of
from heatlite.rpc.engine_client import Identity
from tests.chaos import shapes
from tests.chaos.shapes import Template

FAILING = '"fail"'
NOT_DONE = "was not carried out"
REFUSALS = (exception.ActionInProgress, exception.NotSupported, exception.EntityNotFound, exception.StackExists)
CHANCES = {
    "update": 8,
    "suspend": 2,
    "resume": 3,
    "check": 2,
    "cancel": 1,
    "roll back": 1,
    "snapshot": 2,
    "restore": 2,
    "move": 2,
    "delete": 2,
}
MOVABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


class Answer(enum.Enum):
    """What a client was told."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOTHING = "no answer"


@dataclass
class Record:
    """One stack: its templates by number, and each operation that may have been begun, in the order of asking."""

    name: str
    project: str
    templates: dict[int, Template] = field(default_factory=dict)
    asked: list[tuple[str, int, Answer]] = field(default_factory=list)
    is_let_go: bool = False
    """Whether it may have been abandoned, and not adopted again: its things are nobody's then, as was asked for."""
    failing: str = FAILING
    """What a template has in it that is to fail."""

    @property
    def last_accepted(self) -> tuple[str, int] | None:
        """The newest operation that was accepted, with the number of its template."""
        found = [(verb, number) for verb, number, answer in self.asked if answer is Answer.ACCEPTED]
        return found[-1] if found else None

    @property
    def may_be_half_done(self) -> bool:
        """Whether a change of the template may have ended before it was made: it failed, or was cancelled."""
        fails = any(self.failing in json.dumps(template) for template in self.templates.values())
        return fails or any(verb in ("cancel", "roll back") for verb, _, _ in self.asked)

    @property
    def is_certain(self) -> bool:
        """Whether every question was answered."""
        return all(answer is not Answer.NOTHING for _, _, answer in self.asked)


def of_nobody(number: int) -> dict[str, Any]:
    """Return the context of a client of engines without a cloud."""
    return {"project_id": f"project-{number}", "username": "tester"}


@dataclass(frozen=True)
class Load:
    """What clients ask for."""

    kinds: Sequence[str] = shapes.SHAPES
    """Shapes, of which one is drawn for each stack."""
    draw: Callable[[Random, str, int, str], Template] = shapes.draw
    """Makes a template from chance, the stack's name, the template's number, and the shape."""
    context_of: Callable[[int], dict[str, Any]] = of_nobody
    """Returns the context of a client's requests, by the client's number."""
    pauses: Sequence[float] = (0.1, 0.5, 2, 4)
    """The longest seconds between two operations, of which one is drawn."""
    most: int = 7
    """Operations on one stack."""
    answer: float = 15.0
    """Seconds that a client waits for an answer."""
    failing: str = FAILING
    """What a template has in it that is to fail."""


class Life(threading.Thread):
    """One client."""

    def __init__(
        self,
        transport: oslo_messaging.Transport,
        seed: str,
        number: int,
        over: threading.Event,
        load: Load = Load(),
    ) -> None:
        super().__init__(name=f"client {number}", daemon=True)
        self._client = client_of(transport, timeout=load.answer)
        self._random = Random(f"{seed}/{number}")
        self._load = load
        self._context = load.context_of(number)
        self._number = number
        self._over = over
        self.records: list[Record] = []
        self.surprises: Counter[str] = Counter()

    def run(self) -> None:
        """One stack after the other."""
        while not self._over.is_set():
            record = Record(f"s{self._number}-{len(self.records)}", self._context["project_id"])
            record.failing = self._load.failing
            self.records.append(record)
            self._context = self._load.context_of(self._number)
            self._live(record)

    def _live(self, record: Record) -> None:
        random = self._random
        shape = random.choice(self._load.kinds)
        identity = self._create(record, shape)
        for number in range(1, self._load.most):
            if self._over.wait(random.choice(self._load.pauses) * random.random()) or identity is None:
                return
            verb = random.choices(list(CHANCES), list(CHANCES.values()))[0]
            if verb == "move":
                identity = self._move(record, identity)
                continue
            answer = self._ask(record, verb, number, partial(self._act, record, identity, shape, verb))
            if verb == "delete" and answer is not Answer.REFUSED:
                return

    def _create(self, record: Record, shape: str) -> Identity | None:
        template = record.templates[0] = self._load.draw(self._random, record.name, 0, shape)
        options = {"disable_rollback": self._random.random() < 0.6}
        made: list[Identity] = []
        environment: dict[str, Any] = {"parameters": {}}
        self._ask(
            record,
            "create",
            0,
            lambda: made.append(
                self._client.create_stack(self._context, record.name, template, environment, {}, options)
            ),
        )
        return made[0] if made else None

    def _act(self, record: Record, identity: Identity, shape: str, verb: str) -> None:
        client, context = self._client, self._context
        match verb:
            case "update":
                number = max(record.templates) + 1
                template = record.templates[number] = self._load.draw(self._random, record.name, number, shape)
                client.update_stack(context, identity, template, {"parameters": {}}, {}, {})
            case "suspend":
                client.stack_suspend(context, identity)
            case "resume":
                client.stack_resume(context, identity)
            case "check":
                client.stack_check(context, identity)
            case "cancel" | "roll back":
                client.stack_cancel_update(context, identity, verb == "roll back")
            case "snapshot":
                client.stack_snapshot(context, identity, None)
            case "restore":
                taken = client.stack_list_snapshots(context, identity)
                if not taken:
                    raise exception.NotSupported(feature="Restoring what was never kept")
                client.stack_restore(context, identity, self._random.choice(taken)["id"])
            case "delete":
                client.delete_stack(context, identity)

    def _move(self, record: Record, identity: Identity) -> Identity | None:
        """Abandon the stack and adopt it again, under the same name."""
        data: list[Any] = []
        if self._state(identity) not in MOVABLE:
            return identity
        answer = self._ask(
            record, "abandon", 0, lambda: data.append(self._client.abandon_stack(self._context, identity))
        )
        if answer is Answer.REFUSED:
            return identity
        record.is_let_go = True
        if not data:
            return None
        made: list[Identity] = []
        options = {"disable_rollback": True, "adopt_stack_data": json.dumps(data[0])}
        template, client = data[0]["template"], self._client
        answer = self._ask(
            record,
            "adopt",
            0,
            lambda: made.append(client.create_stack(self._context, record.name, template, {}, {}, options)),
        )
        record.is_let_go = answer is not Answer.ACCEPTED
        return made[0] if made else None

    def _state(self, identity: Identity) -> str:
        with contextlib.suppress(Exception):  # as good as any other state
            (stack,) = self._client.show_stack(self._context, identity)
            return f"{stack['stack_action']}_{stack['stack_status']}"
        return ""

    def _ask(self, record: Record, verb: str, number: int, ask: Any) -> Answer:
        try:
            ask()
            answer = Answer.ACCEPTED
        except REFUSALS:
            answer = Answer.REFUSED
        except exception.Error as error:  # the database was away, and the text says what that means
            answer = Answer.REFUSED if NOT_DONE in str(error) else Answer.NOTHING
            self.surprises[str(error)[:100]] += 1
        except Exception as error:  # no answer, or one that says nothing certain
            answer = Answer.NOTHING
            self.surprises[type(error).__name__ + ": " + str(error)[:100]] += 1
        if verb == "update" and answer is Answer.REFUSED:
            record.templates.pop(max(record.templates))
        record.asked.append((verb, max(record.templates), answer))
        return answer
