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
    read_time_limit: float = 30
    """Seconds for a statement of a client's reading call. This option is heatlite's own."""
