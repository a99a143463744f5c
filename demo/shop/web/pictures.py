"""Product pictures: small drawings, so that pages look like a shop without any photograph."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, send_from_directory

pictures = Blueprint("pictures", __name__, url_prefix="/pictures")
_FOLDER = Path(__file__).parent / "static" / "pictures"


@pictures.get("/<slug>.svg")
def picture(slug: str) -> Response:
    answer = send_from_directory(_FOLDER, f"{slug}.svg", max_age=3600)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
