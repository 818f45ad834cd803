"""Who may use which types, as Heat's rules have it and as an operator's file may."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
from oslo_config import cfg
from oslo_policy import opts

from heatlite import exception
from heatlite.context import RequestContext
from heatlite.engine.common.policy import TypePolicy
from tests.functional.engine.endpoint import Endpoint
from tests.functional.engine.templates import template

ADMIN, MEMBER = {"roles": ["admin", "member"]}, {"roles": ["member"]}
KEYS = template({"web": {"type": "OS::Keystone::Project"}})


def asks(engine: Endpoint, **wire: Any) -> RequestContext:
    return RequestContext(engine.database, {"project_id": "demo", **wire})


def test_types_of_keystone_are_listed_for_administrators_only(engine: Endpoint) -> None:
    def listed(wire: dict[str, Any]) -> list[str]:
        return engine.call("list_resource_types", type_name="OS::Keystone::Pro", wire=wire)

    assert listed(ADMIN) == ["OS::Keystone::Project"]
    assert listed(MEMBER) == []
    for method in ("resource_schema", "generate_template"):
        assert engine.call(method, type_name="OS::Keystone::Project", wire=ADMIN)
        with pytest.raises(exception.Forbidden, match="OS::Keystone::Project"):
            engine.call(method, type_name="OS::Keystone::Project", wire=MEMBER)


def test_a_template_with_a_type_that_one_may_not_use_is_refused(engine: Endpoint) -> None:
    with pytest.raises(exception.Forbidden, match="OS::Keystone::Project"):
        engine.create("web", KEYS, wire=MEMBER)
    with pytest.raises(exception.Forbidden, match="OS::Keystone::Project"):
        engine.call("preview_stack", stack_name="w", template=KEYS, params=None, files=None, args={}, wire=MEMBER)
    assert engine.rows()["stack"] == 0

    identity = engine.create("web", KEYS, wire=ADMIN)
    with pytest.raises(exception.Forbidden):
        engine.update(identity, KEYS, wire=MEMBER)


@pytest.mark.parametrize("method", ["delete_stack", "stack_suspend", "stack_resume", "stack_check"])
def test_what_an_administrator_has_made_is_not_for_members_to_end(engine: Endpoint, method: str) -> None:
    identity = engine.create("web", KEYS, wire=ADMIN)
    with pytest.raises(exception.Forbidden, match="OS::Keystone::Project"):
        engine.call(method, stack_identity=identity, wire=MEMBER)
    with pytest.raises(exception.Forbidden, match="OS::Keystone::Project"):
        engine.update(identity, template({}), wire=MEMBER)


def test_a_type_that_one_may_not_use_is_found_in_nested_templates_too(engine: Endpoint) -> None:
    files = {"inner.yaml": json.dumps(KEYS)}
    outer = template({"inner": {"type": "inner.yaml"}})
    with pytest.raises(exception.HeatliteError, match=r"You are not authorized to use OS::Keystone::Project"):
        engine.create("web", outer, files=files, wire=MEMBER)


def test_a_scope_of_the_whole_system_is_for_no_type_of_a_project(engine: Endpoint) -> None:
    system = asks(engine, roles=["admin"], project_id=None, system_scope="all")
    assert not TypePolicy().allows(system, "OS::Keystone::Project")
    assert TypePolicy().allows(system, "OS::Heat::None")


def test_the_domain_of_a_user_is_not_what_the_token_is_for(engine: Endpoint) -> None:
    """heat-api tells both: ``domain`` is set where a token is for a domain, and not for a project."""
    of_user = {"roles": ["admin"], "user_domain": "default", "user_domain_id": "default"}
    assert TypePolicy().allows(asks(engine, **of_user, domain=None), "OS::Keystone::Project")
    assert not TypePolicy().allows(asks(engine, **of_user, domain="default"), "OS::Keystone::Project")


def test_an_operators_file_has_the_last_word(engine: Endpoint, tmp_path: pathlib.Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        '"resource_types:OS::Keystone::*": "role:keeper"\n"resource_types:OS::Heat::Delay": "!"\n'
    )
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    opts.set_defaults(conf)
    conf.set_override("policy_file", str(tmp_path / "policy.yaml"), group="oslo_policy")
    policy = TypePolicy(conf)

    assert policy.allows(asks(engine, roles=["keeper"]), "OS::Keystone::Project")
    assert not policy.allows(asks(engine, roles=["admin"]), "OS::Keystone::Project")
    assert not policy.allows(asks(engine, roles=["admin"]), "OS::Heat::Delay")
    assert policy.allows(asks(engine), "OS::Heat::None")
