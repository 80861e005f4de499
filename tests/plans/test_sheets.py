"""Plans and reviews on paper: for adults and for the child, in every script, tagged, and without what is not theirs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.utils import translation

from kinkeeper.access.models import Role
from kinkeeper.journal.models import Look
from kinkeeper.people.models import Person
from kinkeeper.plans import actions, paper
from kinkeeper.plans.models import Goal, Plan, Review
from kinkeeper.ui.sheets import pdf
from tests.conftest import Colleague, hire
from tests.plans.conftest import add_goal, approve, complete, hold, minutes

SCRIPTS = {
    "uzbek": "Men o‘g‘lim bilan futbol o‘ynayman",
    "albanian": "Dua të luaj çdo ditë me Gëzim",
    "russian": "Хочу жить вместе с сестрой, ещё щенка",
}


def read(content: bytes, folder: Path, *more: str) -> str:
    """The text of a PDF in the order of reading, as poppler takes it out."""
    file = folder / "sheet.pdf"
    file.write_bytes(content)
    told = subprocess.run(["pdftotext", *more, str(file), "-"], check=True, capture_output=True, text=True).stdout
    return " ".join(told.split())


def facts_of(content: bytes, folder: Path) -> dict[str, str]:
    """What a PDF says about itself."""
    file = folder / "sheet.pdf"
    file.write_bytes(content)
    told = subprocess.run(["pdfinfo", str(file)], check=True, capture_output=True, text=True).stdout
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in told.splitlines())}


def test_the_plan_for_adults_holds_everything(amina: Colleague, dalia: Colleague, draft: Plan, tmp_path: Path) -> None:
    add_goal(amina, draft, "HEALTH", words="Teeth", baseline="Two bad teeth", high_risk=True)
    complete(amina, draft)
    actions.plan_contact(amina.actor, Plan.objects.get(), with_whom="Mother", how="face", often="weekly", note="calm")
    plan = approve(dalia, draft)
    answer = amina.browser.get(f"/plans/{plan.code}/pdf/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'inline; filename="plan-{plan.code}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    text = read(answer.content, tmp_path)
    for words in ("Noor Saleh", "I like water.", "Two bad teeth", "Find a swimming course", "Mother", "Dalia Marku"):
        assert words in text
    assert facts_of(answer.content, tmp_path)["Tagged"] == "yes"
    assert facts_of(answer.content, tmp_path)["Title"] == "Plan"
    assert b"pdfuaid" in answer.content
    assert Look.objects.get(page="plan_sheet").subject_id == plan.pk


def test_the_plan_for_the_child_is_plain(amina: Colleague, dalia: Colleague, draft: Plan, tmp_path: Path) -> None:
    add_goal(amina, draft, "HEALTH", words="Teeth", baseline="Diagnosis K02", statement="By the book", high_risk=True)
    complete(amina, draft)
    actions.plan_contact(
        amina.actor, Plan.objects.get(), with_whom="Mother", how="face", often="weekly", note="violent"
    )
    plan = approve(dalia, draft)
    answer = amina.browser.get(f"/plans/{plan.code}/pdf/child/")
    text = read(answer.content, tmp_path)
    for words in (
        "My plan",
        "Hello Noor!",
        "I want to swim.",
        "Amina: Find a swimming course",
        "Mother: meeting, weekly",
    ):
        assert words in text
    for words in ("K02", "By the book", "violent", "safety", "risk", "Mother came along", "Saleh"):
        assert words not in text
    assert Look.objects.get(page="plan_sheet_for_child").subject_id == plan.pk


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_printed(amina: Colleague, draft: Plan, tmp_path: Path, script: str) -> None:
    plan = complete(amina, draft, about_me=SCRIPTS[script])
    for words, sheet in ((paper.plan_words, paper.PLAN), (paper.plan_words_for_child, paper.PLAN_FOR_CHILD)):
        assert SCRIPTS[script] in read(pdf(sheet, words(amina.actor, plan)), tmp_path)


def test_arabic_is_printed_from_right_to_left(amina: Colleague, draft: Plan, tmp_path: Path) -> None:
    words = "أريد أن أعيش مع أختي"
    plan = complete(amina, draft, about_me=words)
    with translation.override("ar"):
        content = pdf(paper.PLAN, paper.plan_words(amina.actor, plan))
    bare = read(content, tmp_path).translate({ord(mark): None for mark in "\u202a\u202b\u202c\u2066\u2067\u2068\u2069"})
    assert words in bare
    assert b"/Lang (ar)" in content or b"/Lang(ar)" in content
    # The heading begins at the right edge of an A4 page, which is 595 points wide.
    told = tmp_path / "words.html"
    subprocess.run(["pdftotext", "-bbox", str(tmp_path / "sheet.pdf"), str(told)], check=True)
    first = next(line for line in told.read_text().splitlines() if "<word" in line)
    assert float(first.split('xMax="')[1].split('"')[0]) > 500


def test_what_somebody_wrote_is_never_markup(amina: Colleague, draft: Plan, tmp_path: Path) -> None:
    sly = '#panic("out") *bold* #read("/site/settings.py") "]} $x$ <a> \\ // /*'
    plan = complete(amina, draft, about_me=sly)
    assert " ".join(sly.split()) in read(pdf(paper.PLAN, paper.plan_words(amina.actor, plan)), tmp_path, "-layout")


def test_the_review_is_printed_for_both(
    amina: Colleague, dalia: Colleague, opened: Review, in_force: Plan, tmp_path: Path
) -> None:
    goal = Goal.objects.get()
    wishes = [
        actions.Answered("A bicycle", "granted"),
        actions.Answered("A dog", "refused", "Sami cannot breathe near dogs."),
        actions.Answered("A trip", "later", "In summer."),
    ]
    progress = {goal.code: actions.Judged(1, "Anxious at first")}
    said = minutes(in_force, wishes=wishes, progress=progress, summary="Court in May")
    hold(amina, opened, said)
    adults = read(amina.browser.get(f"/reviews/{opened.code}/pdf/").content, tmp_path)
    for words in ("Noor Saleh", "Court in May", "Anxious at first", "+1 · better", "Sami cannot breathe near dogs."):
        assert words in adults
    answer = amina.browser.get(f"/reviews/{opened.code}/pdf/child/")
    assert answer["Content-Disposition"] == f'inline; filename="my-review-{opened.code}.pdf"'
    child = read(answer.content, tmp_path)
    for words in (
        "Hello Noor!",
        "The answer is yes.",
        "The answer is no. This is why:",
        "Not yet.",
        "In summer.",
        "I want to swim.",
    ):
        assert words in child
    for words in ("Court in May", "Anxious", "+1"):
        assert words not in child
    assert set(Look.objects.filter(subject_id=opened.pk).values_list("page", flat=True)) == {
        "review_sheet",
        "review_sheet_for_child",
    }


def test_a_review_to_come_invites_the_child(amina: Colleague, opened: Review, tmp_path: Path) -> None:
    text = read(amina.browser.get(f"/reviews/{opened.code}/pdf/child/").content, tmp_path)
    assert "Soon we meet" in text


def test_a_director_prints_no_more_than_the_seat_reads(
    amina: Colleague, in_force: Plan, noor: Person, tmp_path: Path
) -> None:
    olaf = hire("Olaf Director", (Role.DIRECTOR, noor.unit))
    for page in ("pdf/", "pdf/child/"):
        text = read(olaf.browser.get(f"/plans/{in_force.code}/{page}").content, tmp_path)
        for words in ("I like water", "I want to swim", "Find a swimming course"):
            assert words not in text


def test_strangers_print_nothing(bruno: Colleague, in_force: Plan) -> None:
    for page in ("", "pdf/", "pdf/child/"):
        assert bruno.browser.get(f"/plans/{in_force.code}/{page}").status_code == 404
    assert not Look.objects.exists()
