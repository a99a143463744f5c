from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
import requests

from saleor_returns_app.adapters.saleor import http
from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.http import (
    NEVER_AGAIN,
    AnswerTooLarge,
    AnswerTooSlow,
    open_session,
    read_bounded,
)
from saleor_returns_app.errors import Forbidden

from .script import Script, drip, raw


@pytest.fixture
def session() -> Iterator[requests.Session]:
    session = open_session(rules=AddressRules(allow_private_hosts=True), retries=NEVER_AGAIN)
    yield session
    session.close()


def test_name_that_turns_private_after_the_check_is_not_connected_to(
    saleor: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["8.8.8.8", "127.0.0.1"])

    def rebinding(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), saleor.server_port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    AddressRules().check(f"https://shop.example:{saleor.server_port}/graphql/")
    session = open_session(rules=AddressRules(), retries=NEVER_AGAIN)
    with pytest.raises(Forbidden):
        session.get(f"http://shop.example:{saleor.server_port}/", timeout=1)
    session.close()
    assert saleor.connections == 0


def test_connection_goes_to_the_address_that_was_checked(saleor: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    saleor.play(raw(200, b"{}"))
    monkeypatch.setattr(http, "resolve_public", lambda _host, _port: ("127.0.0.1",))
    session = open_session(rules=AddressRules(), retries=NEVER_AGAIN)
    assert session.get(f"http://shop.example:{saleor.server_port}/", timeout=1).status_code == 200
    assert saleor.seen[0].headers["Host"] == f"shop.example:{saleor.server_port}"
    session.close()


def test_redirect_is_not_followed(saleor: Script, session: requests.Session) -> None:
    saleor.play(lambda handler: handler.answer(302, b"", location="http://127.0.0.1:1/"))
    response = session.get(saleor.api_url, timeout=1)
    assert response.status_code == 302
    assert len(saleor.seen) == 1


def test_large_answer_is_cut_off(saleor: Script, session: requests.Session) -> None:
    saleor.play(raw(200, b"x" * 200_000))
    response = session.get(saleor.api_url, stream=True, timeout=1)
    with pytest.raises(AnswerTooLarge):
        read_bounded(response, seconds=5, limit=100_000)


def test_dripping_answer_is_cut_off(saleor: Script, session: requests.Session) -> None:
    saleor.play(drip)
    response = session.get(saleor.api_url, stream=True, timeout=1)
    with pytest.raises(AnswerTooSlow):
        read_bounded(response, seconds=0.1)


def test_proxies_of_the_environment_are_not_used(
    saleor: Script, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    saleor.play(raw(200, b"{}"))
    assert session.get(saleor.api_url, timeout=1).status_code == 200
