"""Turn the configuration into the settings of engine and database."""

from __future__ import annotations

import pathlib
from typing import Any

from oslo_config import cfg

from heatlite import exception
from heatlite import template as language
from heatlite.db import crypt
from heatlite.db.crypt import Vault
from heatlite.db.settings import Settings as DatabaseSettings
from heatlite.engine.common import operator_environment
from heatlite.engine.common.settings import CloudNotificationSettings, ObserverSettings, Role, Settings
from heatlite.resources.openstack.aws.load_balancer_template import with_configuration
from heatlite.template import yaql_process

STEPS_SHARE = 0.8
"""Part of the launcher's shutdown timeout that running steps may use. The rest is for stopping the other parts."""


SHORTEST_IDLE, LONGEST_IDLE = 5, 20
"""Seconds."""
OTHER_THREADS = 9
"""Threads of an engine that use the database beside its workers and steps: its lease, its sweeps, its observer …"""
BUILT = ("yaql", "observer", "cloud_notifications", "operator_registry", "operator_templates", "loadbalancer_template")
"""Settings that are no option by themselves."""


def engine_settings(conf: cfg.ConfigOpts) -> Settings:
    """Return the engine's settings."""
    values = {name: conf[name] for name in Settings.__dataclass_fields__ if name in conf and name not in BUILT}
    values["role"] = Role(conf.role)
    values["observer"] = ObserverSettings(
        **{name: conf.observer[name] for name in ObserverSettings.__dataclass_fields__}
    )
    told = conf.cloud_notifications
    values["cloud_notifications"] = CloudNotificationSettings(
        told.enabled, tuple(told.exchanges), tuple(told.topics), told.poll_interval
    )
    values["yaql"] = yaql_process.Limits(
        iterations=conf.yaql.limit_iterators, memory=conf.yaql.memory_quota, seconds=conf.yaql.time_limit
    )
    values["operator_registry"] = operator_environment.read(conf.environment_dir, conf.max_environment_size)
    values["operator_templates"] = operator_environment.templates(values["operator_registry"], conf.max_template_size)
    if conf.loadbalancer_template:
        values["loadbalancer_template"] = load_balancer(conf.loadbalancer_template, conf.max_template_size)
    values["hidden_stack_tags"] = tuple(conf.hidden_stack_tags)
    if conf.host is None:
        del values["host"]
    if "graceful_shutdown_timeout" in values:
        values["graceful_shutdown_timeout"] *= STEPS_SHARE
    return Settings(**values)


def load_balancer(path: str, max_bytes: int) -> dict[str, Any]:
    """Read the operator's template for load balancers.

    :raises ConfigurationError: when it can't be read, or has no place for the load balancer's configuration
    """
    try:
        return with_configuration(language.load(pathlib.Path(path).read_text(), max_bytes), "")
    except (exception.HeatliteError, OSError, ValueError) as error:
        raise exception.ConfigurationError(reason=f"loadbalancer_template: {path}: {error}") from error


def profiles(conf: cfg.ConfigOpts) -> bool:
    """Tell whether ``[profiler] enabled`` is on.

    The option is read separately: osprofiler registers its options when it is imported, and it is imported only if it
    is enabled.
    """
    apart = cfg.ConfigOpts()
    apart.register_opt(cfg.BoolOpt("enabled", default=False, deprecated_name="profiler_enabled"), group="profiler")
    apart([], default_config_files=conf.config_file, default_config_dirs=conf.config_dir or [])
    return bool(apart.profiler.enabled)


def vault(conf: cfg.ConfigOpts) -> Vault:
    """Return the vault with a daemon's encryption keys.

    :raises ConfigurationError: when there is no key, or one isn't valid
    """
    return crypt.required(conf.auth_encryption_key, conf.encrypt_parameters_and_properties)


def idle_in_transaction(lease_seconds: float) -> int:
    """Return the seconds after which a server rolls back a transaction that stands still.

    That of an engine that hangs keeps rows from whoever takes them over, so it is over when its lease is; but a busy
    machine's engine may well take some seconds between two statements.
    """
    return max(SHORTEST_IDLE, min(LONGEST_IDLE, round(lease_seconds)))


def database_settings(conf: cfg.ConfigOpts) -> DatabaseSettings:
    """Return the database's settings.

    By default every thread may keep its connection. A pool closes a connection beyond its size as soon as it is
    returned, and a new one over TLS, which MariaDB uses by default from 11.4 on, costs tens of milliseconds.

    :raises ConfigurationError: when no database is configured
    """
    if not conf.database.connection:
        raise exception.ConfigurationError(reason="[database] connection isn't set: a daemon needs a database server")
    of_oslo = DatabaseSettings.__dataclass_fields__.keys() - {"read_time_limit", "idle_in_transaction"}
    values = {name: conf.database[name] for name in of_oslo} | {"read_time_limit": conf.read_time_limit}
    values["idle_in_transaction"] = idle_in_transaction(conf.lease_seconds)
    location = conf.get_location("max_pool_size", "database")
    if location is None or not location.location.is_user_controlled:
        values["max_pool_size"] = conf.worker_threads + conf.step_threads + OTHER_THREADS
    return DatabaseSettings(**{name: value for name, value in values.items() if value is not None})
