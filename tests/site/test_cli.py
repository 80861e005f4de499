"""The command line: honest exit codes, sentences for people, JSON for machines."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import authenticate

from kinkeeper.access.models import Association, Programme, Role, Seat, Unit, User
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case, Contact
from kinkeeper.decisions.models import Decision
from kinkeeper.exchange.models import Import
from kinkeeper.families.models import Kinship
from kinkeeper.intake.models import Referral, Registration
from kinkeeper.journal.models import Entry
from kinkeeper.keys import envelopes
from kinkeeper.people.models import Document, Name, Person
from kinkeeper.placements.models import PeriodOfCare
from kinkeeper.plans.models import Plan, Wish
from kinkeeper.site import cli
from tests.exchange.conftest import EPISODE, REVIEW, three_years, year_one
from tests.site.conftest import Call


@pytest.mark.parametrize(
    "command",
    [
        *(
            "demo",
            "setup",
            "serve",
            "worker",
            "migrate",
            "upgrade",
            "check",
            "anchor",
            "backup",
            "backup-key",
            "restore",
        ),
        *("generate", "import ssda903", "export ssda903", "units", "keys rotate", "keys envelope", "keys recover"),
    ],
)
def test_every_command_explains_itself(kinkeeper: Call, command: str) -> None:
    answer = kinkeeper(*command.split(), "--help")
    assert answer.code == 0
    assert f"kinkeeper {command}" in answer.out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["demo", "--children", "none"],
        ["generate", "--until", "tomorrow"],
        ["export", "ssda903", "out"],
        ["export", "ssda903", "out", "--year", "23"],
        ["serve", "--port", "99999"],
        ["import", "ssda903", "/does/not/exist"],
    ],
)
def test_what_is_not_understood_ends_with_two(kinkeeper: Call, arguments: list[str]) -> None:
    answer = kinkeeper(*arguments)
    assert answer.code == 2
    assert answer.err


@pytest.mark.parametrize("text", ["2023", "2023-24", "2023/24", "2023_24"])
def test_a_year_is_named_by_the_one_it_begins_in(text: str) -> None:
    assert cli.parser().parse_args(["export", "ssda903", "out", "--year", text]).year == 2023


# ---- a new installation ----------------------------------------------------------------------------------------------

HILLS = ["setup", "--name", "Kin of the Hills", "--country", "uz", "--pack", "un"]
ROSA = ["--admin-name", "Rosa Karimova", "--admin-email", "Rosa@Example.org"]


@pytest.fixture
def password(tmp_path: Path) -> Path:
    """A file with a good password."""
    path = tmp_path / "password"
    path.write_text("kind horses walk at night\n")
    return path


def test_a_real_association_is_set_up(kinkeeper: Call, password: Path, two_envelopes: None) -> None:
    answer = kinkeeper(*HILLS, *ROSA, "--unit", "family_care:village:Chorvoq", "--password-file", password)
    assert (answer.code, answer.err) == (0, "")
    association = Association.objects.get()
    assert (association.name, association.country, association.pack) == ("Kin of the Hills", "UZ", "un")
    assert not association.is_demo
    assert Unit.objects.get().programme.kind == Programme.Kind.FAMILY_CARE
    rosa = Seat.objects.get(role=Role.ADMINISTRATOR, unit=None, programme=None).user
    assert authenticate(email="rosa@example.org", password="kind horses walk at night") == rosa
    assert Entry.objects.filter(actor="machine:setup").count() == 2


def test_no_association_is_set_up_before_its_keys_are_safe(kinkeeper: Call, password: Path) -> None:
    answer = kinkeeper(*HILLS, *ROSA, "--unit", "youth:office:Office", "--password-file", password)
    assert answer.code == 1
    assert "0 are confirmed here" in answer.err
    assert "kinkeeper keys envelope FILE" in answer.err
    assert not Association.objects.exists()


def test_who_sets_up_is_led_through_the_envelopes(
    kinkeeper: Call, password: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    new = envelopes.new_passphrase

    def noted() -> str:
        shown.append(new())
        return shown[-1]

    monkeypatch.setattr(envelopes, "new_passphrase", noted)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)

    def answered(question: str) -> str:
        if question.startswith("File for envelope"):
            return str(tmp_path / f"{question.split()[3]}.age")
        return shown[-1]

    monkeypatch.setattr("builtins.input", answered)
    answer = kinkeeper(*HILLS, *ROSA, "--unit", "youth:office:Office", "--password-file", password)
    assert (answer.code, Association.objects.count()) == (0, 1)
    assert len(envelopes.confirmed_envelopes()) == 2
    assert len(set(shown)) == 2
    assert answer.out.index("was opened again") < answer.out.index("Kin of the Hills is set up")


def test_an_association_is_set_up_once(kinkeeper: Call, password: Path, association: Association) -> None:
    answer = kinkeeper(*HILLS, *ROSA, "--password-file", password)
    assert answer.code == 1
    assert "set up here already" in answer.err
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "change, sentence",
    [
        (["--country", "Uzbekistan"], "two letters"),
        (["--pack", "narnia"], "no jurisdiction pack"),
        (["--unit", "village"], "does not describe a unit"),
        (["--admin-email", "rosa"], "not an e-mail address"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_made(
    kinkeeper: Call, password: Path, change: list[str], sentence: str
) -> None:
    answer = kinkeeper(*HILLS, *ROSA, "--unit", "youth:office:Office", "--password-file", password, *change)
    assert answer.code == 1
    assert sentence in answer.err
    assert not Association.objects.exists()


def test_a_short_password_is_refused(kinkeeper: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINKEEPER_ADMIN_PASSWORD", "short")
    answer = kinkeeper(*HILLS, *ROSA, "--unit", "youth:office:Office")
    assert answer.code == 1
    assert "too short" in answer.err
    assert not Association.objects.exists()


# ---- demo and generator ----------------------------------------------------------------------------------------------


def test_the_demo_is_made_once_and_then_used(kinkeeper: Call) -> None:
    first = kinkeeper("demo", "--children", 41, "--no-serve")
    assert first.code == 0
    assert "amina@demo.example" in first.out
    people = Person.objects.count()
    again = kinkeeper("demo", "--no-serve")
    assert again.code == 0
    assert "dalia@demo.example   supervisor at work" in again.out
    assert Person.objects.count() == people
    assert authenticate(email="amina@demo.example", password="caseworker at work") is not None


def test_a_real_installation_is_never_made_a_demo(kinkeeper: Call, association: Association) -> None:
    answer = kinkeeper("demo", "--no-serve")
    assert answer.code == 1
    assert "never touches a real one" in answer.err
    assert Person.objects.count() == 0


def test_only_an_empty_installation_is_filled(kinkeeper: Call, association: Association) -> None:
    answer = kinkeeper("generate", "--children", 5)
    assert answer.code == 1
    assert "not empty" in answer.err


def everything() -> list[object]:
    """What the generator made, without the moment it made it."""
    return [
        list(Person.objects.order_by("pk").values_list("code", "name", "birth", "sex")),
        list(Name.objects.order_by("pk").values_list("given", "family", "script")),
        list(PeriodOfCare.objects.order_by("pk").values_list("code", "started_on", "ended_on", "exit")),
        [(contact.code, contact.happened_on, contact.note) for contact in Contact.objects.order_by("pk")],
        list(User.objects.order_by("pk").values_list("code", "email")),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_same_seed_and_day_make_the_same_people(kinkeeper: Call) -> None:
    from django.core.management import call_command

    ask = ("generate", "--children", 41, "--seed", 3, "--until", "2025-03-31")
    assert kinkeeper(*ask).code == 0
    first = everything()
    call_command("flush", verbosity=0, interactive=False)
    assert kinkeeper(*ask).code == 0
    assert everything() == first


def test_the_demo_stands_on_a_day_on_which_a_youth_turned_eighteen_a_month_ago(kinkeeper: Call) -> None:
    with time_machine.travel("2026-11-28T09:00Z"):
        answer = kinkeeper("demo", "--no-serve")
    assert answer.code == 0, answer.err
    assert Case.objects.filter(state="aftercare").count() >= 4


def test_the_demo_is_believable(kinkeeper: Call) -> None:
    kinkeeper("demo", "--children", 80, "--no-serve")
    assert not Person.objects.filter(is_invented=False).exists()
    assert {"Latn", "Cyrl", "Arab"} <= set(Name.objects.values_list("script", flat=True))
    loads = [Case.objects.filter(worker=user, closed_on=None).count() for user in User.objects.filter(is_active=True)]
    assert 5 < max(loads) <= 25
    assert not Case.objects.filter(closed_on=None, worker=None).exists()
    assert Kinship.objects.filter(kind="sibling").exists()
    open_cases = Case.objects.filter(closed_on=None)
    lately = Contact.objects.filter(happened_on__gt=date.today() - timedelta(days=70))
    assert 0 < open_cases.exclude(pk__in=lately.values("case")).count() < open_cases.count() / 3
    assert not Contact.objects.filter(happened_on__gt=date.today()).exists()
    with_photo = Person.objects.exclude(photo=None).count()
    assert with_photo > 5
    assert Document.objects.exists()
    assert open_cases.filter(child__photo=None).exists()
    steps = set(open_cases.values_list("state", flat=True))
    assert {"intake", "assessment", "best_interest", "gatekeeping", "planning", "active", "aftercare"} <= steps
    assert set(Referral.objects.values_list("state", flat=True)) == {"received", "screened_in", "screened_out"}
    at_work = open_cases.filter(state="active").count()
    for told in (Registration, Assessment, Decision):
        assert told.objects.values("case").distinct().count() > at_work / 2, told
    planned = Plan.objects.filter(state="approved")
    assert at_work / 2 < planned.count() < at_work
    assert not planned.filter(goals=None).exists()
    assert Wish.objects.filter(answer="refused").exists()
    assert not Plan.objects.filter(approved_on__gt=date.today()).exists()


# ---- in and out ------------------------------------------------------------------------------------------------------


def test_an_import_into_an_empty_installation_makes_a_bare_one(kinkeeper: Call, tmp_path: Path) -> None:
    answer = kinkeeper("import", "ssda903", year_one(tmp_path / "in"), "--json")
    assert answer.code == 0
    assert (answer.json["read"], answer.json["landed"], answer.json["unchanged"]) == (3, 3, 0)
    assert answer.json["quarantined"] == []
    assert "was empty" in answer.json["warnings"][0]["reason"]
    assert Association.objects.get().name == "Imported association"
    assert [unit["name"] for unit in kinkeeper("units", "--json").json] == ["Imported records"]
    again = kinkeeper("import", "ssda903", tmp_path / "in", "--json").json
    assert (again["landed"], again["unchanged"], again["warnings"]) == (0, 3, [])


def test_a_round_trip_through_the_command_line(kinkeeper: Call, tmp_path: Path) -> None:
    folder = three_years(tmp_path / "in", 40)
    assert kinkeeper("import", "ssda903", folder).code == 0
    for year in (2022, 2023, 2024):
        kinkeeper("export", "ssda903", tmp_path / "out" / f"{year}_{(year + 1) % 100}", "--year", year, "--json")
    one = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.csv")}
    out = tmp_path / "out"
    assert {path.relative_to(out): path.read_bytes() for path in out.rglob("*.csv")} == one


def test_a_preview_lands_nothing(kinkeeper: Call, tmp_path: Path) -> None:
    bad = {**REVIEW, "REVIEW": "31/02/2023"}
    answer = kinkeeper("import", "ssda903", year_one(tmp_path / "in", Reviews=[REVIEW, bad]), "--preview", "--json")
    assert (answer.code, answer.json["landed"], answer.json["preview"]) == (0, 3, True)
    assert answer.json["quarantined"][0]["field"] == "REVIEW"
    assert Person.objects.count() == 0
    assert Import.objects.get().state == Import.State.PREVIEWED


def test_rows_in_quarantine_are_told_with_place_and_reason(kinkeeper: Call, tmp_path: Path) -> None:
    faulty = year_one(tmp_path / "in", Episodes=[{**EPISODE, "LS": "C9"}])
    answer = kinkeeper("import", "ssda903", faulty)
    assert answer.code == 0
    assert "2022_23/Episodes.csv, line 2, LS: “C9” is not a code of LS." in answer.out


def test_one_of_several_units_must_be_named(kinkeeper: Call, village: Unit, other_unit: Unit, tmp_path: Path) -> None:
    folder = year_one(tmp_path / "in")
    refused = kinkeeper("import", "ssda903", folder)
    assert (refused.code, "--unit" in refused.err) == (1, True)
    assert kinkeeper("import", "ssda903", folder, "--unit", "NOSUCHCODE").code == 1
    assert kinkeeper("import", "ssda903", folder, "--unit", village.code).code == 0
    assert Person.objects.get().unit == village
    out = kinkeeper("export", "ssda903", tmp_path / "out", "--year", "2022", "--unit", other_unit.code, "--json")
    assert out.json["children"] == 0


def test_an_empty_installation_has_nothing_to_export(kinkeeper: Call, tmp_path: Path) -> None:
    answer = kinkeeper("export", "ssda903", tmp_path / "out", "--year", "2022")
    assert (answer.code, "nothing to export" in answer.err) == (1, True)
