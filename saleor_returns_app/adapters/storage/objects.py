"""Files in a folder or in a bucket (S3 and compatible, Google, Azure), through obstore."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import obstore
from obstore.exceptions import BaseError, UnknownConfigurationKeyError
from obstore.store import LocalStore, from_url

from saleor_returns_app.errors import ConfigurationError, NotFound, StorageUnavailable
from saleor_returns_app.services.ports import StoredFile

FOLDER = "file:"
SCHEMES = ("s3", "gs", "az")
#: Options that belong to the connection; among those of the bucket the library would break down over them.
_CONNECTION = (
    "allow_http",
    "allow_invalid_certificates",
    "connect_timeout",
    "proxy_ca_certificate",
    "proxy_url",
    "timeout",
    "user_agent",
)
_PIECE = 256 * 1024
_MOST_DELETED = 500
_HOW = "Write file:/data/files, s3://bucket/folder, gs://bucket/folder or az://container/folder."


class ObjectStorage:
    """Implements `services.ports.Storage`. Opens nothing until it is used, so that a wrong address is found by `check`."""

    def __init__(self, url: str, options: str = "") -> None:
        self._url, self._options = url, options
        self._opened: Any = None

    def write(self, key: str, source: BinaryIO) -> None:
        with self._trouble():
            obstore.put(self._store(), key, source, mode="create" if self._is_folder else "overwrite")

    def read(self, key: str, *, start: int, end: int) -> Iterator[bytes]:
        if start >= end:
            return
        try:
            with self._trouble():
                pieces = obstore.get(self._store(), key, options={"range": (start, end)}).stream(min_chunk_size=_PIECE)
                for piece in pieces:
                    yield bytes(piece)
        except FileNotFoundError as gone:
            raise NotFound("This photo or video is no longer kept.", code="FILE_GONE") from gone

    def delete(self, keys: Iterable[str]) -> None:
        waiting = [key for key in keys if key]
        with self._trouble():
            for begin in range(0, len(waiting), _MOST_DELETED):
                self._delete(waiting[begin : begin + _MOST_DELETED])

    def _delete(self, keys: list[str]) -> None:
        if not self._is_folder:
            obstore.delete(self._store(), keys)
            return
        for key in keys:  # a folder complains of what is gone, and would leave the rest
            try:
                obstore.delete(self._store(), key)
            except FileNotFoundError:
                continue

    def list_files(self, prefix: str) -> Iterator[StoredFile]:
        with self._trouble():
            for batch in obstore.list(self._store(), f"{prefix}/"):
                for found in batch:
                    yield StoredFile(key=found["path"], stored_at=found["last_modified"])

    def list_folders(self) -> list[str]:
        with self._trouble():
            return [str(prefix) for prefix in obstore.list_with_delimiter(self._store())["common_prefixes"]]

    def check(self) -> None:
        key, said = f"check/{secrets.token_hex(8)}", b"may be deleted"
        self.write(key, BytesIO(said))
        read = b"".join(self.read(key, start=0, end=len(said)))
        self.delete([key])
        if read != said:
            raise StorageUnavailable("what was written was not read back")

    @property
    def _is_folder(self) -> bool:
        return self._url.startswith(FOLDER)

    def _store(self) -> Any:
        if self._opened is None:
            self._opened = _open(self._url, self._options)
        return self._opened

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, ConfigurationError):
            raise
        except (BaseError, OSError) as error:
            raise StorageUnavailable from error


def read_place(url: str, options: str) -> dict[str, Any]:
    """The options, once address and options can be meant; a folder is made. Raises ConfigurationError that says what to write.

    It does not touch the library, whose threads would not survive the fork of a web process.
    """
    if url.startswith(FOLDER):
        _or_say(lambda: _folder(url))
        return {}
    if url.partition("://")[0] not in SCHEMES:
        raise ConfigurationError(f"is no place to keep files. {_HOW}")
    try:
        given = json.loads(options or "{}")
    except ValueError as error:
        raise ConfigurationError("the options are no JSON object.") from error
    if not isinstance(given, dict):
        raise ConfigurationError("the options are no JSON object.")
    return given


def _open(url: str, options: str) -> Any:
    """Raises ConfigurationError; secrets are not repeated."""
    given = read_place(url, options)
    if url.startswith(FOLDER):
        return _or_say(lambda: LocalStore(_folder(url), automatic_cleanup=True))
    # The library takes what belongs to the connection apart from what belongs to the bucket.
    connection = {name: given.pop(name) for name in _CONNECTION if name in given}
    known: Any = {name: str(value) for name, value in given.items()}
    client: Any = {"timeout": "60s", "connect_timeout": "5s", **connection}
    return _or_say(lambda: from_url(url, config=known, client_options=client, retry_config={"max_retries": 3}))


def _folder(url: str) -> Path:
    name = url.removeprefix(FOLDER)
    # `file:///data` is meant as an address, `file:data` as a folder beside the process.
    path = Path("/" + name.lstrip("/") if name.startswith("//") else name).resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def _or_say(opening: Callable[[], Any]) -> Any:
    try:
        return opening()
    except UnknownConfigurationKeyError as error:
        raise ConfigurationError(str(error).partition("\n")[0]) from error
    except (BaseError, OSError, ValueError) as error:
        raise ConfigurationError(f"cannot be opened: {str(error).partition(chr(10))[0]}") from error
