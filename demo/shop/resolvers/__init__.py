"""Resolvers by type and field, for what is not simply an attribute."""

from __future__ import annotations

from demo.shop.resolvers import accounts, apps, catalogue, gift_cards, mutations, orders, queries, stock, vouchers
from demo.shop.resolvers.kinds import Fields

RESOLVERS: Fields = {
    **accounts.FIELDS,
    **apps.FIELDS,
    **gift_cards.FIELDS,
    **vouchers.FIELDS,
    **catalogue.FIELDS,
    **orders.FIELDS,
    "ProductVariant": {**catalogue.FIELDS["ProductVariant"], **stock.FIELDS["ProductVariant"]},
    "Query": {**queries.QUERY, **stock.QUERY, **catalogue.QUERY, **vouchers.QUERY},
    "Shop": queries.SHOP,
    "Mutation": {
        **mutations.MUTATION,
        **accounts.MUTATION,
        **apps.MUTATION,
        **gift_cards.MUTATION,
        **stock.MUTATION,
        **vouchers.MUTATION,
    },
    "Subscription": {"event": lambda root, _info: root},
}
