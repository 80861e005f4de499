"""Who sees referrals and registrations, and who may receive, compare, screen, tell and register."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of, scope, shows
from kinkeeper.access.models import Role, Unit
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import WORKERS, is_responsible
from kinkeeper.intake import queries
from kinkeeper.intake.models import Comparison, Mentioned, Referral, Registration

SCREENERS = (*WORKERS, Role.SUPERVISOR)


@scope(Referral)
def referrals(actor: Actor) -> Q:
    """Until it is screened a referral is seen by everybody at work in its unit; then by those who need it.

    Those are the supervisors and directors, whoever received or screened it, and the workers of the cases it led to.
    """
    seen_by_all = Q(unit_id__in=actor.units(*OVERSEERS))
    mine = actor.units(*WORKERS)
    if not mine:
        return seen_by_all
    seen_by_all |= Q(unit_id__in=mine, state=Referral.State.RECEIVED)
    if actor.user_id is None:
        # A device has received nothing itself: what nobody’s account is named in is not its own.
        return seen_by_all
    own = Case._base_manager.filter(worker_id=actor.user_id, closed_on=None, unit_id__in=mine)
    led_to = Mentioned._base_manager.filter(case__in=own.values("pk")).values("referral_id")
    handled = Q(unit_id__in=mine) & (Q(received_by_id=actor.user_id) | Q(screened_by_id=actor.user_id))
    return seen_by_all | handled | Q(pk__in=led_to)


part_of(Mentioned, Referral, "referral")
part_of(Comparison, Mentioned, "mentioned")
part_of(Registration, Case, "case")
shows(Mentioned, "person")
shows(Mentioned, "case")
shows(Registration, "referral")
shows(Comparison, "person")


def _at_the_door(actor: Actor, unit_id: int) -> Verdict:
    if not actor.sits_any(SCREENERS, unit_id):
        return Verdict(_("Only workers and supervisors of the unit that received this referral can do this."))
    return YES


def _waiting(actor: Actor, referral: Referral) -> Verdict:
    if referral.state != Referral.State.RECEIVED:
        return Verdict(_("This referral has been screened already."), guard="G-STEP")
    return _at_the_door(actor, referral.unit_id)


def may_receive_referral(actor: Actor, unit: Unit) -> Verdict:
    """Referrals are written down by the workers and supervisors of a unit, whoever they come from."""
    if not actor.sits_any(SCREENERS, unit.pk):
        return Verdict(_("Only workers and supervisors of this unit can receive referrals for it."))
    return YES


def may_mention_person(actor: Actor, referral: Referral) -> Verdict:
    """Who else a referral speaks of is added until it is screened."""
    return _waiting(actor, referral)


def may_correct_mentioned(actor: Actor, mentioned: Mentioned) -> Verdict:
    """What was said of somebody is corrected until the referral is screened."""
    return _waiting(actor, mentioned.referral)


def may_compare_person(actor: Actor, mentioned: Mentioned) -> Verdict:
    """Somebody mentioned is compared with a record by whoever screens."""
    return _waiting(actor, mentioned.referral)


def may_compare_unseen_record(actor: Actor, mentioned: Mentioned) -> Verdict:
    """A record of another unit or worker is compared by asking those who see it."""
    return _waiting(actor, mentioned.referral)


def may_screen_in(actor: Actor, referral: Referral) -> Verdict:
    """A referral is taken on by a worker or supervisor, once it is known who everybody is."""
    verdict = _waiting(actor, referral)
    return (_who_they_are(actor, referral)) if verdict else verdict


def _who_they_are(actor: Actor, referral: Referral) -> Verdict:
    everybody = queries.spoken_of(actor, referral)
    if not any(spoken.row.part == Mentioned.Part.CHILD for spoken in everybody):
        return Verdict(_("Write down first which child this is about."), guard="G-SCREEN")
    waiting = next((spoken for spoken in everybody if spoken.open), None)
    if waiting is not None:
        words = _("Somebody nearly like %(name)s is recorded already. Compare the two first.")
        return Verdict(words % {"name": waiting.row.name}, guard="G-DUP")
    known = [(spoken.row, spoken.same) for spoken in everybody]
    verdicts = [_taken_elsewhere(actor, row, same) for row, same in known if same is not None]
    return next((verdict for verdict in verdicts if not verdict), YES)


def _taken_elsewhere(actor: Actor, row: Mentioned, same: queries.Candidate) -> Verdict:
    """Whether the record that somebody was found to be may carry a new case here."""
    record = same.likeness
    named = {"name": row.name, "code": record.code, "unit": record.unit.name}
    running = queries.running_case_of(actor, record.key) if row.part == Mentioned.Part.CHILD else None
    if running is not None:
        words = _(
            "%(name)s has a running case already: %(case)s. Go on there, and screen this referral out as covered."
        )
        return Verdict(words % {**named, "case": running.code}, guard="G-OVERLAP")
    if record.unit.pk != row.referral.unit_id:
        words = _("The record of %(name)s (%(code)s) is kept in %(unit)s. Send this referral on to its supervisor.")
        return Verdict(words % named, guard="G-UNIT")
    if record.person is None:
        words = _(
            "You do not see the record of %(name)s (%(code)s). Let a supervisor of %(unit)s screen this referral."
        )
        return Verdict(words % named)
    return YES


def may_screen_out(actor: Actor, referral: Referral) -> Verdict:
    """A referral is not taken on by decision of a supervisor; a child in danger is never left without an authority."""
    if referral.state != Referral.State.RECEIVED:
        return Verdict(_("This referral has been screened already."), guard="G-STEP")
    if not actor.sits(Role.SUPERVISOR, referral.unit_id):
        return Verdict(_("Only a supervisor of this unit can decide not to take a referral on."))
    if referral.immediate_danger and not referral.authority_told:
        return Verdict(
            _("The child is in immediate danger, and no authority was told. Tell the authority first."),
            guard="G-NOTDANGER",
        )
    return YES


def may_tell_authority(actor: Actor, referral: Referral) -> Verdict:
    """An authority is told by whoever works on the referral, before and after it is screened."""
    return _at_the_door(actor, referral.unit_id)


def may_give_feedback(actor: Actor, referral: Referral) -> Verdict:
    """The referrer is told what became of a referral by whoever works on it."""
    return _at_the_door(actor, referral.unit_id)


def may_register_case(actor: Actor, case: Case) -> Verdict:
    """A case is registered by its worker or the supervisor, once, while it is at intake."""
    if case.state != Case.State.INTAKE:
        return Verdict(_("Only a case at intake can be registered."), guard="G-STEP")
    if not is_responsible(actor, case):
        return Verdict(_("Only the worker of this case or a supervisor of its unit can register it."))
    return YES
