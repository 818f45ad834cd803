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
        help="Work that the engine processes do.",
    ),
    cfg.StrOpt(
        "backend",
        default="threading",
        choices=[("threading", "native threads"), ("eventlet", "green threads")],
        help="Kind of threads in an engine process. It is read once, before anything else is loaded.",
    ),
    cfg.IntOpt(
        "batch_size", default=50, min=1, max=500, help="Maximum number of nodes in one message, and in one transaction."
    ),
    cfg.IntOpt(
        "local_hops",
        default=20,
        min=0,
        help="Number of times in a row that an engine continues with nodes which its own work made ready, "
        "without a message to all engines. It does so for a single node, and for a batch that needs no "
        "I/O. Unless 0, an engine also completes successors that need no I/O in the same transaction, and does "
        "the first batch of an operation that it begins itself. 0: never.",
    ),
    cfg.IntOpt(
        "worker_threads", default=8, min=1, help="Number of batches that one engine process works on at a time."
    ),
    cfg.IntOpt(
        "step_threads", default=16, min=1, help="Number of plugin steps that one engine process runs at a time."
    ),
    cfg.IntOpt(
        "casts_per_project",
        default=2,
        min=1,
        help="Number of batches of one project's nodes that may be under way, for each living engine. Further "
        "nodes are queued in the database, and projects take turns.",
    ),
    cfg.IntOpt(
        "calls_per_project",
        default=32,
        min=1,
        help="Number of calls of one project that one engine process may have at a time, waiting or in "
        "progress. Projects take turns, and none gets more than three quarters of the threads. A further "
        "call is refused at once.",
    ),
    cfg.FloatOpt(
        "step_time_limit",
        default=600,
        min=0,
        help="Seconds that one call of a plugin may take. After that its process finishes its other work and "
        "exits, and another engine takes the resource over. 0: no limit.",
    ),
    cfg.IntOpt(
        "intake_prefetch",
        default=4,
        min=1,
        max=8,
        help="Number of messages that the broker hands out to an engine process in advance.",
    ),
    cfg.PortOpt(
        "metrics_port",
        default=0,
        help="Port where engine processes serve their metrics to Prometheus, at /metrics. Each takes the first "
        "free port from this one on. 0: no metrics.",
    ),
    cfg.HostAddressOpt(
        "metrics_host",
        default="127.0.0.1",
        help="Address of the metrics port. Everybody who can reach it can read the metrics.",
    ),
    cfg.FloatOpt(
        "lease_seconds",
        default=20,
        min=1,
        help="Lease lifetime in seconds. An engine that hasn't renewed its lease for so long is declared dead, "
        "and others take over its work. A longer lease tolerates longer pauses of an engine, but delays "
        "the recovery.",
    ),
    cfg.FloatOpt("sweep_interval", default=5, min=0.05, help="Seconds between two sweeps for lost work."),
    cfg.FloatOpt(
        "recast_after",
        default=10,
        min=0.05,
        help="Seconds after which a ready node that no engine has claimed is queued for an engine with a free "
        "thread, in place of a second message. Each further time takes longer. A shorter time finds lost messages "
        "sooner.",
    ),
    cfg.IntOpt(
        "recast_limit",
        default=200,
        min=1,
        help="Maximum number of such nodes that one sweep queues, and of operations that one sweep fails because their "
        "time limit is over.",
    ),
    cfg.IntOpt(
        "max_attempts", default=3, min=1, help="Number of engine crashes on one resource before it is marked FAILED."
    ),
    cfg.IntOpt(
        "stack_action_timeout",
        default=3600,
        min=1,
        help="Seconds that a stack operation may take, unless the client sets another limit.",
    ),
    cfg.IntOpt(
        "max_template_size",
        default=524288,
        min=1,
        help="Maximum size in bytes of a template, and of each file with it. All together may be eight times as large.",
    ),
    cfg.StrOpt(
        "environment_dir",
        default="/etc/heatlite/environment.d",
        help="Directory of the operator's environments. Their resource_registry applies to every stack. An "
        "engine reads them at its start, in the order of their names. It doesn't start if one isn't "
        "well-formed.",
    ),
    cfg.StrOpt(
        "loadbalancer_template",
        help="File with the template of an AWS::ElasticLoadBalancing::LoadBalancer's nested stack. Default: one for "
        "images with yum, systemd and heat-cfntools. An engine reads it at its start, and doesn't start without it. "
        "Its resource LB_instance needs Metadata with AWS::CloudFormation::Init, where the files of the configuration "
        "have a /etc/haproxy/haproxy.cfg.",
    ),
    cfg.IntOpt("max_environment_size", default=524288, min=1, help="Maximum size in bytes of an environment."),
    cfg.IntOpt(
        "max_group_template_size",
        default=8388608,
        min=1,
        help="Maximum size in bytes of a template that an engine builds, for a group's members, a chain's "
        "resources or a deployment for each server: the number of members times the size of one. Keep it "
        "below the database's max_allowed_packet.",
    ),
    cfg.IntOpt(
        "max_validated_size",
        default=2097152,
        min=1,
        help="Maximum size in bytes of the nested templates that one call validates. A template that is used "
        "again with the same parameters is validated once; with other parameters it counts a quarter. "
        "Templates beyond the limit are validated when their nested stacks are created.",
    ),
    cfg.IntOpt(
        "max_resources_per_stack",
        default=1001,
        min=-1,
        help="Maximum number of resources in a stack with all its nested stacks. -1: no limit.",
    ),
    cfg.IntOpt(
        "max_stacks_per_tenant", default=512, min=-1, help="Maximum number of stacks of a project. -1: no limit."
    ),
    cfg.IntOpt(
        "max_snapshots_per_stack", default=32, min=-1, help="Maximum number of snapshots of a stack. -1: no limit."
    ),
    cfg.IntOpt(
        "max_software_configs_per_tenant",
        default=4096,
        min=-1,
        help="Maximum number of software configs of a project. -1: no limit.",
    ),
    cfg.IntOpt(
        "max_software_deployments_per_tenant",
        default=4096,
        min=-1,
        help="Maximum number of software deployments of a project. -1: no limit.",
    ),
    cfg.IntOpt("max_nested_stack_depth", default=5, min=0, help="Maximum depth of nested stacks in a stack."),
    cfg.IntOpt(
        "max_events_per_stack",
        default=1000,
        min=-1,
        help="Number of events of a stack that are kept when an operation on it ends. -1: all.",
    ),
    cfg.BoolOpt(
        "enable_stack_adopt",
        default=False,
        help="Let clients create a stack from existing resources, with the data of stack export or abandon. "
        "Off by default in daemons, as in Heat; on in the embedded engine, which has one user.",
    ),
    cfg.BoolOpt(
        "enable_stack_abandon",
        default=False,
        help="Let clients export a stack with all data of its resources, and delete it without its resources. "
        "Off by default in daemons, as in Heat; on in the embedded engine, which has one user.",
    ),
    cfg.IntOpt(
        "max_listed",
        default=10000,
        min=1,
        help="Maximum number of stacks or events that one call lists. If there are more, the last one's "
        "next_marker is the marker for the next call.",
    ),
    cfg.FloatOpt(
        "read_time_limit",
        default=30,
        min=0,
        help="Seconds that the database may take for one statement of a client's reading call (MariaDB: "
        "max_statement_time, PostgreSQL: statement_timeout). After that the client is told to ask for "
        "less. 0: no limit.",
    ),
    cfg.ListOpt(
        "hidden_stack_tags",
        default=[],
        help="Tags of stacks that are listed on request only.",
    ),
]
NOTIFICATION_OPTIONS: list[cfg.Opt] = [
    cfg.StrOpt(
        "default_notification_level",
        default="INFO",
        ignore_case=True,
        choices=["AUDIT", "CRITICAL", "DEBUG", "ERROR", "INFO", "SAMPLE", "WARN"],
        help="Level of notifications that report no error.",
    ),
    cfg.StrOpt("default_publisher_id", help="Publisher id of notifications. Default: orchestration.HOST."),
]
SECRET_OPTIONS: list[cfg.Opt] = [
    cfg.MultiStrOpt(
        "auth_encryption_key",
        default=[],
        secret=True,
        help="Key of 32 characters that encrypts credentials and hidden values in the database. All engines "
        "need the same. To change it, write the option several times: the first key encrypts, and every "
        "key decrypts.",
    ),
    cfg.BoolOpt(
        "encrypt_parameters_and_properties",
        default=False,
        help="Encrypt the values of hidden parameters and all data of resources in the database.",
    ),
]
YAQL_OPTIONS: list[cfg.Opt] = [
    cfg.IntOpt(
        "limit_iterators", default=200, min=1, help="Maximum number of items that one yaql expression may visit."
    ),
    cfg.IntOpt(
        "memory_quota", default=10000, min=1, help="Maximum memory in bytes of one yaql expression, as yaql counts it."
    ),
    cfg.FloatOpt("time_limit", default=5, min=0.1, help="Seconds that one yaql expression may take."),
]
