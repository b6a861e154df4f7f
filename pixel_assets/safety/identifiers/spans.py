"""What counts as an identifier of a person, and a place in a text where one stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Type = Literal[
    "name", "address", "location", "phone", "email", "url", "username", "ip_address", "date_of_birth", "date", "age",
    "medical_record", "insurance", "social_security", "passport", "driving_licence", "national_id", "card", "iban",
    "bank_account", "vehicle_plate", "employer", "school", "other_id",
    "title", "organisation", "nationality", "profession", "amount",
]  # fmt: skip
Pass = Literal["fast", "thorough"]
TYPES: Final[tuple[Type, ...]] = get_args(Type)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """An identifier in one turn; it holds where it stands, never what it says."""

    row: int  # number of the turn in the batch
    start: int  # characters of the original content, as is end
    end: int
    type: Type
    rule: str  # what found it
    score: float  # from 0 to 1
    found_by: Pass = "fast"
