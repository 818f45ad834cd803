"""``heatlite-engine``: the daemon.

The threading backend must be chosen before any module that may start a thread is imported. So this module imports
little at its top, and the rest after that.
"""

from __future__ import annotations

import sys

from oslo_config import cfg

import heatlite
from heatlite import conf as options
from heatlite.cmd import garbage, logs, quiet, reports

CLOUD_CLIENTS = ("openstack.connection", "keystoneauth1.identity.v3", "heatlite.clients.given_token")
"""The modules that an engine imports when it first reaches a cloud."""


def main(argv: list[str] | None = None) -> int:
    """Run engine processes until they are told to stop. Return the exit status."""
    conf = options.register(cfg.CONF, command_line=("role", "backend", "num_engine_workers"))
    logs.register(conf)
    conf(argv, project="heatlite", prog="heatlite-engine", version=heatlite.__version__)
    quiet.about_eventlet()
    pick_backend(conf.backend)
    return run(conf)


def pick_backend(name: str) -> None:
    """Switch the process to native or to green threads."""
    if name == "eventlet":
        import eventlet

        eventlet.monkey_patch()
    else:
        quiet.without_eventlet()
    from oslo_service import backend

    backend.init_backend(backend.BackendType(name))


def run(conf: cfg.ConfigOpts) -> int:
    """Do everything that follows the choice of the backend."""
    from oslo_service import service

    from heatlite import exception
    from heatlite.engine.common import configured
    from heatlite.engine.ports import cloud_settings
    from heatlite.engine.runtime.daemon import EngineService
    from heatlite.rpc import transport

    logs.set_up(conf)
    try:
        configured.database_settings(conf)
        configured.vault(conf)
        cloud_settings.cloud_settings(conf)
        transport.check_options(conf)
    except exception.ConfigurationError as error:
        print(f"heatlite-engine: {error}", file=sys.stderr)
        return 1
    if reason := unready(conf):
        print(f"heatlite-engine: {reason}", file=sys.stderr)
        return 1
    reports.answer_signals(conf)
    preload(conf)
    launcher = service.launch(conf, EngineService(conf), workers=conf.num_engine_workers, restart_method="mutate")
    launcher.wait()
    return 0


def preload(conf: cfg.ConfigOpts) -> None:
    """Import what a first stack needs, before the processes are forked.

    Otherwise each process would import it while the stack waits, and into memory of its own. What is imported stays, so
    no process needs to search it for garbage.
    """
    import importlib

    from heatlite.engine.ports import cloud_settings

    importlib.import_module("oslo_policy.policy")
    if cloud_settings.cloud_settings(conf) is not None:
        for name in CLOUD_CLIENTS:
            importlib.import_module(name)
    garbage.keep_present_objects()


def unready(conf: cfg.ConfigOpts) -> str | None:
    """Return why engines can't work with the database's schema. Return None when they can, or the database can't be
    reached.

    Engines that start before their database wait for it.
    """
    import dataclasses

    from heatlite.db.api import Database
    from heatlite.db.retry import DATABASE_ERRORS
    from heatlite.engine.common import configured
    from heatlite.engine.runtime import readiness

    settings = dataclasses.replace(configured.database_settings(conf), max_retries=0)
    database = Database(settings)
    try:
        found = readiness.schema(database)
    except DATABASE_ERRORS:
        return None
    finally:
        database.dispose()
    return found.details if found.level is readiness.Level.FAILURE else None


if __name__ == "__main__":
    sys.exit(main())
