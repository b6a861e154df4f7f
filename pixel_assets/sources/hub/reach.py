"""Whether there is a way to the hub at all: looked up once, so that every source without one fails at once."""

from __future__ import annotations

import time

import httpx2
from huggingface_hub import constants

from pixel_assets.errors import SourceError
from pixel_assets.settings import HubSettings
from pixel_assets.sources.hub.answers import CONNECT_SECONDS


def unreachable(settings: HubSettings) -> SourceError | None:
    """Why the hub cannot be reached at all, from one quick look; None when anything answers."""
    timeout = httpx2.Timeout(settings.timeout, connect=min(CONNECT_SECONDS, settings.timeout))
    for last in (False, True):
        try:
            with httpx2.Client(timeout=timeout) as plain:
                plain.head(constants.ENDPOINT)
            return None
        except httpx2.TransportError as error:
            if last:
                return SourceError(
                    f"the hub cannot be reached ({type(error).__name__})",
                    where=constants.ENDPOINT,
                    hint="Check the network; or set hub.mirror to a folder with the datasets, or leave the sources of "
                    "the hub out with PIXEL_SOURCES_SKIP='[\"hub\"]'",
                )
            time.sleep(min(1.0, settings.max_wait))
    return None
