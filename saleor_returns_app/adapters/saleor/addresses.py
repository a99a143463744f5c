"""Which addresses the app may call: the one guard against being sent into a private network.

A Saleor API URL comes from whoever calls the install endpoint, unsigned. It is therefore checked when it arrives
(`AddressRules.check`) and again at every connection, on the very address that is connected to (`http.py` beside this):
a name that resolves to something else a moment later gains nothing. Redirects are followed nowhere.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from saleor_returns_app.errors import Forbidden, SaleorUnavailable

_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public internet; addresses that carry an IPv4 one are judged by it."""
    found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is None and found in _NAT64:
            inner = IPv4Address(int(found) & 0xFFFFFFFF)
        found = inner or found
    return found.is_global and not found.is_multicast


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a host, in the resolver's order. Raises SaleorUnavailable."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SaleorUnavailable("The address %(host)s cannot be resolved.", host=host) from error
    return tuple(dict.fromkeys(str(item[4][0]) for item in found))


def resolve_public(host: str, port: int) -> tuple[str, ...]:
    """As `resolve`, but Forbidden (SALEOR_URL_PROHIBITED) unless every address is public."""
    addresses = resolve(host, port)
    if not all(is_public(address) for address in addresses):
        raise prohibited("The host %(host)s lies in a private network.", host=host)
    return addresses


def prohibited(text: str, **params: str) -> Forbidden:
    return Forbidden(text, code="SALEOR_URL_PROHIBITED", **params)


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True)
class AddressRules:
    """The operator's rules. `allow_private_hosts` also allows plain http. `allowed_domains` is a regular expression
    that must match a whole API URL (`https://[a-z0-9-]+\\.saleor\\.cloud/graphql/`), empty for any."""

    allow_private_hosts: bool = False
    allowed_domains: str = ""

    @cached_property
    def _allowed(self) -> re.Pattern[str]:
        return re.compile(self.allowed_domains)

    def check(self, api_url: str) -> None:
        """Raise Forbidden (SALEOR_URL_PROHIBITED) for a URL not to be called, SaleorUnavailable for an unknown host."""
        try:
            parts = urlsplit(api_url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise prohibited("This is not an address: %(url)s", url=api_url[:200]) from None
        if not host or len(api_url) > 500 or parts.username or parts.password or parts.query or parts.fragment:
            raise prohibited("This is not the address of an API: %(url)s", url=api_url[:200])
        if not api_url.isascii() or not api_url.isprintable() or " " in api_url:
            raise prohibited("This is not an address: %(url)s", url=api_url[:200])
        schemes = ("https", "http") if self.allow_private_hosts else ("https",)
        if parts.scheme not in schemes:
            raise prohibited("The address must begin with %(schemes)s.", schemes=" or ".join(schemes))
        if self.allowed_domains and not self._allowed.fullmatch(api_url):
            raise prohibited("This app does not serve the shop at %(host)s.", host=host)
        if not self.allow_private_hosts:
            resolve_public(host, port or 443)
