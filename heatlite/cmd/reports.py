"""Reports: SIGUSR2 makes a daemon's process tell where each of its threads stands, and with which configuration.

The report goes to stderr, or to a file in ``[oslo_reports] log_dir``. Values of secret options are left out.
"""

from __future__ import annotations

from oslo_config import cfg

import heatlite

SERVICE = "heatlite-engine"


class Version:
    """What the report says of the program, by the methods that it asks for."""

    def vendor_string(self) -> str:
        """Whose it is."""
        return "heatlite"

    def product_string(self) -> str:
        """What it is."""
        return SERVICE

    def version_string_with_package(self) -> str:
        """Which."""
        return heatlite.__version__


def answer_signals(conf: cfg.ConfigOpts) -> None:
    """Have SIGUSR2 answered in this process and in those that it forks.

    Call it from the main thread, once the configuration has been read; oslo.reports has its options on the global one.
    """
    from oslo_reports import guru_meditation_report, opts

    opts.set_defaults(conf)
    guru_meditation_report.TextGuruMeditation.setup_autorun(Version(), SERVICE, conf=conf)
