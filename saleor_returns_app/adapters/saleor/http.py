"""HTTP sessions to shops: guarded addresses, no redirects, no cookies, bounded answers, fresh connections."""

from __future__ import annotations

import time
from http.cookiejar import DefaultCookiePolicy
from socket import socket
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from .addresses import AddressRules, resolve_public

#: Seconds after which a kept connection is not used again. Servers close idle ones (uvicorn after 5 s, gunicorn after
#: 2 s), and a write that meets such a close has an unclear end although nothing happened.
IDLE_SECONDS = 1.5
CONNECT_SECONDS = 3.0
#: A large order is some 100 kB; an answer beyond this is not one of ours.
MAX_ANSWER_BYTES = 8_000_000

NEVER_AGAIN = Retry(total=0, connect=0, read=False, redirect=False, status=0, other=0)
#: Reads only. A read time-out is tried once more, everything else twice.
TRY_AGAIN = Retry(
    total=2,
    connect=2,
    read=1,
    status=2,
    redirect=False,
    allowed_methods=None,
    status_forcelist=(429, 500, 502, 503, 504),
    backoff_factor=0.1,
    backoff_jitter=0.1,
    respect_retry_after_header=False,
    raise_on_status=False,
)


class AnswerTooLarge(Exception):
    """The answer exceeds what is read."""


class AnswerTooSlow(Exception):
    """The answer trickles in beyond the time allowed."""


class _PublicOnly:
    """Mixin of a connection: looks the host up, refuses private addresses, connects to an address it has checked."""

    host: str
    port: int
    _dns_host: str

    def _new_conn(self) -> socket:
        failure: Exception = NewConnectionError(self, "no address")  # type: ignore[arg-type]
        for address in resolve_public(self.host, self.port):
            self._dns_host = address
            try:
                connected: socket = super()._new_conn()  # type: ignore[misc]
            except (NewConnectionError, ConnectTimeoutError, NameResolutionError) as error:
                failure = error
            else:
                return connected
        raise failure


class _PublicHTTPConnection(_PublicOnly, HTTPConnection):
    pass


class _PublicHTTPSConnection(_PublicOnly, HTTPSConnection):
    pass


class _Fresh:
    """Mixin of a connection pool: a connection that lay idle too long is opened anew."""

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.idle_since = time.monotonic()
        super()._put_conn(conn)  # type: ignore[misc]

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout)  # type: ignore[misc]
        if time.monotonic() - getattr(conn, "idle_since", time.monotonic()) > IDLE_SECONDS:
            conn.close()
        return conn


class _FreshHTTPPool(_Fresh, HTTPConnectionPool):
    pass


class _FreshHTTPSPool(_Fresh, HTTPSConnectionPool):
    pass


class _PublicHTTPPool(_FreshHTTPPool):
    ConnectionCls = _PublicHTTPConnection


class _PublicHTTPSPool(_FreshHTTPSPool):
    ConnectionCls = _PublicHTTPSConnection


class _AnyAdapter(HTTPAdapter):
    pools: ClassVar[dict[str, type[HTTPConnectionPool]]] = {"http": _FreshHTTPPool, "https": _FreshHTTPSPool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools


class _PublicAdapter(_AnyAdapter):
    pools: ClassVar[dict[str, type[HTTPConnectionPool]]] = {"http": _PublicHTTPPool, "https": _PublicHTTPSPool}


class _NoRedirects(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        """Nothing redirects: a guarded address could lead to any other, and a POST would be sent twice."""
        return


def open_session(*, rules: AddressRules, retries: Retry, connections: int = 32) -> requests.Session:
    """A session to keep open, safe to share between threads.

    Proxies, netrc and CA bundles of the environment are not used: a proxy would look hosts up behind the guard's back.
    """
    session = _NoRedirects()
    session.trust_env = False
    # An answer to one person must never sign in the next one.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter_class = _AnyAdapter if rules.allow_private_hosts else _PublicAdapter
    adapter = adapter_class(pool_connections=4, pool_maxsize=connections, max_retries=retries)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def read_bounded(response: requests.Response, *, seconds: float, limit: int = MAX_ANSWER_BYTES) -> bytes:
    """The whole body, or AnswerTooLarge, or AnswerTooSlow when it takes more than `seconds` altogether.

    The time-out of a socket counts from byte to byte, so a server that drips could hold a thread for ever.
    """
    until = time.monotonic() + seconds
    parts: list[bytes] = []
    size = 0
    while part := response.raw.read1(65_536, decode_content=True):
        size += len(part)
        parts.append(part)
        if size > limit:
            response.close()
            raise AnswerTooLarge(f"more than {limit} bytes")
        if time.monotonic() > until:
            response.close()
            raise AnswerTooSlow(f"no complete answer in {seconds} s")
    response.raw.release_conn()
    return b"".join(parts)
