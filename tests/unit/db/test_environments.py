"""Secret values in environments: which they are, and that they come back as they were sent."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite import exception
from heatlite.db import column_types
from heatlite.db.crypt import METHOD, Vault

VAULT = Vault(("k" * 32,), True)
NAMES = st.sampled_from(["size", "password", "pin", "sealed", "parameters"])
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda it: st.lists(it), max_leaves=4)
ENVIRONMENTS = st.fixed_dictionaries(
    {},
    optional={
        "parameters": st.dictionaries(NAMES, VALUES),
        "parameter_defaults": st.dictionaries(NAMES, VALUES),
        "resource_registry": st.just({"OS::A": "OS::B"}),
        "encrypted_param_names": st.lists(NAMES, unique=True),
    },
)


@pytest.mark.parametrize("hidden", [True, "true", "Yes", 1, "on", {"odd": 1}])
def test_a_parameter_is_hidden_where_it_says_so_in_whatever_way(hidden):
    template = {"parameters": {"a": {"type": "string", "hidden": hidden}, "b": {"type": "string"}}}
    assert column_types.hidden_parameters(template) == {"a"}


@pytest.mark.parametrize("hidden", [False, "false", "no", 0, None, "Off"])
def test_a_parameter_is_not_hidden_where_it_says_that(hidden):
    assert column_types.hidden_parameters({"parameters": {"a": {"type": "string", "hidden": hidden}}}) == set()


@pytest.mark.parametrize("template", [{}, {"parameters": None}, {"parameters": []}, {"parameters": {"a": "x"}}])
def test_what_is_no_declaration_hides_nothing(template):
    assert column_types.hidden_parameters(template) == set()


def stored(environment, hidden):
    """What the row would have, after a trip through JSON."""
    return json.loads(json.dumps(column_types.sealed(column_types.sealing(environment, hidden), VAULT)))


@given(ENVIRONMENTS, st.sets(NAMES))
def test_an_environment_comes_back_as_it_was_sent(environment, hidden):
    sent = copy.deepcopy(environment)
    assert column_types.opened(stored(environment, hidden), VAULT) == sent


def test_hidden_and_named_values_are_tokens_and_the_rest_is_readable():
    environment = {
        "parameters": {"size": 3, "password": "hunter2", "named": ["x"]},
        "parameter_defaults": {"password": "hunter3"},
        "encrypted_param_names": ["named", "not given"],
    }
    row = stored(environment, {"password"})

    assert row["parameters"]["size"] == 3
    assert row["parameters"]["password"][0] == row["parameter_defaults"]["password"][0] == METHOD
    assert row["encrypted_param_names"] == ["named", "not given", "password"]
    assert "hunter" not in json.dumps(row)
    assert json.loads(VAULT.decrypt(row["parameters"]["named"][1])) == ["x"]


def test_an_environment_without_secrets_is_stored_as_it_is():
    environment = {"parameters": {"size": 3}, "encrypted_param_names": []}
    assert stored(environment, {"password"}) == environment


def test_what_looks_like_a_token_and_is_none_comes_back():
    """A user who sends Heat's form can't make the engine decrypt it."""
    environment = {"parameters": {"password": [METHOD, "gAAAAAxx"]}, "encrypted_param_names": ["password"]}
    assert column_types.opened(environment, VAULT) == environment
    assert column_types.opened(stored(environment, set()), VAULT) == environment


def test_another_key_opens_nothing():
    row = stored({"parameters": {"password": "x"}}, {"password"})
    with pytest.raises(exception.InvalidEncryptionKey):
        column_types.opened(row, Vault(("j" * 32,)))


def test_what_a_template_hides_is_found_in_either_dialect() -> None:
    declared = {"p": {"Type": "String", "NoEcho": "true"}, "q": {"Type": "String", "NoEcho": False}, "r": {}}
    assert column_types.hidden_parameters({"AWSTemplateFormatVersion": "2010-09-09", "Parameters": declared}) == {"p"}
    assert column_types.hidden_parameters({"parameters": {"p": {"hidden": True}, "q": {"type": "string"}}}) == {"p"}
