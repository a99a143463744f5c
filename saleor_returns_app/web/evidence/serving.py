"""The files themselves, at addresses that no cookie goes to, as the one thing they are and as nothing else."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import Range
from werkzeug.http import parse_range_header

from saleor_returns_app.domain.evidence import ENDINGS, EvidenceKind
from saleor_returns_app.errors import NotFound
from saleor_returns_app.models.evidence import Evidence
from saleor_returns_app.services.evidence import find_file
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import as_app_error, said

from .links import View, open_link

blueprint = Blueprint("files", __name__, url_prefix="/files")
#: Nothing in the file may run, load or embed anything, also when it is opened as a page of its own.
_POLICY = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
)


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """GET and HEAD; players ask for parts, by ranges."""
    opened = open_link(ctx(), token)
    row = find_file(ctx(), opened.tenant_id, opened.evidence_id)
    if opened.view is View.THUMBNAIL:
        return _thumbnail(row)
    return _whole(row, opened.view)


@blueprint.errorhandler(Exception)
def _failed(error: Exception) -> ResponseReturnValue:
    """Plain words: whoever reads them opened a link, or looks for why a picture is missing."""
    problem = as_app_error(error)
    answer = Response(said(problem), status=problem.status, content_type="text/plain; charset=utf-8")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _thumbnail(row: Evidence) -> Response:
    if not row.thumbnail_key:
        raise NotFound
    # Small enough to be read at once; its size is not on record.
    data = b"".join(ctx().storage.read(row.thumbnail_key, start=0, end=2_000_000))
    return _protect(Response(data, content_type="image/jpeg"), row, "inline")


def _whole(row: Evidence, view: View) -> Response:
    media_type = row.media_type if row.media_type in ENDINGS else "application/octet-stream"
    disposition = "inline" if view is View.WHOLE and row.media_type in ENDINGS else "attachment"
    asked = _asked_range(row)
    wanted = asked.range_for_length(row.size) if asked else (0, row.size)
    if wanted is None:
        answer = Response(status=416, headers={"Content-Range": f"bytes */{row.size}"})
        return _protect(answer, row, disposition)
    start, end = wanted
    pieces = () if request.method == "HEAD" else ctx().storage.read(row.storage_key, start=start, end=end)
    answer = Response(pieces, status=206 if asked else 200, content_type=media_type, direct_passthrough=True)
    answer.content_length = end - start
    if asked:
        answer.headers["Content-Range"] = f"bytes {start}-{end - 1}/{row.size}"
    answer.headers["Accept-Ranges"] = "bytes"
    answer.set_etag(row.digest)
    return _protect(answer, row, disposition)


def _asked_range(row: Evidence) -> Range | None:
    """The one part that is asked for. None where everything is to be answered: no range, several at once, or of another file."""
    condition = request.headers.get("If-Range", "")
    parsed = parse_range_header(request.headers.get("Range"))
    if parsed is None or parsed.units != "bytes" or len(parsed.ranges) != 1:
        return None
    return None if condition and condition.strip('"') != row.digest else parsed


def _protect(answer: Response, row: Evidence, disposition: str) -> Response:
    ending = ENDINGS.get(row.media_type, "bin")
    word = "video" if row.kind == EvidenceKind.VIDEO else "photo"
    # A name of our own: the sender's is only ever shown as text.
    answer.headers["Content-Disposition"] = f'{disposition}; filename="{word}-{row.id[-12:]}.{ending}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # a shop's storefront shows them, too
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["Cache-Control"] = "private, max-age=900"
    return answer
