"""Files in a folder, and what is said when a bucket cannot be reached."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from saleor_returns_app.adapters.storage.objects import ObjectStorage
from saleor_returns_app.errors import ConfigurationError, NotFound, StorageUnavailable

KEY = "tenant/2026-03-02/abc"


@pytest.fixture
def storage(tmp_path: Path) -> ObjectStorage:
    return ObjectStorage(f"file:{tmp_path / 'files'}")


def test_what_is_written_is_read_back_whole_and_in_parts(storage: ObjectStorage) -> None:
    data = bytes(range(256)) * 5000
    storage.write(KEY, io.BytesIO(data))
    assert b"".join(storage.read(KEY, start=0, end=len(data))) == data
    assert b"".join(storage.read(KEY, start=1000, end=1010)) == data[1000:1010]
    assert b"".join(storage.read(KEY, start=5, end=5)) == b""


def test_files_are_listed_by_tenant_and_day_and_deleted(storage: ObjectStorage, tmp_path: Path) -> None:
    for key in (KEY, "tenant/2026-03-03/def", "other/2026-03-02/ghi"):
        storage.write(key, io.BytesIO(b"x"))
    assert [found.key for found in storage.list_files("tenant/2026-03-02")] == [KEY]
    assert {found.key for found in storage.list_files("tenant")} == {KEY, "tenant/2026-03-03/def"}
    assert sorted(storage.list_folders()) == ["other", "tenant"]
    storage.delete(["tenant/2026-03-02/gone already", KEY])
    assert list(storage.list_files("tenant/2026-03-02")) == []
    with pytest.raises(NotFound):
        list(storage.read(KEY, start=0, end=1))


def test_the_folder_is_nobody_else_s(storage: ObjectStorage, tmp_path: Path) -> None:
    storage.check()
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0
    assert list((tmp_path / "files").rglob("*.*")) == []


@pytest.mark.parametrize("url", ["", "/data", "ftp://x/y", "https://example.com/files", "file:/proc/nowhere"])
def test_a_place_that_cannot_be_used_is_told(url: str) -> None:
    with pytest.raises(ConfigurationError):
        ObjectStorage(url).check()


def test_a_bucket_that_is_away_is_unavailable() -> None:
    options = '{"endpoint": "http://127.0.0.1:9", "allow_http": true, "access_key_id": "a", "secret_access_key": "b"}'
    with pytest.raises(StorageUnavailable):
        ObjectStorage("s3://bucket", options).write(KEY, io.BytesIO(b"x"))
