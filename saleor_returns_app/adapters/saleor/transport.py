"""gql over requests, with the document serialised beforehand and failures told apart by one question: was it sent?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import requests
from gql import GraphQLRequest
from gql.transport.exceptions import (
    TransportConnectionFailed,
    TransportError,
    TransportProtocolError,
    TransportServerError,
)
from gql.transport.requests import RequestsHTTPTransport
from requests.exceptions import ConnectTimeout
from urllib3 import Retry
from urllib3.exceptions import HTTPError, MaxRetryError, NameResolutionError, NewConnectionError

from graphql import ExecutionResult

from .addresses import AddressRules
from .documents import Document
from .http import CONNECT_SECONDS, AnswerTooLarge, AnswerTooSlow, open_session, read_bounded


class NotSent(TransportConnectionFailed):
    """No connection came about: the request never left, so nothing was carried out."""


class NoAnswer(TransportConnectionFailed):
    """The request left, or may have, and no whole answer came back."""


class Call(GraphQLRequest):
    """One use of a document."""

    def __init__(self, document: Document, variables: Mapping[str, Any]) -> None:
        super().__init__(document.node, variable_values=dict(variables), operation_name=document.name)
        self.body = document.body(variables)


def _never_connected(error: requests.RequestException) -> bool:
    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    # A certificate that is refused ends the handshake; other TLS errors may come while the answer is read.
    return isinstance(reason, (NewConnectionError, NameResolutionError)) or (
        isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)
    )


class SaleorTransport(RequestsHTTPTransport):
    """One kept session to one API URL. `seconds` bound a whole answer, and each wait within it."""

    def __init__(self, api_url: str, *, rules: AddressRules, retries: Retry, seconds: float) -> None:
        super().__init__(api_url)
        self._rules = rules
        self._retry = retries
        self._seconds = seconds

    def connect(self) -> None:
        self.session = open_session(rules=self._rules, retries=self._retry)
        self.session.headers.update(
            {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "saleor-returns-app"}
        )

    def execute(
        self,
        request: GraphQLRequest,
        timeout: int | None = None,  # noqa: ARG002 gql's signature; ours are in `_seconds`
        extra_args: dict[str, Any] | None = None,
        upload_files: bool = False,  # noqa: ARG002, FBT001, FBT002
    ) -> ExecutionResult:
        if self.session is None or not isinstance(request, Call):
            raise TransportError("not connected, or not a Call")
        try:
            response = self.session.post(
                self.url,
                data=request.body,
                timeout=(CONNECT_SECONDS, self._seconds),
                allow_redirects=False,
                stream=True,
                **(extra_args or {}),
            )
        except requests.RequestException as error:
            raise (NotSent if _never_connected(error) else NoAnswer)(str(error)) from error
        try:
            body = read_bounded(response, seconds=self._seconds)
        except (HTTPError, OSError, AnswerTooLarge, AnswerTooSlow) as error:
            response.close()
            raise NoAnswer(str(error)) from error
        return _result(response.status_code, body)


def _result(status: int, body: bytes) -> ExecutionResult:
    # Saleor answers 200, or 400 for a request that it did not execute. Anything else comes from something in between.
    if status not in (200, 400):
        raise TransportServerError(f"HTTP status {status}", status)
    try:
        answer = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise TransportProtocolError(f"HTTP status {status} without JSON") from error
    if not isinstance(answer, dict) or not (isinstance(answer.get("data"), dict) or answer.get("errors")):
        raise TransportProtocolError(f"HTTP status {status} without a GraphQL answer")
    return ExecutionResult(
        data=answer.get("data"), errors=answer.get("errors"), extensions={"invalid": "data" not in answer}
    )
