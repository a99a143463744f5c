from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from saleor_returns_app.adapters.carriers.easypost import EasyPost
from saleor_returns_app.adapters.saleor.addresses import AddressRules
from tests.adapters.saleor.script import Script


@pytest.fixture
def server() -> Iterator[Script]:
    script = Script()
    thread = threading.Thread(target=script.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield script
    script.over.set()
    script.shutdown()
    script.server_close()
    thread.join()


@pytest.fixture
def easypost(server: Script) -> Iterator[EasyPost]:
    here = AddressRules(allow_private_hosts=True)
    easypost = EasyPost(url=f"http://127.0.0.1:{server.server_port}/v2", rules=here, file_rules=here, read_seconds=0.3)
    yield easypost
    easypost.close()
