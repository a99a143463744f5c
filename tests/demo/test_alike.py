"""The comparison of answers sees what differs."""

from __future__ import annotations

import pytest

from demo.shop.ids import global_id
from tests.demo.alike import Ids, differences


@pytest.mark.parametrize(
    ("recorded", "ours"),
    [
        ({"amount": 5.0}, {"amount": 5.01}),
        ({"amount": 5.0}, {"amount": 5}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ([1, 2], [1]),
        ({"warehouse": None}, {"warehouse": {"id": global_id("Warehouse", 1)}}),
        ({"id": global_id("Order", 1)}, {"id": global_id("OrderLine", 1)}),
        ({"pspReference": ""}, {"pspReference": "psp-1"}),
        ({"createdAt": "2026-11-23T00:19:42.258050+00:00"}, {"createdAt": "2026-11-23T00:19:42"}),
    ],
)
def test_differences_are_seen(recorded: object, ours: object) -> None:
    assert differences(recorded, ours, Ids({})) != []


def test_an_id_must_stay_the_same_throughout() -> None:
    recorded = [{"id": global_id("Order", 1)}, {"id": global_id("Order", 1)}]
    ours = [{"id": global_id("Order", 7)}, {"id": global_id("Order", 8)}]
    assert differences(recorded, ours, Ids({})) != []
    assert differences(recorded, [ours[0], ours[0]], Ids({})) == []
