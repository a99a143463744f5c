"""A mail that came in: who sent it to whom, what it says without what it quotes, what came with it. Nothing in it is trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser

#: Headers that may name the address it was delivered to.
_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
#: Where the mail that is answered begins, as mail programs write it.
_QUOTE = re.compile(
    r"^(?:On\b.{4,200}\bwrote:|Am\b.{4,200}\bschrieb\b.*:|Le\b.{4,200}a écrit\s?:|在.{4,200}写道[：:]|.{4,120}于.{4,80}写道[：:]"
    r"|-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht|原始邮件)\s*-{2,}|_{20,}|-{20,}"
    r"|(?:From|Von|发件人)\s?[:：].+)\s*$",
    re.IGNORECASE,
)
#: Attachments of one mail that are looked at.
MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class AttachedFile:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMail:
    """`sender` and `recipients` are lower case; `text` is what its sender wrote; `automatic` for what no person wrote (RFC 3834)."""

    sender: str
    recipients: tuple[str, ...]
    message_id: str
    text: str
    automatic: bool
    files: tuple[AttachedFile, ...]


def read_mail(raw: bytes) -> InboundMail:
    """From RFC 822 as a mail server hands it on. What cannot be read is left out; this never raises for what a mail contains."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)  # noqa: S101 the policy makes it one
    senders = _addresses(mail, ("From",))
    return InboundMail(
        sender=senders[0] if senders else "",
        recipients=_addresses(mail, _TO),
        message_id=_header(mail, "Message-ID")[:200],
        text=without_quotes(_text_of(mail)),
        automatic=_is_automatic(mail, senders[0] if senders else ""),
        files=tuple(_files_of(mail)),
    )


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return str(mail.get(name, "")).strip()
    except (ValueError, IndexError, LookupError, AttributeError):  # the parser of the standard library trips over some
        return ""


def _addresses(mail: EmailMessage, names: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for name in names:
        try:
            values = [str(value) for value in mail.get_all(name, [])]
        except (ValueError, IndexError, LookupError, AttributeError):
            continue
        found += [address.lower() for _, address in getaddresses(values) if "@" in address]
    return tuple(dict.fromkeys(found))


def _is_automatic(mail: EmailMessage, sender: str) -> bool:
    submitted = _header(mail, "Auto-Submitted").lower()
    return (
        (bool(submitted) and submitted.partition(";")[0].strip() != "no")
        or _header(mail, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
        or any(_header(mail, name) for name in ("List-Id", "X-Autoreply", "X-Autorespond"))
        or _header(mail, "Return-Path") == "<>"
        or mail.get_content_type() == "multipart/report"
        or sender.partition("@")[0] in ("mailer-daemon", "postmaster", "noreply", "no-reply")
    )


def _text_of(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except (LookupError, ValueError, KeyError):  # an unknown charset, a broken encoding
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return html_to_text(content) if part.get_content_type() == "text/html" else content


def _files_of(mail: EmailMessage) -> Iterator[AttachedFile]:
    count = 0
    for part in mail.walk():
        if part.is_multipart() or part.get_content_maintype() not in ("image", "video"):
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            count += 1
            if count > MOST_FILES:
                return
            yield AttachedFile(str(part.get_filename() or ""), content)


def without_quotes(text: str) -> str:
    """What was written, without the mail that it answers and without the signature; all of it where nothing else is left."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end = len(lines)
    for place, line in enumerate(lines):
        # Long introductions are broken in two.
        both = f"{line.strip()} {lines[place + 1].strip()}" if place + 1 < len(lines) else line
        if line in ("-- ", "--") or _QUOTE.match(line.strip()) or (line.startswith("On ") and _QUOTE.match(both)):
            end = place
            break
    kept = [line for line in lines[:end] if not line.lstrip().startswith(">")]
    said = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip()
    return said or text.strip()


class _Words(HTMLParser):
    """The text of a page; scripts, styles and what is quoted are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        quoted = tag == "div" and "gmail_quote" in (dict(attrs).get("class") or "")
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.append(tag)
        elif tag in ("script", "style", "head", "title", "blockquote") or quoted:
            self._skipping.append(tag)
        elif tag in ("br", "p", "div", "li", "tr", "h1", "h2", "h3"):
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._skipping and tag == self._skipping[-1]:
            self._skipping.pop()
        elif tag == "p":
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.said.append(re.sub(r"\s+", " ", data))


def html_to_text(html: str) -> str:
    words = _Words()
    words.feed(html)
    words.close()
    return re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(words.said)).strip()
