"""Components for templates: each draws one thing, the same everywhere. All of them are shown live at /ui/."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zlib import crc32

from django import template
from django.core.paginator import Page
from django.template.context import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from kinkeeper.ui.frame import Entry

register = template.Library()

# Arrows that point along the line of reading turn round in right-to-left pages.
TURNING = {"arrow-left", "arrow-right", "chevron-left", "chevron-right", "login", "logout", "door-enter", "door-exit"}
TONE_ICONS = {
    "good": "circle-check",
    "warn": "alert-triangle",
    "bad": "alert-circle",
    "info": "info-circle",
    "plain": "info-circle",
}
MESSAGE_TONES = {"success": "good", "warning": "warn", "error": "bad", "info": "info", "debug": "plain"}


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A drawing from the sprite; silent beside a text, spoken when it stands alone with a label."""
    classes = "icon" + (f" icon-{size}" if size else "") + (" icon-turns" if name in TURNING else "")
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    address = static("vendor/icons/icons.svg")
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"></use></svg>', classes, voice, address, name
    )


@register.inclusion_tag("ui/button.html")
def button(text: str, href: str = "", icon: str = "", tone: str = "plain", **more: str) -> dict[str, Any]:
    """A button that sends its form, or a link that looks like one when it is given an address."""
    return {"text": text, "href": href, "icon": icon, "tone": tone, "name": more.get("name", ""), **_button(more)}


def _button(more: dict[str, str]) -> dict[str, str]:
    return {key: more.get(key, "") for key in ("value", "type", "opens", "size", "form", "accesskey")}


@register.inclusion_tag("ui/deed.html")
def deed(text: str, href: str, verdict: Any, icon: str = "", tone: str = "plain") -> dict[str, Any]:
    """The button of a deed; where the judge says no it stands still and says why."""
    refused = "" if verdict else str(getattr(verdict, "sentence", "") or _("This is not possible now."))
    key = f"why-{crc32(f'{href} {text}'.encode()):08x}"
    return {"text": text, "href": href, "icon": icon, "tone": tone, "refused": refused, "key": key}


@register.simple_block_tag
def card(content: str, title: str = "", icon: str = "", tone: str = "", id: str = "", more: str = "") -> str:
    """A sheet of paper with an optional title; `more` is an address behind “See all”."""
    return render_to_string(
        "ui/card.html", {"content": content, "title": title, "icon": icon, "tone": tone, "id": id, "more": more}
    )


@register.inclusion_tag("ui/heading.html")
def heading(text: str, icon: str = "", count: int | None = None, level: int = 2, id: str = "") -> dict[str, Any]:
    """The heading of a section, with an optional count."""
    return {"text": text, "icon": icon, "count": count, "tag": f"h{level}", "id": id}


@register.simple_tag
def badge(text: str, tone: str = "plain", icon: str | None = None) -> SafeString:
    """A short state in words, with an icon, so that colour is never alone in saying it."""
    drawing = _draw(TONE_ICONS.get(tone, "") if icon is None else icon) if tone != "plain" or icon else ""
    return format_html('<span class="badge-soft tone-{}">{}{}</span>', tone, drawing, text)


def _draw(name: str) -> SafeString:
    return icon(name) if name else SafeString("")


@register.inclusion_tag("ui/avatar.html")
def avatar(name: str, photo: str = "", size: str = "") -> dict[str, Any]:
    """A round portrait: the photo where there is one, otherwise initials on a colour that stays with the name."""
    return {"initials": initials(name), "photo": photo, "size": size, "hue": crc32(name.encode()) % 6 + 1}


def initials(name: str) -> str:
    """Up to two first letters of a name, in whatever script it is written."""
    words = [word for word in name.split() if word[0].isalnum()]
    chosen = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0].upper() for word in chosen)


@register.inclusion_tag("ui/avatars.html")
def avatars(people: Iterable[Any], size: str = "s", most: int = 5) -> dict[str, Any]:
    """Several portraits side by side with their names for those who listen; takes names or rows that read as names."""
    names = [str(one) for one in people]
    return {"names": names[:most], "rest": max(len(names) - most, 0), "size": size, "all": names}


@register.simple_block_tag
def facts(content: str, wide: bool = False) -> SafeString:
    """A list of facts about one thing; put `{% fact %}` blocks inside."""
    return format_html('<dl class="facts{}">{}</dl>', " facts-wide" if wide else "", mark_safe(content))  # noqa: S308


@register.simple_block_tag
def fact(content: str, label: str) -> SafeString:
    """One fact: its label and, inside the block, its value; an empty value says that nothing is recorded."""
    value = mark_safe(content) if content.strip() else _missing()  # noqa: S308 (rendered and escaped by the template)
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, value)


def _missing() -> SafeString:
    return format_html('<span class="soft">{}</span>', _("not recorded"))


@register.simple_block_tag
def table(content: str, caption: str, show_caption: bool = False, stacks: bool = True) -> str:
    """A table that scrolls inside its own frame, or turns into cards on a phone (cells say their label in data-label)."""
    return render_to_string(
        "ui/table.html", {"content": content, "caption": caption, "show": show_caption, "stacks": stacks}
    )


@register.inclusion_tag("ui/column.html", takes_context=True)
def column(context: Context, text: str, sort: str = "", numeric: bool = False) -> dict[str, Any]:
    """The head of a column; with `sort` a link that sorts by it, and says how the table is sorted now."""
    now = str(context["request"].GET.get("sort", "")) if "request" in context else ""
    down = now == f"-{sort}"
    state = ("descending" if down else "ascending") if now.lstrip("-") == sort and sort else "none"
    target = sort if down or state == "none" else f"-{sort}"
    return {
        "text": text,
        "sort": sort,
        "state": state,
        "numeric": numeric,
        "href": _query(context, sort=target, page=None),
    }


def _query(context: Context, **changes: str | None) -> str:
    request = context.get("request")
    params = request.GET.copy() if request is not None else None
    if params is None:
        return "?"
    for key, value in changes.items():
        params.pop(key, None)
        if value is not None:
            params[key] = value
    return f"?{params.urlencode()}"


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Pages of a long list; search words and filters stay as they are."""
    links = [
        (number, _query(context, page=str(number)) if isinstance(number, int) else "")
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    before = _query(context, page=str(page.number - 1)) if page.has_previous() else ""
    after = _query(context, page=str(page.number + 1)) if page.has_next() else ""
    return {"page": page, "links": links, "before": before, "after": after}


@register.inclusion_tag("ui/empty.html")
def empty(title: str, text: str = "", icon: str = "sparkles", href: str = "", action: str = "") -> dict[str, Any]:
    """Nothing here yet: what is missing, why that may be well, and what to do next."""
    return {"title": title, "text": text, "icon": icon, "href": href, "action": action}


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: str = "", icon: str = "") -> str:
    """A sentence that must be read, with its tone in an icon and a word."""
    drawing = icon or TONE_ICONS.get(tone, "info-circle")
    return render_to_string("ui/alert.html", {"content": content, "tone": tone, "title": title, "icon": drawing})


@register.filter
def message_tone(tags: str) -> str:
    """The tone of a message of Django’s."""
    return next((tone for tag, tone in MESSAGE_TONES.items() if tag in tags.split()), "info")


@register.filter
def tone_icon(tone: str) -> str:
    """The icon that goes with a tone."""
    return TONE_ICONS.get(tone, "info-circle")


@register.inclusion_tag("ui/tabs.html")
def tabs(entries: Sequence[Entry], label: str = "") -> dict[str, Any]:
    """A row of links between pages that belong together."""
    return {"entries": entries, "label": label or _("Parts of this page")}


@register.inclusion_tag("ui/search_field.html")
def search_field(
    label: str, action: str = "", value: str = "", placeholder: str = "", name: str = "q"
) -> dict[str, Any]:
    """A search of its own: one field, one button, the words in the address."""
    key = f"find-{crc32(f'{action} {label}'.encode()):08x}"
    return {"label": label, "action": action, "value": value, "placeholder": placeholder, "name": name, "key": key}


@register.inclusion_tag("ui/filters.html", takes_context=True)
def filters(context: Context, form: Any, action: str = "") -> dict[str, Any]:
    """A bar of filters in one line: a form sent by GET that keeps the way of sorting."""
    request = context.get("request")
    given = request.GET if request is not None else {}
    named = any(given.get(name) for name in form.fields)
    return {"form": form, "action": action, "sort": given.get("sort", ""), "clear": "?" if named else ""}


@register.simple_tag
def day(value: Any, form: str = "", missing: str = "") -> SafeString:
    """A day or an instant in the reader’s language, with the exact value for machines."""
    if not value:
        return format_html('<span class="soft">{}</span>', missing or _("not recorded"))
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        chosen = form or "DATETIME_FORMAT"
        return format_html(
            '<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), formats.date_format(local, chosen)
        )
    if isinstance(value, date):
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), formats.date_format(value, form or "DATE_FORMAT")
        )
    return format_html("<span>{}</span>", value)


@register.simple_tag
def age(born: Any, on: date | None = None) -> str:
    """An age in words: months below two years, years after that."""
    if not isinstance(born, date):
        return _("age not known")
    months = months_between(born, on or timezone.localdate())
    if months < 0:
        return _("not yet born")
    if months < 24:
        return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
    return ngettext("%(count)s year", "%(count)s years", months // 12) % {"count": months // 12}


def months_between(start: date, end: date) -> int:
    """Completed calendar months from one day to another."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


@register.inclusion_tag("ui/figure.html")
def figure(
    value: Any, label: str, icon: str = "", href: str = "", tone: str = "plain", note: str = ""
) -> dict[str, Any]:
    """One number that matters, in words a reader understands; a link when there is more behind it."""
    return {"value": value, "label": label, "icon": icon, "href": href, "tone": tone, "note": note}


@register.inclusion_tag("ui/progress.html")
def progress(value: int, total: int, label: str, tone: str = "") -> dict[str, Any]:
    """How much of a whole is done, as a bar and in words."""
    share = round(100 * value / total) if total else 0
    key = f"bar-{crc32(label.encode()):08x}"
    return {"value": value, "total": total, "share": share, "label": label, "tone": tone, "key": key}


@register.inclusion_tag("ui/crumbs.html")
def crumbs(*steps: str) -> dict[str, Any]:
    """Where the reader is: pairs of text and address, then the text of this page."""
    pairs = [(steps[i], steps[i + 1]) for i in range(0, len(steps) - 1, 2)]
    return {"pairs": pairs, "last": steps[-1] if len(steps) % 2 else ""}


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> str:
    """A question in front of the page; a button with `opens=id` shows it."""
    return render_to_string("ui/dialog.html", {"content": content, "id": id, "title": title})


@register.inclusion_tag("ui/print_button.html")
def print_button(text: str = "") -> dict[str, Any]:
    """A button that prints the page; the print styles leave out everything but the sheet."""
    return {"text": text or _("Print")}


@register.inclusion_tag("ui/story_line.html")
def story_line(events: Iterable[Any], level: int = 3) -> dict[str, Any]:
    """Dated events, newest first, as a list down a line; an event has on, title, and if it likes text, icon, tone, href."""
    return {"events": events, "tag": f"h{level}"}


# What the script says beside a form that keeps drafts: in attributes, because the script knows no language.
DRAFT_WORDS = {
    "saved": _lazy("Saved as a draft at %(time)s."),
    "offline": _lazy("No connection: kept on this device."),
    "unsent": _lazy("No connection: not sent, but kept on this device. Try again when you are connected."),
    "out": _lazy("Signed out: kept on this device. Sign in again to go on."),
    "bare": _lazy("Not kept: this browser keeps nothing without a secure connection. Leave this page open."),
    "stay": _lazy("No connection: you cannot sign out now. What you wrote is kept on this device."),
    "trouble": _lazy("The draft could not be saved. What you wrote is kept on this device."),
    "choose": _lazy("Choose first whether to go on with what you began."),
    "gone": _lazy("Thrown away."),
}


@register.simple_tag(takes_context=True)
def draft_of(context: Context, form: Any) -> dict[str, Any] | None:
    """Where and how a form keeps drafts, None where it keeps none.

    `{{ draft.attributes }}` belongs into the form’s tag, `ui/draft.html` and `ui/draft_status.html` inside it, and the
    fields between them into an element with `data-draft-fields`, as in `ui/deed_form.html`.
    """
    frame, match = context.get("frame"), getattr(context.get("request"), "resolver_match", None)
    named = form.kept_as(getattr(match, "url_name", None) or "") if hasattr(form, "kept_as") else None
    kept = frame.draft(*named) if frame is not None and named else None
    if frame is None or not named or not kept:
        return None
    given = {"": kept["address"], "-drawer": kept["drawer"], **{f"-{key}": text for key, text in DRAFT_WORDS.items()}}
    attributes = format_html_join(" ", 'data-draft{}="{}"', given.items())
    return {"name": "/".join(named), "attributes": attributes, "sign_in": frame.sign_in_again}


@register.inclusion_tag("ui/deed_form.html", takes_context=True)
def deed_form(
    context: Context, form: Any, submit: str, back: str = "", tone: str = "primary", icon: str = "check"
) -> dict[str, Any]:
    """The whole form of a deed: summary of errors, fields, one button and a way back."""
    return {
        "form": form,
        "submit": submit,
        "back": back,
        "tone": tone,
        "icon": icon,
        "draft": draft_of(context, form),
        "csrf_token": context.get("csrf_token"),
        "request": context.get("request"),
    }


@register.inclusion_tag("ui/form_outline.html")
def form_outline(form: Any) -> dict[str, Any]:
    """Links to the parts of a long form, with a mark where something must be looked at."""
    return {"form": form}


@register.simple_tag
def writing() -> str:
    """The direction of writing of the reader’s language: ltr or rtl."""
    return "rtl" if get_language_bidi() else "ltr"
