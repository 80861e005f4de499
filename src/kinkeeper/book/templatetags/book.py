"""Words of the book: how due something is, what a language is called, what a code of the pack means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import zip_longest
from typing import Any

from django import template
from django.db.models import Model
from django.template.context import Context
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kinkeeper.access.gate import Actor, Verdict, may_read
from kinkeeper.access.models import pack_in_force
from kinkeeper.book.duties import duty_words
from kinkeeper.journal.acts import acts
from kinkeeper.lib.duties import Duty
from kinkeeper.lib.names import dir_of
from kinkeeper.lib.packs import Pack
from kinkeeper.ui.charts import Band, Mark, timeline
from kinkeeper.ui.frame import Entry
from kinkeeper.ui.templatetags.ui import avatar, badge, months_between

register = template.Library()

SOON = 7
TONES = {"high": "bad", "medium": "warn", "low": "good"}
PACK = "_pack_in_force"
MOST_MARKS = 24


def due_in_words(due_on: date, today: date) -> str:
    """How long is left or over, as people say it: in days, and beyond two months in months and years."""
    days = (due_on - today).days
    if days < 0:
        # Translators: a length of time, such as “12 days overdue” or “3 months overdue”.
        return _("%(time)s overdue") % {"time": time_in_words(due_on, today)}
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return _("in %(time)s") % {"time": time_in_words(today, due_on)}


@register.simple_tag(takes_context=True)
def due_badge(context: Context, duty: Duty, named: bool = True) -> SafeString:
    """What is due and how much: red when overdue, amber within a week, quiet after that; in words each time."""
    today = context["actor"].today
    days = duty.days_left(today)
    tone, drawing = (
        ("bad", "clock") if days < 0 else ("warn", "calendar-due") if days <= SOON else ("plain", "calendar")
    )
    words = due_in_words(duty.due_on, today)
    if named:
        # Translators: what is due and how much, such as “First visit: 12 days overdue”.
        words = _("%(deed)s: %(when)s") % {"deed": duty_words(duty), "when": words}
    return format_html(
        '<span title="{}">{}</span>', date_format(duty.due_on, "DATE_FORMAT"), badge(words, tone, drawing)
    )


register.filter("duty_words", duty_words)


@register.simple_tag(takes_context=True)
def lasted(context: Context, start: date, end: date | None = None) -> str:
    """How long something has lasted until its end, or until today."""
    return time_in_words(start, end or context["actor"].today)


def time_in_words(start: date, last: date) -> str:
    """A length of time: days below two months, months below two years, then years and months."""
    months = months_between(start, last)
    if months < 2:
        days = max((last - start).days, 0)
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if months < 24:
        return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
    years, rest = divmod(months, 12)
    text = ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
    if not rest:
        return text
    more = ngettext("%(count)s month", "%(count)s months", rest) % {"count": rest}
    # Translators: a length of time, such as “3 years 4 months”.
    return _("%(years)s %(months)s") % {"years": text, "months": more}


@register.simple_tag(takes_context=True)
def code_words(context: Context, section: str, code: str) -> str:
    """What a code of the jurisdiction pack means, in the reader’s language; the code itself where the pack forgot it."""
    return _words(getattr(_pack(context), section), code)


def _words(section: Mapping[str, Any], code: str) -> str:
    entry = section.get(code)
    return _(entry.label) if entry else code


def _pack(context: Context) -> Pack:
    """The pack, asked for once a page."""
    request = context["request"]
    if not hasattr(request, PACK):
        setattr(request, PACK, pack_in_force())
    pack: Pack = getattr(request, PACK)
    return pack


@register.filter
def language_name(tag: str) -> str:
    """The name of a language in the reader’s language; the tag itself where it is not known."""
    for known in (tag.lower(), tag.split("-")[0].lower()):
        try:
            return str(get_language_info(known)["name_translated"])
        except KeyError:
            continue
    return tag


@register.simple_tag
def name_as_written(name: Any) -> SafeString:
    """A name in its own script and direction."""
    return format_html('<bdi dir="{}">{}</bdi>', dir_of(str(name)), name)


@register.simple_tag
def risk_badge(case: Any) -> SafeString:
    """The risk of a case in a word and a tone."""
    return badge(str(case.get_risk_display()), TONES.get(case.risk, "plain"))


@register.simple_tag
def duty_address(duty: Duty) -> str:
    """The page where a visit or a review that is due is recorded."""
    return address(duty.deed, duty.code)


def address(name: str, code: str) -> str:
    """The address of a deed’s page: the name of the act is that of its page."""
    return reverse(name, args=[code])


@register.inclusion_tag("ui/avatar.html")
def portrait(person: Any, size: str = "") -> dict[str, Any]:
    """The round portrait of a person: the photo where there is one, otherwise initials."""
    photo = address("person_photo", person.code) if person.photo_id else ""
    return avatar(person.name, photo, size)


MOMENTS = {
    "contact": ("message", "info"),
    "stay": ("home-heart", "leaf"),
    "care_ended": ("door-exit", "leaf"),
    "absence": ("alert-triangle", "bad"),
    "legal": ("gavel", "plum"),
    "review": ("notes", "warn"),
    "document": ("file-text", "plain"),
    "case_opened": ("folder", "plain"),
    "case_closed": ("folder", "plain"),
}
CONTACTS = {"visit": "user-heart", "call": "phone", "meeting": "users", "message": "mail"}


@register.simple_tag
def moment_icon(moment: Any) -> str:
    """The drawing of a moment."""
    if _was_agreed(moment):
        return "calendar"
    return CONTACTS[moment.row.kind] if moment.kind == "contact" else MOMENTS[moment.kind][0]


@register.simple_tag
def moment_tone(moment: Any) -> str:
    """The tone of a moment; its words say the same."""
    return "plain" if _was_agreed(moment) else MOMENTS[moment.kind][1]


def _was_agreed(moment: Any) -> bool:
    """Whether this is an absence that nobody needs to worry about: school, hospital, a visit."""
    return moment.kind == "absence" and moment.row.kind not in moment.row.GONE


KINDS = [
    ("", gettext_lazy("everything")),
    ("contacts", gettext_lazy("visits and contacts")),
    ("homes", gettext_lazy("homes")),
    ("reviews", gettext_lazy("reviews")),
    ("legal", gettext_lazy("law")),
    ("papers", gettext_lazy("papers")),
    ("work", gettext_lazy("our work")),
]


@register.simple_tag
def story_kinds(now: str) -> list[Entry]:
    """The kinds of moments one can choose to read."""
    return [Entry(text, f"?kind={kind}" if kind else "?", here=kind == now) for kind, text in KINDS]


@register.simple_tag
def risk_tone(case: Any) -> str:
    """The tone of the risk of a case."""
    return TONES.get(case.risk, "plain")


DEEDS = {
    "record_contact": (gettext_lazy("Record a visit"), "calendar-plus"),
    "record_review": (gettext_lazy("Record a review"), "notes"),
    "start_placement": (gettext_lazy("Begin care"), "home-heart"),
    "place_siblings": (gettext_lazy("Place brothers and sisters together"), "users"),
    "move_child": (gettext_lazy("Move to another home"), "arrows-exchange"),
    "change_legal_status": (gettext_lazy("Record a new legal status"), "gavel"),
    "end_placement": (gettext_lazy("End care"), "door-exit"),
    "report_absence": (gettext_lazy("Report missing or away"), "alert-triangle"),
    "record_return": (gettext_lazy("Record the return"), "home"),
    "add_document": (gettext_lazy("Add a paper"), "paperclip"),
    "set_photo": (gettext_lazy("Set the photo"), "photo"),
    "add_relative": (gettext_lazy("Add a relative"), "users"),
    "describe_person": (gettext_lazy("Correct birth and sex"), "pencil"),
    "describe_culture": (gettext_lazy("Religion, customs and diet"), "heart"),
    "record_consent": (gettext_lazy("Record a consent"), "circle-check"),
    "name_person": (gettext_lazy("Add a name"), "user-circle"),
    "record_language": (gettext_lazy("Add a language"), "language"),
    "record_identifier": (gettext_lazy("Record a number"), "file-text"),
    "record_legal_status": (gettext_lazy("Record a legal status"), "gavel"),
    "tie_kin": (gettext_lazy("Tie to someone known"), "sitemap"),
    "add_support": (gettext_lazy("Add somebody who matters"), "heart-handshake"),
    "record_contact_point": (gettext_lazy("Add a telephone or address"), "phone"),
    "open_case": (gettext_lazy("Open a case"), "folder"),
    "assign_worker": (gettext_lazy("Give to another worker"), "user"),
    "assess_risk": (gettext_lazy("Judge the risk"), "shield-check"),
    "complete_assessment": (gettext_lazy("Complete the assessment"), "notes"),
    "reassess": (gettext_lazy("Assess again"), "notes"),
    "add_task": (gettext_lazy("Add a task"), "plus"),
    "hold_conference": (gettext_lazy("Record a case conference"), "users"),
    "open_tracing": (gettext_lazy("Look for the family"), "search"),
    "record_death": (gettext_lazy("Record the death"), "heart"),
    "mark_duplicate": (gettext_lazy("Mark as a duplicate"), "copy"),
    "close_case": (gettext_lazy("Close the case"), "circle-check"),
    "reopen_case": (gettext_lazy("Open the case again"), "refresh"),
    "register_person": (gettext_lazy("Register a person"), "user-circle"),
    "found_family": (gettext_lazy("Begin the record of a family"), "sitemap"),
    "add_member": (gettext_lazy("Add a member"), "users"),
    "set_up_household": (gettext_lazy("Describe a household"), "home"),
    "appoint_carer": (gettext_lazy("Appoint a carer"), "user-heart"),
    "approve_home": (gettext_lazy("Record an approval"), "file-text"),
    "suspend_approval": (gettext_lazy("Put on hold"), "circle-x"),
    "lift_suspension": (gettext_lazy("In force again"), "circle-check"),
    "end_approval": (gettext_lazy("End the approval"), "door-exit"),
    "add_house_member": (gettext_lazy("Somebody else lives here"), "users"),
    "end_house_member": (gettext_lazy("Moved out"), "door-exit"),
    "record_background_check": (gettext_lazy("Record a background check"), "shield-check"),
    "record_training": (gettext_lazy("Record a training"), "school"),
    "describe_home": (gettext_lazy("Change places and ages"), "pencil"),
    "close_home": (gettext_lazy("Close the home"), "door-exit"),
    "open_home": (gettext_lazy("Open a home"), "home-heart"),
    "receive_referral": (gettext_lazy("Receive a referral"), "door-enter"),
    "take_in_child": (gettext_lazy("Take a child in"), "baby-carriage"),
    "register_case": (gettext_lazy("Register the case"), "user-circle"),
    "record_best_interest": (gettext_lazy("Record a best-interest assessment"), "heart-handshake"),
    "record_determination": (gettext_lazy("Record a best-interest determination"), "users"),
    "require_determination": (gettext_lazy("Require a determination by a panel"), "alert-triangle"),
    "record_necessity": (gettext_lazy("Test whether care is necessary"), "shield-check"),
    "decide_family_support": (gettext_lazy("Decide on support in the family"), "home-heart"),
    "decide_alternative_care": (gettext_lazy("Decide on care outside the family"), "gavel"),
    "decide_no_service": (gettext_lazy("Decide that no service is needed"), "circle-check"),
    "authorise_emergency": (gettext_lazy("Authorise emergency care"), "alert-triangle"),
    "separate_siblings": (gettext_lazy("Decide that siblings live apart"), "users"),
    "draft_plan": (gettext_lazy("Draft a plan"), "notes"),
    "approve_plan": (gettext_lazy("Approve the plan"), "circle-check"),
    "replace_plan": (gettext_lazy("Draft a new version of the plan"), "refresh"),
    "open_review": (gettext_lazy("Open a review"), "calendar-due"),
    "hold_review": (gettext_lazy("Record the review"), "notes"),
    "offer_transfer": (gettext_lazy("Offer a transfer"), "arrows-exchange"),
    "accept_transfer": (gettext_lazy("Accept the transfer"), "circle-check"),
    "decline_transfer": (gettext_lazy("Decline the transfer"), "door-exit"),
    "withdraw_transfer": (gettext_lazy("Withdraw the offer"), "refresh"),
    "share": (gettext_lazy("Share with somebody outside"), "mail"),
    "refer_to_partner": (gettext_lazy("Refer to a partner"), "arrow-right"),
    "decide_closing": (gettext_lazy("Decide on the closing"), "door-exit"),
    "withdraw_closing": (gettext_lazy("Go on after all"), "refresh"),
    "hand_over": (gettext_lazy("Hand over the papers and say goodbye"), "home"),
    "close_for_good": (gettext_lazy("Close the case"), "circle-check"),
    "record_followup": (gettext_lazy("Record a follow-up"), "calendar-plus"),
    "start_aftercare": (gettext_lazy("Begin after-care"), "heart-handshake"),
    "end_aftercare": (gettext_lazy("End after-care"), "door-exit"),
    "end_tracing": (gettext_lazy("End tracing"), "circle-check"),
}


@register.simple_tag
def sort_deeds(deeds: list[Any]) -> dict[str, Any]:
    """The first deed that is allowed stands out; the others wait in a menu, those that are refused last."""
    allowed = [deed for deed in deeds if deed.verdict]
    refused = [deed for deed in deeds if not deed.verdict]
    return {"first": allowed[0] if allowed else None, "rest": [*allowed[1:], *refused]}


@register.simple_tag
def deed_words(deed: Any) -> dict[str, Any]:
    """How a deed is called on a button, its drawing, and where it is done."""
    text, drawing = DEEDS[deed.name]
    return {"text": text, "icon": drawing, "href": address(deed.name, deed.code)}


@register.filter
def act_words(act: str) -> str:
    """How a deed is called on its button, for the name of its act."""
    name = act.rsplit(".", 1)[-1]
    return str(DEEDS[name][0]) if name in DEEDS else name.replace("_", " ")


@register.simple_tag
def document_address(document: Any) -> str:
    """Where a paper is opened."""
    return address("open_document", document.code)


@register.simple_tag(takes_context=True)
def life_line(context: Context, book: Any) -> SafeString:
    """Where a child lived, under which law, and when it was missing, drawn along the years."""
    pack, actor = _pack(context), context["actor"]
    bands = [_home_band(pack, stay) for stay in book.stays]
    statuses = [status for status in book.legal_statuses if may_read(actor, status, "status")]
    for status, following in zip_longest(statuses, statuses[1:]):
        end = status.ends_on or (following.starts_on if following else None)
        bands.append(Band(status.starts_on, end, _words(pack.legal_statuses, status.status), "sky", _("Law")))
    bands += [
        Band(gone.started_on, gone.ended_on, gone.get_kind_display(), "clay", _("Absences")) for gone in book.absences
    ]
    start = min(band.start for band in bands)
    return timeline(
        bands,
        _marks(book.moments, start, actor.today),
        start=start,
        end=actor.today,
        today=actor.today,
        title=_("Where I live and have lived"),
        description=_("The same is written in the table below."),
        born=book.child.born_from,
    )


def _home_band(pack: Pack, stay: Any) -> Band:
    care = pack.care_types.get(stay.care_type)
    tone = "stone" if care is None else "leaf" if care.family_based else "honey" if care.family_like else "plum"
    label = stay.home.name if stay.home else _words(pack.care_types, stay.care_type)
    href = stay.home.get_absolute_url() if stay.home else ""
    return Band(stay.started_on, stay.ended_on, label, tone, _("Homes"), href)


def _marks(moments: list[Any], start: date, today: date) -> list[Mark]:
    """Reviews and visits as marks, the latest first chosen, with room between them."""
    between = (today - start) / MOST_MARKS
    kept: list[Mark] = []
    for moment in moments:
        visit = moment.kind == "contact" and moment.row.kind == "visit"
        if (visit or moment.kind == "review") and (not kept or kept[-1].on - moment.on >= between):
            label, drawing = (_("Visit"), "user-heart") if visit else (_("Review"), "notes")
            kept.append(Mark(moment.on, label, drawing))
    return kept[::-1]


@register.simple_tag
def in_a_row(names: list[str]) -> str:
    """Names as one says them: “Omar, Leyla and Sara”."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


@register.simple_tag
def in_a_row_of(people: list[Any]) -> str:
    """The names of these people as one says them."""
    return in_a_row([person.name for person in people])


@register.simple_tag
def may(actor: Actor, act: str, row: Model) -> Verdict:
    """What the judge of an act says about a row: `{% may actor "people.end_name" name as verdict %}`."""
    return acts[act].verdict(actor, row)
