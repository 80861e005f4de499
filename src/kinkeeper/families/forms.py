"""Forms of the deeds on families: what is asked, in which words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.families.models import Kinship, Support
from kinkeeper.lib.choices import choices_of
from kinkeeper.lib.codes import show_code
from kinkeeper.lib.languages import language_choices
from kinkeeper.people.models import BirthBy, Consent, Person, Sex
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
    birth_by = forms.ChoiceField(
        label=_("How the birth is known"),
        choices=BirthBy.choices,
        required=False,
        help_text=_("An estimate needs its method."),
    )
    surely_new = forms.BooleanField(label=_("I have compared: this is nobody whom we know already"), required=False)

    field_order = (
        "version",
        "kind",
        "given",
        "middle",
        "family",
        "sex",
        "birth",
        "birth_by",
        "legally_responsible",
        "contact",
    )

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


# ---- consent ---------------------------------------------------------------------------------------------------------

OWN = "own"


class RecordConsentForm(_ChoosingForm):
    """An answer to a question of consent: whose, to what, until when, and how it was explained."""

    drafts = True
    chooses = "given_by"

    purpose = forms.ChoiceField(label=_("It is about"))
    given_by = forms.ChoiceField(label=_("Who answered"))
    answer = forms.ChoiceField(label=_("Answer"), choices=[("", "—"), *Consent.Answer.choices])
    recipient = forms.CharField(
        label=_("Towards whom"),
        max_length=200,
        required=False,
        help_text=_("An office, a doctor, an embassy. Leave empty if it is for us alone."),
    )
    data_scope = forms.CharField(
        label=_("What it covers"), max_length=300, required=False, help_text=_("Which pictures, which information.")
    )
    given_on = DayField(label=_("Answered on"), initial=timezone.localdate)
    until = DayField(label=_("Valid until"), required=False, help_text=_("Leave empty for as long as the rules allow."))
    language = forms.ChoiceField(
        label=_("Language in which it was explained"), choices=language_choices, required=False
    )
    explained = forms.CharField(
        label=_("How it was explained"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "In simple words, with pictures, with an interpreter; that a no has no bad consequences. Where somebody could "
            "not be reached: when and how you tried."
        ),
    )
    capacity_note = forms.CharField(
        label=_("How well it was understood"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purpose = self.fields["purpose"]
        assert isinstance(purpose, forms.ChoiceField)
        purpose.choices = choices_of(pack_in_force().consents, timezone.localdate(), "—")

    def asking(self, person: Person, adults: Iterable[Person]) -> Self:
        """Offer the person’s own answer first, then those who have or had legal responsibility."""
        self.choose_from(adults)
        field = self.fields["given_by"]
        assert isinstance(field, forms.ChoiceField)
        own = gettext("%(name)s, the own answer") % {"name": person.name}
        field.choices = [("", "—"), (OWN, own), *self.offered_choices]
        return self

    def clean(self) -> dict[str, Any]:
        """The person’s own answer is nobody else’s."""
        if self.cleaned_data.get("given_by") == OWN:
            return {**self.cleaned_data, "given_by": None}
        return super().clean()


class WithdrawConsentForm(DeedForm):
    """The day from which a consent no longer counts."""

    withdrawn_on = DayField(label=_("Withdrawn on"), initial=timezone.localdate)
