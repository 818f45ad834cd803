"""The objects that the parts of one engine process share. ``runtime.process`` creates them once for all parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

from heatlite.context import EngineContext, RequestContext
from heatlite.db.api import Context, Database
from heatlite.db.records import StackRecord
from heatlite.db.retry import retried
from heatlite.engine.common.counts import Counts
from heatlite.engine.common.inputs import Inputs
from heatlite.engine.common.policy import TypePolicy, held_to
from heatlite.engine.common.settings import Settings
from heatlite.engine.decision.evaluate import Evaluator
from heatlite.engine.definitions import implied_dependencies
from heatlite.engine.definitions.traversals import Library
from heatlite.engine.definitions.unchanged import Sources, Unchanged
from heatlite.engine.membership.engine_claims import Claims
from heatlite.engine.membership.lease import Lease
from heatlite.engine.membership.liveness import Liveness
from heatlite.engine.membership.project_quota import ProjectQuota
from heatlite.engine.ports.clouds import Clouds
from heatlite.resources.cloud import Cloud
from heatlite.resources.registry import Registry
from heatlite.rpc.worker_client import Wakes
from heatlite.schema.constraints import cloud_for_constraints
from heatlite.template import Parameters, Template

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Shared:
    """One process's database, clock, settings, plugins, parsed templates, lease, and client for other engines.

    ``quota``: the quotas of projects; None: ready nodes are cast at once, without quotas.
    ``clouds``: access to the cloud's services; None when no keystone is configured.
    """

    database: Database
    inputs: Inputs
    settings: Settings
    registry: Registry
    library: Library
    evaluator: Evaluator
    lease: Lease
    liveness: Liveness
    claims: Claims
    wakes: Wakes
    quota: ProjectQuota | None = None
    counts: Counts = field(default_factory=Counts)
    clouds: Clouds | None = None
    policy: TypePolicy = field(default_factory=TypePolicy)

    def context(self) -> EngineContext:
        """Return a new context for one piece of work."""
        return EngineContext(self.database)

    def cloud_of(self, context: RequestContext) -> Cloud | None:
        """Return the cloud's services in the client's name; None without a keystone, or if the request has no token."""
        return self.clouds.of_request(context) if self.clouds else None

    @contextmanager
    def on_behalf_of(self, context: RequestContext) -> Iterator[None]:
        """Validate within the block by the client's rights: the types that it may use, and its view of the cloud."""
        with held_to(self.policy, context), cloud_for_constraints(self.cloud_of(context)):
            yield

    def unchanged(self, template: Template, parameters: Parameters, stack: StackRecord) -> Unchanged:
        """Return a function that tells which of a stack's rows this template with these parameters leaves unchanged.

        :param stack: the stack, with the facade that it will have
        """
        linked = self.linked(template, parameters)
        return Unchanged(linked, Sources(parameters, template.files, stack.facade), self.registry)

    def linked(self, template: Template, parameters: Parameters) -> Template:
        """Add to a template's requirements the implicit dependencies of its resources."""
        return implied_dependencies.linked(template, parameters, self.registry)

    @retried
    def transact(
        self,
        transaction: Callable[Concatenate[Context, Inputs, Given], Result],
        *given: Given.args,
        **more: Given.kwargs,
    ) -> Result:
        """Run one of ``traversal.transactions``; when the database asks for it, run it again from its start."""
        context = self.context()
        with self.database.writer(context):
            return transaction(context, self.inputs, *given, **more)
