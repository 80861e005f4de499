"""The check of the catalogues finds what a reader of another language would stumble over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import translations

HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

"""


def catalogue(folder: Path, text: str) -> Path:
    path = folder / "locale" / "ru" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(HEADER + text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('msgid "A home"\nmsgstr ""\n', "ru: not translated: 'A home'"),
        ('#, fuzzy\nmsgid "A home"\nmsgstr "Дом"\n', "ru: fuzzy: 'A home'"),
        (
            'msgid "%(n)s visit"\nmsgid_plural "%(n)s visits"\nmsgstr[0] "%(n)s визит"\nmsgstr[1] ""\nmsgstr[2] ""\n',
            "ru: not translated: '%(n)s visit'",
        ),
        (
            '#, python-format\nmsgid "Since %(day)s"\nmsgstr "С %(date)s"\n',
            "ru: unknown named placeholder 'date': 'Since %(day)s'",
        ),
    ],
)
def test_a_fault_is_named(tmp_path, entry, complaint):
    assert translations.problems_of(catalogue(tmp_path, entry)) == [complaint]


def test_a_complete_catalogue_has_no_fault(tmp_path):
    assert translations.problems_of(catalogue(tmp_path, 'msgid "A home"\nmsgstr "Дом"\n')) == []


def test_the_header_keeps_what_programs_read():
    raw = '# SOME TITLE\n#\n#, fuzzy\nmsgid ""\nmsgstr ""\n"POT-Creation-Date: 2026\\n"\n"Language: \\n"\n'
    raw += '"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "A"\nmsgstr "А"\n'
    short = 'msgid ""\nmsgstr ""\n"Language: ru\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    assert translations.with_short_header(raw, "ru") == short + 'msgid "A"\nmsgstr "А"\n'
