"""Drive one step of one resource. Whatever a plugin does, the result is a value and never an exception.

::

    start --validate, handle_x--> progress --check_x_complete--> True:  Done
                                     ^                      `--> False: Waiting(progress, poll_after)
                                     |
    poll ----------------------------'    anything raised: Failed (UpdateReplace from handle_update: Replace)

Each step begins with a new plugin object. ``start`` continues with the first check, so an action that completes at
once needs one step. Progress is converted to JSON *before* that first check, so a plugin whose progress can't move to
another process fails at once.

If a service is unavailable, the same call is repeated later, by the database's timer::

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

from heatlite.exception import CloudError, CloudUnavailable, ResourceFailed
from heatlite.resources.base import Resource, UpdateReplace
from heatlite.resources.difference import changed
from heatlite.resources.jsonable import MOST_PROGRESS, as_json, bounded_repr
from heatlite.resources.nested.failure import NestedStackFailed
from heatlite.resources.nested.port import Unavailable
from heatlite.resources.outcomes import Done, Failed, Replace, Shown, Unchanged, Update, Waiting
from heatlite.resources.tools import plugin_name

LOG = logging.getLogger(__name__)

ACTIONS = ("CREATE", "UPDATE", "DELETE", "SUSPEND", "RESUME", "CHECK", "SNAPSHOT", "COLLECT")
VERBS = {action: action.lower() for action in ACTIONS}
GIVEN = {"ADOPT": "adopt", "REFER": "refer", "SNAPSHOT_DELETE": "snapshot_delete"}
"""Actions whose handle method takes an argument, as that of UPDATE does."""
CHECKS = {**VERBS, **GIVEN, "SNAPSHOT_DELETE": "delete"}
AGAIN = "again"
"""The key of a progress for a call to repeat; no plugin uses it in its own progress."""
ANEW = "anew"
"""The key of what it has, if the call was repeated after a refusal."""
FIRST_RETRY_PAUSE, LONGEST_RETRY_PAUSE = 1.0, 60.0
LONGEST_ASKED_PAUSE = 600.0
"""Seconds between two tries: the growing pause, and the longest Retry-After that is respected."""

Rest = ParamSpec("Rest")
Outcome = TypeVar("Outcome")


JSON_TYPES = (str, bool, int, float, list, dict, type(None))


def failures_as_values(
    step: Callable[Concatenate[Resource, Rest], Outcome],
) -> Callable[Concatenate[Resource, Rest], Outcome | Failed]:
    """Turn every exception of a plugin into Failed, except those that end the process or green thread.

    ``Unavailable`` passes through too: it reports the engine's own trouble, which the caller of the step handles.
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

    :param action: of ``VERBS`` or ``GIVEN``. COLLECT is the part of an UPDATE that waits until no rollback can follow,
        REFER adopts a resource that the stack doesn't own, SNAPSHOT_DELETE takes a snapshot before a DELETE
    :param given: arguments of the handle method: for an UPDATE, the result of ``assess_update``
    """
    try:
        return begin(resource, action, given)
    except CloudError as error:
        return repeated(resource, error, {"begin": True}, 0)


def begin(resource: Resource, action: str, given: Sequence[Any]) -> Done | Waiting | Replace:
    """Call the handle method and check once; may raise what the plugin raises."""
    handle = getattr(resource, f"handle_{(VERBS | GIVEN)[action]}")
    if action in ("CREATE", "UPDATE"):
        resource.validate()  # values that were unknown when the template was validated are known now
    if action != "UPDATE":
        return check(resource, action, handle(*given) if action in GIVEN else handle())
    try:
        progress = handle(*(dict(prop_diff or {}) for prop_diff in given or ({},)))
    except UpdateReplace:
        return Replace()
    return check(resource, action, progress)


@failures_as_values
def poll(resource: Resource, action: str, progress: Any, *given: Any) -> Done | Waiting | Replace | Failed:
    """Continue an action from the progress of the step before, which may have run in another process.

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
    except CloudError as error:
        return repeated(resource, error, left, tries)


def repeated(resource: Resource, error: CloudError, left: Mapping[str, Any], tries: int) -> Waiting:
    """Repeat the same call later, where that may help.

    :param tries: how often it has been repeated
    :raises CloudError: the given one, where it doesn't. A refusal is believed the second time
    """
    if isinstance(error, CloudUnavailable):
        return later(resource, error, left, tries, error.retry_after)
    if ANEW in left or not resource.may_succeed_now(error):
        raise error
    return later(resource, error, {**left, ANEW: True}, tries, None)


def cancel(resource: Resource, progress: Any) -> None:
    """Give up an action that isn't complete; what the plugin raises is only logged, since the resource fails anyway."""
    left = progress.get(AGAIN) if isinstance(progress, Mapping) else None
    if left is not None and "begin" in left:
        return  # the service has taken nothing yet
    try:
        resource.handle_cancel(progress if left is None else left["progress"])
    except BaseException as error:
        if isinstance(error, (*endings(), Unavailable)):
            raise
        trace = resource.masked("".join(traceback.format_exception(error)).rstrip())
        LOG.warning("%s %s: the action can't be cancelled\n%s", plugin_name(resource), resource.name, trace)


def later(
    resource: Resource, error: CloudError, left: Mapping[str, Any], tries: int, retry_after: float | None
) -> Waiting:
    """Repeat the same call later: after as long as the service asks, or after a growing pause.

    :param left: the call to repeat: ``{"begin": True}``, or ``{"progress": …}``
    :param retry_after: seconds that the service asks for, if it does
    """
    pause = min(FIRST_RETRY_PAUSE * 2 ** min(tries, 10), LONGEST_RETRY_PAUSE) * resource.random.uniform(0.75, 1.25)
    if retry_after is not None:
        pause = min(max(retry_after, FIRST_RETRY_PAUSE), LONGEST_ASKED_PAUSE)
    reason = resource.masked(str(error))
    LOG.info("%s %s waits %.1f s: %s", plugin_name(resource), resource.name, pause, reason)
    kept = {key: left[key] for key in ("begin", "progress", ANEW) if key in left}
    again = {AGAIN: {**kept, "tries": tries + 1, "reason": reason}}
    return Waiting(again, pause, resource.resource_id, dict(resource.data))


@failures_as_values
def assess_update(
    resource: Resource, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Unchanged | Update | Replace | Failed:
    """Decide what a change of validated properties requires. Failed if it is forbidden (immutable).

    A type without a ``handle_update`` of its own changes nothing in place. A type with ``update_when_unchanged`` is
    asked even if nothing changed.
    """
    # A plugin newer than the row must not see its own new properties as a change of the template.
    difference = changed(resource.completed_properties(before), after)
    if not difference and not resource.update_when_unchanged:
        return Unchanged()
    if resource.needs_replacement(before, after, frozenset(difference)):
        return Replace()
    if not difference:
        return Unchanged()
    return Replace() if type(resource).handle_update is Resource.handle_update else Update(difference)


def check(resource: Resource, action: str, progress: Any) -> Done | Waiting:
    """Call the check once; may raise what the plugin raises."""
    is_complete = getattr(resource, f"check_{CHECKS[action]}_complete")
    progress = as_json(progress, f"{plugin_name(resource)} progress", MOST_PROGRESS)
    if is_complete(progress):
        return done(resource, action)
    after = as_json(progress, f"{plugin_name(resource)} progress", MOST_PROGRESS)
    return Waiting(after, resource.poll_after, resource.resource_id, dict(resource.data), resource.wake_ids)


def done(resource: Resource, action: str) -> Done:
    """Return the result of a successful action; may raise what the plugin raises."""
    found = {} if CHECKS[action] == "delete" else resource.resolve_attributes()
    attributes = as_json(found, f"{plugin_name(resource)} attributes") or {}
    return Done(resource.resource_id, attributes, dict(resource.data), reference_of(resource))


def reference_of(resource: Resource) -> Any:
    """Return the value of ``get_resource``, as JSON."""
    found = resource.reference()
    return as_json(found, f"{plugin_name(resource)} reference") if isinstance(found, JSON_TYPES) else str(found)


def failed(resource: Resource, error: BaseException) -> Failed:
    """Return the failure as Heat words it: ``ValueError: resources.web: what was wrong``."""
    trace = "".join(traceback.format_exception(error)).rstrip()
    LOG.info("%s %s failed\n%s", plugin_name(resource), resource.name, resource.masked(trace))
    try:
        text = str(error) or bounded_repr(error)
    except Exception:
        text = bounded_repr(error)
    if isinstance(error, NestedStackFailed):
        return failure(resource, resource.masked(error.under(resource.name)))
    if isinstance(error, UpdateReplace):
        text = "only handle_update may raise UpdateReplace; an action that has begun must complete or fail"
    reason = str(ResourceFailed(error_class=type(error).__name__, name=resource.name, reason=resource.masked(text)))
    return failure(resource, reason)


def failure(resource: Resource, reason: str) -> Failed:
    """Return the failure for a reason, with the attributes that the resource still has."""
    return Failed(reason, resource.resource_id, dict(resource.data), shown_of(resource))


def shown_of(resource: Resource) -> Shown | None:
    """Return what templates may read of a resource whose action failed: all that its plugin can still tell.

    None if the plugin raises: the resource has failed anyway.
    """
    try:
        reference = reference_of(resource)
        attributes = resource.resolve_attributes() if resource.resource_id is not None else {}
        return Shown(reference, as_json(attributes, f"{plugin_name(resource)} attributes") or {})
    except BaseException as error:
        if isinstance(error, (*endings(), Unavailable)):
            raise
        LOG.info("%s %s: reading the attributes failed: %s", plugin_name(resource), resource.name, type(error).__name__)
        return None


def create_together(resources: Sequence[Resource]) -> None:
    """Prepare creations that begin at once; each of them begins by itself afterwards, whatever this came to."""
    try:
        type(resources[0]).create_together(resources)
    except BaseException as error:
        if isinstance(error, (*endings(), Unavailable)):
            raise
        kind = plugin_name(resources[0])
        LOG.info("%d of %s can't be created together, so one by one: %s", len(resources), kind, type(error).__name__)
        for resource in resources:
            resource.is_repeated = True


@failures_as_values
def find_existing(resource: Resource) -> list[str] | Waiting | Failed:
    """Return the ids from ``find``, as texts; Waiting if the service is unavailable: ``start`` is called later then."""
    try:
        return [str(physical_id) for physical_id in resource.find() or ()]
    except CloudUnavailable as error:
        return later(resource, error, {"begin": True}, 0, error.retry_after)


def endings() -> tuple[type[BaseException], ...]:
    """Return the exceptions that end the process or a green thread; without greenlet there are no green threads.

    Only the main thread can end the process by an exception. On any other thread, SystemExit comes from a plugin (or
    from a library that behaves like a program). It must become a failure: nobody else would notice it, and the resource
    would wait for ever.
    """
    greenlet = sys.modules.get("greenlet")
    green = [greenlet.GreenletExit] if greenlet else []
    is_main = threading.current_thread() is threading.main_thread()
    return (*([KeyboardInterrupt, SystemExit] if is_main else []), *green)
