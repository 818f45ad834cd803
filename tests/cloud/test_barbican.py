"""Barbican's types through their lives on the real service; see test_types."""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

import pytest

from heatlite.resources.outcomes import Done, Failed, Waiting
from heatlite.resources.steps import start
from tests.cloud.left import added, everything
from tests.cloud.life import Life, reference
from tests.cloud.reached import Reached
from tests.story import Story, hot


@pytest.fixture(autouse=True)
def _with_barbican(cloud: Reached) -> None:
    cloud.requires("barbican")


def attributes(life: Life) -> dict[str, Any]:
    """The attributes that an engine would record."""
    return life.plugin(life.instance).resolve_attributes()


PAYLOAD = frozenset({"decrypted_payload"})


def test_a_secret_is_kept_and_read_only_where_a_template_reads_it(lives: Any) -> None:
    secret = lives("OS::Barbican::Secret", payload="12345", secret_type="passphrase", algorithm="none", bit_length=40)
    assert secret.find_existing() == [reference(secret)]
    assert reference(secret).startswith("http://")
    seen = secret.seen()
    assert [seen[it] for it in ("secret_type", "algorithm", "bit_length")] == ["passphrase", "none", 40]
    assert seen["content_types"] == {"default": "text/plain"}
    assert attributes(secret) == {"status": "ACTIVE"}
    assert isinstance(secret.run("CHECK"), Done)
    secret.instance = dataclasses.replace(secret.instance, reads=PAYLOAD)
    assert attributes(secret)["decrypted_payload"] == "12345"


def test_a_secret_of_bytes_is_read_in_base64_and_one_without_payload_is_nothing(lives: Any) -> None:
    given = base64.b64encode(b"\xff\x00key").decode()
    binary = {"payload_content_type": "application/octet-stream", "payload_content_encoding": "base64"}
    secret = lives("OS::Barbican::Secret", reads=PAYLOAD, payload=given, expiration="2099-01-01T00:00:00", **binary)
    assert attributes(secret)["decrypted_payload"] == given
    assert secret.seen()["expiration"].startswith("2099-01-01")
    empty = lives("OS::Barbican::Secret", reads=PAYLOAD, name="to be filled")
    assert attributes(empty)["decrypted_payload"] is None
    assert empty.seen()["name"] == "to be filled"


def test_a_secret_that_an_engine_died_at_is_found_by_its_name(cloud: Reached) -> None:
    secret = Life(cloud, "OS::Barbican::Secret", {"payload": "lost"})
    made = start(secret.plugin(secret.instance), "CREATE")
    assert isinstance(made, (Done, Waiting))
    assert secret.find_existing() == [made.physical_id]
    secret.instance = dataclasses.replace(secret.instance, resource_id=made.physical_id)
    assert isinstance(secret.run("DELETE"), Done)
    assert secret.find_existing() == []


def test_containers_hold_references(lives: Any) -> None:
    one, two = (lives("OS::Barbican::Secret", payload=it) for it in ("one", "two"))
    joined = [{"name": "first", "ref": reference(one)}, {"name": "second", "ref": reference(two)}]
    generic = lives("OS::Barbican::GenericContainer", secrets=joined)
    assert generic.find_existing() == [reference(generic)]
    shown = attributes(generic)
    assert shown["secret_refs"] == {"first": reference(one), "second": reference(two)}
    assert (shown["status"], shown["container_ref"], shown["consumers"]) == ("ACTIVE", reference(generic), [])
    assert isinstance(generic.run("CHECK"), Done)

    key = {"private_key_ref": reference(one), "public_key_ref": reference(two)}
    pair = lives("OS::Barbican::RSAContainer", name="pair", **key)
    assert attributes(pair)["secret_refs"] == {"private_key": reference(one), "public_key": reference(two)}
    certificate = lives("OS::Barbican::CertificateContainer", certificate_ref=reference(one))
    assert certificate.find_existing() == [reference(certificate)]
    assert certificate.seen()["type"] == "certificate"
    refused = Life(pair.cloud, "OS::Barbican::GenericContainer", {"secrets": [{"name": "no", "ref": NOTHING}]})
    failed = refused.run("CREATE")
    assert isinstance(failed, Failed)
    assert "Barbican answered 400" in failed.reason


NOTHING = "http://127.0.0.1/v1/secrets/3f0c2a1e-5b7d-4c8e-9a6f-0123456789ab"


def test_orders_make_keys(lives: Any, cloud: Reached) -> None:
    before = everything(cloud)
    order = lives("OS::Barbican::Order", type="key", algorithm="aes", bit_length=256, mode="cbc")
    assert added(cloud, before) == {"orders": 1, "secrets": 1}
    assert order.find_existing() == [reference(order)]
    shown = attributes(order)
    assert (shown["status"], shown["order_ref"]) == ("ACTIVE", reference(order))
    made = shown["secret_ref"]
    api = cloud.services().api("key_manager")
    assert api.get(f"/secrets/{made.rsplit('/', 1)[-1]}")["bit_length"] == 256
    keys = frozenset({"public_key", "private_key", "certificate"})
    pair = lives("OS::Barbican::Order", reads=keys, type="asymmetric", algorithm="rsa", bit_length=2048)
    found = attributes(pair)
    assert "PUBLIC KEY" in found["public_key"]
    assert "PRIVATE KEY" in found["private_key"]
    assert found["certificate"] is None
    assert found["container_ref"]
    refused = Life(cloud, "OS::Barbican::Order", {"type": "key", "algorithm": "aes", "bit_length": 7})
    failed = refused.run("CREATE")
    assert isinstance(failed, Failed)
    assert "Barbican answered 400" in failed.reason


def test_a_stack_of_them(story: Story, cloud: Reached) -> None:
    before = everything(cloud)
    secret = {"type": "OS::Barbican::Secret", "properties": {"payload": "hunter2"}}
    held = [{"name": "password", "ref": {"get_resource": "password"}}]
    box = {"type": "OS::Barbican::GenericContainer", "properties": {"secrets": held}}
    read = {"read": {"value": {"get_attr": ["password", "decrypted_payload"]}}}
    story.create(hot(None, read, password=secret, box=box))
    stack = story.settle("CREATE_COMPLETE")
    assert [it["output_value"] for it in stack["outputs"]] == ["hunter2"]
    assert added(cloud, before) == {"secrets": 1, "containers": 1}
    secret["properties"]["payload"] = "hunter3"
    story.update(hot(None, read, password=secret, box=box))
    stack = story.settle("UPDATE_COMPLETE")
    assert [it["output_value"] for it in stack["outputs"]] == ["hunter3"]
    story.delete()
    story.settle("DELETE_COMPLETE")
    assert everything(cloud) == before
