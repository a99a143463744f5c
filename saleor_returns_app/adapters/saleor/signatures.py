"""Saleor's webhook signatures: detached JWS (RFC 7797), RS256, over the raw body. The legacy HMAC is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

_RS256 = JWSRegistry.algorithms["RS256"]
#: Characters of a part; an RSA key of 8,192 bits makes 1,366.
_LONGEST = 1_400


class Verdict(Enum):
    VALID = auto()
    FORGED = auto()
    #: Signed with a key that we do not have: a rotation, or a forgery.
    UNKNOWN_KEY = auto()


class SigningKeys:
    """The RSA keys of a JWKS document, parsed once."""

    def __init__(self, jwks: Mapping[str, Any]) -> None:
        self._keys: dict[str, RSAKey] = {}
        for item in jwks.get("keys", []):
            if isinstance(item, dict) and item.get("kty") == "RSA" and item.get("use", "sig") == "sig":
                try:
                    key = RSAKey.import_key(item)
                except (JoseError, ValueError, TypeError):
                    continue  # a key of a kind yet unknown does not spoil the others
                self._keys[str(item.get("kid", ""))] = key

    def key(self, kid: str) -> RSAKey | None:
        return self._keys.get(kid)

    def verify_detached(self, signature: str, body: bytes) -> Verdict:
        """Whether `signature`, the header `Saleor-Signature`, was made over exactly these bytes."""
        protected, _, rest = signature.partition(".")
        payload, dot, made = rest.partition(".")
        if payload or not dot or "." in made or len(made) > _LONGEST:
            return Verdict.FORGED
        kid = _key_id(protected)
        if kid is None:
            return Verdict.FORGED
        key = self._keys.get(kid)
        if key is None:
            return Verdict.UNKNOWN_KEY
        try:
            valid = _RS256.verify(protected.encode() + b"." + body, urlsafe_b64decode(made.encode()), key)
        except (JoseError, ValueError):
            return Verdict.FORGED
        return Verdict.VALID if valid else Verdict.FORGED


@lru_cache(maxsize=512)
def _key_id(protected: str) -> str | None:
    """The `kid` of a protected header, None when it is not the header of a detached RS256 signature.

    A shop sends the same header with each delivery, so it is read once. That is also why the parts are verified here and
    not by joserfc's `deserialize_compact`, which reads it each time and takes twice as long.
    """
    if len(protected) > _LONGEST:
        return None
    try:
        header = json.loads(urlsafe_b64decode(protected.encode()))
    except (ValueError, UnicodeError):
        return None
    if not isinstance(header, dict) or header.get("alg") != "RS256" or header.get("b64") is not False:
        return None
    if header.get("crit") != ["b64"]:
        return None
    return str(header.get("kid", ""))
