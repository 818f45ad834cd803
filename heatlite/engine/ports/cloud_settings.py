"""Turn the configuration into the settings for the cloud's services."""

from __future__ import annotations

from oslo_config import cfg

from heatlite import exception
from heatlite.clients.login import Login
from heatlite.clients.settings import Deferred, Settings, StackDomain


def cloud_settings(conf: cfg.ConfigOpts) -> Settings | None:
    """Return the cloud's settings; None if no keystone is configured: the engine then works without a cloud.

    :raises ConfigurationError: when a part of the settings is missing
    """
    auth_url = conf.clients_keystone.auth_uri or conf.trustee.auth_url
    if not auth_url:
        return None
    return Settings(
        auth_url=versioned(auth_url),
        service=service(conf),
        stack_domain=stack_domain(conf),
        deferred_auth_method=Deferred(conf.deferred_auth_method),
        trusts_delegated_roles=tuple(conf.trusts_delegated_roles),
        allow_trusts_redelegation=conf.allow_trusts_redelegation,
        region_name=conf.region_name_for_services,
        interface=conf.clients.endpoint_type.removesuffix("URL"),
        timeout=conf.client_timeout,
        retries=conf.client_retry_limit,
        verify=False if conf.clients.insecure else conf.clients.ca_file or True,
        server_auth_url=versioned(conf.clients_keystone.server_keystone_url or auth_url),
        waitcondition_url=conf.heat_waitcondition_server_url,
        metadata_url=conf.heat_metadata_server_url,
    )


def versioned(url: str) -> str:
    """Return keystone's URL with the version of its API that heatlite uses."""
    plain = url.rstrip("/").removesuffix("/v2.0")
    return plain if plain.endswith("/v3") else f"{plain}/v3"


def service(conf: cfg.ConfigOpts) -> Login | None:
    """Return the login of the engine's own user; None if none is configured."""
    trustee = conf.trustee
    if not trustee.username:
        return None
    if not trustee.password:
        raise exception.ConfigurationError(reason="[trustee] username is set, but password isn't")
    return Login(
        username=trustee.username,
        password=trustee.password,
        user_domain_id=trustee.user_domain_id,
        user_domain_name=trustee.user_domain_name,
    )


def stack_domain(conf: cfg.ConfigOpts) -> StackDomain | None:
    """Return the domain of the users that stacks create; None if none is configured."""
    domain = conf.stack_user_domain_id or conf.stack_user_domain_name
    if not domain:
        return None
    if not (conf.stack_domain_admin and conf.stack_domain_admin_password):
        raise exception.ConfigurationError(
            reason=f"stack_domain_admin and stack_domain_admin_password must be set for the stack domain {domain}"
        )
    by_id, by_name = conf.stack_user_domain_id, None if conf.stack_user_domain_id else conf.stack_user_domain_name
    admin = Login(
        username=conf.stack_domain_admin,
        password=conf.stack_domain_admin_password,
        user_domain_id=by_id,
        user_domain_name=by_name,
        domain_id=by_id,
        domain_name=by_name,
    )
    return StackDomain(admin, conf.heat_stack_user_role)
