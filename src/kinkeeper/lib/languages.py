"""Languages that people speak, by their tag (BCP 47): how they are called, and which ones a form offers."""

from __future__ import annotations

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# Languages that the families we work with speak and that Django has no word for.
OTHER_LANGUAGES = {
    "am": _("Amharic"),
    "prs": _("Dari"),
    "ku": _("Kurdish"),
    "ps": _("Pashto"),
    "rom": _("Romani"),
    "sgn": _("Sign language"),
    "so": _("Somali"),
    "ti": _("Tigrinya"),
}


# The scripts in which a language that we offer is written, by their code of ISO 15924.
SCRIPTS = {"Latn": _("Latin script"), "Cyrl": _("Cyrillic script")}


def language_name(tag: str) -> str:
    """The name of a language in the reader’s language; the tag itself where we have no word for it."""
    code, _dash, rest = tag.partition("-")
    if code in OTHER_LANGUAGES:
        name = str(OTHER_LANGUAGES[code])
    else:
        known = LANG_INFO.get(code)
        name = gettext(known["name"]) if known and "name" in known else code
    script = str(SCRIPTS.get(rest, rest))
    return f"{name} ({script})" if rest else name


def language_choices() -> list[tuple[str, str]]:
    """(tag, name) of the languages that a form offers, by name in the reader’s language."""
    codes = {code for code in LANG_INFO if "-" not in code} | {"uz-Latn", "uz-Cyrl", "sr-Latn", "sr-Cyrl"}
    named = [(code, language_name(code)) for code in codes | OTHER_LANGUAGES.keys()]
    return [("", "—"), *sorted(named, key=lambda pair: pair[1].casefold())]
