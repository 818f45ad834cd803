"""One engine's own endpoint: topic ``heat-engine-listener``, addressed by engine id."""

from __future__ import annotations

from typing import Any

import oslo_messaging

from heatlite.rpc import messages


class ListenerEndpoint:
    """Answers whether this process listens."""

    target = oslo_messaging.Target(version=messages.LISTENER_VERSION)

    def listening(self, context: Any) -> bool:
        """An engine that answers is there; that it is alive is for its lease to say."""
        return True
