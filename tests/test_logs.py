"""Logs carry ids, never a secret or an e-mail address."""

from __future__ import annotations

from saleor_returns_app.logs import scrub


def test_addresses_and_tokens_are_taken_out_of_whatever_is_logged() -> None:
    event = scrub(None, "info", {"event": "mail to rita.r+x@example.co.uk", "auth": "Bearer abc.def", "n": 3})
    assert event == {"event": "mail to [email]", "auth": "[token]", "n": 3}


def test_a_jwt_in_a_traceback_is_taken_out() -> None:
    event = scrub(None, "error", {"exception": "token=eyJhbGciOi.eyJpc3MiOi.c2ln raised"})
    assert event["exception"] == "token=[token] raised"
