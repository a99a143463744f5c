"""The case's gallery: photos and videos by item, adding some, taking one off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from flask import Response, request

from saleor_returns_app.domain.machines import Who
from saleor_returns_app.errors import AppError
from saleor_returns_app.models.cases import Case
from saleor_returns_app.services.case_files import read_case
from saleor_returns_app.services.evidence import add_evidence, holder_of, read_for, remove_evidence, shown_name
from saleor_returns_app.services.evidence_requests import provide_evidence
from saleor_returns_app.web.current import ctx
from saleor_returns_app.web.errors import said
from saleor_returns_app.web.evidence import Shown, allow_uploads, shown, uploads_in
from saleor_returns_app.web.i18n import format_datetime, gettext

from .access import visit
from .answers import fragment, notify, onto_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Shown):
    """A file with its words: `said` names it for those who do not see it, `caption` stands below it."""

    said: str
    caption: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    files: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    groups: tuple[Group, ...]
    lines: Mapping[str, str]
    problems: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)


def gallery_of(case: Case, problems: tuple[str, ...] = (), typed: Mapping[str, str] | None = None) -> Gallery:
    """The case's files in the order of its items, those of the whole case last."""
    with ctx().db.tenant(visit().tenant_id) as session:
        files = shown(ctx(), read_for(session, actor=visit().actor, case_ids=[case.id]))
    names = {line.order_line_id: line.product_name for line in case.lines}
    groups = []
    for line_id in (*names, ""):
        own = [item for item in files if item.order_line_id == line_id]
        if own:
            about = names.get(line_id, "")
            groups.append(Group(about, tuple(_item(one, about, place, len(own)) for place, one in enumerate(own, 1))))
    return Gallery(groups=tuple(groups), lines=names, problems=problems, typed=typed or {})


def _item(one: Shown, about: str, place: int, count: int) -> Item:
    text = gettext("Video %(place)s of %(count)s") if one.is_video else gettext("Photo %(place)s of %(count)s")
    words = text % {"place": place, "count": count} + (f", {about}" if about else "")
    sender = one.uploaded_by or (gettext("Shopper") if one.who == Who.SHOPPER else gettext("Staff"))
    caption = " · ".join(part for part in (one.name, sender, format_datetime(one.at), one.size) if part)
    values = {item.name: getattr(one, item.name) for item in fields(Shown)}
    return Item(**values, said=words, caption=caption)


def show_gallery(case_id: str) -> Response:
    """The gallery alone, with fresh links."""
    return _alone(case_id)


def _alone(case_id: str, problems: tuple[str, ...] = (), typed: Mapping[str, str] | None = None) -> Response:
    case = read_case(ctx(), visit().tenant_id, case_id, actor=visit().actor).case
    gallery = gallery_of(case, problems, typed)
    return fragment(
        "gallery.html",
        status=400 if problems else 200,
        case=case,
        gallery=gallery,
        alone=bool(request.args.get("alone")),
    )


def _answer(case_id: str, problems: tuple[str, ...] = (), typed: Mapping[str, str] | None = None) -> Response:
    """The whole page, or the gallery alone where it lies on a page that must keep what else was typed there."""
    from .cases import page_with_gallery

    if request.args.get("alone"):
        return _alone(case_id, problems, typed)
    return onto_page(page_with_gallery(case_id, problems, typed))


def add_files(case_id: str) -> Response:
    """Files that staff got otherwise, or took themselves. What cannot be used is said file by file; the others are added."""
    file = read_case(ctx(), visit().tenant_id, case_id, actor=visit().actor)
    allow_uploads()
    holder = holder_of("staff", visit().actor.id, case_id)
    typed = {name: request.form.get(name, "")[:120] for name in ("line", "internal")}
    uploads = uploads_in("files")
    problems = [] if uploads else [gettext("Choose at least one photo or video.")]
    for upload in uploads:
        try:
            add_evidence(
                ctx(),
                visit().tenant_id,
                upload=upload,
                holder=holder,
                actor=visit().actor,
                case_id=file.case.id,
                order_line_id=typed["line"],
            )
        except AppError as problem:
            problems.append(f"{shown_name(upload.name)}: {said(problem)}")
    if len(problems) < max(len(uploads), 1):
        provide_evidence(
            ctx(),
            visit().tenant_id,
            case_id,
            holder=holder,
            actor=visit().actor,
            internal=bool(typed["internal"]),
        )
    if problems:
        return _answer(case_id, tuple(problems), typed)
    return notify(_answer(case_id), gettext("Files added"), text=file.case.number)


def remove_file(case_id: str, evidence_id: str) -> Response:
    remove_evidence(ctx(), visit().tenant_id, evidence_id, actor=visit().actor)
    return notify(_answer(case_id), gettext("File removed"))
