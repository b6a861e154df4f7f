"""Whether what looks like an identifier is one: checksums and shapes. A check sees the folded hit and what stands before it."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

import phonenumbers
from stdnum import bitcoin
from stdnum import iban as iban_number
from stdnum import luhn as luhn_number
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.exceptions import ValidationError
from stdnum.gb import nhs
from stdnum.in_ import aadhaar
from stdnum.nl import bsn
from stdnum.pl import pesel

Check = Callable[[str, str], bool]
FEWEST_PHONE_DIGITS: Final = 7
MOST_PHONE_DIGITS: Final = 15
FEWEST_CARD_DIGITS: Final = 13
_LONG_PHONE: Final = 9
_HIGHEST_SCORE: Final = "5"  # of an item of the usual questionnaires
_SCORES: Final = re.compile(
    r"\b(?:scores?|scored|ratings?|rated|items?|answers?|points|scale|results?|responses?)\b", re.IGNORECASE
)
_CHECKSUM: Final = 4  # bytes
_PHONE_CUE: Final = re.compile(
    r"\b(?:phones?|tel|telephone|mobile|cell|cellphone|call(?:ed)?|text|contact|fax|number|reach|whatsapp|dial|desk|answering|"
    r"ring|sms|line|hotline|digits|telefon|handy|nomor|hp)\b",
    re.IGNORECASE,
)
_OTHER_CUE: Final = re.compile(
    r"\b(?:account|acct|ssn|social|npi|mrn|order|policy|claim|imei|pesel|iban|card|isbn|version|id|coordinates|passport|"
    r"invoice)\b[^.!?]{0,16}$",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    r"\(?(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2})\)?(?: \d{1,2})?$"
)
_NORTH_AMERICAN: Final = re.compile(r"(?:\+?1[ .-]*)?\(?\d{3}\)?[ .\-/]{0,3}\d{3}[ .-]{1,3}\d{4}(?:\D|$)")
_LOCAL: Final = re.compile(r"[2-9]\d\d-\d{4}")
_TWO_NUMBERS: Final = re.compile(r"\d\d\d\. +|[\[\]]|\d{4} \d{4} \d{4}")
_DECIMAL: Final = re.compile(r"\d+\.\d+")
_PREFIX: Final = re.compile(r"[A-Za-z]-$")
_YEARS: Final = re.compile(r"(?:19|20)\d\d ?[-/] ?(?:19|20)?\d\d$")
_NATIONAL: Final = (cpf, sin, nhs, aadhaar, bsn, pesel)
_GENERIC: Final = re.compile(
    r"(?:High|Middle|Elementary|Primary|Secondary|Grammar|Law|Medical|Graduate|Business|Summer|Sunday|The|A|My|Our|Your|This|That|At|In|Community|Home|Night|I)"
    r"(?: (?:High|Middle|Elementary|Primary|Secondary|Law|Medical|Graduate|Community))*"
    r"(?: School| College| University| Academy)?$"
)


def digits(text: str) -> str:
    """The digits of a text."""
    return re.sub(r"\D", "", text)


def is_luhn(text: str, _before: str) -> bool:
    """The digits end with the check digit of Luhn's formula (ISO/IEC 7812)."""
    return luhn_number.is_valid(digits(text))


def is_card(text: str, before: str) -> bool:
    """A number of 12 to 19 digits with Luhn's check digit that begins as a card does."""
    return text[0] in "123456" and len(set(text)) > 1 and is_luhn(text, before)


def has_card_shape(text: str, before: str) -> bool:
    """Four groups of four are a card even if a digit is mistyped, unless it is all one digit."""
    return len(digits(text)) >= FEWEST_CARD_DIGITS and len(set(digits(text))) > 1


def is_iban(text: str, _before: str) -> bool:
    """An IBAN with its checksum (ISO 13616)."""
    return iban_number.is_valid(text)


def is_ipv4(text: str, _before: str) -> bool:
    """Four bytes, and no version number such as 1.2.0.4."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return address.packed[0] > 0 and sum(byte > 9 for byte in address.packed) > 1


def is_ipv6(text: str, _before: str) -> bool:
    """An address of IPv6 of at least four characters that says something."""
    try:
        return len(digits(text)) > 1 and ipaddress.IPv6Address(text).packed.count(0) < 16
    except ValueError:
        return False


def is_ssn(text: str, _before: str) -> bool:
    """A number that the Social Security Administration could give, or an individual taxpayer number (9xx)."""
    area, group, serial = re.split(r"\D", text)
    return area not in ("000", "666") and group != "00" and serial != "0000"


def is_national(text: str, _before: str) -> bool:
    """A bare number with the checksum of a national number that is long and strict enough to mean something."""
    return len(text) > 10 and any(_valid(module, text) for module in (cpf, pesel, aadhaar))


def _valid(module: object, text: str) -> bool:
    try:
        module.validate(text)  # type: ignore[attr-defined]
    except ValidationError:
        return False
    return True


def is_phone(text: str, before: str) -> bool:
    """Groups of digits that are a telephone number by their form, by what stands before, or as ``phonenumbers`` knows it."""
    plain = re.split(r"(?i)x|ext", text)[0]
    count = len(digits(plain))
    if not FEWEST_PHONE_DIGITS <= count <= MOST_PHONE_DIGITS or _DATE.fullmatch(plain.strip()) or _YEARS.fullmatch(plain.strip()):
        return False
    if _OTHER_CUE.search(before) or _DECIMAL.fullmatch(plain.strip()) or _PREFIX.search(before):
        return False
    if is_counting(plain) or _TWO_NUMBERS.search(plain):
        return False
    if _LOCAL.fullmatch(plain.strip()) or "+" in text or _NORTH_AMERICAN.match(text) or _PHONE_CUE.search(before):
        return True
    if plain.startswith("(") and ")" in plain:
        return count >= FEWEST_PHONE_DIGITS
    return plain.startswith("0") and count >= _LONG_PHONE and _is_known_phone(plain)


def _is_known_phone(text: str) -> bool:
    for region in ("GB", "DE", "FR", "NL", "PL", "ES", "IT", "AU", "SE", "ID", "IN"):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(text, region)):
                return True
        except phonenumbers.NumberParseException:
            return False
    return False


def is_number_of_phone(text: str, _before: str) -> bool:
    """Not all one digit, and not a year range."""
    return len(set(text)) > 1


def is_split_phone(text: str, before: str) -> bool:
    """Single digits with something between them that are no counting, and announced; or more than a row of scores would be."""
    count = len(digits(text))
    if count < FEWEST_PHONE_DIGITS or is_counting(text):
        return False
    if _PHONE_CUE.search(before):
        return True
    parted = re.search(r"[.-]", text) is not None
    return count >= _LONG_PHONE and (parted or max(text) > _HIGHEST_SCORE) and not _SCORES.search(before)


def is_counting(text: str) -> bool:
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    steps = {second - first for first, second in pairwise(numbers)}
    return len(numbers) > 2 and len(steps) == 1


def is_spoken(text: str, before: str) -> bool:
    """Digits spelt out, of which counting up or down is none."""
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    spoken = [names.index(word) for word in re.findall(r"[a-z]+", text.lower().replace("oh", "zero")) if word in names]
    jumps = sum(abs(second - first) > 1 for first, second in pairwise(spoken))
    return jumps > 1 and (len(spoken) >= FEWEST_PHONE_DIGITS or _PHONE_CUE.search(before) is not None)


def is_date(text: str, _before: str) -> bool:
    """Has a day and a month that a calendar could hold."""
    parts = [int(part) for part in re.split(r"\D", text)]
    small = sorted(part for part in parts if part <= 31)
    return len(small) > 1 and 1 <= small[0] <= 12


def is_mixed(text: str, _before: str) -> bool:
    """Holds both letters and digits."""
    return bool(re.search(r"\d", text) and re.search(r"[A-Za-z]", text))


def is_handle(text: str, before: str) -> bool:
    """What follows "user" or "discord" is a handle if it holds more than letters."""
    return bool(re.search(r"[\d_@.]", text)) and not text.replace(".", "").isdigit()


def is_bare_host(text: str, before: str) -> bool:
    """A host without a scheme; a missing blank after a full stop ("fine.no") is none."""
    host = text.split("/")[0]
    ending = host.rsplit(".", 1)[-1].lower()
    return not before.endswith(("@", ".")) and (ending in ("com", "org", "net", "edu", "gov", "biz", "info", "io") or "/" in text)


def is_wallet(text: str, _before: str) -> bool:
    """An address of Bitcoin or of a coin that descends from it, by its checksum (Base58Check, or Bech32 of BIP 173)."""
    if text.startswith("bc1"):
        return bool(bitcoin.is_valid(text))
    try:
        decoded = bitcoin.b58decode(text)
    except ValueError:  # a character that Base58 does not have
        return False
    checksum = hashlib.sha256(hashlib.sha256(decoded[:-_CHECKSUM]).digest()).digest()[:_CHECKSUM]
    return len(decoded) > _CHECKSUM and decoded.endswith(checksum)


def is_singular(text: str, _before: str) -> bool:
    """More than a general word such as "High School"."""
    return _GENERIC.fullmatch(text) is None


def has_surnames(text: str, _before: str) -> bool:
    """Every name of "A, B and C" is a known surname."""
    from pixel_assets.safety.identifiers.gazetteers import known_surnames

    names = re.findall(r"[A-Z][a-z]+", text)
    return all(name.lower() in known_surnames() for name in names)


CHECKS: Final[Mapping[str, Check]] = {
    "luhn": is_luhn, "luhn_card": is_card, "card_shape": has_card_shape, "iban": is_iban, "ipv4": is_ipv4, "ipv6": is_ipv6,
    "ssn": is_ssn, "national": is_national, "phone": is_phone, "number_of_phone": is_number_of_phone,
    "split_phone": is_split_phone,
    "spoken_digits": is_spoken, "date": is_date, "mixed": is_mixed, "handle": is_handle, "bare_host": is_bare_host,
    "singular": is_singular, "wallet": is_wallet, "surnames": has_surnames,
}  # fmt: skip
