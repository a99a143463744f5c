"""Running GraphQL: documents parsed and validated once, answers shaped as Saleor's."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from demo.shop.asked import Asked
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    execute,
    parse,
    validate,
)

MAXIMUM_COST = 50_000
MUTATION_LIMIT = 4
_CACHED = 512
_COSTLY = {"app": 1, "me": 1, "order": 1, "transaction": 1}


@dataclass(slots=True, frozen=True)
class Prepared:
    """A document that was read before, with what it costs or why it is refused."""

    document: DocumentNode | None
    errors: list[dict[str, Any]]
    cost: int = 0


class Documents:
    """The documents seen lately, by their text."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[int, str], Prepared] = OrderedDict()

    def prepare(self, schema: GraphQLSchema, text: str) -> Prepared:
        key = (id(schema), text)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = _prepare(schema, text)
            while len(self._seen) > _CACHED:
                self._seen.popitem(last=False)
        return found


def _prepare(schema: GraphQLSchema, text: str) -> Prepared:
    try:
        document = parse(text)
    except GraphQLError as error:
        return Prepared(None, [_shown(error)])
    errors = [_shown(error) for error in validate(schema, document)]
    if not errors and _mutations(document) > MUTATION_LIMIT:
        errors = [_shown(GraphQLError(f"Number of mutations exceed the limit of {MUTATION_LIMIT}"))]
    return Prepared(document, errors, _cost(document))


def _fields(document: DocumentNode, kind: OperationType) -> list[FieldNode]:
    return [
        field
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode) and operation.operation is kind
        for field in operation.selection_set.selections
        if isinstance(field, FieldNode)
    ]


def _mutations(document: DocumentNode) -> int:
    return len(_fields(document, OperationType.MUTATION))


def _cost(document: DocumentNode) -> int:
    """Roughly Saleor's: one a node, and as many as asked for of a list."""
    cost = 0
    for field in _fields(document, OperationType.QUERY):
        first = next((each.value for each in field.arguments or () if each.name.value == "first"), None)
        cost += int(first.value) if isinstance(first, IntValueNode) else _COSTLY.get(field.name.value, 0)
    return cost


def _shown(error: GraphQLError) -> dict[str, Any]:
    shown: dict[str, Any] = dict(error.formatted)
    shown.setdefault("extensions", {"exception": {"code": "GraphQLError"}})
    return shown


def run(prepared: Prepared, schema: GraphQLSchema, asked: Asked, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the answer of one request."""
    if prepared.document is None or prepared.errors:
        return 400, {"errors": prepared.errors, **_extensions(0)}
    result = execute(
        schema,
        prepared.document,
        context_value=asked,
        variable_values=request.get("variables") or {},
        operation_name=request.get("operationName"),
    )
    assert isinstance(result, ExecutionResult)
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [_shown(error) for error in result.errors]
    if result.data is None and result.errors and not any(error.path for error in result.errors):
        return 400, {**answer, **_extensions(0)}
    return 200, {**answer, "data": result.data, **_extensions(prepared.cost)}


def run_subscription(prepared: Prepared, schema: GraphQLSchema, asked: Asked, root: object) -> dict[str, Any]:
    """A subscription's `event`, read once. The query was checked when its app was installed."""
    assert prepared.document is not None, prepared.errors
    result = execute(schema, prepared.document, root_value=root, context_value=asked)
    assert isinstance(result, ExecutionResult), "subscriptions here are never deferred"
    assert result.data is not None, result.errors
    payload: dict[str, Any] = result.data["event"]
    return payload


def _extensions(cost: int) -> dict[str, Any]:
    return {"extensions": {"cost": {"requestedQueryCost": cost, "maximumAvailable": MAXIMUM_COST}}}
