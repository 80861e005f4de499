"""Deeds about what is kept: holds, erasing somebody when two confirm it, and giving people what is kept about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Association, pack_in_force
from kinkeeper.files import vault
from kinkeeper.files.models import StoredFile
from kinkeeper.journal import chain
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.journal.models import History
from kinkeeper.keys.fields import Mark, MarkField
from kinkeeper.keys.ring import Holder, destroy_key
from kinkeeper.lib.guards import insist_on_the_past
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import Row, write
from kinkeeper.lib.steps import move
from kinkeeper.lib.timers import due_after
from kinkeeper.people.models import ContactPoint, Document, Identifier, Name, NameKey, Person, SpokenLanguage
from kinkeeper.retention import ledger, policy, queries, traces, weighing
from kinkeeper.retention.collecting import belongs_to, plain_texts
from kinkeeper.retention.models import AccessRequest, Disposal, Hold, LedgerLine, Redaction

# Rows that tell who somebody is and nothing that is counted: they go as a whole.
GOES: tuple[type[models.Model], ...] = (NameKey, Name, Identifier, ContactPoint, SpokenLanguage, Document)


def _insist_on_words(text: str, field: str) -> str:
    words = text.strip()
    if not words:
        raise Refused(_("Say why, so that it can be understood later."), guard="G-NAME", field=field)
    return words


# ---- holds -----------------------------------------------------------------------------------------------------------


@act(policy.may_set_hold)
def set_hold(actor: Actor, person: Person, *, reason: str, authority: str, ends_on: date | None = None) -> Hold:
    """Forbid erasing anything of a person, because an authority or an inquiry needs the record."""
    if ends_on and ends_on < actor.today:
        raise Refused(_("This day is over already."), guard="G-TIME", field="ends_on")
    return Hold.objects.create(
        person=person,
        reason=_insist_on_words(reason, "reason"),
        authority=_insist_on_words(authority, "authority"),
        set_by_id=actor.user_id,
        starts_on=actor.today,
        ends_on=ends_on,
    )


@act(policy.may_lift_hold)
def lift_hold(actor: Actor, hold: Hold, *, why_lifted: str) -> Hold:
    """Lift a hold, with the reason; from then on its person’s record follows its time again."""
    words = _insist_on_words(why_lifted, "why_lifted")
    return write(hold, lifted_on=actor.today, lifted_by_id=actor.user_id, why_lifted=words)


# ---- erasing ---------------------------------------------------------------------------------------------------------


@act(policy.may_propose_erasure)
def propose_erasure(actor: Actor, person: Person, *, reason: str) -> Disposal:
    """Confirm as the first of two that a record past its time shall be erased. Nothing is erased yet."""
    past = queries.past_one(actor, person)
    assert past is not None  # the judge said so
    return Disposal.objects.create(
        person=person,
        rule=past.rule.code,
        due_on=past.due_on,
        reason=_insist_on_words(reason, "reason"),
        first_by_id=actor.user_id,
    )


@act(policy.may_decline_erasure)
def decline_erasure(actor: Actor, disposal: Disposal, *, answer: str) -> Disposal:
    """Decline an erasure that one person confirmed; the record stays."""
    words = _insist_on_words(answer, "answer")
    return move(
        disposal, Disposal.State.DECLINED, answer=words, second_by_id=actor.user_id, second_on=actor.today
    )  # fmt: skip


@act(policy.may_confirm_erasure)
def confirm_erasure(actor: Actor, disposal: Disposal, *, answer: str) -> Disposal:
    """Confirm as the second of two, and erase: the key, what tells who it was, the files. Final, in every later restore too."""
    words = _insist_on_words(answer, "answer")
    done = move(disposal, Disposal.State.DONE, answer=words, second_by_id=actor.user_id, second_on=actor.today)
    _erase(actor, disposal.person, disposal.rule, actor.today)
    return done


@act(policy.may_replay_erasures)
def replay_erasures(actor: Actor, association: Association, *, lines: Mapping[str, Mapping[str, Any]]) -> Association:
    """After restoring an older backup: whoever was erased since is erased again, before anybody works with it."""
    known = set(queries.ledger(actor).values_list("mark", flat=True))
    wanted = {mark: said for mark, said in lines.items() if mark not in known}
    if wanted:
        for person in Person.objects.order_by("pk").iterator(chunk_size=500):
            said = wanted.get(ledger.mark_of(person.code))
            if said:
                _erase(actor, person, str(said["rule"]), date.fromisoformat(str(said["erased_on"])))
    return association


def _erase(actor: Actor, person: Person, rule: str, on: date) -> None:
    """What is counted stays, with the year of birth; what tells who it was goes, and the key with all that it sealed."""
    rows = [row for row in queries.rows_about(actor, person) if belongs_to(row, person)]
    kept: dict[type[Row], list[Row]] = {}
    for row in rows:
        kept.setdefault(type(row), []).append(row)
    files = {row.file for row in rows if isinstance(row, Document)} | ({person.photo} if person.photo else set())
    keys = list(NameKey.objects.filter(person=person).values_list("pk", flat=True))
    outside = traces.traces_of(person, rows)
    born = f"{person.born_from.year:04}" if person.born_from else ""
    write(
        person, name=person.code, sort_name=person.code.casefold(), birth=born, birth_by="", died_on=None, photo=None,
        born_from=person.born_from.replace(month=1, day=1) if person.born_from else None,
    )  # fmt: skip
    for model, some in kept.items():
        if model is not Person and model not in GOES:
            _empty(model, [row.pk for row in some])
    gone: Any
    for gone in GOES:
        gone._base_manager.filter(person=person).delete()
    for file in files:
        vault.forget(file)
    for table, lying in outside.items():
        table._base_manager.filter(pk__in=lying).delete()
    asked = list(Redaction.objects.filter(request__person=person).values_list("pk", flat=True))
    _empty(Redaction, asked)
    gone_rows: dict[type[models.Model], list[int]] = {model: [row.pk for row in some] for model, some in kept.items()}
    _forget_what_it_was({**gone_rows, **outside, NameKey: keys, Redaction: asked}, files, actor, rule)
    line = LedgerLine.objects.create(mark=ledger.mark_of(person.code), rule=rule, erased_on=on)
    destroy_key(Holder(Person._meta.label_lower, person.code))
    told = {"mark": line.mark, "rule": rule, "erased_on": on.isoformat()}
    transaction.on_commit(lambda: ledger.add([told]))


def _empty(model: type[Row], keys: list[int]) -> None:
    changes: dict[str, Any] = dict.fromkeys(plain_texts(model), "")
    changes |= {one.name: Mark("") for one in model._meta.concrete_fields if isinstance(one, MarkField)}
    if changes:
        model._base_manager.filter(pk__in=keys).update(version=models.F("version") + 1, **changes)


def _forget_what_it_was(
    rows: Mapping[type[models.Model], list[int]], files: Iterable[StoredFile], actor: Actor, rule: str
) -> None:
    """Former states hold names, too, and the keys of files."""
    for model, keys in rows.items():
        former = History.objects.filter(table=model._meta.db_table, row__in=keys)
        chain.erase(actor, former, rule=rule)
    codes = [file.code for file in files]
    if codes:
        former = History.objects.filter(table=StoredFile._meta.db_table, old__code__in=codes)
        chain.erase(actor, former, rule=rule)


# ---- one’s own file --------------------------------------------------------------------------------------------------


@act(policy.may_receive_request)
def receive_request(actor: Actor, person: Person, *, asked_on: date, asker: str, asker_name: str = "") -> AccessRequest:
    """Write down that somebody asked for everything about a person, in whatever way; the time to answer runs from then."""
    insist_on_the_past(asked_on, actor.today, "asked_on")
    if asker != AccessRequest.Asker.SELF:
        _insist_on_words(asker_name, "asker_name")
    if AccessRequest.objects.filter(person=person, state__in=AccessRequest.OPEN).exists():
        raise Refused(_("This file has been asked for already, and the answer is still owed."), guard="G-DUP")
    pack = pack_in_force()
    return AccessRequest.objects.create(
        person=person,
        asked_on=asked_on,
        due_on=due_after(asked_on, pack.limit("access_request"), pack.calendar),
        asker=asker,
        asker_name=asker_name.strip(),
        received_by_id=actor.user_id,
    )


@act(policy.may_prove_identity)
def prove_identity(actor: Actor, asked: AccessRequest, *, proof: str) -> AccessRequest:
    """Write down how it was proven who asks, and by whom."""
    if asked.asker != AccessRequest.Asker.SELF and proof != AccessRequest.Proof.MANDATE:
        raise Refused(
            _("Whoever asks for somebody else shows a paper and a mandate."), guard="G-SHARE", field="proof"
        )  # fmt: skip
    return move(asked, AccessRequest.State.PROVEN, proof=proof, proven_by_id=actor.user_id, proven_on=actor.today)


@act(policy.may_collect)
def collect(actor: Actor, asked: AccessRequest) -> AccessRequest:
    """Collect what is kept and list what may speak of others. Again after changes: what says the same stays decided."""
    known = {(row.table, row.row, row.field): row for row in Redaction.objects.filter(request=asked)}
    for record in queries.records_about(actor, asked.person):
        for field, text in record.questions():
            row = known.get((record.table, record.code, field))
            if row is None:
                Redaction.objects.create(
                    request=asked, table=record.table, row=record.code, field=field, text=text,
                    is_about_others=record.is_about_others,
                )  # fmt: skip
            elif row.text != text:
                write(row, text=text, choice="", reason="", decided_by_id=None)
    return write(asked, collected_on=actor.today)


@act(policy.may_extend_answer)
def extend_answer(actor: Actor, asked: AccessRequest, *, why_extended: str, told_on: date) -> AccessRequest:
    """Put the answer off, once: whoever asked was told so, with the reason, before the first time ran out."""
    insist_on_the_past(told_on, actor.today, "told_on")
    if told_on < asked.asked_on:
        raise Refused(_("Nobody can have been told before they asked."), guard="G-TIME", field="told_on")
    pack = pack_in_force()
    return write(
        asked,
        why_extended=_insist_on_words(why_extended, "why_extended"),
        told_on=told_on,
        extended_on=actor.today,
        extended_by_id=actor.user_id,
        due_on=due_after(asked.due_on, pack.limit("access_extension"), pack.calendar),
    )


@act(policy.may_decide_redaction)
def decide_redaction(actor: Actor, item: Redaction, *, choice: str, reason: str) -> Redaction:
    """Decide whether something that may speak of others is given, blacked out or left out, and why."""
    return _decide(actor, item, choice, reason)


@bulk_act(policy.may_decide_alike)
def decide_alike(actor: Actor, item: Redaction, *, among: str, choice: str, reason: str) -> list[Redaction]:
    """Decide the same about everything undecided that stands in one record, or that names one person; `among` says which."""
    group = weighing.group_of(actor, item, among)
    if group is None:
        raise Refused(_("There is nothing left to decide together with this."), guard="G-STEP")
    return [_decide(actor, one, choice, reason) for one in group.items]


def _decide(actor: Actor, item: Redaction, choice: str, reason: str) -> Redaction:
    if choice not in {"release", "black_out", "withhold"}:
        raise Refused(_("Choose what shall become of it."), guard="G-NAME", field="choice")
    if choice != Redaction.Choice.WITHHOLD and not queries.is_in_sight(actor, item):
        raise Refused(
            _("This record is about somebody whose record you do not see. It can only be left out."), guard="G-UNIT",
            field="choice",
        )  # fmt: skip
    return write(item, choice=choice, reason=_insist_on_words(reason, "reason"), decided_by_id=actor.user_id)


@act(policy.may_release_file)
def release_file(actor: Actor, asked: AccessRequest) -> AccessRequest:
    """Release the file as it was decided. From then on it can be fetched, for a while."""
    days = pack_in_force().limit("access_download").value
    return move(
        asked, AccessRequest.State.RELEASED, answered_by_id=actor.user_id, answered_on=actor.today,
        expires_on=actor.today + timedelta(days=days),
    )  # fmt: skip


@act(policy.may_refuse_request)
def refuse_request(actor: Actor, asked: AccessRequest, *, why_refused: str) -> AccessRequest:
    """Refuse a request, with the reason that whoever asked is told."""
    words = _insist_on_words(why_refused, "why_refused")
    return move(
        asked, AccessRequest.State.REFUSED, why_refused=words, answered_by_id=actor.user_id, answered_on=actor.today
    )  # fmt: skip


@act(policy.may_download_file)
def download_file(actor: Actor, asked: AccessRequest) -> AccessRequest:
    """Fetch the released file; who did and when is remembered."""
    return asked
