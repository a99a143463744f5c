"""Amounts within a sentence are written like amounts beside it."""

from __future__ import annotations

import pytest
from flask import Flask

from saleor_returns_app.errors import Conflict
from saleor_returns_app.web.errors import said
from saleor_returns_app.web.labels import say
from saleor_returns_app.web.portal.typed import Said

TEXT = "The refund changed to %(total)s since you saw it. Read it again before you approve."


@pytest.mark.parametrize(
    ("language", "kept", "written"),
    [
        ("en", "1066.19 USD", "$1,066.19"),
        ("en", "-3.50 EUR", "-€3.50"),
        ("en", "700 JPY", "¥700"),
        ("zh", "66.19 USD", "US$66.19"),
    ],
)
def test_an_amount_in_a_text_is_written_as_the_reader_writes_it(
    web: Flask, language: str, kept: str, written: str
) -> None:
    with web.test_request_context(headers={"Accept-Language": language}):
        sentences = (
            say(TEXT, {"total": kept}),
            said(Conflict(TEXT, code="X", total=kept)),
            str(Said(TEXT, {"total": kept})),
        )
        for sentence in sentences:
            assert written in sentence
            assert kept.split()[1] + " " not in sentence


def test_a_name_that_reads_like_an_amount_and_a_plain_number_stay(web: Flask) -> None:
    with web.test_request_context():
        assert say("%(item)s", {"item": "50 USD"}) == "50 USD"
        assert say("%(total)s", {"total": 12}) == "12"
        assert say("%(amount)s", {"amount": "some"}) == "some"
