"""Drive one step of one resource. Whatever a plugin does, the answer is a value and never an exception.

::

    start --validate, handle_x--> progress --check_x_complete--> True:  Done
                                     ^                      `--> False: Waiting(progress, poll_after)
                                     |
    poll ----------------------------'    anything raised: Failed (UpdateReplace from handle_update: Replace)

A step begins with a fresh plugin object; ``start`` goes straight on to the first check, so that what completes
at once needs one step. Progress is turned to JSON *before* that first check, so that a plugin that wouldn't
survive a change of process shows it at once.

Where a service can't be used now, the very same call is made again later, from the database's timer::

    CloudUnavailable ──▶ Waiting({"again": {"tries", "reason", "progress" or "begin"}})     1 s, 2 s … or Retry-After
"""

from __future__ import annotations

import functools
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from heatlite.exception import CloudUnavailable, ResourceFailed
from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.difference import changed
from heatlite.resources.jsonable import MOST_PROGRESS, as_json, shown
from heatlite.resources.nested.failure import NestedStackFailed
from heatlite.resources.nested.port import Unavailable
from heatlite.resources.outcomes import Done, Failed, Replace, Shown, Unchanged, Update, Waiting
from heatlite.resources.tools import plugin_name

LOG = logging.getLogger(__name__)

ACTIONS = ("CREATE", "UPDATE", "DELETE", "SUSPEND", "RESUME", "CHECK", "SNAPSHOT", "COLLECT")
VERBS = {action: action.lower() for action in ACTIONS}
GIVEN = {"ADOPT": "adopt", "REFER": "refer", "SNAPSHOT_DELETE": "snapshot_delete"}
"""Verbs whose handle method is given something, as an UPDATE's is."""
CHECKS = {**VERBS, **GIVEN, "SNAPSHOT_DELETE": "delete"}
AGAIN = "again"
"""The key of a progress that says what is tried again; no plugin's own has it."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
LONGEST_ASKED_PAUSE = 600.0
"""Seconds between two tries: as they grow by themselves, and as far as a service is believed."""

Rest = ParamSpec("Rest")
Outcome = TypeVar("Outcome")


JSON_TYPES = (str, bool, int, float, list, dict)


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
    try:
        return begin(resource, action, given)
    except CloudUnavailable as error:
        return later(resource, error, {"begin": True}, 0)


def begin(resource: Resource, action: str, given: Sequence[Any]) -> Done | Waiting | Replace:
    """Call the handle method and check once; may raise what the plugin raises."""
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
def poll(resource: Resource, action: str, progress: Any, *given: Any) -> Done | Waiting | Replace | Failed:
    """Go on with an action from the progress of the step before, in whichever process that was.

    :param given: as for ``start``, which may have to be called again
    """
    left = progress.get(AGAIN) if isinstance(progress, Mapping) else None
    if left is None:
        left, tries = {"progress": progress}, 0
    else:
        left, tries, resource.is_repeated = dict(left), left["tries"], True
    try:
        if "begin" in left:
            return begin(resource, action, given)
        return check(resource, action, left["progress"])
    except CloudUnavailable as error:
        return later(resource, error, left, tries)


def later(resource: Resource, error: CloudUnavailable, left: Mapping[str, Any], tries: int) -> Waiting:
    """Have the same call made again, after as long as the service says, or longer each time.

    :param left: what is to be done then: ``{"begin": True}``, or ``{"progress": …}``
    """
    pause = min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE) * resource.random.uniform(0.75, 1.25)
    if error.retry_after is not None:
        pause = min(max(error.retry_after, FIRST_PAUSE), LONGEST_ASKED_PAUSE)
    reason = resource.masked(str(error))
    LOG.info("%s %s waits %.1f s: %s", plugin_name(resource), resource.name, pause, reason)
    kept = {key: left[key] for key in ("begin", "progress") if key in left}
    again = {AGAIN: {**kept, "tries": tries + 1, "reason": reason}}
    return Waiting(again, pause, resource.resource_id, dict(resource.data))


@failures_as_values
def assess_update(
    resource: Resource, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Unchanged | Update | Replace | Failed:
    """What a change of validated properties asks for. Failed where it is forbidden (immutable)."""
    # A plugin newer than the row must not see its own new properties as a change of the template.
    difference = changed(resource.completed_properties(before), after)
    if not difference:
        return Unchanged()
    if resource.needs_replacement(before, after, frozenset(difference)):
        return Replace()
    return Update(difference)


def check(resource: Resource, action: str, progress: Any) -> Done | Waiting:
    """One check; may raise what the plugin raises."""
    is_complete = getattr(resource, f"check_{CHECKS[action]}_complete")
    progress = as_json(progress, f"{plugin_name(resource)} progress", MOST_PROGRESS)
    if is_complete(progress):
        return done(resource, action)
    after = as_json(progress, f"{plugin_name(resource)} progress", MOST_PROGRESS)
    return Waiting(after, resource.poll_after, resource.resource_id, dict(resource.data))


def done(resource: Resource, action: str) -> Done:
    """The end of a successful action; may raise what the plugin raises."""
    found = {} if CHECKS[action] == "delete" else resource.resolve_attributes()
    attributes = as_json(found, f"{plugin_name(resource)} attributes") or {}
    return Done(resource.resource_id, attributes, dict(resource.data), reference_of(resource))


def reference_of(resource: Resource) -> Any:
    """What ``get_resource`` gives, as JSON."""
    found = resource.reference()
    return as_json(found, f"{plugin_name(resource)} reference") if isinstance(found, JSON_TYPES) else str(found)


def failed(resource: Resource, error: BaseException) -> Failed:
    """The failure as Heat words it: ``ValueError: resources.web: what was wrong``."""
    trace = "".join(traceback.format_exception(error)).rstrip()
    LOG.info("%s %s failed\n%s", plugin_name(resource), resource.name, resource.masked(trace))
    try:
        text = str(error) or shown(error)
    except Exception:
        text = shown(error)
    if isinstance(error, NestedStackFailed):
        return failure(resource, resource.masked(error.under(resource.name)))
    if isinstance(error, UpdateReplace):
        text = "a replacement can be asked for in handle_update only; what was begun has to end or to fail"
    reason = str(ResourceFailed(error_class=type(error).__name__, name=resource.name, reason=resource.masked(text)))
    return failure(resource, reason)


def failure(resource: Resource, reason: str) -> Failed:
    """The failure for a reason, with what is to be seen of the resource all the same."""
    return Failed(reason, resource.resource_id, dict(resource.data), shown_of(resource))


def shown_of(resource: Resource) -> Shown | None:
    """What a template sees of a resource whose action didn't end well: of what exists, all that its plugin can say.

    None where it can't say anything: that it failed is bad enough.
    """
    try:
        reference = reference_of(resource)
        attributes = resource.resolve_attributes() if resource.resource_id is not None else {}
        return Shown(reference, as_json(attributes, f"{plugin_name(resource)} attributes") or {})
    except BaseException as error:
        if isinstance(error, (*endings(), Unavailable)):
            raise
        LOG.info("%s %s can't say what it has: %s", plugin_name(resource), resource.name, type(error).__name__)
        return None


@failures_as_values
def found(resource: Resource) -> list[str] | Waiting | Failed:
    """What ``find`` finds, as texts; Waiting where that can't be said now: ``start`` is called later then."""
    try:
        return [str(physical_id) for physical_id in resource.find() or ()]
    except CloudUnavailable as error:
        return later(resource, error, {"begin": True}, 0)


def endings() -> tuple[type[BaseException], ...]:
    """What ends a process, or a green thread; without greenlet loaded there is no green thread to end.

    Only the main thread can end a process by an exception. On any other, a SystemExit is what a plugin (or a library of
    its that believes to be a program) has raised, nobody would see it, and the resource would wait for ever.
    """
    greenlet = sys.modules.get("greenlet")
    green = [greenlet.GreenletExit] if greenlet else []
    is_main = threading.current_thread() is threading.main_thread()
    return (*([KeyboardInterrupt, SystemExit] if is_main else []), *green)
