"""The association of the demo and the people who work there: programmes, units, sign-ins, and workers per neighbourhood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random

from anyascii import anyascii
from django.contrib.auth.hashers import make_password

from kinkeeper.access.models import Association, Programme, Role, Seat, Unit, User
from kinkeeper.site.demo import names
from kinkeeper.site.demo.histories import WorkerPlan

NAME = "Kin of the Rivers"
COUNTRY = "GB"
PACK = "england"
NEIGHBOURHOODS_PER_UNIT = 10

PASSWORDS = {role: f"{role.replace('_', ' ')} at work" for role in Role.values}

CARE_UNITS = (
    ("Riverside children’s village", Unit.Kind.VILLAGE, "Riverside"),
    ("Northgate foster care team", Unit.Kind.FOSTER_TEAM, "Northgate"),
)
MORE_PLACES = (
    "Westfield",
    "Millbrook",
    "Easterby",
    "Kirkdale",
    "Ashgrove",
    "Fenwick",
    "Holmroyd",
    "Thornby",
    "Larkhill",
)
SOCIAL_CENTRE = ("Harbour social centre", Unit.Kind.SOCIAL_CENTRE, "Harbour")
YOUTH_TEAM = ("Compass youth team", Unit.Kind.YOUTH_TEAM, "Riverside")

# (address, name, role, unit by number, language). Units: 0 village, 1 foster team, -2 social centre, -1 youth team.
KNOWN = (
    ("farida", "Farida Osmani", Role.DIRECTOR, None, "en"),
    ("dalia", "Dalia Marku", Role.SUPERVISOR, 0, "en"),
    ("stefan", "Stefan Whiteley", Role.SUPERVISOR, 1, "en"),
    ("oksana", "Oksana Lebedeva", Role.SUPERVISOR, -2, "ru"),
    ("tom", "Tom Verhoeven", Role.SUPERVISOR, -1, "en"),
    ("sami", "Sami Haddad", Role.CASEWORKER, -2, "en"),
    ("yara", "Yara Claes", Role.YOUTH_WORKER, -1, "en"),
    ("milan", "Milan Sykes", Role.MONITOR, None, "en"),
    ("rosa", "Rosa Appleyard", Role.ADMINISTRATOR, None, "en"),
    ("jonas", "Jonas Maes", Role.AUDITOR, None, "en"),
)
# Who sits at the first desks of the first two neighbourhoods.
FIRST_DESKS = {(0, 0): ("amina", "Amina Haddad"), (1, 0): ("bruno", "Bruno Peeters")}


@dataclass
class Staff:
    """The association with its units, and who is known by which sign-in."""

    association: Association
    care_units: list[Unit]
    social_centre: Unit
    youth_team: Unit
    users: dict[str, User] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    @property
    def units(self) -> list[Unit]:
        return [*self.care_units, self.social_centre, self.youth_team]

    def unit_of(self, neighbourhood: int) -> Unit:
        """The unit that looks after a neighbourhood."""
        return self.care_units[neighbourhood % len(self.care_units)]


def address(name: str) -> str:
    """A sign-in of the demo; the domain can belong to nobody."""
    return f"{name}@demo.example"


def care_units_for(neighbourhoods: int) -> list[dict[str, str]]:
    """As many units of care as this many neighbourhoods need, at least two."""
    wanted = max(len(CARE_UNITS), -(-neighbourhoods // NEIGHBOURHOODS_PER_UNIT))
    units = [_unit(*unit) for unit in CARE_UNITS]
    for number in range(len(CARE_UNITS), wanted):
        place = MORE_PLACES[number % len(MORE_PLACES)]
        again = number // len(MORE_PLACES)
        name = f"{place} foster care team" + (f" {again + 1}" if again else "")
        units.append(_unit(name, Unit.Kind.FOSTER_TEAM, place))
    return units


def programmes_for(neighbourhoods: int) -> dict[str, list[dict[str, str]]]:
    """The lines of work with their units."""
    return {
        Programme.Kind.FAMILY_CARE: care_units_for(neighbourhoods),
        Programme.Kind.FAMILY_STRENGTHENING: [_unit(*SOCIAL_CENTRE)],
        Programme.Kind.YOUTH: [_unit(*YOUTH_TEAM)],
    }


def _unit(name: str, kind: str, place: str) -> dict[str, str]:
    return {"name": name, "kind": kind, "place": place}


def units_of(association: Association) -> Staff:
    """The units of the demo’s association, as they were founded."""
    units = list(Unit.objects.filter(programme__association=association).order_by("pk"))
    care = [unit for unit in units if unit.kind in {Unit.Kind.VILLAGE, Unit.Kind.FOSTER_TEAM}]
    centre = next(unit for unit in units if unit.kind == Unit.Kind.SOCIAL_CENTRE)
    youth = next(unit for unit in units if unit.kind == Unit.Kind.YOUTH_TEAM)
    return Staff(association, care, centre, youth)


def hire_known(staff: Staff, mint: Callable[[], str], since: date) -> None:
    """The sign-ins that the demo tells, and a supervisor for every further unit."""
    places = {0: staff.care_units[0], 1: staff.care_units[1], -2: staff.social_centre, -1: staff.youth_team}
    people = [(who, name, role, places.get(place) if place is not None else None, language)
              for who, name, role, place, language in KNOWN]  # fmt: skip
    people += [
        (f"supervisor{number}", f"Robin {names.ENGLISH.families[number % 40][0]}", Role.SUPERVISOR, unit, "en")
        for number, unit in enumerate(staff.care_units[2:], 3)
    ]
    users = [_user(staff, mint, who, name, role, language) for who, name, role, _unit_, language in people]
    User.objects.bulk_create(users)
    Seat.objects.bulk_create(
        Seat(code=mint(), user=user, role=role, unit=unit, starts_on=since)
        for user, (_who, _name, role, unit, _language) in zip(users, people, strict=True)
    )
    staff.users |= {who: user for user, (who, *_rest) in zip(users, people, strict=True)}


def hire_workers(
    staff: Staff, mint: Callable[[], str], rng: Random, neighbourhood: int, plans: Iterable[WorkerPlan]
) -> dict[str, User]:
    """The social workers of a neighbourhood, by the number under which the return knows them; some have left."""
    unit = staff.unit_of(neighbourhood)
    users: list[User] = []
    seats: list[Seat] = []
    for plan in plans:
        who, name = FIRST_DESKS.get((neighbourhood, plan.desk), ("", "")) if plan.ended_on is None else ("", "")
        if not who:
            tongue = names.TONGUES[rng.choice(("en", "en", "en", "sq", "fr", "ru", "nl"))]
            called = names.name_of(rng, tongue, rng.choice("FFM"), rng.choice(tongue.families), own_script=False)
            name = f"{called.given} {called.family}"
            who = f"{_plain(called.given)}.{plan.number.lower()}"
        user = _user(staff, mint, who, name, Role.CASEWORKER, "en")
        user.external_id, user.external_source = plan.number, "demo"
        user.is_active = plan.ended_on is None
        users.append(user)
        seats.append(
            Seat(
                code=mint(),
                user=user,
                role=Role.CASEWORKER,
                unit=unit,
                starts_on=plan.started_on,
                ends_on=plan.ended_on,
            )
        )
    User.objects.bulk_create(users)
    Seat.objects.bulk_create(seats)
    staff.users |= {user.email.partition("@")[0]: user for user in users if user.email.startswith(("amina@", "bruno@"))}
    return {plan.number: user for plan, user in zip(plans, users, strict=True)}


def hire_more(
    staff: Staff, mint: Callable[[], str], rng: Random, unit: Unit, role: str, since: date, count: int
) -> list[User]:
    """Further workers of a unit, when its first one has enough to do."""
    users = []
    for number in range(count):
        tongue = names.ENGLISH if number % 2 else names.ALBANIAN
        called = names.name_of(rng, tongue, rng.choice("FM"), rng.choice(tongue.families), own_script=False)
        who = f"{_plain(called.given)}.{unit.kind[0]}{number + 1}"
        users.append(_user(staff, mint, who, f"{called.given} {called.family}", role, "en"))
    User.objects.bulk_create(users)
    Seat.objects.bulk_create(Seat(code=mint(), user=user, role=role, unit=unit, starts_on=since) for user in users)
    return users


def sign_ins() -> list[tuple[str, str, str, str]]:
    """Who can sign in to look around: role, name, address, password. A small demo has fewer first desks."""
    here = set(User.objects.values_list("email", flat=True))
    first = [(Role.CASEWORKER, name, address(who), PASSWORDS[Role.CASEWORKER]) for who, name in FIRST_DESKS.values()]
    rest = [(role, name, address(who), PASSWORDS[role]) for who, name, role, _unit_, _language in KNOWN]
    known = [entry for entry in (*first, *rest) if entry[2] in here]
    return [(str(Role(role).label), name, mail, password) for role, name, mail, password in known]


def _user(staff: Staff, mint: Callable[[], str], who: str, name: str, role: str, language: str) -> User:
    # One hash for each role: ten thousand workers of a bench would need an hour of hashing.
    if role not in staff.hashes:
        staff.hashes[role] = make_password(PASSWORDS[role])
    return User(code=mint(), email=address(who), name=name, language=language, password=staff.hashes[role])


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, anyascii(name).lower()))
