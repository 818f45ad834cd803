"""What surrounds a simulation, so that nothing in it sleeps, or draws, or logs for real.

oslo.db's retry sleeps and draws jitter by modules of the standard library: those are exchanged while a simulation
plays. What heatlite logs with an exception is one that it didn't foresee, unless it is the database's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING
from unittest import mock

from oslo_db import api as oslo_db_api
from oslo_db import exception as db_error

from heatlite import exception
from tests.simulator.store.spoken import in_expressions, own_language

if TYPE_CHECKING:
    from tests.simulator.simulation import Simulation


def acceptable(error: BaseException) -> bool:
    """Whether an engine may meet this: the database is away, or asks for another try; or a client is refused."""
    if isinstance(error, db_error.DBDuplicateEntry):
        return False
    return isinstance(error, db_error.DBError | exception.HeatliteError)


class Listener(logging.Handler):
    """Hears what heatlite logs."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(logging.WARNING)
        self._simulation = simulation

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            self._simulation.escaped(f"{self._simulation.who()}, {record.getMessage()}", error)
        elif self._simulation.trace is not None:
            self._simulation.tell(self._simulation.who(), f"log: {record.getMessage()}")


@contextmanager
def simulated(simulation: Simulation) -> Iterator[None]:
    """Within this, the simulation is all the world that there is."""
    chance = simulation.chance_of_engines
    logger, listener = logging.getLogger("heatlite"), Listener(simulation)
    level, propagates = logger.level, logger.propagate
    logger.addHandler(listener)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        with (
            mock.patch.object(oslo_db_api, "time", SimpleNamespace(sleep=simulation.scheduler.sleep)),
            mock.patch.object(oslo_db_api, "random", chance),
            in_expressions(),
            own_language(),
        ):
            yield
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)
        logger.propagate = propagates
