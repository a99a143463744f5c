"""Text from a mail's HTML, in one pass: strangers send it, so no tag, comment or entity may cost more than its own length."""

from __future__ import annotations

import html
import re
import string

#: Of a text part so many bytes are looked at: far more than anybody writes, pictures are parts of their own.
MOST_TEXT = 500_000
#: Decoders that are no character sets of mails; some take the square of their input's length.
_NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"})
_BLOCKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3"})
_LEFT_OUT = frozenset({"script", "style", "head", "title", "blockquote"})
#: Their contents are no markup: only their own end tag ends them.
_RAW = frozenset({"script", "style", "title"})
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
#: A character's number that no character has; turning it into one is slow, or refused.
_ENDLESS = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")
#: Letter for letter, so that places stay the same.
_LOWER = {ord(letter): ord(letter.lower()) for letter in string.ascii_uppercase}
_SPACES = re.compile(r"\s+")


def decoded(content: bytes, charset: str) -> str:
    """A text part in its character set, in UTF-8 where there is none of that name; without what no database keeps."""
    content = content[:MOST_TEXT]
    name = charset.lower().replace("-", "_")
    try:
        text = content.decode("utf-8" if name in _NO_CHARSETS else charset, "replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return storable(text)


def storable(text: str) -> str:
    """Without NUL and without halves of surrogate pairs: PostgreSQL takes neither."""
    return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in text if sign != "\0")


def html_to_text(markup: str) -> str:
    """What a reader sees; scripts, styles and what is quoted are left out."""
    said: list[str] = []
    skipping: list[str] = []
    lower, place = markup.translate(_LOWER), 0
    while place < len(markup):
        begins = markup.find("<", place)
        if not skipping:
            said.append(_words(markup[place : begins if begins >= 0 else len(markup)]))
        if begins < 0:
            break
        found = _TAG.match(markup, begins)
        if found is None and not markup.startswith(("<!", "<?", "</"), begins):
            said += () if skipping else "<"
            place = begins + 1
            continue
        place = _behind(markup, "-->" if markup.startswith("<!--", begins) else ">", begins)
        if found is None:
            continue
        name = found[2].lower()
        if found[1]:
            _close(name, said, skipping)
            continue
        _open(name, "gmail_quote" in lower[begins:place], said, skipping)
        if name in _RAW:
            ends = lower.find(f"</{name}", place)
            place = len(markup) if ends < 0 else ends
    return "\n".join(line.strip(" \t") for line in "".join(said).split("\n")).strip()


def _behind(markup: str, mark: str, place: int) -> int:
    """The place behind the next such mark; the end where there is none."""
    found = markup.find(mark, place)
    return len(markup) if found < 0 else found + len(mark)


def _words(text: str) -> str:
    return _SPACES.sub(" ", html.unescape(_ENDLESS.sub("\ufffd", text)))


def _open(name: str, is_quote: bool, said: list[str], skipping: list[str]) -> None:  # noqa: FBT001
    if skipping:
        if name == skipping[-1]:
            skipping.append(name)
    elif name in _LEFT_OUT or (name == "div" and is_quote):
        skipping.append(name)
    elif name in _BLOCKS:
        said.append("\n")


def _close(name: str, said: list[str], skipping: list[str]) -> None:
    if skipping and name == skipping[-1]:
        skipping.pop()
    elif name == "p":
        said.append("\n")
