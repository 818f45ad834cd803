"""The options of the observer, in [observer]."""

from __future__ import annotations

from oslo_config import cfg

OPTIONS: list[cfg.Opt] = [
    cfg.FloatOpt(
        "resources_per_second",
        default=0,
        min=0,
        help="Pace of the observer: number of real resources that all engines together look at in a second, on "
        "average. It compares them with their stacks, and records what was changed outside. 0: no observer. Engines "
        "with role api never observe.",
    ),
    cfg.FloatOpt(
        "requests_per_second",
        default=5,
        min=0,
        help="Number of requests to the cloud's services that the observer of all engines together may send in a "
        "second, on average. It slows the observer down further where many resources can't be listed together. Logins "
        "aren't counted. 0: no limit.",
    ),
    cfg.FloatOpt(
        "interval",
        default=300,
        min=0.01,
        help="Seconds from one look at a stack to the next, at least. A slower pace makes it longer.",
    ),
    cfg.IntOpt(
        "repairs_per_hour",
        default=10,
        min=0,
        help="Number of stacks with the tag heatlite.keep that the observer of all engines together may repair in an "
        "hour. 0: it repairs nothing.",
    ),
    cfg.IntOpt(
        "repairs_per_hour_of_a_stack",
        default=2,
        min=0,
        help="Number of times in an hour that it may repair the same stack. 0: it repairs nothing.",
    ),
    cfg.BoolOpt(
        "allow_replacing",
        default=False,
        help="Let the observer also create again what is gone, and replace what can't be repaired in place, in stacks "
        "with both tags heatlite.keep and heatlite.keep-by-replacing. Off: no stack's resources are created, replaced "
        "or deleted by the observer.",
    ),
]
