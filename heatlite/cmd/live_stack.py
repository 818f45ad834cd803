"""Read a stack from the engine, and publish what its live page shows on the server's board."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from heatlite import exception
from heatlite.cmd.drift_looks import DriftLooks
from heatlite.cmd.live_server import Board, LiveServer, is_loopback
from heatlite.cmd.pictures import picture
from heatlite.cmd.stack_graph import moment
from heatlite.drawing import live_page
from heatlite.drawing.history import History

if TYPE_CHECKING:
    from heatlite.cmd.session import Clock
    from heatlite.rpc.engine_client import Context, EngineClient, Identity

DRIFT_TIME_LIMIT = 60.0
NOT_LOOKED = "Nothing was looked at yet."


class LiveStack:
    """Reads one stack for its page."""

    def __init__(self, client: EngineClient, context: Context, clock: Clock, identity: Identity, depth: int) -> None:
        self._client, self._context, self._clock = client, context, clock
        self._identity, self._depth = identity, depth
        self.board = Board()
        self.board.publish({"drift": live_page.drift([], NOT_LOOKED)})

    def server(self, host: str, port: int) -> LiveServer:
        """Return a server of the page; on an address that isn't a loopback one, with a token."""
        token = None if is_loopback(host) else secrets.token_urlsafe(32)
        name = self._identity["stack_name"]
        return LiveServer((host, port), self.board, lambda nonce: live_page.frame(name, nonce), token, new_nonce)

    def follow(self, pause: float) -> None:
        """Read the stack again and again, as long as somebody has the page open; never returns."""
        wants_drift = False
        while True:
            self.read(wants_drift=wants_drift)
            wants_drift = self.board.wait_for_work(pause)

    def read(self, *, wants_drift: bool = False) -> None:
        """Read the stack once, and look for drift if that is wanted. An error is shown on the page."""
        try:
            self.board.publish({**self.parts(), "trouble": ""})
            if wants_drift:
                self.board.publish({"drift": self.drift()})
        except exception.EntityNotFound:
            raise
        except Exception as error:
            self.board.publish({"trouble": str(error)})

    def parts(self) -> dict[str, str]:
        """Return the parts of the page about the stack and its latest operation."""
        client, context, identity, now = self._client, self._context, self._identity, self._clock.now()
        stack = client.show_stack(context, identity, False)[0]
        resources = client.list_stack_resources(context, identity, nested_depth=self._depth)
        requires = {it["stack_id"]: it["requires"] for it in client.list_requirements(context, identity, self._depth)}
        history = History.read(client.list_history(context, identity, self._depth))
        drawn = picture(stack, resources, requires, moment(now))
        return live_page.parts(drawn, history, self._engines())

    def drift(self) -> str:
        """Look for drift, and return that part of the page."""
        looks = DriftLooks(self._client, self._context, self._clock, DRIFT_TIME_LIMIT)
        found = list(looks.of(self._identity))
        other = [it for it in found if it["finding"] != "same"]
        return live_page.drift(other, f"{len(found)} resources checked at {moment(self._clock.now())}.")

    def _engines(self) -> dict[str, str]:
        try:
            return {it["engine_id"]: it["hostname"] for it in self._client.list_services(self._context)}
        except exception.Forbidden:
            return {}


def new_nonce() -> str:
    """Return an unguessable word for one page."""
    return secrets.token_urlsafe(16)
