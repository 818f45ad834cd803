"""Breakpoints: read from a resource registry, and found by the names of resources."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite import exception
from heatlite.template import Breakpoints, Hook, Restriction


def read(**entries):
    return Breakpoints.read({"resources": entries})


def test_everything_that_matches_a_name_counts():
    found = Breakpoints.read(
        {
            "resources": {
                "web": {"hooks": "pre-create", "OS::Web": "OS::Nova::Server"},
                "w*": {"hooks": ["pre-update", "pre-create"], "restricted_actions": "replace"},
                "?eb": {"restricted_actions": ["update"]},
                "W*": {"hooks": "post-delete"},
            }
        }
    )
    assert found.hooks_of("web") == {Hook.PRE_CREATE, Hook.PRE_UPDATE}
    assert found.hooks_of("wall") == {Hook.PRE_CREATE, Hook.PRE_UPDATE}
    assert found.restrictions_of("web") == {Restriction.UPDATE, Restriction.REPLACE}
    assert found.restrictions_of("deb") == {Restriction.UPDATE}
    assert found.hooks_of("db") == found.restrictions_of("db") == frozenset()


@pytest.mark.parametrize("registry", [{}, {"resources": None}, {"resources": {"web": None}}, {"OS::A": "OS::B"}])
def test_a_registry_without_breakpoints_has_none(registry):
    assert Breakpoints.read(registry) == Breakpoints()


@pytest.mark.parametrize("written", ["", "create", ["pre-create", "x"], [["pre-create"]], 1, None, True])
def test_what_is_no_hook_is_refused_with_its_place_and_what_would_be_right(written):
    with pytest.raises(
        exception.InvalidBreakPointHook, match=r"^resource_registry\.resources\.web\.hooks: Invalid hook"
    ):
        read(web={"hooks": written})
    with pytest.raises(exception.InvalidRestrictedAction, match=r"types are: update, replace$"):
        read(web={"restricted_actions": written})


@given(st.sets(st.sampled_from(Hook)))
def test_a_set_of_hooks_is_a_number(hooks):
    number = sum(hook.bit for hook in hooks)
    assert {hook for hook in Hook if hook.bit & number} == hooks


def test_each_action_has_a_hook_before_and_one_after():
    named = {(hook.partition("-")[0], hook.action) for hook in Hook}
    assert named == set(itertools.product(("pre", "post"), ("CREATE", "UPDATE", "DELETE")))
