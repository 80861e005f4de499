"""How the names of a person are kept: the index they are found by, their end, and the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.lib.guards import insist_on_order
from kinkeeper.lib.names import index_keys, script_of
from kinkeeper.lib.rows import write
from kinkeeper.people.models import Name, NameKey, Person
from kinkeeper.people.newcomers import shown


def index_names(people: Sequence[Person], names: Sequence[Name]) -> None:
    """Add what is missing in the index of names, so that these people are found by these names."""
    wanted = {(name.person_id, key) for name in names for key in index_keys(str(name))}
    there = set(NameKey.objects.filter(person__in=people).values_list("person_id", "key"))
    rows = [NameKey(person_id=person, key=key) for person, key in sorted(wanted - there)]
    NameKey.objects.bulk_create(rows, batch_size=5000)


def end_of_name(name: Name, day: date, field: str) -> None:
    """Let a name end on a day, which is not before it was given."""
    if name.starts_on:
        insist_on_order(day, name.starts_on, _("This name was given on %(day)s; it cannot end before."), field)
    write(name, ends_on=day)


def show_name_in_use(actor: Actor, person: Person) -> None:
    """Repeat on the person the name in use: in the script shown so far if there is one, else the first recorded."""
    borne = [name for name in person.names.order_by("pk") if name.holds_on(actor.today)]
    script = script_of(person.name)
    borne.sort(key=lambda name: (name.use != Name.Use.USED, name.script != script, name.pk))
    if borne and (person.name, person.sort_name) != shown(borne[0]):
        name, sort_name = shown(borne[0])
        write(person, name=name, sort_name=sort_name)
