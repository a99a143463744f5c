"""From an answer to an order, where no recording shows it."""

from __future__ import annotations

from saleor_returns_app.adapters.saleor.order_answers import Category
from saleor_returns_app.adapters.saleor.orders import _slugs


def test_a_category_comes_with_those_above_it_nearest_first() -> None:
    def edges(*slugs: str) -> dict[str, object]:
        return {"edges": [{"node": {"slug": slug}} for slug in slugs]}

    leaf = Category.model_validate({"id": "c", "slug": "sneakers", "ancestors": edges("clothing", "shoes")})
    root = Category.model_validate({"id": "c", "slug": "clothing", "ancestors": edges()})
    assert _slugs(leaf) == ("sneakers", "shoes", "clothing")
    assert _slugs(root) == ("clothing",)
