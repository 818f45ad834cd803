"""Texts are equal where each character is, on every database: names of both cases are two names, for every look-up."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from heatlite import exception
from heatlite.db import models, software_models
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import stores, template

PAIRS = [("web", "WEB"), ("web", "Web"), ("cafe", "café"), ("tag", "tag "), ("strasse", "straße"), ("a", "а")]
"""The last is another alphabet's."""


def is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.String) and not isinstance(column.type, sa.Text)


KEYS = {
    part
    for table in models.metadata.sorted_tables
    for key in table.foreign_keys
    for part in ((table.name, key.parent.name), (key.column.table.name, key.column.name))
}
"""Ids that engines make."""
TEXTS = [
    (table.name, column.name)
    for table in models.metadata.sorted_tables
    for column in table.c
    if is_text(column) and (table.name, column.name) not in KEYS
]
assert software_models.metadata is models.metadata


@pytest.mark.parametrize("pair", PAIRS)
def test_no_column_takes_one_text_for_another(database: Any, pair: tuple[str, str]) -> None:
    one, other = pair
    with database.engine.connect() as connection:
        for table, name in TEXTS:
            column = models.metadata.tables[table].c[name]
            width = getattr(column.type, "length", None) or 255
            if len(other) > width:
                continue
            # the column's own collation decides, and no row is needed to ask it
            said = sa.select(sa.literal(one).op("=")(_as(column, other)))
            assert not connection.execute(said).scalar(), f"{table}.{name} takes {one} for {other}"


def _as(column: sa.Column[Any], text: str) -> Any:
    """The text as a value of the column would be compared."""
    return (
        sa.select(sa.func.coalesce(sa.func.max(column), text))
        .where(column == "there is no such value")
        .scalar_subquery()
    )


def both_cases(value: str = "x") -> dict[str, Any]:
    return template({name: stores(value) for name in ("a", "A")}, outputs={"o": {"value": "o"}, "O": {"value": "O"}})


@pytest.fixture
def engine(database: Any) -> Endpoint:
    return Endpoint(database)


def test_stacks_of_both_cases_are_two(engine: Endpoint) -> None:
    made = {name: engine.created(name, both_cases(name), args={"tags": [name]}) for name in ("web", "WEB", "Web")}
    engine.created("web", both_cases(), project="DEMO")
    for name, identity in made.items():
        assert engine.call("identify_stack", stack_name=name) == identity
        for query in ({"filters": {"name": name}}, {"tags": [name]}, {"tags_any": [name]}):
            assert [it["stack_name"] for it in engine.call("list_stacks", **query)] == [name]
    with pytest.raises(exception.EntityNotFound):
        engine.call("identify_stack", stack_name="wEB")
    assert engine.call("list_stacks", not_tags_any=["web", "Web"])[0]["stack_name"] == "WEB"
    assert engine.call("count_stacks", tags=["weB"]) == engine.call("count_stacks", tags=["web "]) == 0
    assert engine.call("count_stacks", filters={"status": "complete"}) == 0
    assert len(engine.call("list_stacks", project="DEMO")) == 1
    assert len(engine.call("list_stacks")) == 3


def test_a_stack_with_tags_of_both_cases_is_found_by_both(engine: Endpoint) -> None:
    for name, tags in {"both": ["A", "a", "a "], "one": ["A"], "other": ["a", "b"]}.items():
        engine.created(name, both_cases(), args={"tags": tags})

    def found(**query: Any) -> set[str]:
        listed = {it["stack_name"] for it in engine.call("list_stacks", **query)}
        assert engine.call("count_stacks", **query) == len(listed)
        return listed

    assert found(tags=["A", "a"]) == {"both"}
    assert found(tags=["A", "a", "a "]) == {"both"}
    assert found(tags=["a", "b"]) == {"other"}
    assert found(tags=["A", "b"]) == set()
    assert found(not_tags=["A", "a"]) == {"one", "other"}
    assert found(tags_any=["A", "B"]) == {"both", "one"}


def test_an_id_in_capitals_is_another(engine: Endpoint) -> None:
    identity = engine.created("web", both_cases())
    capitals = {**identity, "stack_id": identity["stack_id"].upper()}
    assert capitals != identity
    with pytest.raises(exception.EntityNotFound):
        engine.call("show_stack", stack_identity=capitals)
    config = engine.call("create_software_config", group="g", name="n", config="x")["id"]
    with pytest.raises(exception.NotFound):
        engine.call("show_software_config", config_id=config.upper())


def test_resources_of_both_cases_are_two(engine: Endpoint) -> None:
    identity = engine.created("web", both_cases())
    for name in ("a", "A"):
        asked = {"stack_identity": identity, "resource_name": name}
        assert engine.call("describe_stack_resource", **asked)["resource_name"] == name
        engine.call("resource_mark_unhealthy", **asked, mark_unhealthy=True, resource_status_reason=f"of {name}")
        events = engine.call("list_events", stack_identity=identity, filters={"resource_name": name})
        assert {it["resource_name"] for it in events} == {name}
    engine.update(identity, template({"a": stores("y")}))
    engine.settle()
    [left] = engine.call("list_stack_resources", stack_identity=identity)
    assert (left["resource_name"], left["resource_status"]) == ("a", "COMPLETE")
    with pytest.raises(exception.ResourceNotFound):
        engine.call("describe_stack_resource", stack_identity=identity, resource_name="A")


def test_outputs_and_configs_of_both_cases_are_two(engine: Endpoint) -> None:
    identity = engine.created("web", both_cases())
    for name in ("o", "O"):
        assert engine.call("show_output", stack_identity=identity, output_key=name)["output_value"] == name
    for server in ("s", "S"):
        config = engine.call("create_software_config", group="g", name=server, config="x")["id"]
        engine.call("create_software_deployment", server_id=server, config_id=config)
    for server in ("s", "S"):
        assert [it["server_id"] for it in engine.call("list_software_deployments", server_id=server)] == [server]
        assert len(engine.call("metadata_software_deployments", server_id=server)) == 1
