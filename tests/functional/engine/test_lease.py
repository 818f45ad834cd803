"""The lease: how long an engine may act, and what becomes of one that was declared dead."""

import logging
import shutil
import threading

import pytest
from oslo_db import exception as db_error

from heatlite.context import EngineContext
from heatlite.db import services
from heatlite.db.api import Database
from heatlite.db.api import Settings as DatabaseSettings
from heatlite.engine.common.settings import Settings
from heatlite.engine.membership.lease import Lease, Renewal
from tests.functional.db.build import NOW
from tests.functional.engine.breaking import BreakingDatabase
from tests.functional.engine.living import Clock, at_each_statement, away, inputs
from tests.waiting import PATIENCE

LEASE = 20.0


@pytest.fixture
def database(schema, tmp_path):
    database = Database(DatabaseSettings(connection=f"sqlite:///{shutil.copy(schema, tmp_path)}"))
    yield database
    database.dispose()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def told():
    """What the lease told its engine, in order."""
    return []


@pytest.fixture
def lease(database, clock, told):
    return Lease(
        database,
        inputs(clock),
        Settings(host="h", lease_seconds=LEASE),
        when_taken=lambda engine_id: told.append(("taken", engine_id, seen(database))),
        when_lost=lambda engine_id: told.append(("lost", engine_id, seen(database))),
    )


def seen(database):
    """The counters that every engine can see."""
    return services.leases(EngineContext(database))


def declare_dead(database, engine_id):
    assert services.declare_dead(EngineContext(database), engine_id, None, NOW)


def test_before_it_is_acquired_a_lease_gives_no_right(lease):
    assert not lease.is_valid


def test_an_engine_is_told_its_id_before_anybody_can_see_it(lease, database, told):
    """Its lock file must lie there by then, or it would look dead."""
    lease.acquire()

    assert told == [("taken", lease.engine_id, {})]
    assert seen(database) == {lease.engine_id: 0}


def test_a_lease_is_valid_for_half_its_length(lease, clock):
    lease.acquire()
    assert lease.is_valid

    clock.now += LEASE / 2 - 0.01
    assert lease.is_valid
    clock.now += 0.01
    assert not lease.is_valid


def test_a_renewal_counts_up_and_gives_another_half(lease, database, clock):
    lease.acquire()
    clock.now += LEASE
    assert not lease.is_valid

    lease.renew()

    assert seen(database) == {lease.engine_id: 1}
    assert lease.is_valid
    clock.now += LEASE / 2
    assert not lease.is_valid


@pytest.mark.parametrize("begin", ["acquire", "renew"])
def test_the_time_that_the_database_took_to_answer_counts_against_the_lease(lease, database, clock, begin):
    """Others may have seen the counter move at the first moment of it."""
    lease.acquire()

    def answer_slowly(statement):
        clock.now += 4 if statement.startswith(("INSERT INTO service", "UPDATE service")) else 0

    with at_each_statement(database, answer_slowly):
        getattr(lease, begin)()

    clock.now += LEASE / 2 - 4.01
    assert lease.is_valid
    clock.now += 0.01
    assert not lease.is_valid


def test_a_renewal_that_failed_gives_nothing(lease, database, clock):
    lease.acquire()
    clock.now += LEASE / 4
    with away(database), pytest.raises(db_error.DBError):
        lease.renew()

    clock.now += LEASE / 4
    assert not lease.is_valid
    assert seen(database) == {lease.engine_id: 0}


def test_an_engine_that_was_declared_dead_drops_what_it_held_and_goes_on_as_another(lease, database, clock, told):
    lease.acquire()
    before = lease.engine_id
    declare_dead(database, before)
    clock.now += LEASE

    lease.renew()

    assert lease.engine_id != before
    assert seen(database) == {lease.engine_id: 0}
    assert lease.is_valid
    assert [(what, engine_id) for what, engine_id, _ in told[1:]] == [("lost", before), ("taken", lease.engine_id)]


def test_an_engine_that_says_goodbye_is_forgotten(lease, database):
    lease.acquire()

    lease.release()

    assert services.listed(EngineContext(database)) == []


def test_an_engine_shows_people_who_it_is(lease, database):
    lease.acquire()

    (record,) = services.listed(EngineContext(database))
    assert (record.engine_id, record.host, record.binary) == (lease.engine_id, "h", "heatlite-engine")
    assert record.hostname.startswith("h.")
    assert record.report_interval == LEASE


class Lessee:
    """A lease that is renewed in vain a few times; it says when it was renewed often enough."""

    def __init__(self, failures, enough):
        self.outcomes = [DatabaseError()] * failures + [None] * enough
        self.is_enough = threading.Event()

    def renew(self):
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if not self.outcomes:
            self.is_enough.set()
        if outcome is not None:
            raise outcome


class DatabaseError(Exception):
    pass


def test_renewal_goes_on_through_an_outage_and_reports_it_once(caplog):
    lessee = Lessee(failures=5, enough=3)
    renewal = Renewal(lessee, Settings(host="h", lease_seconds=0.02))

    with caplog.at_level(logging.INFO):
        renewal.start()
        assert lessee.is_enough.wait(PATIENCE)
        renewal.stop()

    told = [record.getMessage() for record in caplog.records if record.name == "heatlite.engine.membership.lease"]
    assert told == [
        "The lease can't be renewed: this engine starts no step until it is renewed",
        "The lease is renewed again",
    ]


def test_stopping_does_not_wait_for_the_next_renewal():
    renewal = Renewal(Lessee(0, 1), Settings(host="h", lease_seconds=100_000))
    renewal.start()
    stopper = threading.Thread(target=renewal.stop)

    stopper.start()
    stopper.join(PATIENCE)

    assert not stopper.is_alive()


def test_a_lease_is_held_without_a_gap_while_it_is_renewed_in_time(lease, clock):
    assert lease.holds_since is None
    begun = clock.now
    lease.acquire()
    for _ in range(5):
        clock.now += LEASE * 0.4
        lease.renew()
    assert lease.holds_since == begun


def test_after_a_gap_it_is_held_since_the_gap(lease, clock):
    lease.acquire()
    clock.now += LEASE / 2
    assert lease.holds_since is None

    lease.renew()

    assert lease.holds_since == clock.now


class Pauses(threading.Event):
    """An event that is never waited for: what is done in each pause is said."""

    def __init__(self, in_each):
        super().__init__()
        self.in_each, self.count = in_each, 0

    def wait(self, timeout=None):
        self.count += 1
        self.in_each()


def test_a_process_that_starts_in_an_outage_waits_for_its_end(database, clock):
    outage = ["disk I/O error", "disk I/O error"]
    pauses = Pauses(outage.pop)
    lease = Lease(database, inputs(clock), Settings(host="h", lease_seconds=LEASE))

    def fail(statement):
        if outage:
            raise DatabaseError(outage[0])

    with at_each_statement(database, fail):
        assert lease.acquire_patiently(pauses)

    assert pauses.count == 2
    assert seen(database) == {lease.engine_id: 0}
    assert lease.is_valid


def test_a_process_that_is_told_to_stop_in_an_outage_waits_no_longer(database, clock):
    lease = Lease(database, inputs(clock), Settings(host="h", lease_seconds=LEASE))

    def fail(statement):
        raise DatabaseError("disk I/O error")

    told = Pauses(lambda: told.set())
    with at_each_statement(database, fail):
        assert not lease.acquire_patiently(told)

    assert told.count == 1
    assert seen(database) == {}


def test_a_renewal_notes_whether_the_engine_serves(database, clock):
    serving = []
    lease = Lease(database, inputs(clock), Settings(host="h"), serves=lambda: bool(serving))
    lease.acquire()
    assert [it.serving for it in services.listed(EngineContext(database))] == [False]
    serving.append("the topics")
    lease.renew()
    assert [it.serving for it in services.listed(EngineContext(database))] == [True]


def test_a_registration_whose_answer_was_lost_is_not_made_twice(schema, tmp_path, clock):
    database = BreakingDatabase(DatabaseSettings(connection=f"sqlite:///{shutil.copy(schema, tmp_path)}"))
    lease = Lease(database, inputs(clock), Settings(host="h", lease_seconds=LEASE))
    database.break_after(lambda: bool(seen(database)))

    assert lease.acquire_patiently(threading.Event())

    assert seen(database) == {lease.engine_id: 1}
    assert lease.is_valid
    database.dispose()
