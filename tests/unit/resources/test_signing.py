"""Signed URLs: what is signed, what changes the signature, and what a URL is about."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from heatlite.resources.signing import Keys, resource_arn, resource_named, signature, signed_url

KEYS = Keys("an-access-key", "a secret")
STACK = ("p-shop", "web stack", "8c4a4f5c-0d3f-4b53-bb1c-7d1d1f2b8b7a")
BASE = "http://Cloud.Example:8000/v1/waitcondition"
AMAZONS = {
    "AWSAccessKeyId": "AKIAIOSFODNN7EXAMPLE",
    "Action": "DescribeJobFlows",
    "SignatureMethod": "HmacSHA256",
    "SignatureVersion": "2",
    "Timestamp": "2011-10-03T15:19:30",
    "Version": "2009-03-31",
}


def test_a_signature_is_the_one_of_amazons_own_example() -> None:
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    made = signature("GET", "https://elasticmapreduce.amazonaws.com/", AMAZONS, secret)
    assert made == "i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf/Mj6vPxyYIs="


@pytest.mark.parametrize("name", ["handle", "a handle / of % signs", "größe"])
def test_a_url_is_about_its_resource(name: str) -> None:
    url = signed_url("PUT", BASE, resource_arn(*STACK, name), KEYS, made_at=0)
    assert resource_named(url) == name
    path = urlsplit(url).path.removeprefix("/v1/waitcondition/")
    assert unquote(path).startswith("arn:openstack:heat::p-shop:stacks/web%20stack/8c4a")


def test_a_url_says_when_it_was_made_unless_it_is_good_for_ever() -> None:
    arn = resource_arn(*STACK, "handle")
    first, later, ever = (
        parse_qs(urlsplit(signed_url("PUT", BASE, arn, KEYS, made_at=at)).query) for at in (0, 60, None)
    )
    assert first["Timestamp"] == ["1970-01-01T00:00:00Z"]
    assert "Timestamp" not in ever
    assert len({it["Signature"][0] for it in (first, later, ever)}) == 3


def test_a_url_is_good_for_its_method_its_resource_and_its_key_only() -> None:
    arn, other = resource_arn(*STACK, "handle"), resource_arn(*STACK, "other")
    urls = [
        signed_url("PUT", BASE, arn, KEYS, made_at=0),
        signed_url("POST", BASE, arn, KEYS, made_at=0),
        signed_url("PUT", BASE, other, KEYS, made_at=0),
        signed_url("PUT", BASE, arn, Keys(KEYS.access, "another"), made_at=0),
    ]
    assert len({parse_qs(urlsplit(url).query)["Signature"][0] for url in urls}) == len(urls)
    assert all(url.startswith("http://cloud.example:8000/v1/waitcondition/arn%3Aopenstack") for url in urls)


@pytest.mark.parametrize("text", ["", "handle", "http://cloud.example/v1/p/stacks", "arn:openstack:heat::p:stacks/a"])
def test_other_texts_are_about_no_resource(text: str) -> None:
    assert resource_named(text) is None
