"""The GraphQL slice: our SDL, cut to a Saleor version, with resolvers attached."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, partial
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

from graphql.language import REMOVE, ListValueNode

from demo.shop.asked import Asked
from demo.shop.errors import Refused
from demo.shop.resolvers import RESOLVERS
from demo.shop.resolvers.kinds import Resolver, Resolvers
from demo.shop.resolvers.stock import EVERYWHERE
from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    Node,
    StringValueNode,
    Visitor,
    build_ast_schema,
    parse,
    visit,
)

_SDL = Path(__file__).parent / "sdl"
_TYPE_NAMES = {
    "Transaction": "TransactionItem",
    "Variant": "ProductVariant",
    "SoldVariant": "ProductVariant",
    "SoldProduct": "Product",
}


def version_tuple(version: str) -> tuple[int, ...]:
    """`3.22.36` as (3, 22, 36); what follows a number with letters is dropped."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _argument(node: Any, directive: str, argument: str) -> Any:
    for each in cast("tuple[DirectiveNode, ...]", getattr(node, "directives", None) or ()):
        if each.name.value == directive:
            value = next(item.value for item in each.arguments or () if item.name.value == argument)
            if isinstance(value, ListValueNode):
                return [cast(StringValueNode, item).value for item in value.values]
            return cast(StringValueNode, value).value
    return None


class _CutLater(Visitor):
    """Drops what was added to Saleor after the wanted version."""

    def __init__(self, version: str) -> None:
        super().__init__()
        self.version = version_tuple(version)

    def enter(self, node: Node, *_: Any) -> Any:
        since = _argument(node, "since", "version")
        return REMOVE if since and version_tuple(since) > self.version else None


def _document(version: str) -> DocumentNode:
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(_SDL.glob("*.graphql")))
    return cast(DocumentNode, visit(parse(text), _CutLater(version)))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _attribute(name: str) -> Resolver:
    of_object = attrgetter(_snake(name))

    def resolve(source: Any, _info: Any, **_: Any) -> Any:
        return source.get(name) if type(source) is dict else of_object(source)

    return resolve


def _permitted(resolve: Resolver, any_of: list[str]) -> Resolver:
    def checked(source: Any, info: Any, **arguments: Any) -> Any:
        cast(Asked, info.context).require(*any_of)
        return resolve(source, info, **arguments)

    return checked


def _payload(resolve: Resolver) -> Resolver:
    """A mutation: what is refused becomes `errors`, otherwise there are none."""

    def answered(source: Any, info: Any, **arguments: Any) -> dict[str, Any]:
        try:
            return {"errors": [], **resolve(info.context, **arguments)}
        except Refused as refused:
            return {"errors": refused.errors}

    return answered


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise GraphQLError(f"Unsupported value: {value}") from None


def _positive(value: Any) -> Decimal:
    amount = _decimal(value)
    if amount < 0:
        raise GraphQLError(f"Value cannot be lower than 0. Unsupported value: {value}")
    return amount


def _time(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _scalars(schema: GraphQLSchema) -> None:
    """Teaches the custom scalars of this version how they are read and written."""
    readers: dict[str, Callable[[Any], Any]] = {
        "Decimal": _decimal,
        "PositiveDecimal": _positive,
        "PositiveInt": int,
        "Minute": int,
    }
    writers: dict[str, Callable[[Any], Any]] = {
        "Decimal": float,
        "PositiveDecimal": float,
        "DateTime": _time,
        "UUID": str,
    }
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLScalarType):
            if reader := readers.get(name):
                kind.coerce_input_value = reader
                kind.coerce_input_literal = partial(_literal, reader)
            if writer := writers.get(name):
                kind.coerce_output_value = writer


def _literal(reader: Callable[[Any], Any], node: Any) -> Any:
    return reader(node.value)


def _type_of(value: Any, *_: Any) -> str:
    named = getattr(value, "event_name", None)
    return named or _TYPE_NAMES.get(type(value).__name__, type(value).__name__)


def _attach(schema: GraphQLSchema) -> None:
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType):
            kind.resolve_type = _type_of
        if not isinstance(kind, GraphQLObjectType) or kind.name.startswith("__"):
            continue
        own: Resolvers = RESOLVERS.get(kind.name, {})
        for name, field in kind.fields.items():
            resolve = own.get(name) or EVERYWHERE.get(name) or _attribute(name)
            if kind is schema.mutation_type:
                resolve = _payload(resolve)
            any_of = _argument(field.ast_node, "permit", "any")
            field.resolve = _permitted(resolve, any_of) if any_of else resolve


@cache
def build(version: str) -> GraphQLSchema:
    """The executable schema of a Saleor version, e.g. `3.23.28`. Built once."""
    schema = build_ast_schema(_document(version))
    _scalars(schema)
    _attach(schema)
    return schema
