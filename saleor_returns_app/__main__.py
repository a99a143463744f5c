"""The command line: `python -m saleor_returns_app web|worker|migrate|manifest|mail-in|tenants|verify-audit|check`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from pydantic import ValidationError

from saleor_returns_app.config import Settings, load_settings
from saleor_returns_app.errors import AppError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="saleor_returns_app", description="Returns and refunds for Saleor.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, about in (
        ("web", "serve Saleor, the Dashboard, the portal and the storefront API"),
        ("worker", "run jobs: refunds, recorded returns, mails, webhooks"),
        ("migrate", "bring the database to this release's tables"),
        ("manifest", "print the manifest as Saleor would read it"),
        ("mail-in", "take in one mail from standard input, as a mail server's pipe hands it over"),
        ("tenants", "list the shops that installed the app"),
    ):
        commands.add_parser(name, help=about, description=about)
    check = commands.add_parser("check", help="say in plain words what of the configuration is wrong")
    check.add_argument("--health", action="store_true", help="only ask the running web process whether it is ready")
    audit = commands.add_parser(
        "verify-audit", help="work the audit log out anew and name the first row that does not hold"
    )
    audit.add_argument("--shop", default="", help="only this shop: its name in portal addresses, or its API URL")
    audit.add_argument("--expect", default="", help="number:hash of a row, as an earlier run printed it")
    given = parser.parse_args(arguments)
    try:
        settings = load_settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "RETURNS_" + "_".join(str(part) for part in problem["loc"]).upper()
            print(f"{name}: {problem['msg']}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"A secret's file cannot be read: {error}", file=sys.stderr)
        return 2
    from saleor_returns_app import commands as verbs

    run: dict[str, Callable[[Settings], int]] = {
        "web": verbs.web,
        "worker": verbs.worker,
        "migrate": verbs.migrate,
        "manifest": verbs.manifest,
        "mail-in": verbs.mail_in,
        "tenants": verbs.list_tenants,
        "verify-audit": lambda settings: verbs.verify_audit(settings, shop=given.shop, expect=given.expect),
        "check": verbs.check_health if getattr(given, "health", False) else verbs.check,
    }
    try:
        return run[given.command](settings)
    except AppError as error:
        print(error.message(), file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
