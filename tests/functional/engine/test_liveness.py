"""Liveness: who is dead is told by a counter that stood still, or by a lock that the kernel let go of."""

import shutil
import subprocess
import sys
from subprocess import PIPE

import pytest
from oslo_db import exception as db_error

from heatlite.context import EngineContext
from heatlite.db import services
from heatlite.db.api import Database, Settings
from heatlite.engine.membership.liveness import FileLocks, LeaseWatch
from tests.functional.db.build import NOW, add_engine
from tests.functional.engine.living import Clock, away
from tests.waiting import PATIENCE

LEASE = 20.0


@pytest.fixture
def context(schema, tmp_path):
    database = Database(Settings(connection=f"sqlite:///{shutil.copy(schema, tmp_path)}"))
    yield EngineContext(database)
    database.dispose()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def watch(context, clock):
    """A watch that has looked once, at e1 and e2."""
    for engine_id in ("e1", "e2"):
        add_engine(context, engine_id)
    watch = LeaseWatch(context.database, clock, LEASE)
    assert watch.look() == {}
    return watch


def renew(context, *engine_ids):
    for engine_id in engine_ids:
        assert services.renew(context, engine_id, NOW)


def test_an_engine_whose_counter_stood_still_for_longer_than_the_lease_is_dead(context, clock, watch):
    clock.now += LEASE
    renew(context, "e1")
    assert watch.look() == {}

    clock.now += 0.01
    renew(context, "e1")
    assert watch.look() == {"e2": 0}
    assert watch.alive == 1


def test_an_engine_whose_counter_moves_lives_however_rarely_it_does(context, clock, watch):
    for _ in range(5):
        clock.now += LEASE * 0.9
        renew(context, "e1", "e2")
        assert watch.look() == {}
    assert watch.alive == 2


def test_a_counter_is_watched_from_when_it_was_first_seen(context, clock, watch):
    """However long it may have stood there before: nobody saw that."""
    clock.now += LEASE * 0.75
    renew(context, "e1", "e2")
    add_engine(context, "e3")
    assert watch.look() == {}

    clock.now += LEASE * 0.75
    renew(context, "e2")
    assert watch.look() == {}

    clock.now += LEASE * 0.3
    assert watch.look() == {"e1": 1, "e3": 0}


def test_a_look_that_failed_starts_every_watch_anew(context, clock, watch):
    """In an outage nobody could renew, so nobody is to blame."""
    clock.now += LEASE * 0.75
    with away(context.database), pytest.raises(db_error.DBError):
        watch.look()
    clock.now += LEASE * 0.75
    assert watch.look() == {}

    clock.now += LEASE
    assert watch.look() == {}
    clock.now += 0.01
    assert watch.look() == {"e1": 0, "e2": 0}


def test_nobody_is_blamed_for_a_time_in_which_whoever_looks_could_not_renew_either(context, clock):
    """The database was read-only, or the machine stood still: looks succeeded, and no counter could move."""
    add_engine(context, "e1")
    own = [clock.now]
    watch = LeaseWatch(context.database, clock, LEASE, lambda: own[0])
    assert watch.look() == {}

    own[0] = None
    clock.now += LEASE * 3
    assert watch.look() == {}

    own[0] = clock.now
    assert watch.look() == {}
    clock.now += LEASE
    assert watch.look() == {}
    clock.now += 0.01
    assert watch.look() == {"e1": 0}


def test_the_dead_stay_dead_until_that_is_declared(context, clock, watch):
    clock.now += LEASE + 1
    renew(context, "e1")
    assert watch.look() == watch.look() == {"e2": 0}

    assert services.declare_dead(context, "e2", 0, NOW)

    assert watch.look() == {}
    assert watch.alive == 1


def test_an_engine_that_came_back_between_the_look_and_the_declaration_lives(context, clock, watch):
    clock.now += LEASE + 1
    (engine_id, counter), *_ = watch.look().items()
    renew(context, engine_id)

    assert not services.declare_dead(context, engine_id, counter, NOW)
    assert engine_id not in watch.look()


def test_whoever_looks_lives(context, clock):
    watch = LeaseWatch(context.database, clock, LEASE)

    assert watch.look() == {}
    assert watch.alive == 1


HOLD = """
import pathlib, sys
from heatlite.engine.membership.liveness import FileLocks
locks = FileLocks(None, pathlib.Path(sys.argv[1]))
locks.hold(sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def directory(tmp_path):
    (tmp_path / "locks").mkdir()
    return tmp_path / "locks"


@pytest.fixture
def locks(context, directory):
    """The locks of this process, which is engine e1."""
    locks = FileLocks(context.database, directory)
    locks.hold("e1")
    add_engine(context, "e1")
    return locks


@pytest.fixture
def neighbour(context, directory):
    """Another process, which is engine e2, and holds its lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, directory, "e2"], stdin=PIPE, stdout=PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    add_engine(context, "e2")
    yield process
    process.kill()
    process.communicate(timeout=PATIENCE)


def test_an_engine_whose_process_holds_its_lock_lives(locks, neighbour):
    assert locks.look() == {}
    assert locks.alive == 2


def test_an_engine_whose_process_was_killed_is_dead_at_once(context, locks, neighbour, directory):
    renew(context, "e2")

    neighbour.kill()
    neighbour.wait(PATIENCE)

    assert locks.look() == {"e2": 1}
    assert locks.alive == 1
    assert not (directory / "engine-e2.lock").exists()
    assert locks.look() == {"e2": 1}


def test_an_engine_that_has_not_looked_yet_counts_itself_alone(context, clock, locks):
    assert locks.alive == 1
    assert LeaseWatch(context.database, clock, LEASE).alive == 1


def test_looking_at_a_lock_does_not_take_it_from_its_holder(context, locks, neighbour, directory):
    for _ in range(3):
        assert locks.look() == {}

    assert FileLocks(context.database, directory).look() == {}


def test_an_engine_without_a_lock_file_is_dead(context, locks):
    add_engine(context, "from another machine, or from before a reboot")

    assert list(locks.look()) == ["from another machine, or from before a reboot"]


def test_who_says_goodbye_leaves_no_lock(context, locks, directory):
    locks.drop("e1")

    assert list(directory.iterdir()) == []
    assert FileLocks(context.database, directory).look() == {"e1": 0}


def test_a_process_that_takes_a_new_id_shows_life_under_it(context, locks, directory):
    locks.drop("e1")
    services.declare_dead(context, "e1", None, NOW)
    locks.hold("e2")
    add_engine(context, "e2")

    assert locks.look() == {}
    assert FileLocks(context.database, directory).look() == {}
