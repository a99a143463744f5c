"""The address that Saleor delivers to, in front of Flask: under load half of a delivery's time would be Flask's.

Saleor takes 2xx for delivered, never sends again after 3xx and 4xx, and tries again after 5xx. So what is wrong with
a delivery is answered with 4xx, what is wrong with us with 5xx, and 2xx only when the delivery is committed. The work
that it asks for is a job's.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from prometheus_client import Counter

from .receiving import Receiver, Refused

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger()
DELIVERIES = Counter("returns_webhook_deliveries_total", "Webhook deliveries by outcome.", ["outcome"])
_TAKEN = DELIVERIES.labels("taken")


class Door:
    """WSGI: answers `POST` at `path`, passes everything else on."""

    def __init__(self, app: WSGIApplication, receiver: Receiver, *, path: str, max_body_bytes: int) -> None:
        self._app = app
        self._receiver = receiver
        self._path = path
        self._max_body_bytes = max_body_bytes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != self._path:
            return self._app(environ, start_response)
        if environ["REQUEST_METHOD"] != "POST":
            return _answer(start_response, 405, "WRONG_METHOD")
        try:
            self._receive(environ)
        except Refused as refused:
            log.warning("webhook.refused", code=refused.code, status=refused.status)
            return _answer(start_response, refused.status, refused.code)
        except Exception:
            # Ours, and hopefully passing: Saleor sends it again.
            log.exception("webhook.failed")
            return _answer(start_response, 503, "TRY_AGAIN")
        _TAKEN.inc()
        start_response("200 OK", [("Content-Length", "0")])
        return ()

    def _receive(self, environ: WSGIEnvironment) -> None:
        api_url = environ.get("HTTP_SALEOR_API_URL", "")
        event = environ.get("HTTP_SALEOR_EVENT", "")
        signature = environ.get("HTTP_SALEOR_SIGNATURE", "")
        self._receiver.check_headers(api_url, event, signature)
        self._receiver.receive(api_url=api_url, event=event, signature=signature, body=self._read(environ))

    def _read(self, environ: WSGIEnvironment) -> bytes:
        """The body. One that is too large, or longer or shorter than it says, is refused."""
        stated = environ.get("CONTENT_LENGTH")
        if stated:
            length = int(stated) if stated.isdecimal() else -1
            if length < 0:
                raise Refused(400, "WRONG_CONTENT_LENGTH")
        elif environ.get("wsgi.input_terminated"):  # chunked: its end is known, its length is not
            length = self._max_body_bytes + 1
        else:
            length = 0
        if length > self._max_body_bytes and stated:
            raise Refused(413, "TOO_LARGE")
        body: bytes = environ["wsgi.input"].read(length)
        if len(body) > self._max_body_bytes:
            raise Refused(413, "TOO_LARGE")
        if stated and len(body) != length:
            raise Refused(400, "INCOMPLETE_BODY")
        return body


def _answer(start_response: StartResponse, status: int, code: str) -> Iterable[bytes]:
    DELIVERIES.labels(code.lower()).inc()
    body = f'{{"error":{{"code":"{code}"}}}}'.encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if status == 405:
        headers.append(("Allow", "POST"))
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return (body,)
