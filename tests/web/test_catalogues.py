"""The catalogues are complete: nothing is missing, nothing is left over, every placeholder is one that gets filled."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from saleor_returns_app.web.i18n import CATALOGUES, LANGUAGES, nearest, translate

from .msgids import collect

OTHERS = sorted(set(LANGUAGES) - {"en"})


def catalogue(language: str) -> dict[str, str]:
    """Text → translation; of a text with a plural both forms, with the translation of many."""
    found = {}
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        for message in read_po(source):
            texts = [message.id] if isinstance(message.id, str) else message.id
            said = message.string if isinstance(message.string, str) else (message.string or ("",))[-1]
            found.update({text: said for text in texts if text})
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    known = catalogue(language)
    assert sorted(text for text in collect() if not known.get(text)) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_over(language: str) -> None:
    assert sorted(set(catalogue(language)) - collect()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_translations_ask_for_nothing_that_is_not_there(language: str) -> None:
    for text, said in catalogue(language).items():
        assert set(re.findall(r"%\((\w+)\)s", said)) <= set(re.findall(r"%\((\w+)\)s", text)), text


@pytest.mark.parametrize(
    ("wished", "found"),
    [(["zh-Hans-CN"], "zh"), (["pl", "zh_TW"], "zh"), (["EN-us"], "en"), ([], "en"), (["tlh"], "en")],
)
def test_the_nearest_language_is_found(wished: list[str], found: str) -> None:
    assert nearest(wished) == found


def test_an_empty_text_stays_empty() -> None:
    assert translate("", "zh") == ""
