"""The shop's RSA key: JWTs for people, detached signatures for webhooks, and the JWKS that checks both."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import RSAKey

from demo.clock import real_now


class ForeignSignature(Exception):
    """The token was signed by someone else."""


class ExpiredToken(Exception):
    """The token was ours and is over."""


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Keys:
    """One key pair at a time, as Saleor has; `rotate` replaces it and tokens signed before stop being believed."""

    def __init__(self, pem: bytes | None = None, *, now: Callable[[], datetime] = real_now) -> None:
        self._now = now
        private = serialization.load_pem_private_key(pem, None) if pem else rsa.generate_private_key(65537, 2048)
        self._use(private)

    def _use(self, private: Any) -> None:
        self._private: rsa.RSAPrivateKey = private
        self.pem: bytes = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._key = RSAKey.import_key(self.pem)
        self.kid = self._key.thumbprint()
        header = {"alg": "RS256", "b64": False, "crit": ["b64"], "kid": self.kid, "typ": "JWT"}
        self._detached = _base64url(json.dumps(header, separators=(",", ":")).encode())

    def rotate(self) -> None:
        self._use(rsa.generate_private_key(65537, 2048))

    def jwks(self) -> dict[str, Any]:
        public = self._key.as_dict(private=False)
        own = {"key_ops": ["verify"], "use": "sig", "kid": self.kid, "alg": "RS256"}
        return {"keys": [{"kty": "RSA", "n": public["n"], "e": public["e"], **own}]}

    def sign(self, body: bytes) -> str:
        """A detached JWS (RFC 7797) over the raw body: `header..signature`."""
        signed = self._private.sign(self._detached.encode() + b"." + body, padding.PKCS1v15(), hashes.SHA256())
        return f"{self._detached}..{_base64url(signed)}"

    def encode(self, claims: dict[str, Any], *, seconds: float) -> str:
        """A JWT of these claims, issued now."""
        now = int(self._now().timestamp())
        header = {"alg": "RS256", "kid": self.kid, "typ": "JWT"}
        return jwt.encode(header, {"iat": now, "exp": now + int(seconds), **claims}, self._key, algorithms=["RS256"])

    def decode(self, token: str) -> dict[str, Any]:
        """The claims of a JWT of ours. Raises ForeignSignature or ExpiredToken."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["RS256"]).claims
        except BadSignatureError:
            raise ForeignSignature from None
        except (JoseError, ValueError) as error:
            raise ForeignSignature(str(error)) from error
        if claims.get("exp", 0) < self._now().timestamp():
            raise ExpiredToken
        return dict(claims)


def unverified(token: str) -> dict[str, Any] | None:
    """The claims as they stand, or None when this is no JWT; only to see whose it claims to be."""
    try:
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return None
    return claims if isinstance(claims, dict) else None
