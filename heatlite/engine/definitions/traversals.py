"""Load traversals: template, parameters and graph, parsed once in a process and cached by id.

None of them changes during a traversal. So a message needs to carry only ids, and handling it is cheap.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import cachetools

from heatlite import exception
from heatlite import template as language
from heatlite.convergence.graph import Graph
from heatlite.convergence.model import VISITS, Action, Node, NodeKind, Wanted
from heatlite.db import stacks, templates
from heatlite.db.api import Context
from heatlite.db.records import StackRecord, TemplateRecord
from heatlite.engine.definitions.implied_dependencies import Link, no_links
from heatlite.engine.definitions.unchanged import Sources
from heatlite.schema.sizes import values_and_weight

LOG = logging.getLogger(__name__)

RESOURCES_KEPT = 3_000
"""Number of resources that all cached templates may have together, at some kilobytes each. The same for traversals."""
BYTES_A_RESOURCE = 4096
"""So much of templates, files and values counts as one resource more."""
BYTES_A_VALUE = 64
"""Memory of a value in a list or map, and of a text of a mask, beside its characters."""
LARGE_ONES_KEPT = 3
"""Templates or traversals that are cached however large they are, since they would be parsed for each message."""
MASKS_KEPT = 32 * 1024 * 1024
"""Bytes of masks that are cached."""
LARGEST_MASK = 8 * 1024 * 1024
"""Bytes up to which a stack's mask still gets the values of earlier operations."""

IN_PLACE = "in_place"
"""Key of ``current_deps``. An engine of an older version ignores it."""
EMPTY_TEMPLATE = {"heat_template_version": "2021-04-16", "description": "Empty: what it held was rolled back"}


@dataclass(frozen=True)
class Traversal:
    """One operation on one stack.

    ``stack`` is the row as it was when the traversal was loaded: trust its identity and settings, not its state.
    ``serving``: name → id of the row that serves it. ``graph`` is None while the traversal is being planned.
    ``mask`` hides the hidden values of this operation, and of those before it, from reasons, events and logs.
    ``in_place``: nothing is created, replaced or deleted; what would have to be fails instead.
    """

    id: str
    stack: StackRecord
    template: language.Template
    parameters: language.Parameters
    graph: Graph[Node] | None
    serving: Mapping[str, int]
    mask: language.Mask = field(default_factory=language.Mask)
    breakpoints: language.Breakpoints = field(default_factory=language.Breakpoints)
    in_place: bool = False

    @property
    def updates(self) -> bool:
        """True if the traversal may replace rows that are older than itself."""
        return self.stack.action is not Action.CREATE

    def kind_for(self, resource_id: int) -> NodeKind:
        """Return the kind of a row's node in this traversal; a row that isn't in the graph is cleaned up."""
        kinds = (NodeKind.UPDATE, NodeKind.VISIT)
        found = (kind for kind in kinds if self.graph is not None and Node(resource_id, kind) in self.graph)
        return next(found, NodeKind.CLEANUP)

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """Resource's name → its attributes that the template reads anywhere."""
        found: dict[str, set[str]] = {}
        parts = [it.reads for it in self.template.resources.values()]
        parts += [it.reads for it in self.template.outputs.values()]
        for reads in parts:
            for name, attribute in reads:
                found.setdefault(name, set()).add(attribute)
        return {name: frozenset(attributes) for name, attributes in found.items()}

    @cached_property
    def sources(self) -> Sources:
        """The inputs of its definitions, other than resources."""
        return Sources(self.parameters, self.template.files, self.stack.facade)

    @cached_property
    def names(self) -> Mapping[int, str]:
        """Row's id → the name that it serves in this traversal."""
        return {resource_id: name for name, resource_id in self.serving.items()}

    def serves(self, resource_id: int) -> bool:
        """Tell whether this row serves a name in this traversal."""
        return resource_id in self.names


def wanted(template: language.Template) -> list[Wanted]:
    """Return the resources that a template wants, as the convergence core sees them."""
    return [
        Wanted(definition.name, definition.type, definition.requires, definition.definition_hash)
        for definition in template.resources.values()
    ]


def goal(traversal_action: Action, template: language.Template) -> list[Wanted]:
    """Return the resources that a traversal wants; none for a DELETE."""
    return [] if traversal_action is Action.DELETE else wanted(template)


def encode(graph: Graph[Node], serving: Mapping[str, int], *, in_place: bool = False) -> dict[str, Any]:
    """Encode a graph for ``current_deps``: the nodes, and for each the positions of its predecessors."""
    position = {node: index for index, node in enumerate(graph)}
    return {
        "nodes": [[node.resource_id, int(node.kind)] for node in graph],
        "follows": [[position[before] for before in graph.predecessors(node)] for node in graph],
        "serving": dict(serving),
        **({IN_PLACE: True} if in_place else {}),
    }


def decode(deps: Mapping[str, Any]) -> Graph[Node]:
    """Decode the graph that ``encode`` encoded."""
    nodes = [Node(resource_id, NodeKind(kind)) for resource_id, kind in deps["nodes"]]
    return Graph({node: [nodes[at] for at in before] for node, before in zip(nodes, deps["follows"], strict=True)})


def weight(resources: int, size: int = 0) -> int:
    """Return the weight, in the cache, of a template or traversal with so many resources, and so many bytes."""
    return min(1 + resources + size // BYTES_A_RESOURCE, RESOURCES_KEPT // LARGE_ONES_KEPT)


def size_of(*parts: Any) -> int:
    """Estimate the bytes of memory that parts of a template take."""
    found = [values_and_weight(part) for part in parts]
    return sum(values * BYTES_A_VALUE + characters for values, characters in found)


def size_of_template(template: language.Template) -> int:
    """Estimate the bytes of memory that a template takes with its files; it is counted once for each template."""
    values, characters = template.values_and_weight
    return values * BYTES_A_VALUE + characters


def size_of_mask(mask: language.Mask) -> int:
    """Estimate the bytes of memory that a mask takes."""
    return sum(map(len, mask.texts)) + len(mask.texts) * BYTES_A_VALUE


def weight_of_template(known: tuple[TemplateRecord, language.Template]) -> int:
    """Return the weight of a template in the cache."""
    record, parsed = known
    return weight(len(parsed.resources), size_of_template(parsed) + size_of(record.environment))


def weight_of_traversal(known: Traversal) -> int:
    """Return the weight of a traversal in the cache."""
    size = size_of_template(known.template) + size_of(known.parameters) + size_of_mask(known.mask)
    return weight(len(known.graph or ()), size)


def weight_of_mask(mask: language.Mask) -> int:
    """Return the weight of a mask in the cache, which takes a few however large they are."""
    return min(1 + size_of_mask(mask), MASKS_KEPT // LARGE_ONES_KEPT)


class Library:
    """The cache of templates and traversals that this process has parsed."""

    def __init__(self, operator_registry: Mapping[str, Any] = {}, link: Link = no_links) -> None:
        """Create an empty cache.

        :param operator_registry: the ``resource_registry`` of the operator's environments
        :param link: adds the implicit dependencies to a template
        """
        self.operator_registry = operator_registry
        self._link = link
        self._lock = threading.Lock()
        self._templates: cachetools.LRUCache[int, tuple[TemplateRecord, language.Template]]
        self._templates = cachetools.LRUCache(RESOURCES_KEPT, weight_of_template)
        self._masks: cachetools.LRUCache[str, language.Mask] = cachetools.LRUCache(MASKS_KEPT, weight_of_mask)
        self._traversals: cachetools.LRUCache[str, Traversal]
        self._traversals = cachetools.LRUCache(RESOURCES_KEPT, weight_of_traversal)

    def template(
        self, context: Context, template_id: int, before: int | None = None
    ) -> tuple[TemplateRecord, language.Template]:
        """Return a stored template, and its parsed form.

        :param before: the id of a template that it resembles: what is equal there, if it is cached, isn't read again
        """
        with self._lock:
            known = self._templates.get(template_id)
            similar = None if before is None or known is not None else self._templates.get(before)
        if known is None:
            record = templates.get(context, template_id)
            known = (record, parse(record, self.operator_registry, None if similar is None else similar[1]))
            with self._lock:
                self._templates[template_id] = known
        return known

    def known(self, template_id: int) -> tuple[TemplateRecord, language.Template] | None:
        """Return a stored template and its parsed form if they are cached; else None."""
        with self._lock:
            return self._templates.get(template_id)

    def learn(self, record: TemplateRecord, parsed: language.Template) -> None:
        """Cache a template that has just been parsed and stored, so that it needn't be read and parsed again."""
        if not parsed.is_decided:
            with self._lock:
                known = self._templates.get(record.id)
                if known is None or known[1] is not parsed:
                    self._templates[record.id] = (record, parsed)

    def parameters(self, context: Context, stack: StackRecord) -> tuple[language.Template, language.Parameters]:
        """Return a stack's template, with conditions decided by its parameters, and the values of the parameters."""
        record, parsed = self.template(context, stack.raw_template_id, stack.prev_raw_template_id)
        parameters = bind(record, parsed, stack.name, stack.id, stack.tenant)
        return parsed.under(parameters), parameters

    def readable(self, context: Context, stack: StackRecord) -> tuple[language.Template, language.Parameters]:
        """Return the same; an empty template if the stack's can't be read, or refuses its parameters' values.

        This happens to a nested stack that was refused when its values became known, and to a stack that an engine of
        another version accepted. Such a stack must still be shown, checked and deleted, which needs no template.
        """
        try:
            return self.parameters(context, stack)
        except exception.HeatliteError as error:
            kind = type(error).__name__  # its text may quote what is hidden in the stacks above
            LOG.debug("Stack %s is treated as empty: its template can't be used (%s)", stack.name, kind)
            return nothing_wanted(stack)

    def record(self, context: Context, template_id: int) -> TemplateRecord:
        """Return a stored template as the client sent it, whether it can be parsed or not."""
        known = self.known(template_id)
        return known[0] if known is not None else templates.get(context, template_id)

    def check_immutable(
        self, context: Context, stack: StackRecord, wanted: language.Template, values: language.Parameters
    ) -> None:
        """Refuse to change an immutable parameter that the stack had before.

        :raises ImmutableParameterModified: when one changes; it names all that do
        """
        fixed = [name for name, schema in wanted.parameter_schemata.items() if schema.immutable]
        if not fixed:
            return
        _, before = self.readable(context, stack)
        changed = [name for name in fixed if name in before.schemata and before[name] != values[name]]
        if changed:
            raise exception.ImmutableParameterModified(keys=", ".join(changed))

    def traversal(self, context: Context, traversal_id: str) -> Traversal | None:
        """Return a traversal if it is a stack's current one; else None.

        None means that the traversal was superseded, *or* isn't visible yet. Either way there is nothing to do now. If
        there is work after all, a sweep will find it.

        :raises HeatliteError: when the traversal's template can't be read, or refuses its parameters' values
        """
        with self._lock:
            known = self._traversals.get(traversal_id)
        if known is not None:
            return known
        found = stacks.by_traversal(context, traversal_id)
        if found is None:
            return None
        stack, deps = found
        needs_template = stack.action is not Action.DELETE and stack.action not in VISITS
        parsed, parameters = (self.parameters if needs_template else self.readable)(context, stack)
        if deps is None:
            return Traversal(traversal_id, stack, parsed, parameters, None, {})
        mask, breakpoints = self.mask(context, stack, parameters), self._breakpoints(context, stack)
        graph, linked, serving = decode(deps), self._link(parsed, parameters), deps["serving"]
        in_place = bool(deps.get(IN_PLACE))
        loaded = Traversal(traversal_id, stack, linked, parameters, graph, serving, mask, breakpoints, in_place)
        with self._lock:
            self._traversals[traversal_id] = loaded
        return loaded

    def _breakpoints(self, context: Context, stack: StackRecord) -> language.Breakpoints:
        try:
            record = self.record(context, stack.raw_template_id)
        except exception.HeatliteError:  # what needs no template, such as a deletion, goes on without breakpoints
            return language.Breakpoints()
        return language.Breakpoints.read(language.Environment.parse(record.environment).resource_registry)

    def mask(
        self, context: Context, stack: StackRecord, parameters: language.Parameters | None = None
    ) -> language.Mask:
        """Return the mask of a stack: of its values now, in its last complete template, and in earlier traversals here.

        A row that is cleaned up may hold values of any of them. The hidden values of the stacks above are masked, too,
        since a group writes values of its parent into the template of its members.

        :param parameters: the stack's values, if the caller has them
        """
        before = stack.prev_raw_template_id
        mask = self._hidden_in(context, stack) if parameters is None else parameters.mask
        if before not in (None, stack.raw_template_id):
            mask |= self._hidden_in(context, replace(stack, raw_template_id=before))
        mask |= self.owners_mask(context, stack)
        with self._lock:
            with_earlier = mask | self._masks.get(stack.id, mask)
            mask = with_earlier if size_of_mask(with_earlier) <= LARGEST_MASK else mask
            self._masks[stack.id] = mask
        return mask

    def owners_mask(self, context: Context, stack: StackRecord) -> language.Mask:
        """Return the mask of the stacks that a stack is nested in."""
        owner = None if stack.owner_id is None else stacks.get(context, stack.owner_id)
        return language.Mask() if owner is None else self.mask(context, owner)

    def _hidden_in(self, context: Context, stack: StackRecord) -> language.Mask:
        """Return the mask of a stack's parameters."""
        try:
            record, parsed = self.template(context, stack.raw_template_id)
            return bind(record, parsed, stack.name, stack.id, stack.tenant).mask
        except (exception.HeatliteError, LookupError):  # it was valid once, with other plugins or limits
            LOG.warning("Template %s can't be read, so its hidden values can't be masked", stack.raw_template_id)
            return language.Mask()


def nothing_wanted(stack: StackRecord) -> tuple[language.Template, language.Parameters]:
    """Return an empty template, and its parameters in this stack."""
    parsed = language.parse(EMPTY_TEMPLATE)
    return parsed, bind(TemplateRecord(0, EMPTY_TEMPLATE, {}, {}), parsed, stack.name, stack.id, stack.tenant)


def parse(
    record: TemplateRecord, operator_registry: Mapping[str, Any], known: language.Template | None = None
) -> language.Template:
    """Parse a stored template with its own files and environment.

    :param known: a similar template; unchanged definitions aren't read again
    """
    environment = language.Environment.parse(record.environment)
    return language.parse(record.template, record.files, environment.resource_registry, operator_registry, known)


def bind(
    record: TemplateRecord, parsed: language.Template, stack_name: str, stack_id: str, tenant: str
) -> language.Parameters:
    """Bind a template's parameters to their values in one stack."""
    pseudo = language.PseudoParameters(stack_name=stack_name, stack_id=stack_id, project_id=tenant, region="")
    return language.bind(parsed, language.Environment.parse(record.environment), pseudo)
