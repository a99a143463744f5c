from __future__ import annotations

import pytest

from saleor_returns_app.adapters.saleor.versions import APP_PROBLEMS, Version, knows


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("3.23.28", (3, 23, 28)),
        ("3.22", (3, 22, 0)),
        ("3.24.0-a.1", (3, 24, 0)),
        (" 3.21.5\n", (3, 21, 5)),
        ("", (3, 21, 0)),
        ("nonsense", (3, 21, 0)),
    ],
)
def test_parse(text: str, version: tuple[int, int, int]) -> None:
    assert Version.parse(text) == version


@pytest.mark.parametrize(
    ("version", "known"), [("3.21.69", False), ("3.22.35", False), ("3.22.36", True), ("3.22", False), ("3.23", True)]
)
def test_feature_of_a_patch_release(version: str, known: bool) -> None:
    assert knows(version, APP_PROBLEMS) is known
