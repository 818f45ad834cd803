"""``heatlite-manage import-from-heat``: import the stacks of a Heat 27 without touching a physical resource.

::

    heatlite-manage import-from-heat --source-config /etc/heat/heat.conf --all --dry-run
    heatlite-manage import-from-heat --source-config /etc/heat/heat.conf --project 8f0c…

A stack is imported if a first update with its own template would change nothing; see ``engine.heat_import.rehearsal``.
Heat's database is only read. Its engines must be stopped: two engines must never work on the same resources.
"""

from __future__ import annotations

import argparse
import pathlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from oslo_config import cfg

from heatlite import exception

WithDatabase = Callable[..., None]
CHANGES = "an update with its own template would change something: look at the changes, then give --allow-changes"


@dataclass(frozen=True)
class Found:
    """The result for one tree. ``obstacles`` are the reasons why it isn't imported; when there are none, it is.

    ``changes`` is what its first update would do. Changes are an obstacle too, unless they are allowed.
    """

    project: str
    name: str
    stack_id: str
    stacks: int = 0
    resources: int = 0
    obstacles: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def add_parsers(subparsers: Any, with_database: WithDatabase) -> None:
    """Add the subcommand. ``with_database`` calls a function with the configured database."""
    parser = subparsers.add_parser("import-from-heat", help="import the stacks from a Heat 27's database")
    parser.add_argument("--source", metavar="URL", help="URL of Heat's database: mysql+pymysql://…")
    parser.add_argument(
        "--source-config", metavar="FILE", type=pathlib.Path, help="heat.conf: has the URL and auth_encryption_key"
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--project", metavar="ID", help="import the stacks of this project")
    which.add_argument("--all", action="store_true", help="import the stacks of all projects")
    parser.add_argument("--dry-run", action="store_true", help="only print what would be done")
    parser.add_argument(
        "--allow-changes",
        action="store_true",
        help="import a stack even if a first update with its own template would change something, or be refused",
    )
    parser.add_argument("--events", action="store_true", help="import the events too")
    parser.set_defaults(function=lambda conf: import_from_heat(conf, with_database))


def import_from_heat(conf: cfg.ConfigOpts, with_database: WithDatabase) -> None:
    """Import the stacks that can be imported, and list the others.

    :raises ConfigurationError: when Heat's database or the keys for it aren't given
    :raises SystemExit: 1, when a stack wasn't imported
    """
    from heatlite.cmd.manage_data import vault
    from heatlite.db.crypt import Vault
    from heatlite.db.heat.reading import HeatDatabase

    url, keys = source(conf.command, tuple(conf.auth_encryption_key))
    heat = HeatDatabase(url, Vault(keys))
    found: list[Found] = []
    try:
        ours = vault(conf, conf.encrypt_parameters_and_properties)
        with_database(lambda database: found.extend(each_tree(conf, database, heat)), conf, ours)
    finally:
        heat.close()
    report(found, is_dry=conf.command.dry_run)
    if any(it.obstacles for it in found) and not conf.command.dry_run:
        raise SystemExit(1)


def source(arguments: argparse.Namespace, own_keys: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the URL of Heat's database and the keys to read it: Heat's own key, if its configuration is given.

    :raises ConfigurationError: when neither option gives the URL
    """
    url, keys = arguments.source, own_keys
    if arguments.source_config is not None:
        theirs = read_heats(arguments.source_config)
        url, keys = url or theirs.database.connection, (theirs.auth_encryption_key or "", *own_keys)
    if not url:
        raise exception.ConfigurationError(reason="say where Heat's database is: --source URL or --source-config FILE")
    return url, tuple(key for key in keys if key)


def read_heats(path: pathlib.Path) -> cfg.ConfigOpts:
    """Read the needed options of a heat.conf.

    :raises ConfigurationError: when it can't be read
    """
    theirs = cfg.ConfigOpts()
    theirs.register_opt(cfg.StrOpt("auth_encryption_key", secret=True))
    theirs.register_opt(cfg.StrOpt("connection", secret=True), group="database")
    try:
        theirs([], default_config_files=[str(path)], default_config_dirs=[])
    except cfg.ConfigFilesNotFoundError as error:
        raise exception.ConfigurationError(reason=str(error)) from None
    return theirs


def each_tree(conf: cfg.ConfigOpts, database: Any, heat: Any) -> Iterator[Found]:
    """Judge one tree after the other, and import it, unless there are obstacles or it is a dry run."""
    from heatlite.engine.common import configured
    from heatlite.engine.common.inputs import Inputs
    from heatlite.engine.definitions.provider import provider_classes
    from heatlite.engine.heat_import.asking import Means
    from heatlite.engine.heat_import.judge import Judge
    from heatlite.engine.heat_import.rehearsal import open_rehearsal
    from heatlite.engine.heat_import.takeover import TakeOver
    from heatlite.resources.openstack.aws.load_balancer import in_place_of
    from heatlite.resources.registry import Registry

    settings, inputs = configured.engine_settings(conf), Inputs()
    registry = Registry.load().with_others(provider_classes(settings.operator_templates))
    registry = registry.with_others(in_place_of(settings.loadbalancer_template))
    for host in heat.running_engines(inputs.utcnow()):
        print(f"WARNING: heat-engine on {host} seems to run: stop it, lest both engines work at one stack")
    means = Means(database, registry, settings, inputs)
    judge, take_over = Judge(registry, settings.operator_registry), TakeOver(means)
    held, joined = heat.held(), set[str]()
    roots = sorted(heat.roots(conf.command.project), key=lambda it: it[0] in held)  # what may be part of another last
    with open_rehearsal(means) as rehearsal:
        for stack_id, name, project in roots:
            if stack_id in joined:
                continue
            try:
                root = heat.stack(stack_id, events=conf.command.events)
                judgement = judge.judge(root)
                joined |= judgement.joined
                yield one_tree(root, judgement, take_over, rehearsal, conf.command)
            except exception.HeatliteError as error:
                joined |= {part for part, owner in held.items() if owner == stack_id}
                yield Found(project, name, stack_id, obstacles=(str(error),))


def one_tree(root: Any, judgement: Any, take_over: Any, rehearsal: Any, arguments: argparse.Namespace) -> Found:
    """Import one tree that was judged."""
    ours = take_over.obstacle(root)
    if ours is None and judgement.stack is not None:
        ours = take_over.obstacle_below(judgement.stack, judgement.joined)
    every = [it.heat for it in judgement.stack.tree()] if judgement.stack is not None else list(root.tree())
    resources = sum(len(stack.resources) for stack in every)
    obstacles = (ours,) if ours else judgement.obstacles
    changes = () if obstacles else rehearsal.changes(judgement.stack)
    if changes and not arguments.allow_changes:
        obstacles = (CHANGES,)
    if not obstacles and not arguments.dry_run:
        take_over.take(judgement.stack)
    return Found(root.tenant, root.name, root.id, len(every), resources, obstacles, changes)


def report(found: list[Found], *, is_dry: bool) -> None:
    """Print the result of each tree, and the sum."""
    done = "would be taken over" if is_dry else "taken over"
    for it in found:
        size = f"{it.stacks} stack{'s'[: it.stacks != 1]}, {it.resources} resources"
        print(f"{it.project} {it.name} ({it.stack_id}): {'left' if it.obstacles else f'{done}: {size}'}")
        for line in (*it.obstacles, *(f"its first update: {each}" for each in it.changes)):
            print(f"    {line}")
    changing = sum(bool(it.changes) for it in found)
    print(f"the first update of {changing or 'no'} stack{'s'[: changing != 1]} would do something")
    taken = [it for it in found if not it.obstacles]
    sizes = f"{sum(it.stacks for it in taken)} with those nested in them, {sum(it.resources for it in taken)} resources"
    print(f"{len(taken)} of {len(found)} stacks {done} ({sizes}); {len(found) - len(taken)} left")
