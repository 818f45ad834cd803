"""A transport from a URL, with those options of oslo.messaging's driver that heatlite works with.

A trap: oslo.messaging registers the options of its tracing and its metrics on the global ``ConfigOpts`` alone, and then
reads them from the one it is given. So whoever makes a transport has to be given the global one, by ``heatlite.cmd``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import oslo_messaging
from oslo_config import cfg
from oslo_messaging import opts
from oslo_messaging._drivers import common

from heatlite import exception
from heatlite.rpc import connection, memory, messages

RABBIT_GROUP = "oslo_messaging_rabbit"
REFUSED = {
    "use_queue_manager": "processes of one name would take one another's replies",
    "rabbit_stream_fanout": "clients would need a prefetch count, and heatlite sends no fanouts",
    "rabbit_ha_queues": "RabbitMQ doesn't know such queues any more: use rabbit_quorum_queue",
    "amqp_auto_delete": "calls that are made while no engine listens would be lost",
}
"""Options that must not be on, and why."""


def get(conf: cfg.ConfigOpts, url: str | None = None) -> oslo_messaging.Transport:
    """The RPC transport of ``url``, or of ``conf.transport_url``.

    :raises ConfigurationError: where an option is on that heatlite doesn't work with
    """
    oslo_messaging.set_transport_defaults(messages.EXCHANGE)
    check_options(conf, url)
    memory.take_over()
    transport = oslo_messaging.get_rpc_transport(conf, url=url)
    connection.take_over(transport)
    return transport


def check_options(conf: cfg.ConfigOpts, url: str | None = None) -> None:
    """Look that no option is on that heatlite doesn't work with, in the configuration or in the URL.

    :raises ConfigurationError: where one is
    """
    found = "; ".join(f"{name}: {REFUSED[name]}" for name in _unsupported(_rabbit_options(conf, url)))
    if found:
        raise exception.ConfigurationError(
            reason=f"heatlite doesn't work with these options of [{RABBIT_GROUP}], which are on: {found}"
        )


def _unsupported(options: Any) -> Iterator[str]:
    return (name for name in REFUSED if getattr(options, name, False))


def _rabbit_options(conf: cfg.ConfigOpts, url: str | None) -> Any:
    """The driver's options, those that the URL sets included."""
    _register(conf)
    parsed = oslo_messaging.TransportURL.parse(conf, url)
    return getattr(common.ConfigOptsProxy(conf, parsed, RABBIT_GROUP), RABBIT_GROUP)


def _register(conf: cfg.ConfigOpts) -> None:
    """The driver registers its options as it is made: who reads or sets one before that registers them."""
    for group, options in opts.list_opts():
        if group == RABBIT_GROUP:
            conf.register_opts(options, group=RABBIT_GROUP)


def bound_prefetch(conf: cfg.ConfigOpts, count: int) -> None:
    """Let the broker hand out at most ``count`` messages in advance, unless the operator said otherwise.

    Its own default is no bound at all.
    """
    _register(conf)
    conf.set_default("rabbit_qos_prefetch_count", count, group=RABBIT_GROUP)
