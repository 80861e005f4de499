"""The laws of the house: each one holds, and each one is shown to catch a break planted here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from enum import Enum
from importlib import import_module
from unittest.mock import patch

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps
from django.urls import URLPattern, URLResolver, get_resolver

from kinkeeper.access import gate
from kinkeeper.access.gate import YES, Actor, Verdict
from kinkeeper.journal.acts import Act, acts, facts_of
from kinkeeper.lib.sensitivity import level_of, s1
from kinkeeper.site import checks
from kinkeeper.site.checks import faults_of, public_functions_that_are_not_acts, tables_of_the_house
from tests import laws
from tests.laws import Module

CODE_LAWS: dict[Callable[[Module], Iterator[str]], Module] = {
    laws.rows_only_through_the_gate: Module(
        "people", "views", "def page(request):\n    return Person.objects.all()\n", "people/views.py"
    ),
    laws.files_are_named_after_their_job: Module("people", "utils", "", "people/utils.py"),
    laws.packages_are_adapters_or_pages: Module("people", "search", "", "people/views/search.py"),
    laws.functions_stay_short: Module(
        "people", "views", "def page(request):\n" + "    request.user\n" * 16, "people/views.py"
    ),
    laws.models_only_state_facts: Module(
        "people", "models", "class Person:\n    def save(self):\n        pass\n", "people/models.py"
    ),
    laws.state_moves_by_steps_only: Module(
        "cases", "actions", "def close(actor, case):\n    case.state = 'closed'\n", "cases/actions.py"
    ),
    laws.nobody_is_above_the_gate: Module(
        "people", "policy", "def may_read(actor, row):\n    return actor.user.is_superuser\n", "people/policy.py"
    ),
    laws.questions_and_deeds_name_their_actor: Module(
        "people", "queries", "def everybody():\n    return []\n", "people/queries.py"
    ),
    laws.views_do_not_write_or_judge: Module(
        "people", "views", "def page(request):\n    if Role.DIRECTOR in request.roles: ...\n", "people/views.py"
    ),
    laws.rooms_say_what_lives_there: Module("people", "__init__", "x = 1\n", "people/__init__.py"),
    laws.public_things_are_described: Module("people", "models", "class Person: ...\n", "people/models.py"),
    laws.imports_run_down_the_stairs: Module(
        "people", "queries", "from kinkeeper.placements.models import Episode\n", "people/queries.py"
    ),
}


@pytest.mark.asvs("2.3.1", "8.2.1")
@pytest.mark.parametrize("law", CODE_LAWS, ids=lambda law: law.__name__)
def test_the_law_holds_in_every_file(law: Callable[[Module], Iterator[str]]) -> None:
    found = [fault for module in laws.modules() for fault in law(module)]
    assert not found, laws.breaks(law, found)


@pytest.mark.parametrize(("law", "planted"), CODE_LAWS.items(), ids=lambda thing: getattr(thing, "__name__", ""))
def test_the_law_finds_a_planted_break(law: Callable[[Module], Iterator[str]], planted: Module) -> None:
    assert list(law(planted))


def test_a_state_updated_past_the_steps_is_found() -> None:
    planted = Module("cases", "actions", "rows.filter(pk=1).update(state='closed')\n", "cases/actions.py")
    assert list(laws.state_moves_by_steps_only(planted))


def test_an_actor_that_may_be_none_is_found() -> None:
    planted = Module("people", "queries", "def people(actor: Actor | None): ...\n", "people/queries.py")
    assert list(laws.nobody_is_above_the_gate(planted))


def test_a_view_of_another_room_is_not_imported() -> None:
    planted = Module("desk", "views", "from kinkeeper.people.views import person_photo\n", "desk/views.py")
    assert list(laws.imports_run_down_the_stairs(planted))


# ---- tables ----------------------------------------------------------------------------------------------------------


@pytest.mark.asvs("14.1.1")
def test_every_table_has_a_scope_and_every_field_a_sensitivity() -> None:
    assert [fault.msg for model in tables_of_the_house() for fault in faults_of(model)] == []
    assert run_checks(tags=["kinkeeper"]) == []


@isolate_apps("kinkeeper.people")
def test_a_table_without_scope_or_sensitivity_is_found() -> None:
    class Forgotten(models.Model):
        name = models.CharField(max_length=10)

        class Meta:
            app_label = "people"

    assert [fault.id for fault in faults_of(Forgotten)] == ["kinkeeper.E001", "kinkeeper.E002"]


@isolate_apps("kinkeeper.people")
def test_a_declared_field_is_not_reported() -> None:
    class Declared(models.Model):
        name = s1(models.CharField(max_length=10))

        class Meta:
            app_label = "people"

    assert [fault.id for fault in faults_of(Declared)] == ["kinkeeper.E001"]


def keys_that_show_upstairs(model: type[models.Model]) -> list[str]:
    """Keys into another room that would let the lower room reach the upper one past the gate."""
    found = []
    for field in model._meta.local_fields + model._meta.local_many_to_many:
        target = field.related_model
        if field.remote_field and isinstance(target, type) and target._meta.app_label != model._meta.app_label:
            name = field.remote_field.related_name or ""
            if not name.endswith("+") and target.__module__.startswith("kinkeeper."):
                found.append(f"{model._meta.label}.{field.name}")
    return found


def test_keys_into_another_room_leave_no_door_behind() -> None:
    assert [name for model in tables_of_the_house() for name in keys_that_show_upstairs(model)] == []


@isolate_apps("kinkeeper.cases")
def test_a_key_that_leaves_a_door_is_found() -> None:
    class Leaky(models.Model):
        person = s1(models.ForeignKey("people.Person", models.CASCADE, related_name="leaks"))

        class Meta:
            app_label = "cases"

    key = Leaky._meta.get_field("person")
    assert isinstance(key, models.ForeignKey)
    key.remote_field.model = apps.get_model("people", "Person")
    assert keys_that_show_upstairs(Leaky) == ["cases.Leaky.person"]


def test_constraints_are_sentences() -> None:
    names = [rule.name for model in tables_of_the_house() for rule in model._meta.constraints]
    assert names
    assert [name for name in names if name.count("_") < 2] == []


def test_sealed_fields_have_no_column_yet() -> None:
    """A secret is a row, not a column: S4 belongs to rooms of its own."""
    sealed = [
        f"{model._meta.label}.{field.name}"
        for model in tables_of_the_house()
        for field in model._meta.local_fields
        if (level_of(field) or 0) >= 4
    ]
    assert sealed == []


# ---- deeds -----------------------------------------------------------------------------------------------------------


def action_modules() -> list[str]:
    return [module.path for module in laws.modules() if module.part == "actions"]


def test_every_public_function_in_actions_is_an_act() -> None:
    assert len(action_modules()) >= 8
    for path in action_modules():
        module = import_module(f"kinkeeper.{path.removesuffix('.py').replace('/', '.')}")
        assert public_functions_that_are_not_acts(module) == [], path


def test_a_function_that_is_no_act_is_found() -> None:
    class Planted:
        __name__ = "planted"

    def change(actor: Actor, row: object) -> None: ...

    change.__module__ = "planted"
    planted = Planted()
    planted.change = change  # type: ignore[attr-defined]
    assert public_functions_that_are_not_acts(planted) == ["change"]


def test_the_judge_of_an_act_bears_its_name() -> None:
    assert [act.name for act in acts.values() if act.judge.__name__ != f"may_{act.name.split('.')[1]}"] == []


def test_an_act_with_a_stranger_as_judge_is_refused() -> None:
    def may_do_something_else(actor: Actor, row: object) -> Verdict:
        return YES

    def do_it(actor: Actor, row: object) -> None: ...

    with pytest.raises(RuntimeError, match="must be may_do_it"):
        Act(do_it, may_do_something_else)
    assert not any(name.endswith("do_it") for name in acts)


def test_every_act_is_tested_and_described() -> None:
    tests = laws.SOURCE.parents[1] / "tests"
    text = "\n".join(path.read_text() for path in tests.rglob("*.py"))
    untested = [act.name for act in acts.values() if not re.search(rf"\b{act.name.split('.')[1]}\b", text)]
    assert untested == []
    assert [act.name for act in acts.values() if not (act.__doc__ or "").strip()] == []


@pytest.mark.asvs("16.2.5")
def test_free_text_never_enters_the_journal() -> None:
    class Colour(Enum):
        RED = "red"

    given = {"note": "He told me everything.", "on": date(2026, 1, 2), "seen": True, "places": 3, "colour": Colour.RED}
    assert facts_of(given) == {"on": "2026-01-02", "seen": True, "places": 3, "colour": "red"}


def test_nobody_is_a_superuser() -> None:
    user = apps.get_model("access", "User")
    assert not hasattr(user, "is_superuser")
    assert not hasattr(user, "has_perm")
    assert checks.the_admin_site_is_not_installed(None) == []


def test_the_admin_site_would_be_found() -> None:
    # Not our own code: only Django's answer is planted here.
    with patch.object(apps, "is_installed", return_value=True):
        assert [fault.id for fault in checks.the_admin_site_is_not_installed(None)] == ["kinkeeper.E003"]


def test_a_table_has_one_scope() -> None:
    with pytest.raises(RuntimeError, match="two scopes"):
        gate.scope(apps.get_model("people", "Person"))(lambda actor: gate.EVERYTHING)


# ---- pages -----------------------------------------------------------------------------------------------------------


def url_rooms() -> dict[str, str]:
    """The room that each named address belongs to."""
    found: dict[str, str] = {}

    def walk(patterns: list[URLPattern | URLResolver]) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns)
            elif pattern.name:
                module = getattr(pattern.callback, "__module__", "")
                found[pattern.name] = module.split(".")[1] if module.startswith("kinkeeper.") else "ui"

    walk(get_resolver().url_patterns)
    return found


def test_templates_stay_on_their_floor() -> None:
    rooms = url_rooms()
    found = [
        fault
        for room, path, text in laws.templates()
        for fault in laws.template_names_only_its_floor(room, path, text, rooms)
    ]
    assert not found, laws.breaks(laws.template_names_only_its_floor, found)


def test_a_template_that_climbs_the_stairs_is_found() -> None:
    rooms = {"child": "desk"}
    text = "{% extends 'ui/frame.html' %}<a href=\"{% url 'child' code %}\"></a>{% include 'desk/part.html' %}"
    assert len(list(laws.template_names_only_its_floor("people", "people/x.html", text, rooms))) == 2


TEMPLATE_LAWS = {
    laws.template_keeps_the_policy: '<p style="color: red" onclick="x()">{{ name|safe }}</p>',
    laws.template_speaks_every_language: '<p title="A child">{% translate "A" %} Hello</p>',
}


@pytest.mark.asvs("1.1.2", "1.2.1", "1.2.3", "3.6.1")
@pytest.mark.parametrize("law", TEMPLATE_LAWS, ids=lambda law: law.__name__)
def test_the_law_holds_in_every_template(law: Callable[[str, str], Iterator[str]]) -> None:
    found = [fault for _room, path, text in laws.templates() for fault in law(path, text)]
    assert not found, laws.breaks(law, found)


@pytest.mark.parametrize(("law", "planted"), TEMPLATE_LAWS.items(), ids=lambda thing: getattr(thing, "__name__", ""))
def test_the_law_finds_a_break_in_a_template(law: Callable[[str, str], Iterator[str]], planted: str) -> None:
    assert len(list(law("x.html", planted))) >= 2


def test_styles_know_start_and_end_only() -> None:
    found = [fault for path, text in laws.styles() for fault in laws.style_has_no_left_and_right(path, text)]
    assert not found, laws.breaks(laws.style_has_no_left_and_right, found)


def test_a_style_with_left_is_found() -> None:
    assert list(laws.style_has_no_left_and_right("x.css", ".a { margin-left: 1rem; text-align: right }"))
