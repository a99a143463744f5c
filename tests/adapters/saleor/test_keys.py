from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.keys import SaleorKeys
from saleor_returns_app.errors import Forbidden, SaleorUnavailable

from .script import Script, drip, raw


@pytest.fixture
def keys() -> Iterator[SaleorKeys]:
    keys = SaleorKeys(rules=AddressRules(allow_private_hosts=True))
    yield keys
    keys.close()


def test_keys_lie_at_the_origin(keys: SaleorKeys, saleor: Script) -> None:
    saleor.play(raw(200, json.dumps({"keys": [{"kid": "1"}]}).encode()))
    assert keys.fetch(saleor.api_url) == {"keys": [{"kid": "1"}]}
    assert saleor.seen[0].path == "/.well-known/jwks.json"


@pytest.mark.parametrize(
    "behaviour",
    [raw(404, b""), raw(200, b"<html>"), raw(200, b"[]"), raw(200, b'{"keys": []}'), raw(301, b""), drip],
)
def test_shop_without_usable_keys_is_unavailable(
    keys: SaleorKeys, saleor: Script, behaviour: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("saleor_returns_app.adapters.saleor.keys._SECONDS", 0.1)
    saleor.play(behaviour)  # type: ignore[arg-type]
    with pytest.raises(SaleorUnavailable):
        keys.fetch(saleor.api_url)


def test_keys_of_a_private_shop_are_not_fetched(saleor: Script) -> None:
    keys = SaleorKeys(rules=AddressRules())
    with pytest.raises(Forbidden):
        keys.fetch(saleor.api_url)
    assert saleor.connections == 0
    keys.close()
