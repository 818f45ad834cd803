"""Suppression of library warnings that a user of heatlite can't act on."""

from __future__ import annotations

import logging
import sys
import warnings


def about_eventlet() -> None:
    """Suppress the deprecation warnings that an import of eventlet emits, even if it isn't used."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    warnings.filterwarnings("ignore", message=r".*[Ee]ventlet", category=DeprecationWarning)


def without_eventlet() -> None:
    """Hide eventlet from a process with native threads, because libraries would import it, which takes long.

    An eventlet that is already imported stays.
    """
    sys.modules.setdefault("eventlet", None)  # type: ignore[arg-type]


def about_memory() -> None:
    """Suppress kombu's note that its memory transport is experimental. Within one process it does everything needed."""
    logging.getLogger("oslo.messaging._drivers.impl_rabbit").setLevel(logging.ERROR)
