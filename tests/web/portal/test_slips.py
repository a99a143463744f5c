"""The return slip as its shopper gets it: to print, as a PDF, as a code on the phone."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from saleor_returns_app.domain.actors import Actor
from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.cases import approve_case
from saleor_returns_app.services.context import Context

from .walking import cases, fill_in, send

CASE = "/r/shop/cases/R-2026-000001"
PLACES = ("slip", "slip.pdf", "code")


@pytest.fixture
def approved(visitor: FlaskClient, ctx: Context, tenant: Tenant, staff: Actor) -> FlaskClient:
    send(visitor, fill_in(visitor))
    approve_case(ctx, tenant.id, cases(ctx, tenant)[0].id, actor=staff)
    return visitor


def test_the_case_leads_to_every_way_of_having_the_slip(approved: FlaskClient) -> None:
    page = approved.get(CASE).text
    for place in ("slip", "slip.pdf?paper=a4", "slip.pdf?paper=label", "code"):
        assert f'href="{CASE}/{place}"' in page
        assert approved.get(f"{CASE}/{place}").status_code == 200
    assert "1 Dock Road" in page
    assert "Send it by" in page


def test_the_page_to_print_says_all_that_the_slip_says(approved: FlaskClient) -> None:
    page = approved.get(f"{CASE}/slip").text
    for part in ("R-2026-000001", "1 Dock Road", "2 ×", 'data-code="R-2026-000001"', 'data-bars="R-2026-000001"'):
        assert part in page
    assert "Remove personal data" in page


@pytest.mark.parametrize(("paper", "name"), [("a4", "R-2026-000001.pdf"), ("label", "R-2026-000001-label.pdf")])
def test_the_pdf_is_saved_under_the_number_and_kept_by_nobody_else(
    approved: FlaskClient, paper: str, name: str
) -> None:
    answer = approved.get(f"{CASE}/slip.pdf?paper={paper}")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data == f"%PDF-1.7 R-2026-000001 {paper}".encode()


def test_paper_that_is_not_printed_on_is_not_found(approved: FlaskClient) -> None:
    assert approved.get(f"{CASE}/slip.pdf?paper=letter").status_code == 404


def test_the_slip_is_in_the_language_of_the_page(approved: FlaskClient) -> None:
    assert "退货单" in approved.get(f"{CASE}/slip?lang=zh").text


def test_the_code_page_shows_the_number_to_those_who_cannot_scan(approved: FlaskClient) -> None:
    page = approved.get(f"{CASE}/code").text
    assert 'data-code="R-2026-000001"' in page
    assert '<p class="slip-number">R-2026-000001</p>' in page


@pytest.mark.parametrize("place", PLACES)
def test_before_the_approval_there_is_no_slip(visitor: FlaskClient, place: str) -> None:
    send(visitor, fill_in(visitor))
    assert visitor.get(f"{CASE}/{place}").status_code == 409
    assert f"{CASE}/{place}" not in visitor.get(CASE).text


@pytest.mark.parametrize("place", PLACES)
def test_nobody_else_gets_a_slip(approved: FlaskClient, app: Flask, place: str) -> None:
    assert app.test_client().get(f"{CASE}/{place}").status_code == 401
