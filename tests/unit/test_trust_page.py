"""The page on security shows the trust boundary as the code has it."""

from __future__ import annotations

from tests import trust_page


def test_the_page_has_the_tables_of_the_code() -> None:
    """Where it hasn't: python -m tests.trust_page"""
    assert trust_page.shown() == trust_page.rendered().strip()
