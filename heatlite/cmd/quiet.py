"""What libraries say to their developers, and a user of heatlite can do nothing about."""

from __future__ import annotations

import logging
import sys
import warnings


def about_eventlet() -> None:
    """Importing it warns that it is deprecated, whether it is used or not; heatlite's default is native threads."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    warnings.filterwarnings("ignore", message=r".*[Ee]ventlet", category=DeprecationWarning)


def without_eventlet() -> None:
    """Let a process of native threads believe that it isn't installed: what can import it does, and that takes long.

    Where something has imported it already, it stays.
    """
    sys.modules.setdefault("eventlet", None)  # type: ignore[arg-type]


def about_memory() -> None:
    """oslo.messaging calls kombu's memory transport experimental; within one process it does all that is asked."""
    logging.getLogger("oslo.messaging._drivers.impl_rabbit").setLevel(logging.ERROR)
