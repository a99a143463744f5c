"""What answers where nothing is: a page for people, problem+json for programs."""

from __future__ import annotations

import pytest
from flask import Flask

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize("path", ["/nope", "/r", "/aboutt", "/<script>"])
def test_a_browser_that_is_nowhere_gets_a_page(web: Flask, path: str) -> None:
    answer = web.test_client().get(path, headers={"Accept": BROWSER})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "<h1>Page not found</h1>" in answer.text
    assert "<script>" not in answer.text
    assert "Accept" in answer.vary


def test_the_page_speaks_the_readers_language(web: Flask) -> None:
    answer = web.test_client().get("/nope", headers={"Accept": BROWSER, "Accept-Language": "zh-CN"})
    assert "<h1>找不到页面</h1>" in answer.text


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/problem+json"])
def test_a_program_that_is_nowhere_gets_a_problem(web: Flask, accept: str) -> None:
    answer = web.test_client().get("/nope", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.get_json()["code"] == "NOT_FOUND"
