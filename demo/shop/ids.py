"""Global ids as Saleor writes them: base64 of `Kind:key`."""

from __future__ import annotations

import base64
import binascii
import uuid


def global_id(kind: str, key: object) -> str:
    """The public id of an object, e.g. `QXBwOjQ=` for `App:4`."""
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


def new_uuid_id(kind: str) -> str:
    """A fresh id of a kind that Saleor keys by UUID (orders, order lines, transactions, warehouses)."""
    return global_id(kind, uuid.uuid4())


def kind_of(value: str) -> str:
    """The kind named by an id, empty when it is no id at all."""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
