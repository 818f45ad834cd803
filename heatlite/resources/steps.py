"""Drive one step of one resource. Whatever a plugin does, the answer is a value and never an exception.

::

    start --validate, handle_x--> progress --check_x_complete--> True:  Done
                                     ^                      `--> False: Waiting(progress, poll_after)
                                     |
    poll ----------------------------'    anything raised: Failed (UpdateReplace from handle_update: Replace)

A step begins with a fresh plugin object; ``start`` goes straight on to the first check, so that what completes
at once needs one step. Progress is turned to JSON *before* that first check, so that a plugin that wouldn't
survive a change of process shows it at once.
"""

from __future__ import annotations

import functools
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

from heatlite.exception import ResourceFailed
from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.difference import changed
from heatlite.resources.jsonable import as_json, shown
from heatlite.resources.nested.failure import NestedStackFailed
from heatlite.resources.nested.port import Unavailable
from heatlite.resources.outcomes import Done, Failed, Replace, Unchanged, Update, Waiting
from heatlite.resources.properties import completed
from heatlite.resources.tools import plugin_name

LOG = logging.getLogger(__name__)

ACTIONS = ("CREATE", "UPDATE", "DELETE", "SUSPEND", "RESUME", "CHECK", "SNAPSHOT", "COLLECT")
VERBS = {action: action.lower() for action in ACTIONS}
GIVEN = {"ADOPT": "adopt", "REFER": "refer", "SNAPSHOT_DELETE": "snapshot_delete"}
"""Verbs whose handle method is given something, as an UPDATE's is."""
CHECKS = {**VERBS, **GIVEN, "SNAPSHOT_DELETE": "delete"}

Rest = ParamSpec("Rest")
Outcome = TypeVar("Outcome")


def failures_as_values(
    step: Callable[Concatenate[Resource, Rest], Outcome],
) -> Callable[Concatenate[Resource, Rest], Outcome | Failed]:
    """Turn whatever a plugin raises into Failed, but let the process (or green thread) end when it must.

    ``Unavailable`` goes through as well: it is the engine's own trouble, and the step's caller knows what to do.
    """

    @functools.wraps(step)
    def guarded(resource: Resource, *args: Rest.args, **kwargs: Rest.kwargs) -> Outcome | Failed:
        try:
            return step(resource, *args, **kwargs)
        except BaseException as error:
            if isinstance(error, (*endings(), Unavailable)):
                raise
            return failed(resource, error)

    return guarded


@failures_as_values
def start(resource: Resource, action: str, *given: Any) -> Done | Waiting | Replace | Failed:
    """Begin an action and check once.

    :param action: of ``VERBS`` or ``GIVEN``. COLLECT is what is left to do of an UPDATE when no rollback can follow it,
        REFER an ADOPT of what isn't the stack's, SNAPSHOT_DELETE a DELETE that takes a snapshot before
    :param given: what the handle method takes: for an UPDATE, what ``assess_update`` gave
    """
    handle = getattr(resource, f"handle_{(VERBS | GIVEN)[action]}")
    if action in ("CREATE", "UPDATE"):
        resource.validate()  # what validation of the template could not know is known now
    if action != "UPDATE":
        return check(resource, action, handle(*given) if action in GIVEN else handle())
    try:
        progress = handle(*(dict(prop_diff or {}) for prop_diff in given or ({},)))
    except UpdateReplace:
        return Replace()
    return check(resource, action, progress)


@failures_as_values
def poll(resource: Resource, action: str, progress: Any) -> Done | Waiting | Failed:
    """Go on with an action from the progress of the step before, in whichever process that was."""
    return check(resource, action, progress)


@failures_as_values
def assess_update(
    resource: Resource, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Unchanged | Update | Replace | Failed:
    """What a change of validated properties asks for. Failed where it is forbidden (immutable)."""
    # A plugin newer than the row must not see its own new properties as a change of the template.
    difference = changed(completed(resource.properties_schema, before), after)
    if not difference:
        return Unchanged()
    if resource.needs_replacement(before, after, frozenset(difference)):
        return Replace()
    return Update(difference)


def check(resource: Resource, action: str, progress: Any) -> Done | Waiting:
    """One check; may raise what the plugin raises."""
    is_complete = getattr(resource, f"check_{CHECKS[action]}_complete")
    progress = as_json(progress, f"{plugin_name(resource)} progress")
    if is_complete(progress):
        return done(resource, action)
    after = as_json(progress, f"{plugin_name(resource)} progress")
    return Waiting(after, resource.poll_after, resource.resource_id, dict(resource.data))


def done(resource: Resource, action: str) -> Done:
    """The end of a successful action; may raise what the plugin raises."""
    found = {} if CHECKS[action] == "delete" else resource.resolve_attributes()
    attributes = as_json(found, f"{plugin_name(resource)} attributes") or {}
    return Done(resource.resource_id, attributes, dict(resource.data), str(resource.reference()))


def failed(resource: Resource, error: BaseException) -> Failed:
    """The failure as Heat words it: ``ValueError: resources.web: what was wrong``."""
    trace = "".join(traceback.format_exception(error)).rstrip()
    LOG.info("%s %s failed\n%s", plugin_name(resource), resource.name, resource.masked(trace))
    try:
        text = str(error) or shown(error)
    except Exception:
        text = shown(error)
    if isinstance(error, NestedStackFailed):
        return Failed(resource.masked(error.under(resource.name)), resource.resource_id, dict(resource.data))
    if isinstance(error, UpdateReplace):
        text = "a replacement can be asked for in handle_update only; what was begun has to end or to fail"
    reason = str(ResourceFailed(error_class=type(error).__name__, name=resource.name, reason=resource.masked(text)))
    return Failed(reason, resource.resource_id, dict(resource.data))


@failures_as_values
def found(resource: Resource) -> list[str] | Failed:
    """What ``find`` finds, as texts."""
    return [str(physical_id) for physical_id in resource.find() or ()]


def endings() -> tuple[type[BaseException], ...]:
    """What ends a process, or a green thread; without greenlet loaded there is no green thread to end.

    Only the main thread can end a process by an exception. On any other, a SystemExit is what a plugin (or a library of
    its that believes to be a program) has raised, nobody would see it, and the resource would wait for ever.
    """
    greenlet = sys.modules.get("greenlet")
    green = [greenlet.GreenletExit] if greenlet else []
    is_main = threading.current_thread() is threading.main_thread()
    return (*([KeyboardInterrupt, SystemExit] if is_main else []), *green)
