"""Every document and every model of an answer is held against each of Saleor's schemas."""

from __future__ import annotations

import pytest
from gql import GraphQLRequest

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLSchema,
    parse,
    validate,
)
from saleor_returns_app.adapters.saleor import versions
from saleor_returns_app.adapters.saleor.answers import Answer
from saleor_returns_app.adapters.saleor.documents import DOCUMENTS, FOLDER, Document, Kind
from saleor_returns_app.adapters.saleor.operations import OPERATIONS, Operation

from .comparing import problems_of


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
    assert problems_of(operation.answer, operation.document.node, schema) == []


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
