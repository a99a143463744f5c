"""Every document and every model of an answer is held against each of Saleor's schemas."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from gql import GraphQLRequest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    validate,
)
from pydantic import AwareDatetime, BaseModel

from saleor_returns_app.adapters.saleor import versions
from saleor_returns_app.adapters.saleor.answers import Answer
from saleor_returns_app.adapters.saleor.documents import DOCUMENTS, FOLDER, Document, Kind
from saleor_returns_app.adapters.saleor.operations import OPERATIONS, Operation

SCALARS: dict[str, Any] = {
    "ID": str,
    "String": str,
    "Int": int,
    "Boolean": bool,
    "Float": Decimal,
    "PositiveDecimal": Decimal,
    "Decimal": Decimal,
    "DateTime": AwareDatetime,
}


def _known(document: Document, version: str) -> bool:
    return version == "main" or versions.knows(
        # The schema files are those of the last patch of a minor.
        f"{version}.999",
        versions.SINCE.get(document.name, versions.Version(3, 21)),
    )


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_document_is_valid_in_every_version_that_knows_it(
    document: Document, version: str, schema: GraphQLSchema
) -> None:
    problems = validate(schema, document.node)
    if _known(document, version):
        assert problems == []
    else:
        assert problems, f"{document.name} is valid in {version}: SINCE is too late"


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_what_is_sent_is_the_document(document: Document) -> None:
    assert GraphQLRequest(parse(document.text)).payload == GraphQLRequest(document.node).payload


def test_each_query_and_mutation_has_a_model_of_its_answer() -> None:
    with_model = {operation.document.name for operation in OPERATIONS}
    assert with_model == {name for name, document in DOCUMENTS.items() if document.kind is not Kind.SUBSCRIPTION}


def test_a_file_is_named_after_its_one_operation() -> None:
    files = {path.stem.replace("_", "") for path in FOLDER.glob("*/*.graphql") if path.parent.name != "fragments"}
    assert files == {name.lower() for name in DOCUMENTS}


def test_headers_in_the_files_agree_with_the_versions() -> None:
    told = {
        path.stem.replace("_", "")
        for path in FOLDER.glob("[qm]*/*.graphql")
        if path.read_text(encoding="utf-8").startswith("# since:")
    }
    assert told == {name.lower() for name in versions.SINCE}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.document.name)
def test_model_reads_what_the_schema_promises(
    operation: Operation[Answer], version: str, schema: GraphQLSchema
) -> None:
    if not _known(operation.document, version):
        pytest.skip(f"{version} does not know {operation.document.name}")
    fragments = {
        node.name.value: node
        for node in operation.document.node.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    definition = operation.document.node.definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    root = schema.get_root_type(definition.operation)
    assert root is not None
    problems = list(
        _compare(operation.answer, definition.selection_set, root, schema, fragments, operation.answer.__name__)
    )
    assert problems == []


def _selected(
    selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> dict[str, tuple[FieldNode, bool]]:
    """Response key → (field, whether a directive may leave it out)."""
    found: dict[str, tuple[FieldNode, bool]] = {}
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            found[(node.alias or node.name).value] = (node, bool(node.directives))
        elif isinstance(node, FragmentSpreadNode):
            found |= _selected(fragments[node.name.value].selection_set, fragments)
        else:
            raise AssertionError("inline fragments are not compared")
    return found


def _compare(
    model: type[BaseModel],
    selection_set: SelectionSetNode,
    parent: GraphQLObjectType,
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    where: str,
) -> Any:
    selected = _selected(selection_set, fragments)
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for key in selected.keys() ^ fields.keys():
        yield f"{where}.{key}: only in the {'document' if key in selected else 'model'}"
    for key in selected.keys() & fields.keys():
        node, may_be_left_out = selected[key]
        promised = parent.fields[node.name.value].type
        yield from _compare_type(
            fields[key].annotation, promised, node, schema, fragments, f"{where}.{key}", optional=may_be_left_out
        )


def _compare_type(
    annotation: Any,
    promised: Any,
    node: FieldNode,
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    where: str,
    *,
    optional: bool = False,
) -> Any:
    nullable = not isinstance(promised, GraphQLNonNull) or optional
    if isinstance(promised, GraphQLNonNull):
        promised = promised.of_type
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        members = get_args(annotation)
        (annotation,) = (member for member in members if member is not NoneType)
        allows_null = NoneType in members
    else:
        allows_null = False
    if nullable and not allows_null:
        yield f"{where}: may be null"
    if allows_null and not nullable:
        yield f"{where}: is never null"
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if isinstance(promised, GraphQLList):
        if get_origin(annotation) is not tuple:
            yield f"{where}: is a list"
            return
        yield from _compare_type(get_args(annotation)[0], promised.of_type, node, schema, fragments, f"{where}[]")
    elif isinstance(promised, GraphQLObjectType):
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)) or node.selection_set is None:
            yield f"{where}: is an object"
            return
        yield from _compare(annotation, node.selection_set, promised, schema, fragments, where)
    elif isinstance(promised, GraphQLEnumType):
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            missing = set(promised.values) - {member.value for member in annotation}
            if missing:
                yield f"{where}: the enum lacks {sorted(missing)}"
        elif annotation is not str:
            yield f"{where}: is an enum"
    elif isinstance(promised, GraphQLScalarType):
        if annotation is not SCALARS.get(promised.name):
            yield f"{where}: is a {promised.name}, not {annotation}"
    else:
        yield f"{where}: unknown kind of type {promised}"


BRANCHED_ON = {
    "TransactionRequestRefundForGrantedRefundErrorCode": {
        "REFUND_ALREADY_PROCESSED",
        "REFUND_IS_PENDING",
        "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK",
    },
    "OrderEventsEnum": {"NOTE_ADDED"},
    "ProductTypeKindEnum": {"GIFT_CARD"},
    "GiftCardEventsEnum": {"USED_IN_ORDER"},
    "TransactionEventTypeEnum": {"REFUND_REQUEST", "REFUND_SUCCESS", "REFUND_FAILURE", "REFUND_REVERSE"},
}


def test_enum_values_that_decide_something_exist(schema: GraphQLSchema) -> None:
    for name, values in BRANCHED_ON.items():
        found = schema.type_map[name]
        assert isinstance(found, GraphQLEnumType)
        assert values <= set(found.values)


INPUTS = {
    "OrderGrantRefundCreateInput": {"transactionId", "amount", "reason", "grantRefundForShipping", "lines"},
    "OrderGrantRefundCreateLineInput": {"id", "quantity", "reason"},
    "OrderReturnProductsInput": {"fulfillmentLines", "refund", "includeShippingCosts"},
    "OrderReturnFulfillmentLineInput": {"fulfillmentLineId", "quantity", "replace"},
    "OrderNoteInput": {"message"},
    "MetadataInput": {"key", "value"},
}


def test_inputs_take_the_fields_that_the_client_sends(version: str, schema: GraphQLSchema) -> None:
    for name, fields in INPUTS.items():
        found = schema.type_map[name]
        assert isinstance(found, GraphQLInputObjectType)
        assert fields <= set(found.fields)
        required = {
            key
            for key, field in found.fields.items()
            if isinstance(field.type, GraphQLNonNull) and field.default_value is None
        }
        assert required <= fields, name
    returns = schema.type_map["OrderReturnProductsInput"]
    assert isinstance(returns, GraphQLInputObjectType)
    assert ("reason" in returns.fields) == (version == "main" or versions.knows(version, versions.RETURN_REASON))
