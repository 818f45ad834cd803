"""From the configuration's words to how the cloud is reached."""

from __future__ import annotations

from typing import Any

import pytest
from oslo_config import cfg

from heatlite import conf as options
from heatlite import exception
from heatlite.clients.settings import Deferred
from heatlite.engine.ports.cloud_settings import cloud_settings, versioned

TRUSTEE = {"auth_url": "http://keys/identity", "username": "heat", "password": "hunter2"}
DOMAIN = {"stack_user_domain_name": "heat", "stack_domain_admin": "boss", "stack_domain_admin_password": "hunter3"}


def configured(trustee: dict[str, Any] | None = None, **values: Any) -> cfg.ConfigOpts:
    conf = options.register(cfg.ConfigOpts())
    conf([], default_config_files=[], default_config_dirs=[])
    for name, value in (TRUSTEE if trustee is None else trustee).items():
        conf.set_override(name, value, group="trustee")
    for name, value in values.items():
        conf.set_override(name, value)
    return conf


def test_without_a_keystone_there_is_no_cloud() -> None:
    assert cloud_settings(configured(trustee={})) is None


def test_a_trustee_is_enough_for_trusts() -> None:
    settings = cloud_settings(configured())
    assert settings is not None
    assert settings.auth_url == settings.server_auth_url == "http://keys/identity/v3"
    assert settings.makes_trusts
    assert settings.stack_domain is None
    assert settings.verify is True


def test_passwords_make_no_trusts() -> None:
    settings = cloud_settings(configured(deferred_auth_method="password"))
    assert settings is not None
    assert settings.deferred_auth_method is Deferred.PASSWORD
    assert not settings.makes_trusts


def test_the_domains_administrator_logs_in_to_the_domain() -> None:
    settings = cloud_settings(configured(**DOMAIN))
    assert settings is not None
    assert settings.stack_domain is not None
    admin = settings.stack_domain.admin
    assert (admin.domain_name, admin.user_domain_name, admin.domain_id) == ("heat", "heat", None)


def test_an_id_of_the_domain_goes_before_its_name() -> None:
    settings = cloud_settings(configured(**DOMAIN, stack_user_domain_id="d1"))
    assert settings is not None
    assert settings.stack_domain is not None
    assert (settings.stack_domain.admin.domain_id, settings.stack_domain.admin.domain_name) == ("d1", None)


@pytest.mark.parametrize(
    ("trustee", "values", "said"),
    [
        ({"auth_url": "http://keys", "username": "heat"}, {}, r"\[trustee\] username is set, but password isn't"),
        (TRUSTEE, {"stack_user_domain_name": "heat"}, "stack_domain_admin and stack_domain_admin_password"),
    ],
)
def test_what_is_configured_by_half_is_named(trustee: dict[str, Any], values: dict[str, Any], said: str) -> None:
    with pytest.raises(exception.ConfigurationError, match=said):
        cloud_settings(configured(trustee, **values))


@pytest.mark.parametrize(
    "url", ["http://keys", "http://keys/", "http://keys/v3", "http://keys/v3/", "http://keys/v2.0"]
)
def test_a_url_gets_the_version_that_is_used(url: str) -> None:
    assert versioned(url) == "http://keys/v3"
