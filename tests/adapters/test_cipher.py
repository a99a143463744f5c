from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from saleor_returns_app.adapters.cipher import FernetCipher
from saleor_returns_app.errors import ConfigurationError

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_new_key_in_front_encrypts_and_the_old_one_still_decrypts() -> None:
    before = FernetCipher(OLD).encrypt("token")
    rotated = FernetCipher(f"{NEW}, {OLD}")
    assert rotated.decrypt(before) == "token"
    assert FernetCipher(NEW).decrypt(rotated.encrypt("token")) == "token"


def test_secret_of_a_key_that_was_removed_names_the_setting() -> None:
    with pytest.raises(ConfigurationError, match="RETURNS_SECRET_KEYS"):
        FernetCipher(NEW).decrypt(FernetCipher(OLD).encrypt("token"))


@pytest.mark.parametrize("keys", ["", " , ", "short", f"{OLD},nonsense"], ids=["none", "blank", "short", "second"])
def test_keys_that_cannot_be_used_name_the_setting_and_not_the_key(keys: str) -> None:
    with pytest.raises(ConfigurationError, match="RETURNS_SECRET_KEYS") as caught:
        FernetCipher(keys)
    assert OLD not in str(caught.value)
