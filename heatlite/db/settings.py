"""A database's settings as values. oslo.db's options of the same names explain them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The section ``[database]`` of the configuration, as values."""

    connection: str
    slave_connection: str | None = None
    max_pool_size: int = 10
    max_overflow: int = 20
    pool_timeout: float = 30
    connection_recycle_time: int = 3600
    max_retries: int = 10
    retry_interval: int = 1
    idle_in_transaction: int = 20
    """Seconds that a server waits for a transaction's next statement before it rolls the transaction back.

    Without it, an engine that hangs, or whose machine vanished, would keep its rows locked until the server gives up
    its connection: for hours. This is no option: it follows ``lease_seconds``.
    """
    read_time_limit: float = 30
    """Seconds for a statement of a client's reading call. This option is heatlite's own."""
