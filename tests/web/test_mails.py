"""What the mails say, in each language, and that nothing in them can do harm."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from jinja2 import UndefinedError

from saleor_returns_app.models.tenants import Tenant
from saleor_returns_app.services.notifications import Letter
from saleor_returns_app.web.i18n import LANGUAGES
from saleor_returns_app.web.mail.rendering import SUBJECTS, render

from .mails import KINDS, params

SHOP = Tenant(
    slug="nordlicht", name="Nordlicht & Söhne", settings={"contact_email": "help@nordlicht.example"},
    api_url="https://nordlicht.example/graphql/", app_id="app-1", token_secret="", installed_at=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


def letter(kind: str, language: str = "en", **changes: object) -> Letter:
    return render(kind, language, params(kind, **changes), SHOP, base_url="https://returns.example")


def test_there_is_a_sample_of_every_kind() -> None:
    assert set(KINDS) == set(SUBJECTS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_written_in_every_language(kind: str, language: str) -> None:
    made = letter(kind, language)
    for part in (made.subject, made.text, made.html):
        assert "%(" not in part
        assert "{{" not in part
    assert f'<html lang="{language}">' in made.html
    assert bool(re.search("[\u4e00-\u9fff]", made.subject)) == (language == "zh")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("code", ["042042", "10 minutes"]),
        (
            "requested",
            ["R-2026-000042", "2 × Enamel Mug · Cream", "$47.62", "March 4, 2026", "do not send anything yet"],
        ),
        ("approved", ["Please use the box it came in.", "1 Dock Road", "March 4, 2026", "R-2026-000042 on the parcel"]),
        ("rejected", ["The mug was used: there is coffee in it."]),
        ("cancelled", ["We found the parcel at the depot.", "Please do not send anything."]),
        ("goods_received", ["1 of 2 accepted", "One handle is broken.", "We work out the refund"]),
        (
            "disconnected",
            ["https://nordlicht.example/graphql/", "nothing is lost", "switch it on again", "install it again"],
        ),
        ("message", ["Which of the two mugs is broken?", "answer it on our page"]),
        ("survey", ["R-2026-000042 is over", "https://returns.example/r/nordlicht/opinion/signed"]),
        ("complaint_received", ["It came ten days late.", "Somebody reads it by March 4, 2026"]),
        ("complaint_acknowledged", ["We asked the carrier.", "by March 4, 2026 how it is decided"]),
        ("complaint_decided", ["You are right in part", "lost it for a week", "by April 3, 2026", "The board, Geneva"]),
        ("complaint_closed", ["R-2026-000042 is over"]),
        ("handed_up", ["Beyond what I may say.", "This mail goes to admin"]),
        ("danger", ["Desk Lamp", "It burnt my hand.", "Stop its sale"]),
        ("news_to_staff", ["has been delivered to you", "Saleor Dashboard"]),
        ("message_to_staff", ["The one with the cat.", "Saleor Dashboard"]),
        ("offer", ["You keep the items and get $12.00.", "For the scratch on the lamp.", "March 5, 2026"]),
        ("offer_ended", ["ended", "You keep the items and get $12.00.", "looks at your request again"]),
        ("agreed", ["You keep the items and get $12.00.", "Please send nothing"]),
        ("fulfilled", ["RR123456785DE"]),
        ("credit_issued", ["ABCD-EFGH-1234", "$45.00", "at the checkout"]),
        ("payout_proposed", ["$15.00", "bank transfer"]),
        ("voucher_issued", ["THANKS-ABCD-EFGH-2345-6789", "$15.00", "one order"]),
        ("reminder_goods", ["by March 4, 2026", "R-2026-000042 on the parcel", "1 Dock Road", "tracking number"]),
        ("reminder_evidence", ["by March 4, 2026", "ends then"]),
        ("reminder_offer", ["by March 4, 2026"]),
        ("expired", ["not sent by March 4, 2026", "nothing is refunded", "ask for a new return"]),
        ("extended", ["until March 4, 2026"]),
        ("closed", ["by March 4, 2026", "closed now"]),
        ("escalated", ["Review of the request: this was due by March 4, 2026", "goes to admin"]),
        ("refunded", ["$47.62", "Card: $32.62", "Gift card: $15.00", "7 business days"]),
    ],
)
def test_a_mail_says_what_happened_and_what_happens_next(kind: str, said: list[str]) -> None:
    text = letter(kind).text
    assert [part for part in said if part not in text] == []


NOT_TO_THE_PORTAL = {
    *("code", "danger", "disconnected", "escalated", "handed_up", "message_to_staff", "news_to_staff"),
    "survey",  # by a link of its own, which lets nobody in
    "withdrawal_receipt",
}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - NOT_TO_THE_PORTAL))
def test_a_mail_leads_to_the_portal_without_telling_who_or_what(kind: str) -> None:
    made = letter(kind)
    assert set(re.findall(r'https?://[^\s"<]+', made.text + made.html)) == {
        "https://returns.example/r/nordlicht?lang=en"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_loads_nothing_from_anywhere(kind: str) -> None:
    assert not re.search(r"<img|<script|<link|url\(|src=", letter(kind).html)


def test_what_people_wrote_is_text() -> None:
    made = letter("rejected", reason='<img src=x onerror="alert(1)"> & שלום 🙃 %(x)s')
    assert "<img" not in made.html
    assert '<img src=x onerror="alert(1)"> & שלום 🙃 %(x)s' in made.text


def test_a_colour_cannot_smuggle_in_a_style() -> None:
    SHOP.settings = {**SHOP.settings, "brand_color": "red;}</style><script>"}
    assert "red;" not in letter("approved").html


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_asked_twice_reads_which_return_goes_on_and_is_not_told_to_keep_its_parcel(language: str) -> None:
    made = letter("cancelled", language, reason="", goes_on="R-2026-000041")
    for part in (made.text, made.html):
        assert "R-2026-000041" in part
        assert "do not send anything" not in part
        assert "请勿寄" not in part
        assert ("repeats" in part) == (language == "en")


def test_a_withdrawal_is_told_that_it_counts_and_is_not_looked_at_like_a_request() -> None:
    for text in (letter("requested", is_withdrawal=True).text, letter("requested", is_withdrawal=True).html):
        assert "Your withdrawal counts. We write to you by March 4, 2026" in text
        assert "We look at your request" not in text


def test_an_address_in_the_message_is_not_followed_by_the_promise_of_one() -> None:
    for made in (letter("approved", return_address=""), letter("approved", return_address="", message="")):
        promised = "Please use the box" not in made.text
        assert ("The shop will tell you the address." in made.text) == promised
        assert ("The shop will tell you the address." in made.html) == promised


def test_a_reminder_follows_the_way_back() -> None:
    store = letter("reminder_goods", method="in_store")
    for said in (store.text, store.html):
        assert "Bring the items to the store by March 4, 2026" in said
        assert "tracking number" not in said
    assert "with the label or code" in letter("reminder_goods", method="drop_off").text
    for made in (
        letter("approved", chooses=True),
        letter("reminder_goods", chooses=True),
    ):
        assert "Choose on the page of your return how the items come back." in made.text
        assert "Choose on the page of your return how the items come back." in made.html


def test_when_nothing_was_accepted_no_refund_is_promised() -> None:
    lines = [{"item": "Mug", "variant": "", "quantity": 1, "received": 1, "accepted": 0, "refusal": "Used."}]
    text = letter("goods_received", lines=lines).text
    assert "Nothing of it could be accepted" in text
    assert "refund" not in text


def test_what_nobody_paid_is_not_listed() -> None:
    ways = [{"label": "Card", "way": "transaction", "minor": 4762}, {"label": "Other", "way": "person", "minor": 0}]
    assert "Other" not in letter("refunded", ways=ways).text


def test_yen_have_no_cents() -> None:
    assert "¥4,762" in letter("requested", currency="JPY").text


def test_without_a_name_the_mail_begins_with_the_matter() -> None:
    assert letter("requested", customer_name="").text.startswith("We received your request.")


def test_a_language_nobody_speaks_here_is_english() -> None:
    assert letter("code", "tlh").subject == "Your code: 042042"


def test_a_kind_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        render("greeting", "en", {}, SHOP, base_url="https://returns.example")


def test_a_missing_parameter_is_an_error_and_no_gap() -> None:
    with pytest.raises(UndefinedError):
        render("approved", "en", {"number": "R-1"}, SHOP, base_url="https://returns.example")


def test_the_day_of_a_mail_is_the_shops() -> None:
    """The end of 3 March in New York is 4 March in Greenwich; the shopper reads the same day as on their page."""
    shop = Tenant(
        slug="ny", name="NY", api_url="https://ny.example/graphql/", settings={"time_zone": "America/New_York"}
    )
    made = render(
        "approved",
        "en",
        params("approved", due_at="2026-03-04T04:59:59+00:00"),
        shop,
        base_url="https://returns.example",
    )
    assert "by March 3, 2026" in made.text
