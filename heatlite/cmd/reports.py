"""Reports: on SIGUSR2 a daemon's process reports the position of each of its threads, and its configuration.

The report goes to stderr, or to a file in ``[oslo_reports] log_dir``. Values of secret options are left out.
"""

from __future__ import annotations

from oslo_config import cfg

import heatlite

SERVICE = "heatlite-engine"


class Version:
    """The report's information about the program, with the methods that oslo.reports calls."""

    def vendor_string(self) -> str:
        """Return the vendor."""
        return "heatlite"

    def product_string(self) -> str:
        """Return the product."""
        return SERVICE

    def version_string_with_package(self) -> str:
        """Return the version."""
        return heatlite.__version__


def answer_signals(conf: cfg.ConfigOpts) -> None:
    """Answer SIGUSR2 in this process and in those that it forks.

    Call it from the main thread, after the configuration is read. oslo.reports has its options on the global
    configuration.
    """
    from oslo_reports import guru_meditation_report, opts

    opts.set_defaults(conf)
    guru_meditation_report.TextGuruMeditation.setup_autorun(Version(), SERVICE, conf=conf)
