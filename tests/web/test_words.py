"""Words that staff read in place of what is stored."""

from __future__ import annotations

import pytest
from flask import Flask

from saleor_returns_app.web.dashboard.words import language_name


@pytest.mark.parametrize(
    ("tag", "name"), [("en", "English"), ("zh", "Chinese"), ("", ""), ("not-a-language", "not-a-language")]
)
def test_a_language_is_called_by_its_name(web: Flask, tag: str, name: str) -> None:
    with web.test_request_context():
        assert language_name(tag) == name
