"""The returns policy in the Dashboard: what is in force, the draft, trying it, publishing it, its versions, in and out as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from . import exchange, pages, publishing, rules, simulation, versions, words


def add_routes(add: Callable[..., Any]) -> None:
    """`add` is the blueprint's `add_url_rule`."""
    add("/policy", "policy", pages.show_draft)
    add("/policy/in-force", "policy_in_force", pages.show_in_force)
    add("/policy/draft", "begin_policy", pages.begin, methods=["POST"])
    add("/policy/draft/discard", "discard_policy", pages.discard, methods=["POST"])
    add("/policy/rule", "policy_rule", rules.show_rule)
    add("/policy/rule", "save_policy_rule", rules.save_rule, methods=["POST"])
    add("/policy/rule/shape", "shape_policy_rule", rules.shape_rule, methods=["POST"])
    add("/policy/rule/preview", "preview_policy_rule", rules.preview_rule, methods=["POST"])
    add("/policy/rule/move", "move_policy_rule", rules.move_rule, methods=["POST"])
    add("/policy/rule/duplicate", "duplicate_policy_rule", rules.duplicate_rule, methods=["POST"])
    add("/policy/rule/remove", "remove_policy_rule", rules.remove_rule, methods=["POST"])
    add("/policy/simulation", "policy_simulation", simulation.show_simulation)
    add("/policy/simulation", "simulate_policy", simulation.begin_simulation, methods=["POST"])
    add("/policy/simulation/orders", "policy_orders", simulation.show_orders_read)
    add("/policy/simulation/orders", "read_policy_orders", simulation.read_orders_again, methods=["POST"])
    add("/policy/simulation/progress", "policy_progress", simulation.show_progress)
    add("/policy/simulation/changes", "policy_changes", simulation.show_changes)
    add("/policy/publish", "policy_publishing", publishing.show_publishing)
    add("/policy/publish", "publish_policy", publishing.publish, methods=["POST"])
    add("/policy/versions", "policy_versions", versions.show_versions)
    add("/policy/versions/<int:number>", "policy_version", versions.show_version)
    add("/policy/versions/<int:number>/restore", "restore_policy", versions.restore, methods=["POST"])
    add("/policy/text", "policy_exchange", exchange.show_exchange)
    add("/policy/text", "import_policy", exchange.import_text, methods=["POST"])


def register(app: Flask) -> None:
    words.register(app)
