"""OS::Heat::None, OS::Heat::Value and OS::Heat::RandomString."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatlite.exception import StackValidationFailed
from heatlite.resources.builtin.characters import CLASSES, random_string
from heatlite.resources.builtin.none import NoneResource
from heatlite.resources.builtin.random_string import RandomString
from heatlite.resources.builtin.value import Value
from heatlite.resources.outcomes import Done, Failed, Replace
from heatlite.resources.steps import Unchanged, Update, assess_update, start
from heatlite.resources.testing import carried, drive, instance_of

UNKNOWN = object()


def made(properties, seed=1):
    instance = instance_of(RandomString, properties, random=random.Random(seed))
    outcome = drive(RandomString, "CREATE", instance=instance)
    assert isinstance(outcome, Done)
    return outcome


def test_none_takes_any_properties_and_has_any_attribute():
    assert NoneResource.checked_properties({"whatever": [1], "else": UNKNOWN}) == {}
    assert NoneResource.has_attribute("whatever")
    outcome = drive(NoneResource, "CREATE", {"a": 1})
    assert outcome.physical_id == instance_of(NoneResource).uuid
    assert outcome.attributes == {}


def test_none_is_never_replaced():
    plugin = NoneResource(instance_of(NoneResource))
    assert assess_update(plugin, {}, NoneResource.checked_properties({"a": 2})) == Unchanged()
    assert assess_update(plugin, {}, {"left over": 1}) == Update({"left over": 1})
    assert isinstance(start(plugin, "UPDATE", {"left over": 1}), Done)


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (None, {"a": [1, None]}, {"a": [1, None]}),
        ("string", 5, 5),
        ("string", "080", "080"),
        ("number", "080", "080"),
        ("number", None, None),
        ("boolean", "true", "true"),
        ("json", {"b": 1, "a": None}, {"b": 1, "a": None}),
        ("comma_delimited_list", ["a", 1], ["a", 1]),
    ],
)
def test_a_value_is_an_attribute_as_it_was_written_whatever_its_type(kind, value, result):
    properties = {"value": value} if kind is None else {"value": value, "type": kind}
    outcome = drive(Value, "CREATE", properties)
    assert outcome.attributes == {"value": result}
    assert outcome.physical_id == "stack-web-evpcxm5sieib"


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({"value": "x", "type": "number"}, "resources.web.properties.value: Value 'x' is not a number"),
        ({"value": "x", "type": "complex"}, 'resources.web.properties.type: "complex" is not an allowed value'),
        ({}, "resources.web.properties: Property value not assigned"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_refused(properties, complaint):
    with pytest.raises(StackValidationFailed, match=re.escape(complaint)):
        instance_of(Value, properties)


@pytest.mark.parametrize(
    "properties", [{"value": [UNKNOWN], "type": "comma_delimited_list"}, {"value": "x", "type": UNKNOWN}]
)
def test_a_value_that_is_not_known_yet_is_left_alone(properties):
    assert Value.checked_properties(properties, "", UNKNOWN) == properties


def test_what_isnt_known_of_a_number_isnt_checked_yet():
    assert Value.checked_properties({"value": [UNKNOWN], "type": "number"}, "", UNKNOWN)["value"] == [UNKNOWN]


def test_a_value_changes_in_place():
    instance = instance_of(Value, {"value": 1})
    created = carried(instance, drive(Value, "CREATE", instance=instance))
    after = Value.checked_properties({"value": True})
    assert assess_update(Value(created), created.properties, after) == Update({"value": True})
    updated = drive(Value, "UPDATE", {"value": True}, instance=created)
    assert updated.attributes == {"value": True}
    assert updated.physical_id == created.resource_id


def test_a_random_string_is_its_attribute_and_its_reference_and_its_physical_id_tells_nothing():
    outcome = made({})
    assert re.fullmatch("[a-zA-Z0-9]{32}", outcome.reference)
    assert outcome.attributes == {"value": outcome.reference}
    assert outcome.physical_id == "stack-web-evpcxm5sieib"


def test_properties_come_as_strings_from_parameters():
    properties = {
        "length": "16",
        "salt": "quickbrownfox",
        "character_classes": '[{"class": "hexdigits", "min": 4}]',
    }
    assert re.fullmatch("[0-9A-F]{16}", made(properties).reference)


def test_each_class_and_sequence_has_its_least_number():
    text = made(
        {
            "length": 30,
            "character_classes": [{"class": "digits", "min": 5}, {"class": "lowercase", "min": 15}],
            "character_sequences": [{"sequence": "()", "min": 3}, {"sequence": "@", "min": 7}],
        }
    ).reference
    assert len(text) == 30
    assert len(re.findall("[0-9]", text)) == 5
    assert len(re.findall("[a-z]", text)) == 15
    assert len(re.findall("[()]", text)) == 3
    assert text.count("@") == 7


@pytest.mark.parametrize(
    ("properties", "pattern"),
    [
        ({"sequence": "octdigits"}, "[0-7]{32}"),
        ({"sequence": "digits", "character_classes": [{"class": "uppercase"}]}, "[0-9A-Z]{32}"),
    ],
)
def test_the_older_sequence_replaces_the_default_class_or_joins_others(properties, pattern):
    assert re.fullmatch(pattern, made(properties).reference)


def test_chance_is_the_one_that_was_handed_in():
    assert made({}, seed=5) == made({}, seed=5)
    assert made({}, seed=5) != made({}, seed=6)


@pytest.mark.parametrize(
    ("properties", "complaint"),
    [
        ({"length": 3, "character_classes": [{"class": "digits", "min": 4}]}, "minimums (3 < 4)"),
        ({"character_classes": []}, "properties.character_sequences: there is no character to choose from"),
    ],
)
def test_what_cannot_be_made_is_refused_by_validation_and_by_creation(properties, complaint):
    instance = instance_of(RandomString, properties)
    with pytest.raises(StackValidationFailed, match=re.escape(complaint)):
        RandomString(instance).validate()
    outcome = drive(RandomString, "CREATE", instance=instance)
    assert isinstance(outcome, Failed)
    assert complaint in outcome.reason


@pytest.mark.parametrize(
    ("properties", "place"),
    [
        ({"length": 513}, "length"),
        ({"character_classes": [{"class": "runes"}]}, "character_classes[0].class"),
        ({"character_sequences": [{"sequence": "a"}, {"sequence": ""}]}, "character_sequences[1].sequence"),
    ],
)
def test_a_wrong_property_is_refused_with_its_place(properties, place):
    with pytest.raises(StackValidationFailed, match=re.escape(f"resources.web.properties.{place}: ")):
        instance_of(RandomString, properties)


def test_a_length_that_is_not_known_yet_is_not_judged():
    instance = instance_of(RandomString, {"length": UNKNOWN}, unknown=UNKNOWN)
    assert RandomString(instance).validate() is None


def test_a_new_salt_makes_a_new_string():
    plugin = RandomString(instance_of(RandomString))
    after = RandomString.checked_properties({"salt": "new"})
    assert assess_update(plugin, plugin.properties, after) == Replace()


WANTED = st.lists(st.tuples(st.sampled_from(sorted(CLASSES.values())), st.integers(1, 9)), min_size=1, max_size=4)


@given(st.integers(), st.integers(0, 50), WANTED)
def test_a_random_string_has_its_length_and_its_characters(seed, spare, wanted):
    length = sum(minimum for _, minimum in wanted) + spare
    text = random_string(random.Random(seed), length, wanted)
    assert len(text) == length
    assert set(text) <= set("".join(characters for characters, _ in wanted))
    assert all(sum(each in characters for each in text) >= minimum for characters, minimum in wanted)


@pytest.mark.parametrize(("length", "wanted"), [(3, [("ab", 4)]), (3, []), (3, [("", 0)])])
def test_a_random_string_that_cannot_be_made_is_an_error(length, wanted):
    with pytest.raises(ValueError, match="can't be made"):
        random_string(random.Random(1), length, wanted)
