"""Pools of threads, native or green, whichever the process runs on."""

from __future__ import annotations

import concurrent.futures

import futurist
from oslo_service import backend


def pool(threads: int) -> concurrent.futures.Executor:
    """An executor with at most so many threads of the kind that this process uses."""
    if backend.get_backend_type() is backend.BackendType.EVENTLET:
        return futurist.GreenThreadPoolExecutor(max_workers=threads)
    return futurist.ThreadPoolExecutor(max_workers=threads)
