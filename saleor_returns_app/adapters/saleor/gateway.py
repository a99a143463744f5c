"""Runs documents against shops: kept sessions, and each way it can fail turned into the errors the port promises."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import structlog
from gql import Client
from gql.client import SyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError, TransportServerError
from pydantic import ValidationError
from urllib3 import Retry

from saleor_returns_app.errors import SaleorDenied, SaleorRefused, SaleorUnavailable, SaleorUnclear, TokenDead
from saleor_returns_app.services.ports import ShopConnection

from . import refusals
from .addresses import AddressRules
from .answers import Answer
from .http import NEVER_AGAIN, TRY_AGAIN
from .operations import APP, Operation
from .transport import Call, NotSent, SaleorTransport

A = TypeVar("A", bound=Answer)
log = structlog.get_logger()

#: Seconds a read may take. A write waits for `saleor_timeout`: core itself waits 18 s for a payment app.
READ_SECONDS = 10.0
#: Shops whose connections stay open; the least recently used are closed beyond it.
KEPT_SHOPS = 256
_NOTE = "note"


class TokenRefused(Exception):
    """Saleor does not accept the token of a person (expired, foreign, signed out)."""


class Gateway:
    """Safe to share between threads. `token_died` hears of a shop whose app token is no longer known."""

    def __init__(
        self, *, rules: AddressRules, write_seconds: float, token_died: Callable[[ShopConnection], None] | None = None
    ) -> None:
        self._rules = rules
        self._write_seconds = write_seconds
        self._token_died = token_died
        self._lock = threading.Lock()
        self._sessions: OrderedDict[tuple[str, str], SyncClientSession] = OrderedDict()

    def read(self, shop: ShopConnection, operation: Operation[A], variables: Mapping[str, Any]) -> A:
        """Run a query. Retried by its transport."""
        try:
            data = self._execute(shop, operation, variables, token=shop.token)
        except TransportQueryError as error:
            self._raise_read_failure(shop, error)
        except TransportError as error:
            raise _unavailable(shop, operation, error) from error
        return _parse(operation, data)

    def read_as(self, shop: ShopConnection, operation: Operation[A], token: str) -> A:
        """Run a query without variables with a person's own token. Raises TokenRefused where Saleor refuses it."""
        try:
            data = self._execute(shop, operation, {}, token=token)
        except TransportQueryError as error:
            codes = refusals.codes_of(error.errors or [])
            if refusals.refuses_token(codes) or refusals.PERMISSION_DENIED in codes:
                raise TokenRefused from error
            raise SaleorUnavailable() from error
        except TransportError as error:
            raise _unavailable(shop, operation, error) from error
        return _parse(operation, data)

    def write(self, shop: ShopConnection, operation: Operation[A], variables: Mapping[str, Any]) -> A:
        """Run a mutation, once."""
        try:
            data = self._execute(shop, operation, variables, token=shop.token)
        except TransportQueryError as error:
            data = self._data_of_failed_write(shop, operation, error)
        except NotSent as error:
            raise _unavailable(shop, operation, error) from error
        except TransportServerError as error:
            # 4xx comes from something in front of Saleor that turned the request away; 408: it gave up waiting.
            if error.code is not None and error.code < 500 and error.code != 408:
                raise _unavailable(shop, operation, error) from error
            raise _unclear(shop, operation, error) from error
        except TransportError as error:
            raise _unclear(shop, operation, error) from error
        try:
            return operation.answer.model_validate(data)
        except ValidationError as error:
            raise _unclear(shop, operation, error) from error

    def _execute(
        self, shop: ShopConnection, operation: Operation[A], variables: Mapping[str, Any], *, token: str
    ) -> dict[str, Any]:
        session = self._session(shop.api_url, operation.document.kind)
        return session.execute(
            Call(operation.document, variables), extra_args={"headers": {"Authorization": f"Bearer {token}"}}
        )

    def _session(self, api_url: str, kind: str) -> SyncClientSession:
        key = (api_url, kind)
        with self._lock:
            session = self._sessions.get(key)
            if session is None:
                retries, seconds = self._manners(kind)
                transport = SaleorTransport(api_url, rules=self._rules, retries=retries, seconds=seconds)
                transport.connect()
                session = self._sessions[key] = SyncClientSession(Client(transport=transport))
            self._sessions.move_to_end(key)
            if len(self._sessions) > 2 * KEPT_SHOPS:
                _, oldest = self._sessions.popitem(last=False)
                oldest.transport.close()
        return session

    def _manners(self, kind: str) -> tuple[Retry, float]:
        if kind == "query":
            return TRY_AGAIN, min(READ_SECONDS, self._write_seconds)
        return NEVER_AGAIN, self._write_seconds

    def _raise_read_failure(self, shop: ShopConnection, error: TransportQueryError) -> NoReturn:
        errors = error.errors or []
        codes = refusals.codes_of(errors)
        self._raise_denial(shop, codes, refusals.message_of(errors), error)
        if (error.extensions or {}).get("invalid") or "GraphQLError" in codes or "QueryCostError" in codes:
            raise SaleorRefused(refusals.message_of(errors), codes=codes) from error
        raise SaleorUnavailable() from error

    def _data_of_failed_write(
        self, shop: ShopConnection, operation: Operation[A], error: TransportQueryError
    ) -> dict[str, Any]:
        errors = [*(error.errors or [])]
        notes = refusals.of_field(errors, _NOTE)
        rest = [item for item in errors if item not in notes]
        codes = refusals.codes_of(rest)
        if (error.extensions or {}).get("invalid"):
            # Saleor did not execute it: the document or the variables do not fit its schema.
            raise SaleorRefused(refusals.message_of(rest), codes=codes) from error
        if not rest and error.data:
            log.warning("saleor.note_failed", tenant=shop.tenant_id, reason=refusals.message_of(notes))
            return dict(error.data)
        self._raise_denial(shop, codes, refusals.message_of(rest), error)
        if "QueryCostError" in codes:
            raise SaleorRefused(refusals.message_of(rest), codes=codes) from error
        raise _unclear(shop, operation, error) from error

    def _raise_denial(self, shop: ShopConnection, codes: tuple[str, ...], reason: str, error: Exception) -> None:
        if refusals.refuses_token(codes):
            self._raise_token_dead(shop, error)
        if refusals.PERMISSION_DENIED in codes:
            # Core answers a token it does not know like one that lacks a permission: only `app` tells them apart.
            if not self.is_app_known(shop):
                self._raise_token_dead(shop, error)
            raise SaleorDenied(reason=reason) from error

    def is_app_known(self, shop: ShopConnection) -> bool:
        """Whether Saleor knows the app token. Raises SaleorUnavailable."""
        try:
            return self.read_as(shop, APP, shop.token).app is not None
        except TokenRefused:
            return False

    def _raise_token_dead(self, shop: ShopConnection, error: Exception) -> NoReturn:
        log.warning("saleor.token_dead", tenant=shop.tenant_id)
        if self._token_died is not None:
            self._token_died(shop)
        raise TokenDead() from error

    def close(self) -> None:
        with self._lock:
            while self._sessions:
                _, session = self._sessions.popitem()
                session.transport.close()


def _parse(operation: Operation[A], data: Mapping[str, Any]) -> A:
    try:
        return operation.answer.model_validate(data)
    except ValidationError as error:
        where = ", ".join(".".join(map(str, item["loc"])) for item in error.errors()[:5])
        raise SaleorRefused(
            f"the answer to {operation.document.name} cannot be read ({where})", codes=["UNREADABLE_ANSWER"]
        ) from error


def _unavailable(shop: ShopConnection, operation: Operation[A], error: Exception) -> SaleorUnavailable:
    log.warning("saleor.unavailable", tenant=shop.tenant_id, operation=operation.document.name, reason=str(error)[:300])
    return SaleorUnavailable()


def _unclear(shop: ShopConnection, operation: Operation[A], error: Exception) -> SaleorUnclear:
    log.error("saleor.unclear", tenant=shop.tenant_id, operation=operation.document.name, reason=str(error)[:300])
    return SaleorUnclear()
