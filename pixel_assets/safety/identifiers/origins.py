"""Of which languages and gender a given name is: ``python -m pixel_assets.safety.identifiers.origins`` writes the list.

From Faker's lists of names (MIT). A name that is given to both, or stands in lists of several groups, says nothing of that. The
file is frozen, so that a new version of Faker changes no data.
"""

from __future__ import annotations

import gzip
import importlib
from collections import defaultdict
from typing import Final

from pixel_assets.safety.identifiers.people import ORIGINS, PART
from pixel_assets.wording.folding import fold

# In order: a name that stands in lists of several groups counts for the first.
_LOCALES: Final = {
    "english": ("en_US", "en_GB", "en_IE", "en_NZ"),
    "hispanic": ("es_ES", "es_MX", "es_CO", "es_AR", "pt_BR", "pt_PT"),
    "slavic": ("pl_PL", "cs_CZ", "sk_SK", "hr_HR", "sl_SI"),
    "germanic": ("de_DE", "de_AT", "nl_NL", "sv_SE", "da_DK", "no_NO"),
    "romance": ("fr_FR", "it_IT", "ro_RO"),
    "south_asian": ("en_IN", "en_PK", "ne_NP"),
    "african": ("en_KE", "en_NG", "zu_ZA", "yo_NG", "ig_NG", "sw"),
}


def main() -> None:
    """Write the list anew."""
    groups: dict[str, str] = {}
    genders: dict[str, set[str]] = defaultdict(set)
    for group, locales in _LOCALES.items():
        for locale in locales:
            provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
            for gender in ("female", "male"):
                for name in getattr(provider, f"first_names_{gender}", ()):
                    plain = fold([name]).text(0).lower().strip()
                    if plain.isascii() and PART.fullmatch(plain):
                        groups.setdefault(plain, group)
                        genders[plain].add(gender)
    lines = (f"{name}\t{groups[name]}\t{min(genders[name]) if len(genders[name]) == 1 else ''}" for name in sorted(groups))
    ORIGINS.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
