from __future__ import annotations

import socket

import pytest

from saleor_returns_app.adapters.saleor.addresses import AddressRules, is_public, origin
from saleor_returns_app.errors import Forbidden, SaleorUnavailable


def resolving_to(*addresses: str) -> object:
    def resolve(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]

    return resolve


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
    ],
)
def test_private_addresses_in_every_disguise(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/graphql/",
        "ftp://shop.example/graphql/",
        "file:///etc/passwd",
        "https://user:password@shop.example/graphql/",
        "https://shop.example/graphql/?a=b",
        "https://shop.example/graphql/#x",
        "https:///graphql/",
        "https://shop.example:99999/graphql/",
        "https://[::1/graphql/",
        "https://shop.example/gra phql/",
        "https://shop.example/\n",
        "",
        "shop.example",
        "https://" + "a" * 600,
    ],
)
def test_url_that_is_no_api_is_prohibited(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("8.8.8.8"))
    with pytest.raises(Forbidden) as caught:
        AddressRules().check(url)
    assert caught.value.code == "SALEOR_URL_PROHIBITED"


def test_public_host_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("8.8.8.8"))
    AddressRules().check("https://shop.example/graphql/")


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("8.8.8.8", "10.0.0.1"))
    with pytest.raises(Forbidden):
        AddressRules().check("https://shop.example/graphql/")


@pytest.mark.parametrize("url", ["https://127.0.0.1/graphql/", "https://2130706433/graphql/", "https://[::1]/graphql/"])
def test_literal_private_address_is_prohibited(url: str) -> None:
    with pytest.raises(Forbidden):
        AddressRules().check(url)


def test_private_host_and_plain_http_are_allowed_on_request() -> None:
    AddressRules(allow_private_hosts=True).check("http://localhost:8000/graphql/")


def test_domain_pattern_must_match_the_whole_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("8.8.8.8"))
    rules = AddressRules(allowed_domains=r"https://[a-z0-9-]+\.saleor\.cloud/graphql/")
    rules.check("https://shop.saleor.cloud/graphql/")
    for url in (
        "https://shop.saleor.cloud.evil.example/graphql/",
        "https://evil.example/https://shop.saleor.cloud/graphql/",
    ):
        with pytest.raises(Forbidden):
            rules.check(url)


def test_unknown_host_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(SaleorUnavailable):
        AddressRules().check("https://shop.example/graphql/")


def test_origin_drops_the_path() -> None:
    assert origin("https://shop.example:8443/graphql/") == "https://shop.example:8443"
