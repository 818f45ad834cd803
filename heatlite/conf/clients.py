"""The options of the cloud's services and of identity, with Heat's names and in Heat's groups."""

from __future__ import annotations

from oslo_config import cfg

OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt(
        "deferred_auth_method",
        default="trusts",
        choices=[
            ("trusts", "a trust that whoever creates the stack gives the user of [trustee]"),
            ("password", "the password that came with the request"),
        ],
        help="How a stack's operations are done for whoever asked for them. Trusts need [trustee].",
    ),
    cfg.ListOpt(
        "trusts_delegated_roles",
        default=[],
        help="Roles that a trust passes on. None: all that the user has in the project.",
    ),
    cfg.StrOpt("heat_stack_user_role", default="heat_stack_user", help="Role of the users that stacks have."),
    cfg.StrOpt("stack_user_domain_id", help="Domain of the users that stacks have, by its id. Default: none."),
    cfg.StrOpt(
        "stack_user_domain_name", help="The same by its name; of no account where there is an id. Default: none."
    ),
    cfg.StrOpt(
        "stack_domain_admin",
        help="Name of the user, of that domain, who may make users and projects in it. Default: none.",
    ),
    cfg.StrOpt("stack_domain_admin_password", secret=True, help="Password of that user. Default: none."),
    cfg.StrOpt("region_name_for_services", help="Region whose services are used. Default: what the catalogue has."),
    cfg.StrOpt(
        "heat_waitcondition_server_url",
        help="Where heat-api-cfn takes signals, such as http://cloud.example:8000/v1/waitcondition: what signed URLs "
        "begin with. Default: the service cloudformation of the catalogue.",
    ),
    cfg.StrOpt(
        "heat_metadata_server_url",
        help="Where servers poll heat-api-cfn for what is deployed to them, such as http://cloud.example:8000/v1. "
        "Default: the service cloudformation of the catalogue.",
    ),
    cfg.IntOpt("client_retry_limit", default=2, min=0, help="Times that a service which can't be reached is retried."),
    cfg.FloatOpt("client_timeout", default=60, min=0.1, help="Seconds that a service may take to answer."),
]
CLIENT_OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt(
        "endpoint_type",
        default="publicURL",
        choices=[("publicURL", ""), ("internalURL", ""), ("adminURL", "")],
        help="Which of a service's URLs is used.",
    ),
    cfg.StrOpt("ca_file", help="CA certificates to verify services by. Default: the system's."),
    cfg.BoolOpt("insecure", default=False, help="Don't verify the certificates of services."),
]
KEYSTONE_OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt("auth_uri", help="Keystone's URL. Default: auth_url in [trustee]."),
    cfg.StrOpt("server_keystone_url", help="Keystone's URL as servers reach it, where that is another. Default: none."),
]
TRUSTEE_OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt("auth_type", default="password", choices=[("password", "")], help="How the engine's user logs in."),
    cfg.StrOpt("auth_url", help="Keystone's URL, such as https://cloud.example/identity/v3. Default: none."),
    cfg.StrOpt("username", help="The engine's own user, whom users trust. Default: none."),
    cfg.StrOpt("password", secret=True, help="Password of that user. Default: none."),
    cfg.StrOpt("user_domain_id", help="Domain of that user, by its id. Default: default."),
    cfg.StrOpt("user_domain_name", help="The same by its name. Default: none."),
]
GROUPS: list[tuple[str, list[cfg.Opt]]] = [
    ("clients", CLIENT_OPTIONS),
    ("clients_keystone", KEYSTONE_OPTIONS),
    ("trustee", TRUSTEE_OPTIONS),
]
