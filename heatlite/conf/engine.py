"""The engine's options, in [DEFAULT] as in heat-engine."""

from __future__ import annotations

from oslo_config import cfg

OPTIONS: list[cfg.Opt] = [
    cfg.HostAddressOpt("host", default=None, help="Name of this node. Default: the machine's hostname."),
    cfg.IntOpt("num_engine_workers", default=2, min=1, help="Number of engine processes to start."),
    cfg.StrOpt(
        "role",
        default="all",
        choices=[
            ("api", "serve the client API only"),
            ("worker", "converge resources only"),
            ("all", "both"),
        ],
        help="What the engine processes do.",
    ),
    cfg.StrOpt(
        "backend",
        default="threading",
        choices=[("threading", "native threads"), ("eventlet", "green threads")],
        help="How the engine does several things at a time. Read once, before anything else is loaded.",
    ),
    cfg.IntOpt("batch_size", default=50, min=1, max=500, help="Nodes that one message carries, and one transaction."),
    cfg.IntOpt(
        "local_hops",
        default=20,
        min=0,
        help="How often in a row an engine goes on with what became ready by what it did, without a message to all "
        "engines, where that is one node or a batch that needs no I/O; and whether it does in one transaction what "
        "follows in the graph and needs no I/O. 0: never.",
    ),
    cfg.IntOpt("worker_threads", default=8, min=1, help="Batches that one engine process works on at a time."),
    cfg.IntOpt("step_threads", default=16, min=1, help="Plugin steps that one engine process runs at a time."),
    cfg.IntOpt(
        "casts_per_project",
        default=2,
        min=1,
        help="Batches of one project's nodes that are under way, for each engine that lives. More wait in the "
        "database, and are taken one project after the other.",
    ),
    cfg.IntOpt(
        "calls_per_project",
        default=32,
        min=1,
        help="Calls of one project that one engine process has at a time, waiting or being answered. Projects "
        "take turns, and none has more than three quarters of the threads. One call more is refused at once.",
    ),
    cfg.FloatOpt(
        "step_time_limit",
        default=600,
        min=0,
        help="Seconds that one call of a plugin may take. Where one takes longer, its process drains and leaves, and "
        "another takes the resource over. 0: any.",
    ),
    cfg.IntOpt("intake_prefetch", default=4, min=1, max=8, help="Messages that the broker hands out in advance."),
    cfg.PortOpt(
        "metrics_port",
        default=0,
        help="Where each engine process shows its metrics to Prometheus, at /metrics: the first free port from this "
        "one on. 0: nowhere.",
    ),
    cfg.HostAddressOpt("metrics_host", default="127.0.0.1", help="The address of that port. Anyone there may read."),
    cfg.FloatOpt("lease_seconds", default=20, min=1, help="An engine that is silent for so long is dead."),
    cfg.FloatOpt("sweep_interval", default=5, min=0.05, help="Seconds between two looks for work that was lost."),
    cfg.FloatOpt(
        "recast_after", default=10, min=0.05, help="Seconds after which a ready node that nobody took is cast again."
    ),
    cfg.IntOpt("recast_limit", default=200, min=1, help="Nodes that one sweep casts again at most."),
    cfg.IntOpt("max_attempts", default=3, min=1, help="Engines that may die at a resource before it is FAILED."),
    cfg.IntOpt("stack_action_timeout", default=3600, min=1, help="Seconds that a stack operation may take."),
    cfg.IntOpt(
        "max_template_size",
        default=524288,
        min=1,
        help="Bytes that a template may have, and each of its files; all together may have eight times as many.",
    ),
    cfg.StrOpt(
        "environment_dir",
        default="/etc/heatlite/environment.d",
        help="Directory of the operator's environments, whose resource_registry holds for every stack. They are read "
        "in the order of their names as an engine starts; one that isn't well-formed keeps it from starting.",
    ),
    cfg.IntOpt("max_environment_size", default=524288, min=1, help="Bytes that an environment may have."),
    cfg.IntOpt(
        "max_group_template_size",
        default=8388608,
        min=1,
        help="Bytes that the template may have which an engine builds of a group's members, a chain's resources or a "
        "deployment for each server: members times the size of one. Keep it below the database's max_allowed_packet.",
    ),
    cfg.IntOpt(
        "max_validated_size",
        default=2097152,
        min=1,
        help="Bytes of nested templates that the validation of one call looks at. One that comes again with the same "
        "parameters is looked at once, and counts a quarter with others. What is beyond that is validated when the "
        "nested stack is begun.",
    ),
    cfg.IntOpt(
        "max_resources_per_stack",
        default=1001,
        min=-1,
        help="Resources that a stack may have with all stacks in it; -1: any.",
    ),
    cfg.IntOpt("max_stacks_per_tenant", default=512, min=-1, help="Stacks that a project may have; -1: any."),
    cfg.IntOpt("max_snapshots_per_stack", default=32, min=-1, help="Snapshots that a stack may have; -1: any."),
    cfg.IntOpt(
        "max_software_configs_per_tenant",
        default=4096,
        min=-1,
        help="Software configs that a project may have before it can make another; -1: any.",
    ),
    cfg.IntOpt(
        "max_software_deployments_per_tenant",
        default=4096,
        min=-1,
        help="Software deployments that a project may have before it can make another; -1: any.",
    ),
    cfg.IntOpt("max_nested_stack_depth", default=5, min=0, help="Levels of stacks that a stack may have in it."),
    cfg.IntOpt(
        "max_events_per_stack",
        default=1000,
        min=-1,
        help="Events that are kept of a stack when an operation on it ends; -1: all.",
    ),
    cfg.BoolOpt(
        "enable_stack_adopt",
        default=False,
        help="Let clients make a stack of resources that exist already, from what stack export or abandon told. Off by "
        "default in daemons, as in Heat; on in the embedded engine, which has one user.",
    ),
    cfg.BoolOpt(
        "enable_stack_abandon",
        default=False,
        help="Let clients export a stack with all that its resources keep, and delete it without its resources. Off by "
        "default in daemons, as in Heat; on in the embedded engine, which has one user.",
    ),
    cfg.IntOpt(
        "max_listed",
        default=10000,
        min=1,
        help="Stacks or events that one call lists at most. Where there are more, the last one's next_marker is the "
        "marker of the call that lists on.",
    ),
    cfg.FloatOpt(
        "read_time_limit",
        default=30,
        min=0,
        help="Seconds that the database may take for one statement of a client's call that reads (MariaDB: "
        "max_statement_time, PostgreSQL: statement_timeout); the client is told to ask for less. 0: any.",
    ),
    cfg.ListOpt(
        "hidden_stack_tags",
        default=[],
        help="Stacks that have one of these tags are listed on request only.",
    ),
]
NOTIFICATION_OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt(
        "default_notification_level",
        default="INFO",
        ignore_case=True,
        choices=["AUDIT", "CRITICAL", "DEBUG", "ERROR", "INFO", "SAMPLE", "WARN"],
        help="Level of notifications that tell of no error.",
    ),
    cfg.StrOpt("default_publisher_id", help="Who notifications are said to be from. Default: orchestration.HOST."),
]
SECRET_OPTIONS: list[cfg.Opt] = [
    cfg.MultiStrOpt(
        "auth_encryption_key",
        default=[],
        secret=True,
        help="Key of 32 characters by which credentials and hidden values are encrypted in the database. To change "
        "it, write the option several times: the first encrypts, and each decrypts. Every engine needs the same.",
    ),
    cfg.BoolOpt(
        "encrypt_parameters_and_properties",
        default=False,
        help="Encrypt the values of hidden parameters and all data of resources before storing them.",
    ),
]
YAQL_OPTIONS: list[cfg.Opt] = [
    cfg.IntOpt("limit_iterators", default=200, min=1, help="Items that one yaql expression may go through."),
    cfg.IntOpt("memory_quota", default=10000, min=1, help="Bytes that one yaql expression may take, as yaql counts."),
    cfg.FloatOpt("time_limit", default=5, min=0.1, help="Seconds that one yaql expression may take."),
]
