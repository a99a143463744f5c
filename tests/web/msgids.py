"""Every text that people read, collected from the templates and from the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from babel.messages.extract import extract

from saleor_returns_app.domain import slip_words
from saleor_returns_app.domain.policy.words import texts as policy_texts
from saleor_returns_app.web import labels, offer_words
from saleor_returns_app.web.documents import credit_notes
from saleor_returns_app.web.portal import exchanges
from saleor_returns_app.web.portal.cases import STEPS
from saleor_returns_app.web.portal.surveys import MEANINGS
from saleor_returns_app.web.portal.thread import BEARERS

PACKAGE = Path(__file__).parents[2] / "saleor_returns_app"
#: Where texts for shoppers stand in the code as plain strings.
MODULES = (
    "errors.py",
    "adapters/carriers/calling.py",
    "adapters/carriers/easypost.py",
    *(f"domain/policy/{name}.py" for name in ("checking", "evaluating", "plain_facts", "windows", "withdrawal")),
    "domain/evidence.py",
    "domain/payouts.py",
    "services/payouts.py",
    "domain/quotes.py",
    "domain/deductions.py",
    "domain/differences.py",
    "domain/offers.py",
    "domain/machines.py",
    "domain/methods.py",
    "domain/repairs.py",
    "domain/slip_words.py",
    "services/cases.py",
    "services/choosing.py",
    "services/evidence.py",
    "services/evidence_requests.py",
    "services/guards.py",
    "services/opening.py",
    "services/disputes.py",
    "services/complaints.py",
    "services/filing.py",
    "services/reopening.py",
    "services/repairs.py",
    "services/return_methods.py",
    "services/arranging.py",
    "services/labelling.py",
    "services/sending_out.py",
    "services/withdrawals.py",
    "services/messages.py",
    "services/offers.py",
    "services/logins.py",
    "services/logistics.py",
    "services/drafts.py",
    "services/idempotency.py",
    "services/context.py",
    "services/orders.py",
    "services/slips.py",
    "web/errors.py",
    "web/documents/credit_notes.py",
    "services/signing.py",
    "services/surveys.py",
    "services/credit_notes.py",
    "web/labels.py",
    "web/offer_forms.py",
    "web/offer_words.py",
    "web/picking.py",
    "web/tokens.py",
    "web/mail/rendering.py",
    *(
        f"web/portal/{name}.py"
        for name in (
            "access",
            "cases",
            "choices",
            "complaints",
            "disputes",
            "evidence",
            "exchanges",
            "login",
            "own_cases",
            "repairs",
            "request",
            "surveys",
            "thread",
            "typed",
            "ways",
            "withdrawal",
        )
    ),
    *(f"web/storefront/{name}.py" for name in ("access", "cases", "description", "evidence", "orders", "threads")),
)
FOLDERS = ("portal", "mail", "install")
#: A sentence or a label: begins with a capital or a placeholder, and is no name of a header, type or constant.
_TEXT = re.compile(r"^(?:[A-Z“]|%\()")
_NO_TEXT = re.compile(
    r"^[A-Z_]+$|^[A-Z][\w.-]*$|^Content-|^Bearer|^GET, POST|^Saleor Returns|^Returns for signed-in|^The same key and body"
    r"|^Seconds until|^The shop's name in|^Saleor's global"
)
#: Labels of one word, which look like names of constants.
_WORDS = {
    *labels.STATUSES.values(),
    *labels.COMPLAINT_STATUSES.values(),
    *labels.CONDITIONS.values(),
    *labels.REFUNDS.values(),
    *labels.SHOPPER_REFUNDS.values(),
    *labels.PARCELS.values(),
    *labels.WAITS.values(),
    *(name for _, name in STEPS),
    *MEANINGS.values(),
    "Shipping",
    *offer_words.STATES.values(),
    *offer_words.WISHES.values(),
    *BEARERS.values(),
    *exchanges.STATES.values(),
    *exchanges.DIFFERENCES,
    *credit_notes.LABELS,
    *policy_texts(),
    *slip_words.LABELS.values(),
}


def collect() -> set[str]:
    found = set(_WORDS)
    for folder in FOLDERS:
        for page in (PACKAGE / "web" / "templates" / folder).iterdir():
            with page.open("rb") as source:
                for _, message, _, _ in extract(
                    "jinja2.ext.babel_extract", source, options={"newstyle_gettext": "true"}
                ):
                    found.update([message] if isinstance(message, str) else [part for part in message if part])
    with (PACKAGE / "web" / "templates" / "base_portal.html").open("rb") as source:
        found.update(
            message for _, message, _, _ in extract("jinja2.ext.babel_extract", source) if isinstance(message, str)
        )
    for name in MODULES:
        found |= _texts(PACKAGE / name)
    return found


def _texts(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            skipped.add(id(node.body[0].value))  # type: ignore[attr-defined]
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in node.values)
    texts = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            text = node.value
            if _TEXT.match(text) and (" " in text) and not _NO_TEXT.match(text):
                texts.add(text)
    return texts
