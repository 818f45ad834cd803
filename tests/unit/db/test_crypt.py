"""Keys and tokens."""

import base64

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from heatlite import exception
from heatlite.db import crypt
from heatlite.db.crypt import Vault

OLD, NEW = "o" * 32, "n" * 32


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_encrypted_is_decrypted(text):
    vault = Vault((OLD,))
    assert vault.decrypt(vault.encrypt(text)) == text


def test_the_first_key_encrypts_and_each_decrypts():
    before, both, after = Vault((OLD,)), Vault((NEW, OLD)), Vault((NEW,))

    assert both.decrypt(before.encrypt("x")) == "x"
    assert after.decrypt(both.encrypt("x")) == "x"
    with pytest.raises(exception.InvalidEncryptionKey, match="Can not decrypt data"):
        after.decrypt(before.encrypt("x"))


@pytest.mark.parametrize("key", ["k" * 16, "k" * 24, "k" * 32, "with ~ and ? of ASCII > 32 chars"])
def test_a_key_makes_the_same_fernet_key_as_in_heat(key):
    """Heat takes the characters, twice where they are too few, and cuts them off at 32."""
    raw = (key * 2)[:32].encode()
    token = Fernet(base64.urlsafe_b64encode(raw)).encrypt(b"by Heat").decode()
    assert Vault((key,)).decrypt(token) == "by Heat"


def test_a_key_that_fernet_made_is_taken_as_it_is():
    key = Fernet.generate_key()
    assert Vault((key.decode(),)).decrypt(Fernet(key).encrypt(b"x").decode()) == "x"


@pytest.mark.parametrize("key", ["", "short", "k" * 31, "k" * 33, "é" * 32, "k" * 44, "." * 44])
def test_what_is_no_key_is_refused_without_being_told(key):
    with pytest.raises(exception.ConfigurationError, match="auth_encryption_key number 2 must have 32 ASCII") as told:
        Vault((OLD, key))
    assert not key or key not in str(told.value)


@pytest.mark.parametrize("keys", [None, []])
def test_a_daemon_without_a_key_is_told_how_to_make_one(keys):
    with pytest.raises(exception.ConfigurationError, match="auth_encryption_key isn't set: make one of 32 characters"):
        crypt.required(keys, encrypts=False)


def test_without_a_key_nothing_can_be_asked_to_be_encrypted():
    with pytest.raises(exception.ConfigurationError, match="isn't set"):
        Vault(encrypts=True)
    with pytest.raises(exception.ConfigurationError, match="isn't set"):
        Vault().encrypt("x")
    with pytest.raises(exception.InvalidEncryptionKey):
        Vault().decrypt(Vault((OLD,)).encrypt("x"))


@pytest.mark.parametrize("encrypts", [True, False])
def test_either_form_of_a_text_is_read_whatever_the_option_says(encrypts):
    reader = Vault((OLD,), encrypts)
    for writer in (Vault((OLD,), True), Vault((OLD,), False)):
        assert reader.opened(writer.sealed('{"a":1}')) == '{"a":1}'
    assert (reader.sealed('{"a":1}') == '{"a":1}') is not encrypts


def test_a_sealed_text_has_heats_form_and_tells_nothing():
    sealed = Vault((OLD,), True).sealed('{"password":"hunter2"}')
    assert sealed.startswith('["cryptography_decrypt_v1","gAAAA')
    assert "hunter2" not in sealed


def test_a_digest_depends_on_the_key():
    assert Vault((OLD,)).digest("x") == Vault((OLD, NEW)).digest("x") != Vault((NEW,)).digest("x")


def test_keys_are_not_in_the_repr():
    assert OLD not in repr(Vault((OLD,)))
