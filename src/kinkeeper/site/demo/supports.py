"""Who matters to the children of the demo: a grandmother, a friend, a teacher, a neighbour, and now and then strife."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from kinkeeper.families.models import Support
from kinkeeper.lib.codes import new_code
from kinkeeper.people.models import Person
from kinkeeper.site.demo import names
from kinkeeper.site.demo.kin import Kin

Kind = Support.Kind
# Kind, who this is to the child, how close it may be, what they help with, how many children have such a person.
OTHERS: Sequence[tuple[str, str, tuple[int, ...], str, float]] = (
    (Kind.FRIEND, "best friend", (2, 2, 1), "secrets, and laughing again", 0.7),
    (Kind.FRIEND, "friend from football", (1, 0), "", 0.35),
    (Kind.SCHOOL, "class teacher", (1, 1, 0), "reading, and a quiet corner when it is loud", 0.55),
    (Kind.NEIGHBOUR, "neighbour from before", (1, 0), "feeds the cat that had to stay", 0.25),
    (Kind.PROFESSIONAL, "therapist", (1, 0), "bad dreams", 0.25),
    (Kind.FAITH, "leads the choir", (1, 0), "singing", 0.15),
)
GRANDMOTHER, FATHER_IN_STRIFE, TRUSTED = 0.9, 0.12, 0.3


def supports_of(rng: Random, kin: Kin, people: Sequence[Person]) -> list[Support]:
    """Who matters to each child of one family."""
    found: list[Support] = []
    for place in kin.children:
        child = people[place]
        if kin.grandmother is not None and rng.random() < GRANDMOTHER:
            found.append(
                _one(rng, child, Kind.FAMILY, (2, 2, 1), "stories, and Sunday soup", person=people[kin.grandmother])
            )
        for parent, sex in kin.parents:
            if sex == "M" and rng.random() < FATHER_IN_STRIFE:
                found.append(_one(rng, child, Kind.FAMILY, (-1, -2), "", person=people[parent]))
        for kind, relation, close, helps, share in OTHERS:
            if rng.random() < share:
                called = names.name_of(
                    rng, kin.tongue, rng.choice("FM"), rng.choice(kin.tongue.families), own_script=False
                )
                found.append(_one(rng, child, kind, close, helps, name=called.given, relation=relation))
    return found


def _one(
    rng: Random,
    child: Person,
    kind: str,
    close: tuple[int, ...],
    helps: str,
    *,
    person: Person | None = None,
    name: str = "",
    relation: str = "",
) -> Support:
    strength = rng.choice(close)
    return Support(
        code=new_code(random=rng),
        child=child,
        person=person,
        name=name,
        relation=relation,
        kind=kind,
        strength=strength,
        trusted=strength == 2 and rng.random() < TRUSTED,
        helps_with=helps,
    )
