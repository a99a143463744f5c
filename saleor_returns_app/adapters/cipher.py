"""Encryption of app tokens at rest (port Cipher): Fernet, with a list of keys so that they can be changed."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from saleor_returns_app.errors import ConfigurationError


class FernetCipher:
    """`keys` are comma separated, newest first: the first encrypts, all decrypt."""

    def __init__(self, keys: str) -> None:
        """Raises ConfigurationError without a usable key."""
        listed = [key.strip() for key in keys.split(",") if key.strip()]
        if not listed:
            raise ConfigurationError("RETURNS_SECRET_KEYS is empty: it must hold at least one Fernet key.")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in listed])
        except ValueError as error:
            raise ConfigurationError(
                "RETURNS_SECRET_KEYS holds something that is no Fernet key (32 bytes, URL-safe base64)."
            ) from error

    def encrypt(self, clear: str) -> str:
        return self._fernet.encrypt(clear.encode()).decode()

    def decrypt(self, secret: str) -> str:
        """Raises ConfigurationError when the key that encrypted it is no longer listed."""
        try:
            return self._fernet.decrypt(secret.encode()).decode()
        except InvalidToken as error:
            raise ConfigurationError(
                "A stored app token cannot be read: the key it was encrypted with is missing from RETURNS_SECRET_KEYS."
            ) from error
