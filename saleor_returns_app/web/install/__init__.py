"""What Saleor reads and calls when a shop installs the app, and the pages its manifest points to."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from saleor_returns_app import __version__
from saleor_returns_app.web import i18n
from saleor_returns_app.web.current import ctx

from .manifest import build_manifest
from .register import register

blueprint = Blueprint("install", __name__)
blueprint.add_url_rule("/api/register", "register", register, methods=["POST"])

#: Of a Saleor that does not say its version: whatever it is, it can install this.
_OLDEST = "3.21"


@blueprint.get("/api/manifest")
def show_manifest() -> ResponseReturnValue:
    version = request.headers.get("Saleor-Schema-Version") or _OLDEST
    answer = jsonify(build_manifest(ctx().settings, schema_version=version))
    answer.vary.add("Saleor-Schema-Version")
    # The Dashboard of another origin may look at it before installing.
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _page(template: str, **values: object) -> Response:
    """A public page, in the language that its address asks for, else the browser; its links keep what was asked."""
    asked = request.args.get("lang")
    if asked:
        i18n.choose_language(asked)
    answer = make_response(render_template(f"install/{template}", asked=i18n.language() if asked else None, **values))
    answer.vary.add("Accept-Language")
    return answer


@blueprint.get("/")
def home() -> ResponseReturnValue:
    return redirect("/about")


@blueprint.get("/about")
def about() -> ResponseReturnValue:
    settings = ctx().settings
    return _page("about.html", manifest_url=f"{settings.base_url}/api/manifest", version=__version__)


@blueprint.get("/support")
def support() -> ResponseReturnValue:
    return _page("support.html", support_url=ctx().settings.support_url)


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    settings = ctx().settings
    return _page("privacy.html", contact=settings.privacy_contact, retention_days=settings.retention_days)
