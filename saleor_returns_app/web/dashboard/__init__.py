"""Everything staff see in the Saleor Dashboard: the queue, a case, widgets, a popup, settings.

A frame is answered with an empty shell; its script then asks for the same address with the person's token and gets the page.
"""

from __future__ import annotations

from flask import Blueprint, Flask
from werkzeug.exceptions import HTTPException

from saleor_returns_app.errors import NotFound

from . import (
    analytics,
    answers,
    audit,
    bulk,
    cases,
    deadlines,
    desk,
    evidence,
    exchanges,
    filing,
    findings,
    mails,
    offer_words,
    opening,
    people,
    policy,
    privacy,
    queue,
    receiving,
    replies,
    returning,
    satisfaction,
    settings,
    stock,
    widgets,
    withdrawals,
    words,
)

blueprint = Blueprint("dashboard", __name__, url_prefix="/dashboard")
blueprint.before_request(answers.enter)
blueprint.after_request(answers.protect)
blueprint.teardown_request(answers.leave)
blueprint.register_error_handler(Exception, answers.refuse)
blueprint.register_error_handler(HTTPException, answers.refuse)


@blueprint.record_once
def _register(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]
    words.register(app)
    offer_words.register(app)
    exchanges.register(app)
    findings.register(app)
    policy.register(app)


def _nowhere(rest: str) -> str:  # noqa: ARG001
    raise NotFound


def _routes() -> None:
    add = blueprint.add_url_rule
    add("/", "queue", queue.show_queue)
    add("/cases/<case_id>", "case", cases.show_case)
    add("/cases/<case_id>/quote", "quote", cases.show_quote)
    add("/cases/<case_id>/refunds", "refunds", cases.show_refunds)
    add("/cases/<case_id>/exchange", "picking", exchanges.show_picking)
    add("/cases/<case_id>/exchange", "pick", exchanges.pick, methods=["POST"])
    add("/cases/<case_id>/replacement", "replacement", cases.show_replacement)
    add("/cases/<case_id>/receive", "receiving", cases.show_receiving)
    add("/cases/<case_id>/compose", "compose", replies.compose_reply, methods=["POST"])
    add("/cases/<case_id>/offers/<offer_id>/<name>", "act_offer", cases.act_on_offer, methods=["POST"])
    add("/cases/<case_id>/gallery/files", "gallery", evidence.show_gallery)
    add("/cases/<case_id>/gallery/files", "add_evidence", evidence.add_files, methods=["POST"])
    add(
        "/cases/<case_id>/gallery/files/<evidence_id>/remove", "remove_evidence", evidence.remove_file, methods=["POST"]
    )
    add("/cases/<case_id>/desk/<verb>", "change_desk", desk.change_desk, methods=["POST"])
    add("/cases/<case_id>/<name>", "act", cases.act_on_case, methods=["POST"])
    add("/cases/<case_id>/lines/<line_id>/correct", "correct_line", cases.correct_count, methods=["POST"])
    add("/cases/<case_id>/steps/<step_id>/<name>", "act_step", cases.act_on_step, methods=["POST"])
    add("/cases/<case_id>/refunds/<refund_id>/<name>", "act_refund", cases.act_on_refund, methods=["POST"])
    add("/receiving", "bench", receiving.show_bench)
    add("/receiving/bookings", "bookings", receiving.show_bookings)
    add("/receiving/cases/<case_id>", "book", receiving.book, methods=["POST"])
    add("/receiving/bookings/<receipt_id>/undo", "undo_booking", receiving.undo, methods=["POST"])
    add("/receiving/strays", "keep_stray", receiving.keep_stray, methods=["POST"])
    add("/receiving/strays/<goods_id>", "finish_stray", receiving.finish_stray, methods=["POST"])
    add("/open-case", "opening", opening.show_opening)
    add("/open-case/<order_id>", "opening_page", opening.show_opening)
    add("/open-case", "open_case", opening.open_for_shopper, methods=["POST"])
    add("/open-case/preview", "preview", opening.preview_refund, methods=["POST"])
    add("/file-complaint/<order_id>", "complaining", filing.show_filing)
    add("/file-complaint/<order_id>", "file_complaint", filing.file_for_shopper, methods=["POST"])
    add("/settings/mails", "mails", mails.show_mails)
    add("/settings/mails", "save_mails", mails.save_mails, methods=["POST"])
    add("/settings/mails/test", "test_mail", mails.test_mail, methods=["POST"])
    add("/settings/mails/<mail_id>/<name>", "act_mail", mails.act_on_mail, methods=["POST"])
    add("/analytics", "analytics", analytics.show_analytics)
    add("/analytics", "count_again", analytics.count_again, methods=["POST"])
    add("/analytics/signals/<signal_id>", "settle_signal", analytics.settle, methods=["POST"])
    add("/analytics/cases", "analytics_cases", analytics.show_cases)
    add("/satisfaction", "satisfaction", satisfaction.show_satisfaction)
    add("/cases/<case_id>/survey/follow-up", "follow_up", satisfaction.follow_up_case, methods=["POST"])
    add("/widgets/order", "order_widget", widgets.show_order_cases)
    add("/widgets/customer", "customer_widget", widgets.show_customer_cases)
    add("/settings/replies", "replies", replies.show_replies)
    add("/settings/replies", "save_reply", replies.save, methods=["POST"])
    add("/settings/replies/starters", "add_starters", replies.add_starters, methods=["POST"])
    add("/settings/replies/<reply_id>", "reply", replies.show_reply)
    add("/settings/replies/<reply_id>/delete", "delete_reply", replies.delete, methods=["POST"])
    add("/settings", "settings", settings.show_settings)
    add("/settings", "save_settings", settings.save_settings, methods=["POST"])
    add("/settings/stock-list", "stock_list", stock.show_list)
    add("/settings/stock-list", "take_stock", stock.take, methods=["POST"])
    policy.add_routes(add)
    add("/bulk", "preview_bulk", bulk.preview, methods=["POST"])
    add("/bulk/runs", "plan_bulk", bulk.plan, methods=["POST"])
    add("/bulk/runs/<run_id>", "bulk_run", bulk.show_run)
    add("/bulk/runs/<run_id>/stop", "stop_bulk", bulk.stop, methods=["POST"])
    add("/withdrawals", "withdrawals", withdrawals.show_withdrawals)
    add("/withdrawals/<withdrawal_id>", "settle_withdrawal", withdrawals.settle, methods=["POST"])
    add("/settings/deadlines", "deadlines", deadlines.show_deadlines)
    add("/settings/deadlines", "save_deadlines", deadlines.save_deadlines, methods=["POST"])
    add("/settings/sending-back", "returning", returning.show_returning)
    add("/settings/sending-back", "save_returning", returning.save_returning, methods=["POST"])
    add("/settings/sending-back/carrier", "connect_carrier", returning.connect, methods=["POST"])
    add("/settings/sending-back/carrier/end", "disconnect_carrier", returning.disconnect, methods=["POST"])
    add("/settings/sending-back/places", "save_place", returning.save_a_place, methods=["POST"])
    add("/settings/sending-back/places/delete", "delete_place", returning.delete_a_place, methods=["POST"])
    add("/settings/audit", "audit", audit.show_log)
    add("/settings/privacy", "privacy", privacy.show_privacy)
    add("/settings/privacy/person", "look_up_person", privacy.look_up, methods=["POST"])
    add("/settings/privacy/erase", "erase_person", privacy.erase, methods=["POST"])
    add("/settings/audit", "export_audit", audit.take_out, methods=["POST"])
    add("/settings/people", "people", people.show_people)
    add("/settings/people", "save_people", people.save_people, methods=["POST"])
    add("/<path:rest>", "nowhere", _nowhere)


_routes()
