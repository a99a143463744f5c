"""Saleor's tokens of people (staff in the Dashboard, signed-in shoppers): RS256 JWTs signed by the shop.

Here is what both have in common; what kind of token a page takes and what its claims allow is decided there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from saleor_returns_app.adapters.saleor.signatures import SigningKeys
from saleor_returns_app.errors import NotSignedIn, RemoteError
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.context import Context
from saleor_returns_app.services.tenants import refetch_keys

#: A token with every permission of a Saleor has about 3,000 characters.
LONGEST_TOKEN = 12_000
_FORGED = "This sign-in is not valid in this shop. Please sign in again."
_EXPIRED = "Your session is over. Please reload the page or sign in again."


def read_claims(ctx: Context, tenant: Tenant, token: str, *, kind: str) -> dict[str, Any]:
    """The claims of a token that this tenant's shop signed, that has not expired and is of `kind` (`access`, `thirdparty`).

    A key that is not known yet is fetched, at most once a minute. Raises NotSignedIn; its code says what is wrong.
    """
    kid = _key_id(token)
    keys = signing_keys(tenant.jwks)
    if keys.key(kid) is None:
        try:
            newer = refetch_keys(ctx, tenant.id)
        except RemoteError:
            newer = None
        if newer is not None:
            keys = signing_keys(newer)
    key = keys.key(kid)
    if key is None:
        raise NotSignedIn(_FORGED, code="TOKEN_KEY")
    try:
        claims = jwt.decode(token, key, algorithms=["RS256"]).claims
    except (JoseError, ValueError) as error:
        raise NotSignedIn(_FORGED, code="TOKEN_SIGNATURE") from error
    if claims.get("iss") != tenant.api_url:
        raise NotSignedIn(_FORGED, code="TOKEN_ISSUER")
    if claims.get("type") != kind or claims.get("owner") != "saleor":
        raise NotSignedIn(_FORGED, code="TOKEN_TYPE")
    until = claims.get("exp")
    if not isinstance(until, int | float) or until <= ctx.now().timestamp():
        raise NotSignedIn(_EXPIRED, code="TOKEN_EXPIRED")
    return claims


def signing_keys(jwks: Mapping[str, Any]) -> SigningKeys:
    """The keys of a JWKS document; the same document is parsed once."""
    return _parsed(json.dumps(jwks, sort_keys=True))


@lru_cache(maxsize=512)
def _parsed(jwks: str) -> SigningKeys:
    return SigningKeys(json.loads(jwks))


def _key_id(token: str) -> str:
    """The `kid` that the token's header names. Raises NotSignedIn for any other algorithm than RS256."""
    head = token.partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(head.encode())) if len(token) <= LONGEST_TOKEN else None
    except (ValueError, RecursionError) as error:
        raise NotSignedIn(_FORGED, code="TOKEN_UNREADABLE") from error
    if not isinstance(header, dict):
        raise NotSignedIn(_FORGED, code="TOKEN_UNREADABLE")
    if header.get("alg") != "RS256":
        raise NotSignedIn(_FORGED, code="TOKEN_ALGORITHM")
    return str(header.get("kid", ""))
