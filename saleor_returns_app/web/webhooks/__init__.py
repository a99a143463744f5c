"""`POST /api/webhooks`: every event of every shop."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from saleor_returns_app.services.context import Context
from saleor_returns_app.web.install.manifest import WEBHOOKS_PATH

from .door import Door
from .receiving import Receiver

blueprint = Blueprint("webhooks", __name__)


@blueprint.record
def _open_door(state: BlueprintSetupState) -> None:
    app: Flask = state.app  # type: ignore[assignment]
    context: Context = app.extensions["returns"]
    app.wsgi_app = Door(  # type: ignore[method-assign]
        app.wsgi_app,
        Receiver(context),
        path=WEBHOOKS_PATH,
        max_body_bytes=context.settings.max_body_bytes,
    )
