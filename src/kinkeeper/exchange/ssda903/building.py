"""Turn the facts of one child that can land into a child record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kinkeeper.exchange.ssda903.codes import sex_of
from kinkeeper.exchange.ssda903.merging import Fact
from kinkeeper.exchange.ssda903.records import (
    AdoptionDecision,
    AdoptionYear,
    AsylumYear,
    ChildRecord,
    Episode,
    HeaderYear,
    HealthYear,
    LeavingYear,
    LibertyOrder,
    Missing,
    Period,
    PermanenceYear,
    Review,
    WorkerEpisode,
)
from kinkeeper.exchange.ssda903.rows import Row


def child_record(facts: Mapping[str, Sequence[Fact]], periods: Iterable[Sequence[Fact]]) -> ChildRecord:
    """The record that landing facts make. There must be at least one Header fact; the newest names sex and birth."""

    def rows(table: str) -> Iterable[Row]:
        return (fact.row for fact in facts.get(table, ()))

    newest = facts["Header"][-1].row
    return ChildRecord(
        child=newest.child,
        sex=sex_of(newest["SEX"]),
        born_on=newest.day("DOB"),
        headers=_headers(rows("Header")),
        periods=tuple(_period(period) for period in periods),
        reviews=tuple(Review(row.day("REVIEW"), row["REVIEW_CODE"]) for row in rows("Reviews")),
        missing=tuple(Missing(row["MISSING"], row.day("MIS_START"), row.on("MIS_END")) for row in rows("Missing")),
        workers=tuple(
            WorkerEpisode(row["SW_ID"], row.day("SW_DECOM"), row.on("SW_DEC"), row["SW_REASON"])
            for row in rows("SWEpisodes")
        ),
        decisions=tuple(
            AdoptionDecision(row.day("DATE_PLACED"), row.on("DATE_PLACED_CEASED"), row["REASON_PLACED_CEASED"])
            for row in rows("PlacedAdoption")
        ),
        liberty=tuple(LibertyOrder(row.day("DOLO_START"), row.on("DOLO_END")) for row in rows("DoLo")),
        asylum=tuple(AsylumYear(row.year or 0, row.on("DUC")) for row in rows("UASC")),
        health=tuple(_health(row) for row in rows("OC2")),
        leaving=tuple(LeavingYear(row.year or 0, row["IN_TOUCH"], row["ACTIV"], row["ACCOM"]) for row in rows("OC3")),
        adoptions=tuple(_adoption(row) for row in rows("AD1")),
        permanence=tuple(
            PermanenceYear(row.year or 0, row["PREV_PERM"], row["LA_PERM"], row["DATE_PERM"])
            for row in rows("PrevPerm")
        ),
    )


def _headers(rows: Iterable[Row]) -> tuple[HeaderYear, ...]:
    """One entry per change, so that a year without a file of its own says what the year before said."""
    headers: list[HeaderYear] = []
    for row in rows:
        said = HeaderYear(row.year or 0, row["ETHNIC"], row["UPN"], row["MOTHER"], row.on("MC_DOB"))
        last = headers[-1] if headers else None
        if last is None or _words(last) != _words(said):
            headers.append(said)
    return tuple(headers)


def _words(header: HeaderYear) -> tuple[object, ...]:
    return header.ethnic, header.upn, header.mother, header.mothers_child_born_on


def _period(facts: Sequence[Fact]) -> Period:
    rows = [fact.row for fact in facts]
    return Period(need=rows[0]["CIN"], episodes=tuple(_episode(row) for row in rows))


def _episode(row: Row) -> Episode:
    return Episode(
        started_on=row.day("DECOM"),
        new_reason=row["RNE"],
        legal_status=row["LS"],
        place=row["PLACE"],
        provider=row["PLACE_PROVIDER"],
        home_postcode=row["HOME_POST"],
        place_postcode=row["PL_POST"],
        urn=row["URN"],
        ended_on=row.on("DEC"),
        end_reason=row["REC"],
        change_reason=row["REASON_PLACE_CHANGE"],
    )


def _health(row: Row) -> HealthYear:
    return HealthYear(
        year=row.year or 0,
        sdq_score=row["SDQ_SCORE"],
        sdq_reason=row["SDQ_REASON"],
        convicted=row["CONVICTED"],
        health_check=row["HEALTH_CHECK"],
        immunisations=row["IMMUNISATIONS"],
        teeth_check=row["TEETH_CHECK"],
        health_assessment=row["HEALTH_ASSESSMENT"],
        substance_misuse=row["SUBSTANCE_MISUSE"],
        intervention_received=row["INTERVENTION_RECEIVED"],
        intervention_offered=row["INTERVENTION_OFFERED"],
    )


def _adoption(row: Row) -> AdoptionYear:
    return AdoptionYear(
        year=row.year or 0,
        decided_on=row.on("DATE_INT"),
        matched_on=row.on("DATE_MATCH"),
        by_foster_carer=row["FOSTER_CARE"],
        adopters=row["NB_ADOPTR"],
        adopters_sex=row["SEX_ADOPTR"],
        adopters_status=row["LS_ADOPTR"],
    )
