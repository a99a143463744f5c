"""A running Saleor as a world. It makes apps, a shopper and orders of its own, and takes the apps away at the end."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import requests

from saleor_returns_app.adapters.saleor.addresses import AddressRules
from saleor_returns_app.adapters.saleor.client import SaleorClient
from saleor_returns_app.domain.money import Money
from saleor_returns_app.domain.orders import Order
from saleor_returns_app.services.ports import ShopConnection

from . import live_orders
from .provider import SUBSCRIPTION, Provider
from .world import Kind, Mood, read

T = TypeVar("T")
API_URL = os.environ.get("SALEOR_LIVE_API_URL", "")
_EMAIL = os.environ.get("SALEOR_LIVE_STAFF_EMAIL", "admin@example.com")
_PASSWORD = os.environ.get("SALEOR_LIVE_STAFF_PASSWORD", "admin")
_SHOPPER = ("contract.shopper@example.com", "a-long-enough-password")


class Api:
    """GraphQL as people and other apps use it; mutations' errors fail the test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._logins: dict[str, tuple[str, float]] = {}

    def ask(self, query: str, variables: dict[str, Any] | None = None, *, token: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = self._session.post(
            self.url, json={"query": query, "variables": variables or {}}, headers=headers, timeout=60
        ).json()
        assert not answer.get("errors"), answer["errors"]
        (found,) = answer["data"].values()
        if isinstance(found, dict):
            assert not found.get("errors"), found["errors"]
        return found

    def log_in(self, email: str, password: str) -> str:
        """A session's token, kept for a while."""
        token, since = self._logins.get(email, ("", 0.0))
        if token and time.monotonic() - since < 120:
            return token
        for _ in range(20):
            try:
                token = self._log_in(email, password)
                break
            except AssertionError as error:
                if "LOGIN_ATTEMPT_DELAYED" not in str(error):
                    raise
                time.sleep(0.5)  # somebody else logs in from this address
        else:
            raise AssertionError(f"{email} is not let in: too many logins from this address")
        self._logins[email] = (token, time.monotonic())
        return token

    def _log_in(self, email: str, password: str) -> str:
        query = "mutation($e:String!,$p:String!){tokenCreate(email:$e,password:$p){token errors{field code message}}}"
        token: str = self.ask(query, {"e": email, "p": password})["token"]
        return token


class Live:
    def __init__(self) -> None:
        self.api = Api(API_URL)
        self.client = SaleorClient(rules=AddressRules(allow_private_hosts=True), write_seconds=25)
        self.provider = Provider()
        self._let_shoppers_register()
        self._apps: list[str] = []
        self._psp_id, self.psp_token = self._make_app("Contract payments", ["HANDLE_PAYMENTS"])
        self._cashbox_id, self.cashbox_token = self._make_app("Contract cash box", ["HANDLE_PAYMENTS"])
        self._listen(self._psp_id)
        self._app_id = self.install(self.provider.url("/manifest"))
        token = self.provider.app_token
        version = self.client.read_version(self._connection(token, ""))[0]
        self.shop = self._connection(token, version)
        self.orders = live_orders.Seeder(self.api, staff=self.staff, shopper=self.shopper_token)

    def _let_shoppers_register(self) -> None:
        """A fresh Saleor wants each new account confirmed by mail."""
        query = "mutation($i:ShopSettingsInput!){shopSettingsUpdate(input:$i){errors{field code message}}}"
        self.api.ask(query, {"i": {"enableAccountConfirmationByEmail": False}}, token=self.staff())

    def staff(self) -> str:
        return self.api.log_in(_EMAIL, _PASSWORD)

    def _connection(self, token: str, version: str) -> ShopConnection:
        return ShopConnection(tenant_id="live", api_url=API_URL, token=token, saleor_version=version)

    def _make_app(self, name: str, permissions: object) -> tuple[str, str]:
        query = """mutation($i:AppInput!){appCreate(input:$i){authToken app{id} errors{field code message}}}"""
        identifier = f"returns.contract.{uuid.uuid4().hex[:10]}"
        given = {"name": name, "identifier": identifier, "permissions": permissions}
        made = self.api.ask(query, {"i": given}, token=self.staff())
        self._apps.append(made["app"]["id"])
        return made["app"]["id"], made["authToken"]

    def _listen(self, app_id: str) -> None:
        query = "mutation($i:WebhookCreateInput!){webhookCreate(input:$i){webhook{id} errors{field code message}}}"
        wanted = {
            "name": "refunds",
            "targetUrl": self.provider.url("/refunds"),
            "app": app_id,
            "isActive": True,
            "syncEvents": ["TRANSACTION_REFUND_REQUESTED"],
            "query": SUBSCRIPTION,
        }
        self.api.ask(query, {"i": wanted}, token=self.staff())

    def order(self, kind: Kind = "plain") -> Order:
        payer = self.cashbox_token if kind == "no-webhook" else self.psp_token
        return read(self, self.orders.make(kind, payer=payer))

    def set_mood(self, mood: Mood) -> None:
        self.provider.mood = mood

    def report(self) -> None:
        query = """mutation($id:ID!,$psp:String!,$amount:PositiveDecimal!){transactionEventReport(
          id:$id,pspReference:$psp,type:REFUND_SUCCESS,amount:$amount){alreadyProcessed errors{field code message}}}"""
        while self.provider.waiting:
            transaction, reference, amount = self.provider.waiting.pop()
            told = {"id": transaction, "psp": reference, "amount": str(amount)}
            self.api.ask(query, told, token=self.psp_token)

    def app_with(self, *permissions: str) -> ShopConnection:
        return self._connection(self._make_app("Contract, limited", permissions)[1], self.shop.saleor_version)

    def shopper_token(self) -> str:
        email, password = _SHOPPER
        try:
            return self.api.log_in(email, password)
        except AssertionError:
            query = "mutation($i:AccountRegisterInput!){accountRegister(input:$i){errors{field code message}}}"
            given = {"email": email, "password": password, "channel": live_orders.CHANNEL, "languageCode": "EN"}
            self.api.ask(query, {"i": given})
        return self._until(lambda: self.api.log_in(email, password))

    def staff_token(self) -> str:
        found = self.api.ask("query($id:ID!){app(id:$id){accessToken}}", {"id": self._app_id}, token=self.staff())
        token: str = found["accessToken"]
        return token

    def problems(self) -> list[str]:
        query = "query($id:ID!){app(id:$id){problems(limit:100){message dismissed{by}}}}"
        found = self.api.ask(query, {"id": self._app_id}, token=self.staff())["problems"]
        return [problem["message"] for problem in found if not problem["dismissed"]]

    def install(self, manifest_url: str) -> str:
        query = """mutation($i:AppInstallInput!){appInstall(input:$i){appInstallation{id}
          errors{field code message permissions}}}"""
        manifest = requests.get(manifest_url, headers={"Saleor-Schema-Version": "3.23"}, timeout=20).json()
        wanted = {
            "appName": manifest["name"],
            "manifestUrl": manifest_url,
            "permissions": manifest["permissions"],
            "activateAfterInstallation": True,
        }
        installation = self.api.ask(query, {"i": wanted}, token=self.staff())["appInstallation"]["id"]

        def finished() -> str:
            running = self.api.ask("{appsInstallations{id status message}}", token=self.staff())
            mine = next((item for item in running if item["id"] == installation), None)
            if mine is None:
                return "done"
            failed = "" if mine["status"] == "PENDING" else str(mine["message"] or mine["status"])
            assert failed, "pending"
            return failed

        outcome = self._until(finished)
        if outcome != "done":
            remove = "mutation($id:ID!){appDeleteFailedInstallation(id:$id){errors{field code message}}}"
            self.api.ask(remove, {"id": installation}, token=self.staff())
            raise AssertionError(outcome)
        apps = self.api.ask("{apps(first:100){edges{node{id manifestUrl}}}}", token=self.staff())
        (app_id,) = [edge["node"]["id"] for edge in apps["edges"] if edge["node"]["manifestUrl"] == manifest_url]
        self._apps.append(app_id)
        return str(app_id)

    def uninstall(self, app_id: str) -> None:
        query = "mutation($id:ID!){appDelete(id:$id){errors{field code message}}}"
        self.api.ask(query, {"id": app_id}, token=self.staff())
        self._apps.remove(app_id)

    def activate(self, app_id: str) -> None:
        self.api.ask(
            "mutation($id:ID!){appActivate(id:$id){errors{field code message}}}", {"id": app_id}, token=self.staff()
        )

    def deactivate(self, app_id: str) -> None:
        self.api.ask(
            "mutation($id:ID!){appDeactivate(id:$id){errors{field code message}}}", {"id": app_id}, token=self.staff()
        )

    def touch(self, order: Order) -> None:
        self.client.add_note(self.shop, order.id, "touched")

    def digital_variant(self) -> str:
        return self.orders.digital_variant()

    def pay(self, order_id: str, amount: Money) -> None:
        self.orders.pay(order_id, amount, payer=self.psp_token)

    def ship(self, order_id: str) -> None:
        self.orders.send(order_id, self.staff())

    @staticmethod
    def _until(attempt: Callable[[], T], *, seconds: float = 60) -> T:
        until = time.monotonic() + seconds
        while True:
            try:
                return attempt()
            except AssertionError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.25)  # a live Saleor works at its own pace

    def close(self) -> None:
        for app_id in list(self._apps):
            self.uninstall(app_id)
        self.client.close()
        self.provider.close()
