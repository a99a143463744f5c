"""Slips as staff get them: by a link that ends, for a person at the counter or on the phone."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask

from tests.fakes import FakeClock
from tests.services.journeys import Shop

from .desk import Desk


@pytest.fixture
def links(desk: Desk, shop: Shop) -> list[str]:
    case_id = shop.request()
    assert "/slips/" not in desk.get(f"/dashboard/cases/{case_id}").text
    shop.approve(case_id)
    page = desk.get(f"/dashboard/cases/{case_id}").text
    found = re.findall(r'href="http://returns\.test(/slips/[^"]+)"', html.unescape(page))
    assert len(found) == 2
    return found


def test_staff_open_the_slip_on_both_papers(web: Flask, links: list[str]) -> None:
    answers = [web.test_client().get(link) for link in links]
    assert [answer.data for answer in answers] == [b"%PDF-1.7 R-2026-000001 a4", b"%PDF-1.7 R-2026-000001 label"]


def test_a_link_ends_and_says_what_to_do(web: Flask, links: list[str], clock: FakeClock) -> None:
    clock.forward(hours=2)
    answer = web.test_client().get(links[0])
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert "reload" in answer.text


def test_a_link_that_was_altered_opens_nothing(web: Flask, links: list[str]) -> None:
    assert web.test_client().get(links[0][:-4] + "AAAA").status_code == 404
