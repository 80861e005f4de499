"""Second factors: set up by oneself, asked for after the password, used once, required of whoever reaches far."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from kinkeeper.access import actions as people
from kinkeeper.access import factors
from kinkeeper.access.gate import OPENERS
from kinkeeper.access.models import Association
from kinkeeper.access.policy import OVERSEERS, PRIVILEGED
from kinkeeper.entrance import actions
from kinkeeper.journal.models import Entry
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.lib.refusals import Refused
from kinkeeper.notices.models import Notice
from tests.conftest import PASSWORD, Colleague
from tests.entrance.conftest import LOCAL, Guarded, code_of, wishes_on, with_app, with_passkey, with_password
from tests.entrance.device import Telephone

NO = "This did not work. After five tries wait"


def is_inside(client: Client) -> bool:
    return SESSION_KEY in client.session


# ---- an app --------------------------------------------------------------------------------------------------------------


def test_an_app_is_set_up_with_its_first_code_and_gives_recovery_codes(amina: Colleague) -> None:
    browser = amina.browser
    page = browser.get("/my-sign-in/app/").content.decode()
    secret = re.search(r'id="app-key">([A-Z2-7]+)<', page)
    assert secret
    wrong = browser.post("/my-sign-in/app/", {"code": "000000"})
    assert (wrong.status_code, "This code is not right" in wrong.content.decode()) == (409, True)
    assert not Authenticator.objects.exists()
    shown = browser.post("/my-sign-in/app/", {"code": code_of(secret.group(1))}).content.decode()
    codes = re.search(r'id="codes">([\d ]+)<', shown)
    assert codes
    assert len(codes.group(1).split()) == 10
    assert sorted(Authenticator.objects.values_list("type", flat=True)) == ["recovery_codes", "totp"]
    entry = Entry.objects.get(act="entrance.add_app")
    assert (entry.user, entry.subject_code, entry.facts) == (amina.user, amina.user.code, {})


def test_the_secret_is_not_readable_in_the_database(amina: Colleague) -> None:
    guarded = with_app(amina)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert guarded.secret not in kept
    assert not any(code in kept for code in guarded.codes)


@pytest.mark.asvs("6.3.3", "7.2.4")
def test_after_the_password_the_code_is_asked_for(dalia_with_app: Guarded) -> None:
    client = Client()
    answer = dalia_with_app.knocks(client, next="/openings/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/second-factor/")
    assert not is_inside(client)
    assert client.get("/openings/").status_code == 302
    assert NO in client.post("/sign-in/second-factor/", {"code": "000000"}).content.decode()
    before = client.session.session_key
    answer = client.post("/sign-in/second-factor/", {"code": code_of(dalia_with_app.secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/openings/")
    assert is_inside(client)
    assert client.session.session_key != before


@pytest.mark.asvs("6.5.1")
def test_a_code_counts_once(dalia_with_app: Guarded) -> None:
    code = code_of(dalia_with_app.secret)
    for expected in (True, False):
        client = Client()
        dalia_with_app.knocks(client)
        client.post("/sign-in/second-factor/", {"code": code})
        assert is_inside(client) is expected


@pytest.mark.asvs("6.5.1")
def test_a_recovery_code_counts_once_even_with_a_blank_in_it(dalia_with_app: Guarded) -> None:
    code = dalia_with_app.codes[3]
    for expected in (True, False):
        client = Client()
        dalia_with_app.knocks(client)
        client.post("/sign-in/second-factor/", {"code": f"{code[:4]} {code[4:]}"})
        assert is_inside(client) is expected
    assert len(factors.recovery_codes(dalia_with_app.who.user)) == 9


def test_after_five_wrong_codes_the_right_one_waits_in_every_browser(dalia_with_app: Guarded) -> None:
    for _number in range(5):
        client = Client()
        dalia_with_app.knocks(client)
        client.post("/sign-in/second-factor/", {"code": "000000"})
    dalia_with_app.knocks(client)
    assert NO in client.post("/sign-in/second-factor/", {"code": code_of(dalia_with_app.secret)}).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        dalia_with_app.knocks(client)
        client.post("/sign-in/second-factor/", {"code": code_of(dalia_with_app.secret)})
        assert is_inside(client)


def test_the_password_waits_ten_minutes_for_the_code(dalia_with_app: Guarded) -> None:
    client = Client()
    dalia_with_app.knocks(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answer = client.post("/sign-in/second-factor/", {"code": code_of(dalia_with_app.secret)})
    assert answer["Location"] == "/sign-in/"
    assert not is_inside(client)


def test_nobody_comes_to_the_second_step_without_the_first(dalia_with_app: Guarded) -> None:
    client = Client()
    assert client.get("/sign-in/second-factor/")["Location"] == "/sign-in/"
    client.post("/sign-in/", {"email": dalia_with_app.who.user.email, "password": "not this one"})
    answer = client.post("/sign-in/second-factor/", {"code": code_of(dalia_with_app.secret)})
    assert (answer["Location"], is_inside(client)) == ("/sign-in/", False)


@pytest.mark.asvs("6.3.8")
def test_a_wrong_password_reads_the_same_with_and_without_a_factor(dalia_with_app: Guarded, amina: Colleague) -> None:
    with_password(amina)
    pages = {
        re.sub(r'value="[^"]*"', "", Client().post("/sign-in/", {"email": email, "password": "x"}).content.decode())
        for email in ("dalia@example.org", "amina@example.org", "nobody@example.org")
    }
    assert len(pages) == 1


@pytest.mark.asvs("6.3.4", "6.4.3")
def test_the_link_of_a_new_password_does_not_open_past_the_factor(dalia_with_app: Guarded, rosa: Colleague) -> None:
    people.let_back_in(rosa.actor, dalia_with_app.who.user, token="a-token")
    client = Client()
    new = {"password": "quite another password", "version": "1"}
    answer = client.post("/new-password/a-token/", new)
    assert (answer["Location"], is_inside(client)) == ("/sign-in/second-factor/", False)


@pytest.mark.asvs("6.5.4", "6.5.5")
def test_codes_are_long_enough_and_soon_over(dalia_with_app: Guarded) -> None:
    """Eight digits are 26 bits; a code of the app counts for its half minute and for one before and after."""
    assert all(len(code) == 8 and code.isdigit() for code in dalia_with_app.codes)
    assert len(set(dalia_with_app.codes)) == 10
    for periods in (-3, 3):
        client = Client()
        dalia_with_app.knocks(client)
        client.post("/sign-in/second-factor/", {"code": code_of(dalia_with_app.secret, periods=periods)})
        assert not is_inside(client)


# ---- a passkey -----------------------------------------------------------------------------------------------------------


def test_a_passkey_is_made_and_opens_the_door_without_a_password(amina: Colleague, telephone: Telephone) -> None:
    with_passkey(amina, telephone)
    client = Client(**LOCAL)
    question = client.get("/sign-in/passkey/").content.decode()
    answer = client.post("/sign-in/passkey/", {"credential": telephone.shows(question), "next": "/password/"})
    assert (answer.status_code, answer["Location"], is_inside(client)) == (302, "/password/", True)
    assert Entry.objects.filter(act="access.sign_in", user=amina.user).count() == 1
    assert Entry.objects.get(act="entrance.add_passkey").facts == {}


def test_a_passkey_follows_the_password_as_well(amina: Colleague, telephone: Telephone) -> None:
    with_password(amina)
    with_passkey(amina, telephone)
    client = Client(**LOCAL)
    client.post("/sign-in/", {"email": amina.user.email, "password": PASSWORD})
    question = wishes_on(client.get("/sign-in/second-factor/"))
    client.post("/sign-in/second-factor/", {"credential": telephone.shows(question)})
    assert is_inside(client)


@pytest.mark.parametrize("fault", ["another site", "another key", "an old question", "no finger", "nonsense", "closed"])
def test_what_is_not_the_passkey_opens_nothing(amina: Colleague, telephone: Telephone, fault: str) -> None:
    with_passkey(amina, telephone)
    client = Client(**LOCAL)
    question = client.get("/sign-in/passkey/").content.decode()
    shown = telephone.shows(question, origin="https://localhost.evil.example" if fault == "another site" else "http://localhost")  # fmt: skip
    if fault == "another key":
        thief = Telephone(credential=telephone.credential, user=telephone.user)
        shown = thief.shows(question)
    if fault == "an old question":
        client.get("/sign-in/passkey/")
    if fault == "no finger":
        telephone.asks = False
        shown = telephone.shows(question)
    if fault == "nonsense":
        shown = '{"id": 1, "response": []}'
    if fault == "closed":
        amina.user.is_active = False
        amina.user.save()
    answer = client.post("/sign-in/passkey/", {"credential": shown})
    assert (answer["Location"], is_inside(client)) == ("/sign-in/", False)
    assert "did not open the door" in client.get("/sign-in/").content.decode()


def test_a_device_that_asks_for_nothing_makes_no_passkey(amina: Colleague) -> None:
    browser = Client(**LOCAL)
    browser.force_login(amina.user)
    made = Telephone(asks=False).makes(wishes_on(browser.get("/my-sign-in/passkey/")))
    answer = browser.post("/my-sign-in/passkey/", {"name": "my telephone", "credential": made})
    assert answer.status_code == 409 or "could not be read" in answer.content.decode()
    assert not Authenticator.objects.exists()


def test_a_passkey_of_a_colleague_does_not_stand_in_for_mine(
    amina: Colleague, bruno: Colleague, telephone: Telephone
) -> None:
    with_passkey(bruno, telephone)
    with_password(amina)
    with_passkey(amina, Telephone())
    client = Client(**LOCAL)
    client.post("/sign-in/", {"email": amina.user.email, "password": PASSWORD})
    question = wishes_on(client.get("/sign-in/second-factor/"))
    client.post("/sign-in/second-factor/", {"credential": telephone.shows(question)})
    assert not is_inside(client)


# ---- taking away ---------------------------------------------------------------------------------------------------------


@pytest.mark.asvs("6.5.6")
def test_one_takes_away_ones_own_and_with_the_last_the_recovery_codes(dalia_with_app: Guarded) -> None:
    browser = dalia_with_app.who.browser
    address = re.search(r'href="(/my-sign-in/factors/\w+/remove/)"', browser.get("/my-sign-in/").content.decode())
    assert address
    assert browser.post(address.group(1), {"version": ""}).status_code == 302
    assert not Authenticator.objects.exists()
    assert Entry.objects.filter(act="entrance.remove_factor", user=dalia_with_app.who.user).count() == 1


def test_the_factor_of_a_colleague_is_a_page_that_does_not_exist(dalia_with_app: Guarded, amina: Colleague) -> None:
    address = re.search(
        r'href="(/my-sign-in/factors/\w+/remove/)"', dalia_with_app.who.browser.get("/my-sign-in/").content.decode()
    )
    assert address
    assert amina.browser.post(address.group(1)).status_code == 404
    for deed in (actions.renew_recovery_codes, lambda a, u: actions.add_app(a, u, secret="A", code="1")):
        with pytest.raises(Refused, match="Only the person themselves"):
            deed(amina.actor, dalia_with_app.who.user)
    assert Authenticator.objects.count() == 2


@pytest.mark.asvs("6.3.7")
def test_the_owner_is_told_whenever_a_factor_comes_or_goes(dalia_with_app: Guarded) -> None:
    dalia = dalia_with_app.who
    run_due_jobs()
    Notice.objects.all().delete()
    actions.renew_recovery_codes(dalia.actor, dalia.user)
    actions.remove_factor(dalia.actor, dalia.user, factor=Authenticator.objects.get(type="totp"))
    run_due_jobs()
    told = Notice.objects.values_list("to", "kind", "subject_code", "link")
    assert list(told) == [(dalia.user.pk, "sign_in_changed", dalia.user.code, "/my-sign-in/")] * 2


def test_new_recovery_codes_make_the_old_ones_worthless(dalia_with_app: Guarded) -> None:
    browser = dalia_with_app.who.browser
    shown = browser.post("/my-sign-in/recovery-codes/", {"version": ""}).content.decode()
    assert "shown this once" in shown
    assert factors.kind_of_code(dalia_with_app.who.user, dalia_with_app.codes[0]) is None
    assert Entry.objects.filter(act="entrance.renew_recovery_codes").count() == 1


def test_recovery_codes_stand_in_for_something(amina: Colleague) -> None:
    with pytest.raises(Refused, match="Set up a passkey or an app first"):
        actions.renew_recovery_codes(amina.actor, amina.user)


@pytest.mark.asvs("6.5.6")
def test_an_administrator_takes_them_away_and_the_colleague_is_told(dalia_with_app: Guarded, rosa: Colleague) -> None:
    dalia = dalia_with_app.who
    browser = dalia.browser
    assert rosa.browser.post(f"/administration/users/{dalia.user.code}/take-factors-away/", {"version": "1"}).status_code == 302  # fmt: skip
    assert not Authenticator.objects.exists()
    assert browser.get("/")["Location"].startswith("/sign-in/")
    assert Entry.objects.get(act="access.take_factors_away").user == rosa.user
    run_due_jobs()
    notice = Notice.objects.get(to=dalia.user, kind=Notice.Kind.FACTORS_TAKEN_AWAY)
    assert notice.link == "/my-sign-in/"


def test_never_ones_own_that_way_and_nobody_else(dalia_with_app: Guarded, rosa: Colleague, amina: Colleague) -> None:
    with_app(rosa)
    with pytest.raises(Refused, match="Nobody takes their own factors away"):
        people.take_factors_away(rosa.actor, rosa.user)
    with pytest.raises(Refused, match="Only an administrator"):
        people.take_factors_away(amina.actor, dalia_with_app.who.user)
    assert Authenticator.objects.count() == 4


# ---- required ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def required(settings: Any) -> None:
    """The installation asks for second factors, as it does unless told otherwise."""
    settings.SECOND_FACTOR = "required"


def test_whoever_oversees_administers_opens_or_takes_out_reaches_far() -> None:
    assert {*OVERSEERS, *OPENERS, "administrator"} == set(PRIVILEGED)


@pytest.mark.asvs("6.3.3")
@pytest.mark.usefixtures("required")
def test_whoever_reaches_far_first_sets_up_a_factor(dalia: Colleague, telephone: Telephone) -> None:
    browser = Client(**LOCAL)
    browser.force_login(dalia.user)
    for page in ("/", "/openings/", "/caseload/", "/my-devices/"):
        assert (browser.get(page).status_code, browser.get(page)["Location"]) == (302, "/my-sign-in/")
    assert "Set up a second factor first" in browser.get("/my-sign-in/").content.decode()
    assert browser.get("/openings/", headers={"HX-Request": "true"})["HX-Redirect"] == "/my-sign-in/"
    assert browser.get("/openings/", headers={"Accept": "application/json"}).status_code == 403
    made = telephone.makes(wishes_on(browser.get("/my-sign-in/passkey/")))
    browser.post("/my-sign-in/passkey/", {"name": "my telephone", "credential": made})
    assert browser.get("/openings/").status_code == 200


@pytest.mark.usefixtures("required")
def test_who_does_not_reach_far_and_a_demo_are_not_asked(
    eve: Colleague, dalia: Colleague, association: Association
) -> None:
    assert eve.browser.get("/my-devices/").status_code == 200
    Association.objects.update(is_demo=True)
    assert dalia.browser.get("/openings/").status_code == 200


@pytest.mark.usefixtures("required")
def test_the_last_factor_of_who_reaches_far_stays(dalia_with_app: Guarded) -> None:
    factor = Authenticator.objects.get(type="totp")
    with pytest.raises(Refused, match="Set up another one first"):
        actions.remove_factor(dalia_with_app.who.actor, dalia_with_app.who.user, factor=factor)
    assert Authenticator.objects.filter(pk=factor.pk).exists()


# ---- what allauth brings and we do not want --------------------------------------------------------------------------------


@pytest.mark.asvs("6.3.4", "15.2.3")
@pytest.mark.django_db
def test_no_page_of_allauth_exists() -> None:
    client = Client()
    for name in ("account_login", "account_signup", "account_email", "account_reset_password", "mfa_index"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    for path in ("/accounts/login/", "/accounts/signup/", "/accounts/email/", "/accounts/password/reset/", "/signup/"):
        assert client.get(path).status_code == 404
