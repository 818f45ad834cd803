"""Create the nested stacks of one owner together: they share what is equal, and one transaction.

::

    validate   once for all stacks of one stored template          if it reads neither a stack's name nor its id
    begin      in one transaction                                  see ``transactions.siblings``
    converge   in the same one, what does no I/O: such a stack is COMPLETE with the commit
    tell       one message wakes the engine that holds the owners' rows

If anything is special about one of them, or another engine was quicker, the stacks are returned, and begin one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from heatlite import exception
from heatlite import template as language
from heatlite.db import resources
from heatlite.db.bulk import INSERT_ROWS, in_pieces
from heatlite.db.records import StackRecord
from heatlite.db.refusals import REFUSING, is_refusal
from heatlite.db.retry import retried
from heatlite.engine.common import limits
from heatlite.engine.decision.evaluate import Claim
from heatlite.engine.decision.row_changes import Ending
from heatlite.engine.definitions import traversals
from heatlite.engine.definitions.provider import is_quick
from heatlite.engine.definitions.traversals import Traversal
from heatlite.engine.operations.validation import Identity, Submission, Validator
from heatlite.engine.shared import Shared
from heatlite.engine.traversal.inline_successors import InlineSuccessors, first_step
from heatlite.engine.traversal.result_recorder import ResultRecorder
from heatlite.engine.traversal.transactions import ConflictError, siblings
from heatlite.engine.traversal.transactions.begin import Begun
from heatlite.engine.traversal.transactions.siblings import Fresh
from heatlite.schema.child_process import on_behalf_of
from heatlite.template.functions.base import ANYTHING
from heatlite.template.mask import masked


@dataclass(frozen=True)
class Valid:
    """A stack's validated template, linked and with its conditions decided, and what belongs to it."""

    template: language.Template
    parameters: language.Parameters
    breakpoints: language.Breakpoints
    is_quick: bool
    varies: bool
    """Whether the stack's own name or id may enter it."""


@dataclass(frozen=True)
class New:
    """A stack to be created."""

    stack: StackRecord
    valid: Valid
    mask: language.Mask


class Siblings:
    """Creates nested stacks of one owner."""

    def __init__(self, shared: Shared, recorder: ResultRecorder, validator: Validator) -> None:
        self._shared = shared
        self._recorder = recorder
        self._validator = validator
        self._inline = InlineSuccessors(shared.registry, shared.evaluator, partial(first_step, shared))

    def create(self, stacks: Sequence[StackRecord]) -> list[StackRecord]:
        """Create stacks and begin their operations.

        :returns: the stacks that have to begin one by one
        """
        left: list[StackRecord] = []
        new = list(self._new(stacks, left))
        sizes = [1 + len(it.valid.template.resources) for it in new]
        for numbered in in_pieces(new, sizes, INSERT_ROWS):
            piece = [it for _, it in numbered]
            try:
                begun, ended = self._begin(piece)
            except (ConflictError, *REFUSING) as error:
                if not (isinstance(error, ConflictError) or is_refusal(error)):  # an id that is there is refused, too
                    raise
                left += [it.stack for it in piece]
                continue
            if ended:
                self._recorder.family.ended_together(ended)
            self._announce(piece, begun)
        return left

    def _announce(self, new: Sequence[New], begun: Sequence[Begun]) -> None:
        spreads = {it.stack.current_traversal: not it.valid.is_quick for it in new}
        for each in begun:
            ready = {each.traversal_id: each.ready}
            self._recorder.announce(ready, new[0].stack.tenant, spreads=spreads[each.traversal_id], begins=True)

    # --- validation ---------------------------------------------------------------------------------------------

    def _new(self, stacks: Sequence[StackRecord], left: list[StackRecord]) -> Iterator[New]:
        """Yield what is valid; what isn't is ``left``, whose turn alone says what is wrong."""
        context, library, first = self._shared.context(), self._shared.library, stacks[0]
        owners_mask = library.owners_mask(context, first)
        total = resources.count_in_tree(context, first.root_id or first.id, but_for=first.id)
        known: dict[tuple[int, str], Valid] = {}
        for stack in stacks:
            key = stack.raw_template_id, json.dumps(stack.facade, sort_keys=True)
            try:
                valid = known.get(key)
                valid = self._valid(stack, owners_mask) if valid is None or valid.varies else as_in(valid, stack)
                total += len(valid.template.resources)
                limits.check_resources(self._shared.settings, total)
            except exception.HeatliteError:
                left.append(stack)
                continue
            known[key] = valid
            yield New(stack, valid, valid.parameters.mask | owners_mask)

    def _valid(self, stack: StackRecord, owners_mask: language.Mask) -> Valid:
        """Validate a stack's template.

        :raises HeatliteError: when it is invalid, or exceeds a limit
        """
        shared, identity = self._shared, Identity.of(stack)
        limits.check_depth(shared.settings, stack.nested_depth)
        record, known = shared.library.template(shared.context(), stack.raw_template_id)
        environment = language.Environment.parse(record.environment)
        submission = Submission(record.template, record.files, environment)
        with masked(owners_mask), on_behalf_of(stack.tenant):
            parsed = self._validator.validate_one(submission, identity, stack.facade, known)
        parameters = language.bind(parsed, environment, identity.pseudo)
        linked = shared.linked(parsed, parameters)
        breakpoints = language.Breakpoints.read(environment.resource_registry)
        quick = is_quick(shared.registry, linked)
        return Valid(linked, parameters, breakpoints, quick, varies(linked, record.template, identity))

    # --- the transaction ----------------------------------------------------------------------------------------

    @retried
    def _begin(self, new: Sequence[New]) -> tuple[list[Begun], list[StackRecord]]:
        """Run the transaction, and return the traversals that go on, and the stacks that have ended."""
        shared, context = self._shared, self._shared.context()
        wanted = [(it.stack, traversals.wanted(it.valid.template)) for it in new]
        with shared.database.writer(context):
            fresh = siblings.create(context, shared.inputs, wanted)
            done = self._done(new, fresh)
            begun = siblings.write(context, shared.inputs, fresh, done)
        return begun, [it.stack for it in new if it.stack.id in done]

    def _done(self, new: Sequence[New], fresh: Sequence[Fresh]) -> dict[str, tuple[Traversal, list[Ending]]]:
        """Converge the stacks that this engine may and that do no I/O, as far as nothing is special about them."""
        settings = self._shared.settings
        if not (settings.role.converges and settings.local_hops):
            return {}
        claim = Claim(self._shared.lease.engine_id, self._shared.inputs.new_id())
        done: dict[str, tuple[Traversal, list[Ending]]] = {}
        for it, inserted in zip(new, fresh, strict=True):
            if not it.valid.is_quick or len(inserted.rows) > settings.batch_size:
                continue
            stack, valid = it.stack, it.valid
            traversal = Traversal(
                stack.current_traversal,
                stack,
                valid.template,
                valid.parameters,
                inserted.graph,
                inserted.serving,
                it.mask,
                valid.breakpoints,
            )
            endings = self._inline.whole(traversal, inserted.rows, claim)
            if endings is not None:
                done[stack.id] = traversal, endings
        return done


def as_in(valid: Valid, stack: StackRecord) -> Valid:
    """Return what is valid for one stack with another one's name and id, which don't enter it."""
    own = Identity.of(stack).pseudo.values(valid.template.dialect)
    given = valid.parameters
    return replace(valid, parameters=replace(given, values_by_name={**given.values_by_name, **own}))


def varies(template: language.Template, written: Any, identity: Identity) -> bool:
    """Tell whether a stack's own name or id may enter its template's values."""
    ours = identity.pseudo.values(template.dialect)
    others = Identity("", "", identity.tenant).pseudo.values(template.dialect)
    own = [name for name, value in ours.items() if others[name] != value]
    text = json.dumps(written)
    parts = [*template.resources.values(), *template.outputs.values()]
    return any(name in text for name in own) or any(ANYTHING in getattr(it, "parameters", ()) for it in parts)
