"""From a configuration that has been read to the values that engine and database take."""

from __future__ import annotations

from oslo_config import cfg

from heatlite import exception
from heatlite.db import crypt
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings as DatabaseSettings
from heatlite.engine.common import operator_environment
from heatlite.engine.common.settings import Role, Settings
from heatlite.template import yaql_process

STEPS_SHARE = 0.8
"""Of the launcher's patience, how much steps may use up: the rest is for saying goodbye."""


OTHER_THREADS = 8
"""Threads of an engine beside those, that use the database now and then: its lease, its sweeps …"""


def engine_settings(conf: cfg.ConfigOpts) -> Settings:
    """The engine's settings."""
    values = {
        name: conf[name]
        for name in Settings.__dataclass_fields__
        if name in conf and name not in ("yaql", "operator_registry", "operator_templates")
    }
    values["role"] = Role(conf.role)
    values["yaql"] = yaql_process.Limits(
        iterations=conf.yaql.limit_iterators, memory=conf.yaql.memory_quota, seconds=conf.yaql.time_limit
    )
    values["operator_registry"] = operator_environment.read(conf.environment_dir, conf.max_environment_size)
    values["operator_templates"] = operator_environment.templates(values["operator_registry"], conf.max_template_size)
    values["hidden_stack_tags"] = tuple(conf.hidden_stack_tags)
    if conf.host is None:
        del values["host"]
    if "graceful_shutdown_timeout" in values:
        values["graceful_shutdown_timeout"] *= STEPS_SHARE
    return Settings(**values)


def profiles(conf: cfg.ConfigOpts) -> bool:
    """Whether ``[profiler] enabled`` says so.

    That is read by itself: osprofiler registers its options when it is loaded, and is loaded where it is on only.
    """
    apart = cfg.ConfigOpts()
    apart.register_opt(cfg.BoolOpt("enabled", default=False, deprecated_name="profiler_enabled"), group="profiler")
    apart([], default_config_files=conf.config_file, default_config_dirs=conf.config_dir or [])
    return bool(apart.profiler.enabled)


def vault(conf: cfg.ConfigOpts) -> Vault:
    """A daemon's keys.

    :raises ConfigurationError: when there is none, or one isn't a key
    """
    return crypt.required(conf.auth_encryption_key, conf.encrypt_parameters_and_properties)


def database_settings(conf: cfg.ConfigOpts) -> DatabaseSettings:
    """The database's settings.

    Every thread may keep its connection, unless the operator wants fewer. A pool closes what is beyond its size as soon
    as it is given back; over TLS, which MariaDB speaks by itself from 11.4 on, another costs tens of milliseconds.

    :raises ConfigurationError: when no database is configured
    """
    if not conf.database.connection:
        raise exception.ConfigurationError(reason="[database] connection isn't set: a daemon needs a database server")
    of_oslo = DatabaseSettings.__dataclass_fields__.keys() - {"read_time_limit"}
    said = {name: conf.database[name] for name in of_oslo} | {"read_time_limit": conf.read_time_limit}
    location = conf.get_location("max_pool_size", "database")
    if location is None or not location.location.is_user_controlled:
        said["max_pool_size"] = conf.worker_threads + conf.step_threads + OTHER_THREADS
    return DatabaseSettings(**{name: value for name, value in said.items() if value is not None})
