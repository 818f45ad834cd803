"""What the pieces of one engine process share: made once by whoever wires the process, and handed to each piece."""

from __future__ import annotations

from dataclasses import dataclass

from heatlite.context import EngineContext
from heatlite.db.api import Database
from heatlite.db.records import StackRecord
from heatlite.engine.claims import Claims
from heatlite.engine.evaluate import Evaluator
from heatlite.engine.inputs import Inputs
from heatlite.engine.lease import Lease
from heatlite.engine.liveness import Liveness
from heatlite.engine.settings import Settings
from heatlite.engine.traversals import Library
from heatlite.engine.unchanged import Sources, Unchanged
from heatlite.resources.registry import Registry
from heatlite.rpc.worker_client import Wakes
from heatlite.template import Parameters, Template


@dataclass(frozen=True)
class Shared:
    """One process's database, clock, settings, plugins, parsed templates, lease, and its way to other engines."""

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

    def context(self) -> EngineContext:
        """A context of its own for one piece of work."""
        return EngineContext(self.database)

    def unchanged(self, template: Template, parameters: Parameters, stack: StackRecord) -> Unchanged:
        """Says which of a stack's rows are what this template makes of these parameters.

        :param stack: with the facade that it will have
        """
        return Unchanged(template, Sources(parameters, template.files, stack.facade), self.registry)

    @property
    def recast_after(self) -> float:
        """Seconds after which a ready node that nobody took is cast again."""
        return self.settings.recast_after
