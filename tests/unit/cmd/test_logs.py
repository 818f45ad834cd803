"""Logs: whoever writes a line needn't say what it is about."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from oslo_config import cfg
from oslo_log import formatters

from heatlite import tracing
from heatlite.cmd import logs

ABOUT = {"request_id": "req-1", "user_name": "ann", "project_id": "demo", "stack_name": "shop", "resource_name": "web"}


def written(formatter: logging.Formatter, *, level: int = logging.INFO, **about: str) -> str:
    """What a line becomes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(logs.tell_subject)
    logger = logging.Logger("somewhere", level)
    logger.addHandler(handler)
    with tracing.about(**about):
        logger.info("It is %s", "late")
    return stream.getvalue()


def text_formatter() -> logging.Formatter:
    conf = cfg.ConfigOpts()
    logs.register(conf)
    conf([], default_config_files=[], default_config_dirs=[])
    return formatters.ContextFormatter(config=conf, datefmt="%H")


def test_a_line_of_text_says_what_it_is_about() -> None:
    line = written(text_formatter(), **ABOUT)
    assert line.endswith("INFO somewhere [req-1 ann demo - - - -] [stack shop, resource web] It is late\n")


def test_a_line_about_nothing_is_as_it_was() -> None:
    assert written(text_formatter()).endswith("INFO somewhere [-] It is late\n")


def test_a_line_of_json_has_each_field() -> None:
    line = json.loads(written(formatters.JSONFormatter(), **ABOUT))
    assert {name: line["context"][name] for name in ABOUT} == ABOUT
    assert line["message"] == "It is late"


def test_a_line_whose_level_is_off_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask() -> Any:
        raise AssertionError("nobody reads it")

    monkeypatch.setattr(tracing, "subject", ask)
    assert written(text_formatter(), level=logging.WARNING) == ""


def test_what_is_said_within_holds_until_its_end_and_no_longer() -> None:
    def fail() -> None:
        with tracing.about(resource_name="web"):
            raise ValueError(tracing.subject())

    with tracing.about(stack_name="shop"):
        with pytest.raises(ValueError, match="stack shop, resource web"):
            fail()
        assert str(tracing.subject()) == "[stack shop] "
    assert tracing.subject() is tracing.NO_SUBJECT


class Refused(Exception):
    """An error of a class that oslo.log knows nothing of."""


@pytest.mark.parametrize("formatter", [text_formatter(), formatters.JSONFormatter()])
def test_a_line_that_is_written_while_an_error_is_handled_tells_nothing_of_it(formatter: logging.Formatter) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.OnlyWhatIsSaid(formatter))
    handler.addFilter(logs.tell_subject)
    logger = logging.Logger("somewhere")
    logger.addHandler(handler)
    try:
        raise Refused(f"hunter{2}")
    except Refused:
        logger.error("It can't be done")
        assert "hunter2" not in stream.getvalue()
        logger.exception("It can't be done")
    assert "hunter2" in stream.getvalue()
