"""The options for listening to the notifications of the cloud's services, in [cloud_notifications]."""

from __future__ import annotations

from oslo_config import cfg

OPTIONS: list[cfg.Opt] = [
    cfg.BoolOpt(
        "enabled",
        default=False,
        help="Listen to the notifications of Nova, Cinder and others. A resource that waits for a server or a volume "
        "is then looked at when the service tells of its end, in place of every second. Each engine that converges "
        "resources gets all notifications in a queue of its own.",
    ),
    cfg.StrOpt(
        "transport_url",
        secret=True,
        help="Broker where the services send their notifications. Default: transport_url in "
        "[oslo_messaging_notifications], or that in [DEFAULT].",
    ),
    cfg.ListOpt(
        "exchanges",
        default=["nova", "cinder", "openstack"],
        help="Exchanges to which the services send: the option control_exchange of each. By default that is nova "
        "for Nova, and openstack for Cinder. One that doesn't exist is looked for once a minute.",
    ),
    cfg.ListOpt(
        "topics",
        default=["notifications", "versioned_notifications"],
        help="Topics on which they send. Nova has versioned_notifications, unless its notification_format is "
        "unversioned.",
    ),
    cfg.FloatOpt(
        "poll_interval",
        default=60,
        min=1,
        help="Seconds between two looks at a resource whose service is expected to tell of its end, in case the "
        "notification is lost. A service is expected to do so once it has told of such an end in time. Others are "
        "looked at as often as without notifications.",
    ),
]
