"""Reading the mailbox in a browser, and as JSON."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from demo.mailbox.store import Mailbox, Message

mailbox_pages = Blueprint("mailbox", __name__, url_prefix="/mailbox", template_folder="templates")


def _mailbox() -> Mailbox:
    return cast(Mailbox, current_app.extensions["mailbox"])


def _message(number: int) -> Message:
    return _mailbox().get(number) or abort(404)


@mailbox_pages.get("/")
def inbox() -> ResponseReturnValue:
    return render_template("mailbox/inbox.html", messages=_mailbox().messages(), opened=None)


@mailbox_pages.get("/<int:number>")
def read(number: int) -> ResponseReturnValue:
    return render_template("mailbox/inbox.html", messages=_mailbox().messages(), opened=_message(number))


@mailbox_pages.get("/api/messages")
def messages() -> ResponseReturnValue:
    """All mails, newest first; `?to=` keeps those to one address."""
    return jsonify([message.as_dict() for message in _mailbox().messages(to=request.args.get("to"))])


@mailbox_pages.get("/api/messages/<int:number>")
def one_message(number: int) -> ResponseReturnValue:
    return jsonify(_message(number).as_dict())


@mailbox_pages.delete("/api/messages")
def forget() -> ResponseReturnValue:
    _mailbox().clear()
    return jsonify([])
