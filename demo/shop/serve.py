"""Running a shop over HTTP in the same process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from demo.mailbox import Mailbox
from demo.serving import HOST, Running
from demo.shop import Shop
from demo.shop.web.api import api
from demo.shop.web.site import create_site


def start(shop: Shop, *, port: int = 0, host: str = HOST, mailbox: Mailbox | None = None) -> Running:
    """Serves the shop until the result is stopped, and tells it its own address."""
    running = Running(api(shop, create_site(shop, mailbox)), port=port)
    shop.base_url = f"http://{host}:{running.port}"
    return running


@contextmanager
def serve(shop: Shop, *, port: int = 0, mailbox: Mailbox | None = None) -> Iterator[Shop]:
    """`with serve(create_shop()) as shop:` gives a shop that answers at `shop.base_url`."""
    running = start(shop, port=port, mailbox=mailbox)
    try:
        yield shop
    finally:
        running.stop()
        shop.close()
