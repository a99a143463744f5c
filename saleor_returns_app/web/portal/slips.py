"""The return slip: a page to print, a PDF to keep, and a code to show where there is no printer."""

from __future__ import annotations

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from saleor_returns_app.domain.slip_words import words_of
from saleor_returns_app.domain.slips import Slip
from saleor_returns_app.errors import NotFound
from saleor_returns_app.services.labelling import read_label
from saleor_returns_app.services.slips import read_slip
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.slips import label_answer, paper_of, pdf_answer

from .access import blueprint, page, tenant
from .own_cases import own_return


@blueprint.get("/cases/<number>/slip")
def slip(number: str) -> ResponseReturnValue:
    return _shown("slip.html", _slip(number))


@blueprint.get("/cases/<number>/slip.pdf")
def slip_pdf(number: str) -> ResponseReturnValue:
    """`?paper=a4` or `label`."""
    paper = paper_of(request.args.get("paper", "a4"))
    return pdf_answer(_slip(number), paper)


@blueprint.get("/cases/<number>/parcels/<int:parcel>/label")
def label(number: str, parcel: int) -> ResponseReturnValue:
    """What the carrier wants on the parcel."""
    return label_answer(read_label(ctx(), tenant().id, own_return(number).id, parcel), number)


@blueprint.get("/cases/<number>/parcels/<int:parcel>/label-code")
def label_code(number: str, parcel: int) -> ResponseReturnValue:
    """What a parcel shop wants to see, where there is no printer."""
    found = read_label(ctx(), tenant().id, own_return(number).id, parcel)
    if not found.code:
        raise NotFound("The carrier gives no code for this parcel: print the label.", code="NO_CODE")
    answer = label_answer(replace(found, content=found.code, media_type="image/png"), number)
    answer.headers["Content-Disposition"] = "inline"
    return answer


@blueprint.get("/cases/<number>/code")
def slip_code(number: str) -> ResponseReturnValue:
    return _shown("slip_code.html", _slip(number))


def _slip(number: str) -> Slip:
    return read_slip(ctx(), tenant().id, own_return(number).id, language=i18n.language())


def _shown(template: str, found: Slip) -> ResponseReturnValue:
    documents = ctx().documents
    return page(
        template,
        slip=found,
        words=words_of(found, i18n.gettext, due=i18n.format_day(found.due) if found.due else ""),
        # Drawn by us from the number alone.
        qr=Markup(documents.draw_code(found.number)),  # noqa: S704
        barcode=Markup(documents.draw_barcode(found.number)),  # noqa: S704
    )
