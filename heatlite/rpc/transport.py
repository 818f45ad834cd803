"""A transport from a URL, with the options of oslo.messaging's driver that heatlite needs.

A trap: oslo.messaging registers its tracing and metrics options on the global ``ConfigOpts`` only, but reads them from
the given one. So ``heatlite.cmd`` must pass the global ``ConfigOpts`` here.
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
LONGEST_RECONNECT_PAUSE = 5
"""Seconds between two attempts to reach a broker that is away, at most; oslo.messaging's own default is 30.

A broker that is back would wait for its engines longer than they take to declare one another dead.
"""
REFUSED = {
    "use_queue_manager": "processes of one name would take one another's replies",
    "rabbit_stream_fanout": "clients would need a prefetch count, and heatlite sends no fanouts",
    "rabbit_ha_queues": "RabbitMQ doesn't know such queues any more: use rabbit_quorum_queue",
    "amqp_auto_delete": "calls that are made while no engine listens would be lost",
}
"""Options that must be off, with the reason."""


def get(conf: cfg.ConfigOpts, url: str | None = None) -> oslo_messaging.Transport:
    """Return the RPC transport of ``url``, or of ``conf.transport_url``.

    :raises ConfigurationError: when an option is on that heatlite doesn't work with
    """
    oslo_messaging.set_transport_defaults(messages.EXCHANGE)
    check_options(conf, url)
    conf.set_default("rabbit_interval_max", LONGEST_RECONNECT_PAUSE, group=RABBIT_GROUP)
    memory.take_over()
    transport = oslo_messaging.get_rpc_transport(conf, url=url)
    connection.take_over(transport)
    return transport


def check_options(conf: cfg.ConfigOpts, url: str | None = None) -> None:
    """Check that the configuration and the URL set no option that heatlite doesn't work with.

    :raises ConfigurationError: when one is on
    """
    found = "; ".join(f"{name}: {REFUSED[name]}" for name in _unsupported(_rabbit_options(conf, url)))
    if found:
        raise exception.ConfigurationError(
            reason=f"heatlite doesn't work with these options of [{RABBIT_GROUP}], which are on: {found}"
        )


def _unsupported(options: Any) -> Iterator[str]:
    return (name for name in REFUSED if getattr(options, name, False))


def _rabbit_options(conf: cfg.ConfigOpts, url: str | None) -> Any:
    """Return the driver's options, including those that the URL sets."""
    _register(conf)
    parsed = oslo_messaging.TransportURL.parse(conf, url)
    return getattr(common.ConfigOptsProxy(conf, parsed, RABBIT_GROUP), RABBIT_GROUP)


def _register(conf: cfg.ConfigOpts) -> None:
    """Register the driver's options, because the driver itself registers them only when it is created."""
    for group, options in opts.list_opts():
        if group == RABBIT_GROUP:
            conf.register_opts(options, group=RABBIT_GROUP)


def bound_prefetch(conf: cfg.ConfigOpts, count: int) -> None:
    """Limit the messages that the broker hands out in advance to ``count``, unless the operator set another limit.

    The broker's own default is no limit.
    """
    _register(conf)
    conf.set_default("rabbit_qos_prefetch_count", count, group=RABBIT_GROUP)
