"""Whether the model of an answer reads what a schema promises for a document: fields, lists, nulls, scalars, enums."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

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


def problems_of(model: type[BaseModel], document: DocumentNode, schema: GraphQLSchema) -> list[str]:
    """What the model of the whole answer has wrong, in words; empty when it fits."""
    definition, *others = document.definitions
    assert isinstance(definition, OperationDefinitionNode)
    root = schema.get_root_type(definition.operation)
    assert root is not None
    fragments = {node.name.value: node for node in others if isinstance(node, FragmentDefinitionNode)}
    return list(_Comparison(fragments, schema).objects(model, definition.selection_set, root, model.__name__))


@dataclass(frozen=True)
class _Comparison:
    fragments: dict[str, FragmentDefinitionNode]
    schema: GraphQLSchema

    def selected(self, selection_set: SelectionSetNode) -> dict[str, FieldNode]:
        """By the name in the answer."""
        found: dict[str, FieldNode] = {}
        for node in selection_set.selections:
            if isinstance(node, FragmentSpreadNode):
                found |= self.selected(self.fragments[node.name.value].selection_set)
            else:
                assert isinstance(node, FieldNode)
                found[(node.alias or node.name).value] = node
        return found

    def interface(self, model: type[BaseModel], selection_set: SelectionSetNode, where: str) -> Iterator[str]:
        """One inline fragment on the object that is expected; another object answers none of its fields."""
        (fragment,) = selection_set.selections
        assert isinstance(fragment, InlineFragmentNode)
        assert fragment.type_condition is not None
        expected = self.schema.type_map[fragment.type_condition.name.value]
        assert isinstance(expected, GraphQLObjectType)
        yield from self.objects(model, fragment.selection_set, expected, where, may_lack=True)

    def objects(
        self,
        model: type[BaseModel],
        selection_set: SelectionSetNode,
        promised: GraphQLObjectType,
        where: str,
        *,
        may_lack: bool = False,
    ) -> Iterator[str]:
        selected = self.selected(selection_set)
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        for key in selected.keys() ^ fields.keys():
            yield f"{where}.{key}: only in the {'document' if key in selected else 'model'}"
        for key in selected.keys() & fields.keys():
            node = selected[key]
            promise = promised.fields[node.name.value].type
            if (may_lack or node.directives) and isinstance(promise, GraphQLNonNull):
                promise = promise.of_type  # it may be left out
            yield from self.nulls(fields[key].annotation, promise, node, f"{where}.{key}")

    def nulls(self, annotation: Any, promised: Any, node: FieldNode, where: str) -> Iterator[str]:
        annotation, allows_null = _without_null(annotation)
        nullable = not isinstance(promised, GraphQLNonNull)
        if nullable and not allows_null:
            yield f"{where}: may be null"
        if allows_null and not nullable:
            yield f"{where}: is never null"
        yield from self.types(annotation, promised if nullable else promised.of_type, node, where)

    def types(self, annotation: Any, promised: Any, node: FieldNode, where: str) -> Iterator[str]:
        if isinstance(promised, GraphQLList):
            if get_origin(annotation) is tuple:
                yield from self.nulls(get_args(annotation)[0], promised.of_type, node, f"{where}[]")
            else:
                yield f"{where}: is a list"
        elif isinstance(promised, GraphQLObjectType):
            if isinstance(annotation, type) and issubclass(annotation, BaseModel) and node.selection_set:
                yield from self.objects(annotation, node.selection_set, promised, where)
            else:
                yield f"{where}: is an object"
        elif isinstance(promised, GraphQLInterfaceType):
            assert node.selection_set
            yield from self.interface(annotation, node.selection_set, where)
        elif isinstance(promised, GraphQLEnumType):
            yield from _enum_problems(annotation, promised, where)
        else:
            assert isinstance(promised, GraphQLScalarType)
            if annotation is not SCALARS.get(promised.name):
                yield f"{where}: is a {promised.name}, not {annotation}"


def _enum_problems(annotation: Any, promised: GraphQLEnumType, where: str) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        missing = set(promised.values) - {member.value for member in annotation}
        if missing:
            yield f"{where}: the enum lacks {sorted(missing)}"
    elif annotation is not str:
        yield f"{where}: is an enum"


def _without_null(annotation: Any) -> tuple[Any, bool]:
    allows_null = False
    if get_origin(annotation) in (Union, UnionType):
        members = [member for member in get_args(annotation) if member is not NoneType]
        allows_null = len(members) < len(get_args(annotation))
        (annotation,) = members
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation, allows_null
