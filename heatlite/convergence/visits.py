"""Visits: traversals of SUSPEND, RESUME, CHECK and SNAPSHOT: they act on what exists, and make no template true.

Each row of the stack has one node, also one that serves no name (any more): whether there is something to be done is
decided when its turn comes, since what an operation that failed left running may still change it until then.

    the others      visit(X) follows visit(what X requires)         a server is resumed when its network is up
    SUSPEND         visit(X) follows visit(what requires X)         and suspended before it
    epilogue        follows all of them

                          SUSPEND       RESUME        CHECK                                             SNAPSHOT
                          ───────       ──────        ─────                                             ────────
    not made, or going    Nothing       Nothing       Unmet                                             Nothing
    couldn't be made      Nothing       Nothing       Perform: it fails without being asked             Nothing
    suspended             Nothing       Perform       Nothing: nobody can say what it should be         Perform
    perhaps suspended     Perform       Perform       Unmet                                             Perform
    anything else         Perform       Nothing       Perform                                           Perform
    serves no name        (as above)    (as above)    Nothing                                           Nothing

A CHECK goes on past failures: what follows a node that failed fails too, without being asked. The others end at the
first failure. What was wrong with a row before a visit is remembered by it (``ResourceView.is_damaged``), and past a
SNAPSHOT that it was suspended (``was_suspended``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from heatlite.convergence.decide import Blocked, Nothing, Perform, Unmet, VisitDecision
from heatlite.convergence.graph import Graph
from heatlite.convergence.model import EPILOGUE, Action, Node, NodeKind, ResourceView, Status


def arrange_visits(views: Collection[ResourceView], action: Action) -> Graph[Node]:
    """Build the graph of a traversal that visits these rows, from the requirements that each row recorded.

    :raises CircularDependencyException: where they require one another in a circle
    """
    nodes = {view.id: Node(view.id, NodeKind.VISIT) for view in views}
    follows: dict[Node, list[Node]] = {node: [] for node in nodes.values()}
    for view in views:
        for required in view.requires:
            if required in nodes and required != view.id:
                first, then = nodes[required], nodes[view.id]
                if action is Action.SUSPEND:
                    first, then = then, first
                follows[then].append(first)
    graph = Graph({**follows, EPILOGUE: Graph(follows).leaves()})
    graph.order()
    return graph


def decide_visit(
    view: ResourceView | None,
    action: Action,
    *,
    serves: bool,
    is_external: bool = False,
    unmet: bool = False,
) -> VisitDecision:
    """Return what a visit node does with its row.

    :param action: SUSPEND, RESUME, CHECK or SNAPSHOT
    :param serves: the row serves a name of the stack's template
    :param is_external: it stands for what isn't the stack's: nothing is done to that, but it may be looked at
    :param unmet: the check of something that it requires has failed
    """
    if unmet:
        return Unmet()
    if view is None:
        return Nothing()
    if view.is_locked:
        return Blocked()
    if is_external and action is not Action.CHECK:
        return Nothing()
    match action:
        case Action.SUSPEND:
            is_suspended = (view.action, view.status) == (Action.SUSPEND, Status.COMPLETE)
            return Perform(action) if view.is_made and not is_suspended else Nothing()
        case Action.RESUME:
            return Perform(action) if view.may_be_suspended else Nothing()
        case Action.SNAPSHOT:
            return Perform(action) if view.is_made and serves else Nothing()
        case _:
            return _decide_check(view) if serves else Nothing()


def _decide_check(view: ResourceView) -> VisitDecision:
    if refusal(view, Action.CHECK) is not None:
        return Perform(Action.CHECK)
    if not view.is_made:
        return Unmet(not_created(view))
    if (view.action, view.status) == (Action.SUSPEND, Status.COMPLETE):
        return Nothing()
    if view.may_be_suspended:
        return Unmet(f"Resource {view.name} is {view.action}_{view.status}: it has to be resumed first.")
    return Perform(Action.CHECK)


def refusal(view: ResourceView, action: Action) -> str | None:
    """Return why the check of a resource that was never made fails without asking the plugin; else None."""
    if action is not Action.CHECK or view.status is not Status.FAILED or view.action not in (Action.CREATE, action):
        return None
    return None if view.is_made else not_created(view)


def not_created(view: ResourceView) -> str:
    """Return the message of a check for a resource that doesn't exist."""
    return f"Resource {view.name} not created yet."


def first_failures(graph: Graph[Node], failed: Collection[Node]) -> list[Node]:
    """Return the failed nodes whose plugin was asked: the plugin of a node behind a failed one wasn't."""
    return [node for node in graph if node in failed and not follows_a_failure(graph, node, failed)]


def follows_a_failure(graph: Graph[Node], node: Node, failed: Collection[Node]) -> bool:
    """Tell whether a predecessor of this node has failed."""
    return any(before in failed for before in graph.predecessors(node))


def summary(failures: Iterable[tuple[str, str]], longest: int = 4000) -> str:
    """Return why a CHECK failed: each resource that did, with its reason.

    :param failures: name, reason
    :param longest: characters, after which the rest are counted
    """
    texts = [f"{name}: {reason}" for name, reason in failures]
    told = 0
    while told < len(texts) and sum(len(text) + 2 for text in texts[: told + 1]) <= longest:
        told += 1
    told = max(told, 1)
    more = f"; and {len(texts) - told} more" if told < len(texts) else ""
    return f"Resource CHECK failed: {'; '.join(texts[:told])}{more}"
