"""Installing and removing apps, and tokens as people and the Dashboard have them."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, abort, jsonify
from flask.typing import ResponseReturnValue

from demo.shop import installing, tokens
from demo.shop.web.current import app_by, body, current_shop

apps = Blueprint("apps", __name__, url_prefix="/demo")


@apps.get("/apps")
def list_apps() -> ResponseReturnValue:
    found = current_shop().state.apps.values()
    shown = [
        {"id": each.id, "name": each.name, "isActive": each.is_active, "manifestUrl": each.manifest_url}
        for each in found
    ]
    return jsonify(shown)


@apps.post("/apps")
def install() -> ResponseReturnValue:
    """`{"manifestUrl"}` installs; `{"name", "permissions"}` makes a local app and answers its token."""
    shop, data = current_shop(), body()
    if "manifestUrl" not in data:
        permissions = frozenset(data.get("permissions", ()))
        made = installing.add_local_app(shop, name=data.get("name", "Local app"), permissions=permissions)
        return jsonify({"id": made.id, "token": made.token}), 201
    try:
        app = installing.install(shop, data["manifestUrl"])
    except installing.InstallFailed as failed:
        return jsonify({"error": str(failed)}), 422
    return jsonify({"id": app.id, "name": app.name}), 201


@apps.post("/apps/<app_id>/activate")
def activate(app_id: str) -> ResponseReturnValue:
    installing.activate(current_shop(), app_by(app_id))
    return list_apps()


@apps.post("/apps/<app_id>/deactivate")
def deactivate(app_id: str) -> ResponseReturnValue:
    installing.deactivate(current_shop(), app_by(app_id))
    return list_apps()


@apps.delete("/apps/<app_id>")
def remove(app_id: str) -> ResponseReturnValue:
    installing.uninstall(current_shop(), app_by(app_id))
    return list_apps()


@apps.get("/apps/<app_id>/problems")
def problems(app_id: str) -> ResponseReturnValue:
    return jsonify([asdict(problem) for problem in app_by(app_id).problem_log])


@apps.post("/tokens")
def token() -> ResponseReturnValue:
    """`{"email", "app"}`: what the Dashboard would hand to that app's frame; without an app, a session."""
    shop, data = current_shop(), body()
    try:
        user = shop.user(data["email"])
    except KeyError:
        abort(404)
    if "app" in data:
        return jsonify({"token": tokens.third_party_token(shop, app_by(data["app"]), user)})
    return jsonify({"token": tokens.access_token(shop, user)})
