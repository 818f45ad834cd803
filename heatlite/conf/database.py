"""[database]: the options that oslo.db's users know, as far as heatlite passes them on."""

from __future__ import annotations

from oslo_config import cfg

OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt("connection", secret=True, help="URL of the database. Without one, heatlite runs embedded."),
    cfg.StrOpt("slave_connection", secret=True, help="URL of a replica, which lists and events are read from."),
    cfg.IntOpt("max_pool_size", default=10, min=1, help="Connections that one process keeps open."),
    cfg.IntOpt("max_overflow", default=20, min=0, help="Connections beyond these that it may open under load."),
    cfg.IntOpt("pool_timeout", default=30, min=1, help="Seconds to wait for one of them."),
    cfg.IntOpt("connection_recycle_time", default=3600, min=1, help="Seconds after which one is opened anew."),
    cfg.IntOpt("max_retries", default=10, min=-1, help="Attempts to reach the database at start-up; -1: for ever."),
    cfg.IntOpt("retry_interval", default=1, min=0, help="Seconds between these attempts."),
]
