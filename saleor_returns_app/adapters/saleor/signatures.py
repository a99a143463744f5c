"""Saleor's webhook signatures: detached JWS (RFC 7797), RS256, over the raw body. The legacy HMAC is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from joserfc.util import urlsafe_b64decode


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
        protected, dot, rest = signature.partition(".")
        # A payload of its own would be what is verified, in place of the body.
        if not dot or not rest.startswith("."):
            return Verdict.FORGED
        kid = _key_id(protected)
        if kid is None:
            return Verdict.FORGED
        key = self._keys.get(kid)
        if key is None:
            return Verdict.UNKNOWN_KEY
        try:
            jws.deserialize_compact(signature, key, algorithms=["RS256"], payload=body)
        except (JoseError, ValueError):
            return Verdict.FORGED
        return Verdict.VALID


@lru_cache(maxsize=512)
def _key_id(protected: str) -> str | None:
    """The `kid` of a protected header, None when it is not the header of a detached RS256 signature. A shop sends the
    same header with each delivery, so it is read once."""
    if len(protected) > 1000:
        return None
    try:
        header = json.loads(urlsafe_b64decode(protected.encode()))
    except (ValueError, UnicodeError):
        return None
    if not isinstance(header, dict) or header.get("alg") != "RS256" or header.get("b64") is not False:
        return None
    return str(header.get("kid", ""))
