"""Every option of heatlite. Nothing here reads the global configuration: a ``ConfigOpts`` is handed in."""

from __future__ import annotations

from oslo_config import cfg

from heatlite.conf import database, engine


def register(conf: cfg.ConfigOpts) -> cfg.ConfigOpts:
    """Register heatlite's options on ``conf``, and give it back."""
    for group, options in list_opts():
        conf.register_opts(options, group=None if group == "DEFAULT" else group)
    return conf


def list_opts() -> list[tuple[str, list[cfg.Opt]]]:
    """(group, options), for the sample configuration file."""
    return [("DEFAULT", engine.OPTIONS), ("database", database.OPTIONS)]
