"""The options of the cloud's services and of identity, with Heat's names and in Heat's groups."""

from __future__ import annotations

from oslo_config import cfg

OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt(
        "deferred_auth_method",
        default="trusts",
        choices=[
            ("trusts", "a trust from the stack's creator to the user of [trustee]"),
            ("password", "the password that came with the request"),
        ],
        help="How later operations on a stack are authenticated, when the request's token has expired. Trusts "
        "need [trustee].",
    ),
    cfg.ListOpt(
        "trusts_delegated_roles",
        default=[],
        help="Roles that a trust passes on. Empty: all roles of the user in the project.",
    ),
    cfg.BoolOpt(
        "allow_trusts_redelegation",
        default=False,
        help="Let services create trusts with a stack's trust: Mistral for cron triggers, Aodh and Zaqar for actions "
        "and subscribers that begin with trust+. Keystone has to allow it, too (option allow_redelegation in [trust]). "
        "Stacks that were created before keep their trusts.",
    ),
    cfg.StrOpt("heat_stack_user_role", default="heat_stack_user", help="Role of the users that belong to stacks."),
    cfg.StrOpt("stack_user_domain_id", help="Id of the domain for the users that belong to stacks. Default: none."),
    cfg.StrOpt(
        "stack_user_domain_name", help="Name of that domain. Ignored if stack_user_domain_id is set. Default: none."
    ),
    cfg.StrOpt(
        "stack_domain_admin",
        help="Name of the user of that domain who may create users and projects in it. Default: none.",
    ),
    cfg.StrOpt("stack_domain_admin_password", secret=True, help="Password of stack_domain_admin. Default: none."),
    cfg.StrOpt(
        "region_name_for_services", help="Region whose services are used. Default: any region of the catalogue."
    ),
    cfg.StrOpt(
        "heat_waitcondition_server_url",
        help="URL where heat-api-cfn receives signals, such as http://cloud.example:8000/v1/waitcondition. "
        "Signed URLs begin with it. Default: the service cloudformation of the catalogue.",
    ),
    cfg.StrOpt(
        "heat_metadata_server_url",
        help="URL where servers poll heat-api-cfn for their deployments, such as http://cloud.example:8000/v1. "
        "Default: the service cloudformation of the catalogue.",
    ),
    cfg.IntOpt(
        "client_retry_limit",
        default=2,
        min=0,
        help="Number of retries when keystone can't be reached or answers 503. Other services aren't retried "
        "at once: the engine repeats the resource's step.",
    ),
    cfg.FloatOpt("client_timeout", default=60, min=0.1, help="Seconds that a service may take to answer one request."),
]
CLIENT_OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt(
        "endpoint_type",
        default="publicURL",
        choices=[("publicURL", ""), ("internalURL", ""), ("adminURL", "")],
        help="Which of a service's URLs in the catalogue is used.",
    ),
    cfg.StrOpt(
        "ca_file",
        help="File with the CA certificates that services are verified with. Default: the system's certificates.",
    ),
    cfg.BoolOpt("insecure", default=False, help="Don't verify the certificates of services."),
]
KEYSTONE_OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt("auth_uri", help="Keystone's URL. Default: auth_url in [trustee]."),
    cfg.StrOpt(
        "server_keystone_url", help="Keystone's URL for servers, if they reach it at another one. Default: none."
    ),
]
TRUSTEE_OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt("auth_type", default="password", choices=[("password", "")], help="How the engine's user logs in."),
    cfg.StrOpt("auth_url", help="Keystone's URL, such as https://cloud.example/identity/v3. Default: none."),
    cfg.StrOpt("username", help="The engine's own user, whom users trust. Default: none."),
    cfg.StrOpt("password", secret=True, help="Password of that user. Default: none."),
    cfg.StrOpt("user_domain_id", help="Id of that user's domain. Default: default."),
    cfg.StrOpt("user_domain_name", help="Name of that user's domain. Default: none."),
]
GROUPS: list[tuple[str, list[cfg.Opt]]] = [
    ("clients", CLIENT_OPTIONS),
    ("clients_keystone", KEYSTONE_OPTIONS),
    ("trustee", TRUSTEE_OPTIONS),
]
