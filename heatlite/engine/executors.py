"""Pools of threads, native or green, whichever the process runs on."""

from __future__ import annotations

import concurrent.futures

from oslo_service import backend


def pool(threads: int) -> concurrent.futures.Executor:
    """An executor with at most so many threads of the kind that this process uses.

    Native ones are the standard library's, which end as soon as they are told to: futurist's find out once a second.
    """
    if backend.get_backend_type() is backend.BackendType.EVENTLET:
        import futurist

        return futurist.GreenThreadPoolExecutor(max_workers=threads)
    return concurrent.futures.ThreadPoolExecutor(max_workers=threads)
