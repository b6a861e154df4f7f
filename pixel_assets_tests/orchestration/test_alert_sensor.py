"""The sensor does the tick that ``pixel alerts send`` does, on the settings of the moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pixel_assets.orchestration.alerting import alerts_sensor
from pixel_assets.orchestration.definitions import make_definitions

from ..alerts.receiver import Receiver, receiver
from ..alerts.watched import mend, watched
from ..build.toy import World


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def world(memory_path: Path, server: Receiver, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose check fails, and whose settings every process reads from variables."""
    found = watched(memory_path, server.url())
    monkeypatch.setenv("PIXEL_WAREHOUSE", str(memory_path / found.warehouse))
    monkeypatch.setenv("PIXEL_SOURCES_DIR", str(found.folder))
    monkeypatch.setenv("PIXEL_SOURCES_REGISTRY", str(found.folder / "sources.yaml"))
    monkeypatch.setenv("PIXEL_DECISIONS_MIN_WORDS", "2")
    monkeypatch.setenv("PIXEL_ALERTS_URLS", json.dumps([server.url()]))
    monkeypatch.setenv("PIXEL_ALERTS_STALE_ASSETS", "[]")
    return found


def evaluated(world: World) -> str:
    """What a tick of the sensor says."""
    with dg.DagsterInstance.ephemeral() as instance:
        found = alerts_sensor(world.project())(dg.build_sensor_context(instance=instance))
    assert isinstance(found, dg.SkipReason)
    return str(found.skip_message)


def test_a_tick_tells_what_fails_once_and_what_passes_again(world: World, server: Receiver) -> None:
    assert evaluated(world) == "1 messages sent; failing now: pool"
    assert evaluated(world) == "0 messages sent; failing now: pool"
    mend(world)
    assert evaluated(world) == "1 messages sent; nothing fails"
    assert server.titles == ["Pixel: WARN pool: few", "Pixel: OK pool: few passes again"]


def test_a_tick_that_cannot_deliver_fails_and_the_next_tries_again(world: World, server: Receiver) -> None:
    server.status = 500
    with pytest.raises(dg.Failure, match="json://localhost answered 500"):
        evaluated(world)
    server.status = 200
    assert evaluated(world).startswith("1 messages sent")


def test_it_is_on_from_the_start_where_somebody_is_to_be_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert alerts_sensor(world.project()).default_status is dg.DefaultSensorStatus.RUNNING
    world.set(alerts={"urls": ()})
    assert alerts_sensor(world.project()).default_status is dg.DefaultSensorStatus.STOPPED
    monkeypatch.setenv("PIXEL_ALERTS_URLS", "[]")
    assert "alerts.urls is empty" in evaluated(world)


def test_dagster_loads_it_with_the_rest(world: World) -> None:
    found = make_definitions(world.project()).resolve_sensor_def("alerts")
    assert found.minimum_interval_seconds == 60
