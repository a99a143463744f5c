"""The return slip as a PDF: complete, readable in both languages, and deaf to what people wrote into their names."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pymupdf
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from saleor_returns_app.adapters.documents.typesetting import TypstDocuments
from saleor_returns_app.domain.policy.actions import ReturnMethod
from saleor_returns_app.domain.slips import Paper, Slip, SlipLine
from saleor_returns_app.errors import DocumentUnavailable
from saleor_returns_app.web import i18n

SLIP = Slip(
    number="R-2026-000042",
    shop_name="Shop & Co",
    sender=("Rita Ruiz", "5 High Street", "10001 New York"),
    recipient=("Returns dept.", "1 Dock Road", "10001 New York"),
    lines=(
        SlipLine(quantity=2, name="Trail shoe", variant="EU 42 / black", sku="SHOE-42"),
        SlipLine(quantity=1, name="Sock", sku="SOCK-1"),
    ),
    language="en",
    method=ReturnMethod.DROP_OFF,
    due=date(2026, 12, 1),
)
CHINESE = replace(
    SLIP,
    language="zh-hans",
    recipient=("退货部", "北京市朝阳区建国路88号"),
    lines=(SlipLine(quantity=1, name="超轻羽绒服", variant="藏青色", sku="羽绒-001"),),
)
HOSTILE = (
    '#panic("no")',
    '#import "@preview/tablex:0.0.8"',
    '#read("/etc/passwd")',
    "*bold* _it_ $x^2$ `raw` <label> @ref //c",
    '"}], "number": "R-1',
    "= Heading\n+ list",
)
papers = pytest.mark.parametrize("paper", list(Paper))


@pytest.fixture(scope="module")
def documents() -> TypstDocuments:
    return TypstDocuments(translate=i18n.speak, format_day=i18n.write_day)


def squeezed(pdf: bytes) -> str:
    """All text of the PDF without white space: lines may be broken anywhere."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().replace("\u200b", "").split()) for page in pages)


def pictures(pdf: bytes) -> list[Image.Image]:
    with pymupdf.open(stream=pdf) as opened:
        return [Image.open(io.BytesIO(page.get_pixmap(dpi=200).tobytes("png"))) for page in opened]


@papers
def test_the_slip_says_number_addresses_lines_method_and_day(documents: TypstDocuments, paper: Paper) -> None:
    text = squeezed(documents.render_slip(SLIP, paper=paper))
    parts = ["R-2026-000042", *SLIP.sender, *SLIP.recipient, "Drop-off at a parcel shop", "Send it by December 1, 2026"]
    parts += [part for line in SLIP.lines for part in (f"{line.quantity}×", line.name, line.variant, line.sku)]
    assert [part for part in parts if "".join(part.split()) not in text] == []


@papers
def test_both_codes_of_the_slip_read_as_the_number(documents: TypstDocuments, paper: Paper) -> None:
    read = zxingcpp.read_barcodes(pictures(documents.render_slip(SLIP, paper=paper))[0])
    found = sorted((code.format.name, code.text) for code in read)
    assert found == [("Code128", "R-2026-000042"), ("QRCode", "R-2026-000042")]


@papers
def test_chinese_slips_are_chinese_and_every_sign_has_a_glyph(documents: TypstDocuments, paper: Paper) -> None:
    pdf = documents.render_slip(CHINESE, paper=paper)
    text = squeezed(pdf)
    for part in (
        "退货单",
        "退货部",
        "北京市朝阳区建国路88号",
        "超轻羽绒服",
        "藏青色",
        "羽绒-001",
        "2026年12月1日前寄出",
    ):
        assert part in text
    assert "Return slip" not in text
    with pymupdf.open(stream=pdf) as opened:
        drawn = [span for page in opened for span in page.get_texttrace()]
        fonts = {font[3] for page in opened for font in page.get_fonts()}
    assert drawn
    assert not [span["font"] for span in drawn if any(sign[1] == 0 for sign in span["chars"])], (
        "a box instead of a sign"
    )
    assert all("NotoSansSC" in font for font in fonts), fonts


@papers
def test_fonts_are_in_the_pdf(documents: TypstDocuments, paper: Paper) -> None:
    with pymupdf.open(stream=documents.render_slip(CHINESE, paper=paper)) as opened:
        kept = [opened.extract_font(font[0])[3] for page in opened for font in page.get_fonts()]
    assert kept
    assert all(kept)


@papers
@pytest.mark.parametrize("wild", HOSTILE)
def test_markup_in_names_is_text(documents: TypstDocuments, paper: Paper, wild: str) -> None:
    lines = (SlipLine(quantity=1, name=wild, variant=wild, sku=wild),)
    hostile = replace(SLIP, lines=lines, shop_name=wild, sender=(wild,), recipient=(wild,))
    text = squeezed(documents.render_slip(hostile, paper=paper))
    assert text.count("".join(wild.split())) >= 6


@papers
def test_many_lines_go_on_over_pages_and_none_is_lost(documents: TypstDocuments, paper: Paper) -> None:
    lines = tuple(SlipLine(quantity=1, name=f"Item<{number}>", sku=f"K{number}") for number in range(90))
    pdf = documents.render_slip(replace(SLIP, lines=lines), paper=paper)
    text = squeezed(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 1
    assert [number for number in range(90) if f"Item<{number}>" not in text] == []


@papers
def test_long_names_stay_on_the_paper(documents: TypstDocuments, paper: Paper) -> None:
    long = "W" * 200
    lines = (SlipLine(quantity=99999, name=long, variant=long, sku=long),)
    slip = replace(SLIP, lines=lines, recipient=(long,), sender=(long,), shop_name=long)
    with pymupdf.open(stream=documents.render_slip(slip, paper=paper)) as opened:
        for page in opened:
            for block in page.get_text("dict")["blocks"]:
                assert block["bbox"][0] >= 0
                assert block["bbox"][2] <= page.rect.width, "runs off the paper"


def test_papers_have_their_size(documents: TypstDocuments) -> None:
    sizes = {}
    for paper in Paper:
        box = PdfReader(io.BytesIO(documents.render_slip(SLIP, paper=paper))).pages[0].mediabox
        sizes[paper] = (round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4))
    assert sizes == {Paper.A4: (210, 297), Paper.LABEL: (100, 150)}


def test_of_several_parcels_the_slip_says_which(documents: TypstDocuments) -> None:
    text = squeezed(documents.render_slip(replace(SLIP, parcel=2, parcels=3), paper=Paper.A4))
    assert "Parcel2of3" in text


def test_without_fonts_there_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    documents = TypstDocuments(translate=i18n.speak, format_day=i18n.write_day, fonts=tmp_path)
    with pytest.raises(DocumentUnavailable, match="make assets"):
        documents.render_slip(SLIP, paper=Paper.A4)


def test_a_barcode_of_signs_it_cannot_hold_is_refused(documents: TypstDocuments) -> None:
    with pytest.raises(ValueError, match="ASCII"):
        documents.draw_barcode("退货")
