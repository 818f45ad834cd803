"""What heatlite asks of oslo.messaging's driver without an operator's word."""

from __future__ import annotations

import pytest
from oslo_config import cfg

from heatlite.rpc import transport

URL = "rabbit://guest:guest@127.0.0.1:1/"
"""Nobody listens there: a transport connects to nothing before it is used."""


def interval_max(url: str, conf: cfg.ConfigOpts) -> int:
    made = transport.get(conf, url)
    return int(made._driver.conf.oslo_messaging_rabbit.rabbit_interval_max)


@pytest.fixture
def conf() -> cfg.ConfigOpts:
    """The global one, which oslo.messaging wants."""
    cfg.CONF([], default_config_files=[], default_config_dirs=[])
    return cfg.CONF


def test_a_broker_that_is_back_waits_for_no_client_longer_than_for_some_seconds(conf: cfg.ConfigOpts) -> None:
    assert interval_max(URL, conf) == transport.LONGEST_RECONNECT_PAUSE == 5


def test_an_operators_own_pause_stays(conf: cfg.ConfigOpts) -> None:
    assert interval_max(f"{URL}?rabbit_interval_max=17", conf) == 17
