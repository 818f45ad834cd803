"""From a configuration that has been read to the values that engine and database take."""

from __future__ import annotations

from oslo_config import cfg

from heatlite import exception
from heatlite.db.settings import Settings as DatabaseSettings
from heatlite.engine.settings import Role, Settings

STEPS_SHARE = 0.8
"""Of the launcher's patience, how much steps may use up: the rest is for saying goodbye."""


def engine_settings(conf: cfg.ConfigOpts) -> Settings:
    """The engine's settings."""
    values = {name: conf[name] for name in Settings.__dataclass_fields__ if name in conf}
    values["role"] = Role(conf.role)
    if conf.host is None:
        del values["host"]
    if "graceful_shutdown_timeout" in values:
        values["graceful_shutdown_timeout"] *= STEPS_SHARE
    return Settings(**values)


def database_settings(conf: cfg.ConfigOpts) -> DatabaseSettings:
    """The database's settings.

    :raises ConfigurationError: where no database is configured
    """
    if not conf.database.connection:
        raise exception.ConfigurationError(reason="[database] connection isn't set: a daemon needs a database server")
    said = {name: conf.database[name] for name in DatabaseSettings.__dataclass_fields__}
    return DatabaseSettings(**{name: value for name, value in said.items() if value is not None})
