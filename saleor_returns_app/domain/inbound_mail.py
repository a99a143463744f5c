"""A mail that came in: who sent it to whom, what it says without what it quotes, what came with it. Nothing in it is trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import getaddresses
from typing import cast

from .mail_text import decoded, html_to_text, storable

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
#: What is in parts of parts of parts is nobody's answer; each level makes every line of a mail dearer to read.
_MOST_BOUNDARIES = 100
#: Characters of a header that are looked at.
_LONGEST_HEADER = 20_000
#: A longer one can be nobody's (RFC 5321), and no table has room for it.
_LONGEST_ADDRESS = 254
#: What the standard library raises over mails that nobody meant.
_UNREADABLE = (ValueError, IndexError, LookupError, AttributeError, TypeError)


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


class _PlainHeaders(EmailPolicy):
    """Headers as cut text: the standard library's parser of them takes the square of their length, and some it cannot finish."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_HEADER]

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002
        return storable("".join(value.splitlines()))


_POLICY = cast("Policy[EmailMessage]", _PlainHeaders())


def read_mail(raw: bytes) -> InboundMail:
    """From RFC 822 as a mail server hands it on. What cannot be read is left out; this never raises for what a mail contains."""
    mail = EmailMessage(policy=_POLICY)
    if raw.lower().count(b"boundary") <= _MOST_BOUNDARIES:
        try:
            mail = message_from_bytes(raw, _class=EmailMessage, policy=_POLICY)
        except (RecursionError, *_UNREADABLE):
            mail = EmailMessage(policy=_POLICY)
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
    return str(mail.get(name, "")).strip()


def _addresses(mail: EmailMessage, names: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for name in names:
        try:
            pairs = getaddresses([str(value) for value in mail.get_all(name, [])])
        except (RecursionError, *_UNREADABLE):
            continue
        found += [address.lower() for _, address in pairs if "@" in address and len(address) <= _LONGEST_ADDRESS]
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


def _parts_of(mail: EmailMessage) -> Iterator[EmailMessage]:
    """The single parts of a mail, in their order; not those of mails that are attached to it."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        if not part.is_multipart():
            yield part
        elif part.get_content_maintype() != "message":
            waiting += reversed(cast("list[EmailMessage]", part.get_payload()))


def _text_of(mail: EmailMessage) -> str:
    """The first part that is meant to be read, plain text before HTML."""
    found: dict[str, EmailMessage] = {}
    for part in _parts_of(mail):
        if part.get_content_disposition() != "attachment":
            found.setdefault(part.get_content_type(), part)
    part = found.get("text/plain", found.get("text/html", EmailMessage()))
    is_html = part.get_content_type() == "text/html"
    charset = part.get_content_charset() or "ascii"
    text = decoded(_content_of(part), charset)
    return html_to_text(text) if is_html else text


def _content_of(part: EmailMessage) -> bytes:
    """The bytes of a part. Without its type, else the standard library decodes them first, with whatever the type names."""
    del part["Content-Type"]
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _files_of(mail: EmailMessage) -> Iterator[AttachedFile]:
    count = 0
    for part in _parts_of(mail):
        if part.get_content_maintype() not in ("image", "video"):
            continue
        name, content = _name_of(part), _content_of(part)
        if content:
            count += 1
            if count > MOST_FILES:
                return
            yield AttachedFile(name, content)


def _name_of(part: EmailMessage) -> str:
    name = part.get_filename() or ""
    try:
        return storable(str(make_header(decode_header(name))))
    except _UNREADABLE:
        return name


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
