"""Words and signs of the family’s pictures: who is called what, what each sign means, the same facts as sentences."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _later

from kinkeeper.access.gate import Actor, may_read
from kinkeeper.book import genogram as family
from kinkeeper.book import network as rings
from kinkeeper.book.kin import APART, AT_HOME, DIED, TOGETHER, UNKNOWN, Around
from kinkeeper.book.rows import Somebody, Tie
from kinkeeper.families.models import Kinship, Support
from kinkeeper.families.queries import kin_word
from kinkeeper.people.models import Person, Sex

register = template.Library()

PLACES = [
    (TOGETHER, _later("together with"), "home-heart"),
    (APART, _later("apart from"), "arrows-exchange"),
    (AT_HOME, _later("at home:"), "home"),
    (UNKNOWN, _later("we do not know where:"), "map-pin"),
    (DIED, _later("has died:"), "star"),
]
SIDES = {
    Support.Kind.FAMILY: "users",
    Support.Kind.FRIEND: "heart",
    Support.Kind.NEIGHBOUR: "home",
    Support.Kind.SCHOOL: "school",
    Support.Kind.PROFESSIONAL: "briefcase",
    Support.Kind.FAITH: "building-community",
    Support.Kind.OTHER: "user",
}
SIGNS = [
    {"sex": "M", "words": _later("boy or man")},
    {"sex": "F", "words": _later("girl or woman")},
    {"sex": "U", "words": _later("other, or not known")},
    {"sex": "F", "focus": True, "words": _later("the child it is about")},
    {"sex": "F", "died": True, "words": _later("has died")},
    {"mark": "home", "icon": "home-heart", "words": _later("lives in our care")},
    {"mark": "law", "icon": "gavel", "words": _later("legally responsible for the child")},
    {"line": "couple", "words": _later("partners or parents; struck through where they parted"), "parted": True},
    {"line": "care", "words": _later("by foster care, adoption, guardianship or step-family; half-siblings")},
    {"line": "far", "words": _later("aunts, uncles, cousins, godparents; grandparents past the parents")},
]


@register.simple_tag
def brothers_by_place(brothers: list[Any]) -> list[dict[str, Any]]:
    """Brothers and sisters by where they are, together first; places where nobody is are left out."""
    return [
        {"where": place, "words": words, "icon": drawing, "brothers": there}
        for place, words, drawing in PLACES
        if (there := [brother for brother in brothers if brother.where == place])
    ]


@register.simple_tag
def short(text: str, most: int) -> str:
    """A text that fits its place in a drawing; the whole of it is in the list."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


@register.simple_tag(takes_context=True)
def genogram(context: Context, page: Any) -> SafeString:
    """The family as a genogram."""
    around: Around = page.around
    today = context["actor"].today
    people = [_somebody(around, key, person, today) for key, person in around.people.items()]
    ties = [Tie(tie.person_id, tie.kind, tie.relative_id, _over(tie, today)) for tie in around.ties]
    drawn = family.draw(people, ties, page.child.pk, mirrored=get_language_bidi())
    others = len(people) - 1
    # Translators: read to those who do not see the drawing.
    description = ngettext(
        "%(name)s with %(count)s relative, the elders above. The same is written in the list below.",
        "%(name)s with %(count)s relatives, the elders above. The same is written in the list below.",
        others,
    ) % {"name": page.child.name, "count": others}
    title = _("The family of %(name)s") % {"name": page.child.name}
    return render_to_string(
        "book/genogram.html", {"drawn": drawn, "title": title, "description": description, "signs": SIGNS}
    )


def _over(tie: Kinship, today: date) -> bool:
    return tie.ends_on is not None and tie.ends_on <= today


def _somebody(around: Around, key: int, person: Person | None, today: date) -> Somebody:
    if person is None:
        return Somebody(key, inside="?")
    age = person.age(today)
    born = str(person.born_from.year) if person.born_from else ""
    years = f"{born}–{person.died_on.year}" if person.died_on else born
    return Somebody(
        key,
        name=around.given.get(key) or person.name,
        sex=person.sex,
        born=person.born_from,
        inside="" if age is None or person.died_on else str(age),
        word=around.words.get(key, "") or (_("me") if key == around.about else ""),
        years=years,
        died=person.died_on is not None,
        in_our_care=key in around.lives,
        responsible=key in around.responsible,
    )


@register.simple_tag(takes_context=True)
def kin_rows(context: Context, page: Any) -> list[dict[str, Any]]:
    """The same as the genogram in sentences: for each person what is known, and the ties of theirs to the child."""
    actor, around, child = context["actor"], page.around, page.child
    said: dict[int, list[str]] = defaultdict(list)
    own: dict[int, list[Kinship]] = defaultdict(list)
    for tie in around.ties:
        tie.person, tie.relative = (around.people[pk] or child for pk in (tie.person_id, tie.relative_id))
        said[tie.person_id].append(_tie_words(actor, around, tie))
        if child.pk in (tie.person_id, tie.relative_id) and not _over(tie, actor.today):
            own[tie.relative_id if tie.person_id == child.pk else tie.person_id].append(tie)
    people = sorted(around.people.items(), key=lambda pair: _first(pair[1], child))
    return [
        {
            "person": person,
            "facts": [*_facts(actor, around, key, person), *said[key]],
            "ties": own[key] if person else [],
        }
        for key, person in people
    ]


def _first(person: Person | None, child: Person) -> tuple[bool, bool, str]:
    born = person.born_from.isoformat() if person and person.born_from else "9999"
    return person != child, person is None, born


def _facts(actor: Actor, around: Around, key: int, person: Person | None) -> list[str]:
    if person is None:
        return []
    found = []
    if person.born:
        found.append(_("born %(birth)s") % {"birth": person.born.text()})
    if person.died_on:
        found.append(_("died on %(day)s") % {"day": date_format(person.died_on, "DATE_FORMAT")})
    lives = around.lives.get(key)
    if lives:
        named = {"home": lives.home.name if lives.home else _("a home outside your units")}
        found.append(_("lives in our care: %(home)s") % named)
    if key in around.responsible:
        found.append(_("legally responsible for the child"))
    return found


def _tie_words(actor: Actor, around: Around, tie: Kinship) -> str:
    """A tie as one says it, with its end and the rule on contact where the actor may read it."""
    person, relative = around.people[tie.person_id], around.people[tie.relative_id]
    words = _("%(kin)s of %(relative)s") % {
        "kin": kin_word(tie.kind, person.sex if person else Sex.UNKNOWN),
        "relative": relative.name if relative else _("somebody you do not see"),
    }
    more = []
    if tie.ends_on and _over(tie, actor.today):
        more.append(_("until %(day)s") % {"day": date_format(tie.ends_on, "DATE_FORMAT")})
    if tie.responsible_until:
        day = date_format(tie.responsible_until, "DATE_FORMAT")
        more.append(_("legally responsible until %(day)s") % {"day": day})
    if tie.contact and may_read(actor, tie, "contact"):
        more.append(str(tie.get_contact_display()))
        if tie.court_ref:
            more.append(tie.court_ref)
    return f"{words} ({', '.join(more)})" if more else words


# ---- who matters -----------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def network(context: Context, page: Any) -> SafeString:
    """The people who matter as rings around the child; how close they are is shown to whom the seat lets read it."""
    actor = context["actor"]
    order = {kind: number for number, kind in enumerate(Support.Kind.values)}
    friends = [
        rings.Friend(
            row.support.pk,
            row.name,
            row.support.relation,
            row.support.kind,
            row.support.strength if may_read(actor, row.support, "strength") else 0,
            row.support.trusted,
        )
        for row in sorted(page.supports, key=lambda row: order[row.support.kind])
    ]
    title = _("Who matters to %(name)s") % {"name": page.child.name}
    description = ngettext(
        "%(name)s in the middle, %(count)s person around. The same is written in the list below.",
        "%(name)s in the middle, %(count)s people around, the closest innermost. The same is written in the list below.",
        len(friends),
    ) % {"name": page.child.name, "count": len(friends)}
    given = page.around.given.get(page.child.pk) or page.child.name
    bonds = [{"style": rings.LINES[value], "words": label} for value, label in Support.Strength.choices]
    drawn = rings.draw(friends, mirrored=get_language_bidi())
    return render_to_string(
        "book/network.html",
        {"drawn": drawn, "title": title, "description": description, "child": given, "bonds": bonds},
    )


RINGS = {1: _later("very close"), 2: _later("close"), 3: _later("distant"), 4: _later("difficult")}


@register.simple_tag
def ring_words(number: int) -> str:
    """What a ring of the map says."""
    return str(RINGS[number])


@register.simple_tag
def side_words(kind: str) -> str:
    """What a kind of people is called at the rim of the map."""
    return str(Support.Kind(kind).label)


@register.simple_tag
def side_icon(kind: str) -> str:
    """The drawing of a kind of people."""
    return SIDES[Support.Kind(kind)]
