"""From what is wanted and what exists to the graph of a traversal.

Two steps, because rows for new names get their ids in between:

    assign   which existing row serves each wanted name (see ``serving``); which names need a new row
    arrange  the nodes and what each follows, as a short list of passes:

        update(X)   follows  update(what X requires)
        commit      follows  every update
        cleanup(X)  follows  update(X), the cleanup of all that requires X, the cleanup of X's replacement (see
                             below), and, where rollback is on, commit
        epilogue    follows  commit and every cleanup

    A replaces the network N by N2; the server S requires it:

        update(N) ──▶ update(S) ──▶ commit ──▶ cleanup(S) ──▶ cleanup(N) ──▶ epilogue
          makes N2      points to N2             S is in use:     deletes the
                                                 does nothing     old network

Edges between cleanups come from what each *row* recorded, not from the template: what is deleted was built from
templates that may be long gone.

A row may have to go before its own replacement, where an update turned a dependency round and ended half-way:

    was   A requires B      is now   B requires A2, which replaces A;   A still requires B

A goes before B and B before A2, because what is in use can't be deleted. That A follows its replacement is only the
better order otherwise, so that it gives way wherever it would close such a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from heatlite.convergence.graph import Graph
from heatlite.convergence.model import COMMIT, EPILOGUE, Node, NodeKind, ResourceView, Wanted
from heatlite.convergence.serving import Next, Visit, serving

Follows = dict[Node, list[Node]]


@dataclass(frozen=True)
class Assignment:
    """Which row serves which name.

    ``serving``: name → row that exists; ``missing``: names that need a new row;
    ``returned``: rows that serve again although they were once replaced, whose ``replaced_by`` is to be cleared.
    """

    serving: Mapping[str, ResourceView]
    missing: tuple[str, ...]
    returned: tuple[ResourceView, ...]


def assign(
    wanted: Collection[Wanted],
    views: Iterable[ResourceView],
    previous_template_id: int | None,
    *,
    visits: bool = False,
) -> Assignment:
    """Choose the row for each wanted name, in the order that ``serving`` defines.

    :param previous_template_id: the last template whose updates all completed
    :param visits: the operation makes no template true
    """
    question = (Visit if visits else Next)({want.name: want.definition_hash for want in wanted}, previous_template_id)
    rows = serving(list(views), question)
    found = {want.name: rows[want.name] for want in wanted if want.name in rows}
    returned = tuple(view for view in found.values() if view.replaced_by is not None)
    return Assignment(found, tuple(want.name for want in wanted if want.name not in rows), returned)


def arrange(
    wanted: Collection[Wanted],
    serving: Mapping[str, int],
    existing: Collection[ResourceView],
    *,
    collect_after_commit: bool,
    commits: bool = True,
    left_out: Collection[int] = (),
) -> Graph[Node]:
    """Build the graph of a traversal.

    :param serving: name → id of the row that serves it, new rows included
    :param existing: the rows that were there before the traversal: each may have to be cleaned up
    :param collect_after_commit: rollback is on, so nothing is deleted before every update has succeeded
    :param commits: the traversal makes a template true (a DELETE doesn't)
    :param left_out: rows that are what is wanted already, and all that they require with them; see ``leave_out``
    :raises CircularDependencyException: where the wanted names require one another in a circle
    """
    follows: Follows = {}
    touched = [view for view in existing if view.id not in left_out]
    _updates(follows, wanted, serving, left_out)
    _cleanups(follows, touched)
    _replacements_first(follows, touched)
    _commit_and_epilogue(follows, collect_after_commit, commits)
    graph = Graph(follows)
    graph.order()  # a circle must be refused here: nobody would notice that its nodes never become ready
    return graph


def leave_out(wanted: Iterable[Wanted], unchanged: Collection[str]) -> set[str]:
    """Return the names that a traversal leaves out: unchanged ones that require unchanged ones only.

    :param unchanged: names whose row is as wanted, provided that what it requires is
    """
    requirers: dict[str, list[str]] = {}
    left: set[str] = set()
    changed: list[str] = []
    for want in wanted:
        if want.name in unchanged:
            left.add(want.name)
        else:
            changed.append(want.name)
        for name in want.requires:
            requirers.setdefault(name, []).append(want.name)
    while changed:
        reached = [name for name in requirers.get(changed.pop(), ()) if name in left]
        left.difference_update(reached)
        changed += reached
    return left


def _updates(follows: Follows, wanted: Iterable[Wanted], serving: Mapping[str, int], left_out: Collection[int]) -> None:
    for want in wanted:
        if serving[want.name] not in left_out:
            before = (serving[name] for name in sorted(want.requires) if serving[name] not in left_out)
            follows[Node(serving[want.name], NodeKind.UPDATE)] = [Node(row, NodeKind.UPDATE) for row in before]


def _cleanups(follows: Follows, existing: Iterable[ResourceView]) -> None:
    nodes = {view.id: Node(view.id, NodeKind.CLEANUP) for view in existing}
    for node in nodes.values():
        update = Node(node.resource_id, NodeKind.UPDATE)
        follows[node] = [update] if update in follows else []
    for view in existing:
        for required in view.requires:
            if required in nodes and required != view.id:
                follows[nodes[required]].append(nodes[view.id])


def _replacements_first(follows: Follows, existing: Collection[ResourceView]) -> None:
    ids = {view.id for view in existing}
    after = {
        Node(view.id, NodeKind.CLEANUP): Node(view.replaced_by, NodeKind.CLEANUP)
        for view in existing
        if view.replaced_by in ids and view.replaced_by is not None
    }
    with_all = {node: [*before, after[node]] if node in after else before for node, before in follows.items()}
    circular = Graph(with_all).never_ready() if after else set()
    for replaced, replacement in after.items():
        if not {replaced, replacement} <= circular:
            follows[replaced].append(replacement)


def _commit_and_epilogue(follows: Follows, collect_after_commit: bool, commits: bool) -> None:
    graph = Graph(follows)
    last_updates = [node for node in graph if _is_last(graph, node, NodeKind.UPDATE)]
    last_cleanups = [node for node in graph if _is_last(graph, node, NodeKind.CLEANUP)]
    if not commits or not last_cleanups:  # with nothing to collect, the epilogue is the commit point too
        follows[EPILOGUE] = last_updates + last_cleanups
        return
    follows[COMMIT] = last_updates
    if collect_after_commit:
        for node in graph:
            if node.kind is NodeKind.CLEANUP and not any(
                before.kind is NodeKind.CLEANUP for before in graph.predecessors(node)
            ):
                follows[node].append(COMMIT)
    follows[EPILOGUE] = [COMMIT, *last_cleanups]


def _is_last(graph: Graph[Node], node: Node, kind: NodeKind) -> bool:
    return node.kind is kind and all(after.kind is not kind for after in graph.successors(node))
