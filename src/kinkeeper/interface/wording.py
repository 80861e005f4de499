"""How values are written in the interface: days, moments, words, choices. What is written otherwise is refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from kinkeeper.lib.ages import PartialDate

# Whoever was alive then may still be of our time; no plan reaches beyond.
_YEARS = range(1900, 2201)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_PARTIAL = r"^~?[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"


def _wrong(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("wording", sentence)


class OneOf:
    """One of these words."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = tuple(words)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(list(self.words))


@dataclass(frozen=True)
class _Written:
    """A date or a moment as a text of one shape, in a year of our time."""

    shape: re.Pattern[str]
    sentence: str
    form: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def check(value: Any) -> Any:
            if isinstance(value, date):
                return value
            if not isinstance(value, str) or not self.shape.fullmatch(value):
                raise _wrong(self.sentence)
            return value

        def in_our_time(value: date) -> date:
            if value.year not in _YEARS:
                raise _wrong(f"The year lies between {_YEARS[0]} and {_YEARS[-1]}.")
            return value

        inner = core_schema.no_info_before_validator_function(check, handler(source))
        return core_schema.no_info_after_validator_function(in_our_time, inner)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": self.form}


@dataclass(frozen=True)
class _Text:
    """A text of at most so many letters, without signs that no database takes."""

    longest: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema(strict=True, max_length=self.longest, pattern=r"^[^\x00]*$")

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.longest, "pattern": r"^[^\u0000]*$"}


@dataclass(frozen=True)
class _Partly:
    """A date as far as it is known."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def exists(value: str) -> str:
            try:
                PartialDate.parse(value)
            except ValueError as error:
                raise _wrong("Write a year (2014), a month (2014-05) or a day (2014-05-17).") from error
            return value

        written = core_schema.str_schema(strict=True, pattern=_PARTIAL)
        return core_schema.no_info_after_validator_function(exists, written)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": _PARTIAL}


Day = Annotated[date, _Written(_DAY, "Write a day as 2026-05-17.", "date")]
Moment = Annotated[datetime, _Written(_MOMENT, "Write a moment as 2026-05-17T09:30:00+02:00.", "date-time")]
PartlyKnown = Annotated[str, _Partly()]
Code = Annotated[str, Field(description="A public code, with or without dashes.", max_length=20)]
Line = Annotated[str, _Text(300)]
Line200 = Annotated[str, _Text(200)]
Line100 = Annotated[str, _Text(100)]
Line80 = Annotated[str, _Text(80)]
PackCode = Annotated[str, _Text(20)]
Story = Annotated[str, _Text(10_000)]
Count = Annotated[int, Field(strict=True, ge=0, le=1000)]
YesOrNo = Annotated[bool, Field(strict=True)]
