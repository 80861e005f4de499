"""Forms of the deeds on families: what is asked, in which words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.families.models import Kinship, Support
from kinkeeper.lib.codes import show_code
from kinkeeper.people.models import Person, Sex
from kinkeeper.ui.forms import DayField, DeedForm, PartialDateField

KINDS = [("", "—"), *Kinship.Kind.choices, *Kinship.Inverse.choices]


def _told_apart(person: Person) -> str:
    """A person in a list of people who may bear the same name."""
    born = person.born
    if born is None:
        return f"{person.name} · {show_code(person.code)}"
    return (
        gettext("%(name)s, born %(birth)s") % {"name": person.name, "birth": born.text()}
        + f" · {show_code(person.code)}"
    )


class _ChoosingForm(DeedForm):
    """A form that offers people; what was chosen comes back as rows."""

    chooses = ""
    several = False

    def choose_from(self, people: Iterable[Person]) -> Self:
        """Offer these people."""
        self.offered = {person.code: person for person in people}
        field = self.fields[self.chooses]
        assert isinstance(field, forms.ChoiceField)
        self.offered_choices = [(code, _told_apart(person)) for code, person in self.offered.items()]
        field.choices = self.offered_choices
        return self

    def clean(self) -> dict[str, Any]:
        """Codes become the people behind them."""
        cleaned = super().clean() or {}
        chosen = cleaned.get(self.chooses)
        if chosen:
            cleaned[self.chooses] = [self.offered[code] for code in chosen] if self.several else self.offered[chosen]
        return cleaned


class TieForm(DeedForm):
    """What one person is of another."""

    kind = forms.ChoiceField(label=_("Is the"), choices=KINDS)
    legally_responsible = forms.BooleanField(label=_("Has legal responsibility"), required=False)
    contact = forms.ChoiceField(label=_("Contact"), choices=Kinship.Contact.choices, required=False)


class AddRelativeForm(TieForm):
    """A relative whose record is not here yet."""

    given = forms.CharField(label=_("Given name"), max_length=100, required=False)
    middle = forms.CharField(label=_("Middle name or patronymic"), max_length=100, required=False)
    family = forms.CharField(label=_("Family name"), max_length=100, required=False)
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN)
    birth = PartialDateField(label=_("Date of birth"), required=False)
    surely_new = forms.BooleanField(label=_("I have compared: this is nobody whom we know already"), required=False)

    field_order = ("version", "kind", "given", "middle", "family", "sex", "birth", "legally_responsible", "contact")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            # Asked only of those whom a refusal has shown somebody to compare with.
            del self.fields["surely_new"]

    def clean(self) -> dict[str, Any]:
        """Somebody may have one name only, but not none."""
        cleaned = super().clean() or {}
        if not cleaned.get("given") and not cleaned.get("family") and not self.errors:
            raise ValidationError(_("Give at least a given name or a family name."))
        return cleaned

    @property
    def particulars(self) -> dict[str, Any]:
        """Ask for a comparison unless the worker says that it was made."""
        said = super().particulars
        return {"refuse_likeness": not said.pop("surely_new"), **said}


class TieKinForm(_ChoosingForm, TieForm):
    """A tie to somebody whose record is here already."""

    chooses = "relative"

    relative = forms.ChoiceField(label=_("Who"), widget=forms.RadioSelect)
    starts_on = DayField(label=_("From"), required=False)

    field_order = ("version", "relative", "kind", "starts_on", "legally_responsible", "contact")


class EndTieForm(DeedForm):
    """The day from which a tie no longer holds."""

    ended_on = DayField(label=_("No longer holds from"))


class EndLegalResponsibilityForm(DeedForm):
    """The day from which somebody no longer has legal responsibility."""

    ended_on = DayField(label=_("No legal responsibility from"))


class SetContactRuleForm(DeedForm):
    """Which contact is allowed, and the decision that says so."""

    contact = forms.ChoiceField(label=_("Contact"), choices=Kinship.Contact.choices, required=False)
    court_ref = forms.CharField(
        label=_("Court decision"),
        max_length=120,
        required=False,
        help_text=_("The number of the decision, where a court or authority ruled on contact."),
    )


class AddSupportForm(_ChoosingForm):
    """Somebody who matters to a child."""

    chooses = "person"

    person = forms.ChoiceField(label=_("Somebody on record here"), widget=forms.RadioSelect, required=False)
    name = forms.CharField(
        label=_("Or anybody else, by name"),
        max_length=200,
        required=False,
        help_text=_("As the child calls them, for example “Aunt Mira from next door”."),
    )
    relation = forms.CharField(label=_("Who this is to the child"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Belongs to"), choices=[("", "—"), *Support.Kind.choices])
    strength = forms.TypedChoiceField(label=_("How close"), choices=Support.Strength.choices, coerce=int)
    trusted = forms.BooleanField(label=_("The child chose them as a trusted person"), required=False)
    helps_with = forms.CharField(label=_("Helps with"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    starts_on = DayField(label=_("From"), required=False)

    def choose_from(self, people: Iterable[Person]) -> Self:
        """Offer these people, and nobody of them; without people there is nothing to choose."""
        super().choose_from(people)
        field = self.fields[self.chooses]
        assert isinstance(field, forms.ChoiceField)
        if self.offered:
            field.choices = [("", gettext("nobody of these")), *self.offered_choices]
        else:
            del self.fields[self.chooses]
        return self

    @property
    def particulars(self) -> dict[str, Any]:
        """Nobody chosen is nobody, not an empty word."""
        said = super().particulars
        return {**said, "person": said.get("person") or None}


class EndSupportForm(DeedForm):
    """The day from which somebody no longer matters so."""

    ended_on = DayField(label=_("No longer so from"))


class FoundFamilyForm(DeedForm):
    """A new family."""

    name = forms.CharField(label=_("Name of the family"), max_length=200)


class AddMemberForm(_ChoosingForm):
    """Somebody who belongs to a family and whose record is here already."""

    chooses = "person"

    person = forms.ChoiceField(label=_("Who"), widget=forms.RadioSelect)
    starts_on = DayField(label=_("From"), required=False)


class SetUpHouseholdForm(_ChoosingForm):
    """Who eats and sleeps together, and where."""

    chooses = "members"
    several = True

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("For example “At grandmother’s”."))
    members = forms.MultipleChoiceField(label=_("Who lives there"), widget=forms.CheckboxSelectMultiple, required=False)
    starts_on = DayField(label=_("From"), required=False)
    address = forms.CharField(
        label=_("Address"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown only to caseworkers and supervisors of the unit."),
    )
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False)
