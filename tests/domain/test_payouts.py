from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_returns_app.domain.payouts import Account, read_account, read_iban, read_paid_on
from saleor_returns_app.errors import BadInput

GOOD = ["DE89 3704 0044 0532 0130 00", "gb82west12345698765432", "NO9386011117947", "MT84MALT011000012345MTLCAST001S"]


@pytest.mark.parametrize("text", GOOD)
def test_a_right_iban_is_kept_without_spaces(text: str) -> None:
    assert read_iban(text) == text.replace(" ", "").upper()


@given(st.sampled_from(GOOD), st.integers(2, 14), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(text: str, place: int, more: int) -> None:
    said = read_iban(text)
    if not said[place].isdigit():
        return
    wrong = said[:place] + str((int(said[place]) + more) % 10) + said[place + 1 :]
    with pytest.raises(BadInput):
        read_iban(wrong)


@pytest.mark.parametrize("text", ["", "DE89", "DE8937040044053201300０", "'; drop table", "DE89" + "0" * 40])
def test_what_is_no_iban_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_iban(text)


def test_an_account_says_little_of_itself() -> None:
    account = read_account({"holder": "Ada", "iban": GOOD[0], "other": "ignored"})
    assert account == Account(holder="Ada", iban="DE89370400440532013000")
    assert account.ending == "3000"
    assert "3704" not in repr(account)


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"iban": GOOD[0]}, "holder"), ({"holder": "Ada"}, "iban"), ({"holder": "Ada", "iban": "DE00"}, "iban")],
)
def test_what_is_missing_is_named(typed: dict[str, str], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read_account(typed)
    assert refusal.value.field == field


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-03-01", "2026-03-05"])
def test_paid_between_consent_and_today(text: str) -> None:
    days = {"today": date(2026, 3, 4), "not_before": date(2026, 3, 2)}
    assert read_paid_on("2026-03-04", **days) == date(2026, 3, 4)
    with pytest.raises(BadInput):
        read_paid_on(text, **days)
