"""A transport from a URL.

A trap: oslo.messaging registers the options of its tracing and its metrics on the global ``ConfigOpts`` alone, and then
reads them from the one it is given. So whoever makes a transport has to be given the global one, by ``heatlite.cmd``.
"""

from __future__ import annotations

import oslo_messaging
from oslo_config import cfg
from oslo_messaging import opts

from heatlite.rpc import memory, messages

RABBIT_GROUP = "oslo_messaging_rabbit"


def get(conf: cfg.ConfigOpts, url: str | None = None) -> oslo_messaging.Transport:
    """The RPC transport of ``url``, or of ``conf.transport_url``."""
    oslo_messaging.set_transport_defaults(messages.EXCHANGE)
    memory.take_over()
    return oslo_messaging.get_rpc_transport(conf, url=url)


def bound_prefetch(conf: cfg.ConfigOpts, count: int) -> None:
    """Let the broker hand out at most ``count`` messages in advance, unless the operator said otherwise.

    Its own default is no bound at all. The option is registered here because the driver reads it as it registers it.
    """
    for group, options in opts.list_opts():
        if group == RABBIT_GROUP:
            conf.register_opts(options, group=RABBIT_GROUP)
            conf.set_default("rabbit_qos_prefetch_count", count, group=RABBIT_GROUP)
