"""Targets are read from settings and reached over apprise; their secrets are shown nowhere."""

from __future__ import annotations

import logging

import pytest

from pixel_assets.alerts.incidents import Fault
from pixel_assets.alerts.messages import Message, trial
from pixel_assets.alerts.notify import Filter, Target, send, targets
from pixel_assets.errors import SettingsError
from pixel_assets.settings import load_settings

from .receiver import Receiver
from .test_alerts_incidents import FAULT, START

SECRET = "s3cr3t"


def target(item: str, **variables: str) -> Target:
    (found,) = targets([item], variables)
    return found


def refused(*items: str, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        targets(items, variables)
    assert SECRET not in str(caught.value)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_message_arrives_with_its_title_and_tone(server: Receiver) -> None:
    assert send(target(server.url()), Message("Title", "text", "**text**", "failure")) is None
    (got,) = server.got
    assert (got["title"], got["message"], got["type"]) == ("Title", "text", "failure")


def test_a_target_that_prefers_markdown_gets_markdown(server: Receiver) -> None:
    assert send(target(server.url() + "?format=markdown"), Message("Title", "text", "**text**", "info")) is None
    assert server.got[0]["message"] == "**text**"


def test_what_is_too_long_for_one_message_comes_in_several(server: Receiver) -> None:
    assert send(target(server.url()), Message("Title", "x" * 50_000, "", "info")) is None
    assert "".join(got["message"] for got in server.got) == "x" * 50_000


def test_a_server_that_says_no_is_named_with_its_answer_and_nothing_else(
    server: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.status = 403
    url = f"json://user:{SECRET}@localhost:{server.port}/{SECRET}"
    assert send(target(url), trial()) == "json://localhost answered 403"
    assert SECRET not in caplog.text


def test_a_server_that_is_not_there_is_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    problem = send(target(f"json://localhost:1/{SECRET}"), trial())
    assert problem == "json://localhost could not be reached, or did not take the message"
    assert SECRET not in caplog.text


def test_the_logs_of_the_libraries_are_as_before_afterwards(server: Receiver) -> None:
    logger = logging.getLogger("apprise")
    before = (logger.level, logger.propagate, logger.handlers[:])
    send(target(server.url()), trial())
    assert (logger.level, logger.propagate, logger.handlers) == before


@pytest.mark.parametrize(
    ("url", "label"),
    [
        (f"slack://T1JJ3T3L2/A1BRTD4JD/{SECRET}dnlazkcOXrIdevi7FQ/#alerts", "slack://…"),
        (f"discord://4174216298/JHMHI8qBe7bk2ZwO5U711o{SECRET}", "discord://…"),
        (f"ntfy://{SECRET}", "ntfy://…"),
        (f"mailto://user:{SECRET}@example.org", "mailto://example.org"),
        (f"jsons://example.org/hook/{SECRET}", "jsons://example.org"),
    ],
)
def test_a_label_holds_the_host_where_there_is_one_and_no_token(url: str, label: str) -> None:
    assert target(url).label == label


def test_a_url_may_stand_in_a_variable_which_is_shown_instead(server: Receiver) -> None:
    found = target("env:ON_CALL", ON_CALL=server.url(SECRET))
    assert found.label == "env:ON_CALL (json)"
    assert send(found, trial()) is None
    assert SECRET not in repr((found.id, found.label))


def test_a_new_password_in_a_variable_is_the_same_target() -> None:
    one, other = (target("env:ON_CALL", ON_CALL=f"json://u:{word}@localhost") for word in ("one", "other"))
    assert one.id == other.id
    assert target("ERROR env:ON_CALL", ON_CALL="json://localhost").id == one.id
    assert target("env:OTHER", OTHER="json://localhost").id != one.id


def test_what_cannot_be_used_names_its_item_and_no_secret() -> None:
    assert "item 2" in refused("json://localhost", f"slack://{SECRET}")
    assert "nothere" in refused(f"nothere://{SECRET}")
    assert "ON_CALL" in refused("env:ON_CALL")
    assert "env:ON_CALL" in refused("env:ON_CALL", ON_CALL=SECRET)
    assert "%20" in refused(f"json://{SECRET} with a space")
    assert "twice" in refused(f"json://localhost/{SECRET}", f"ERROR json://localhost/{SECRET}")
    assert "item 1" in refused("")


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("", True),
        ("WARN", True),
        ("ERROR", False),
        ("ERROR WARN", True),
        ("po*", True),
        ("corpus", False),
        ("corpus pool", True),
        ("group:out", True),
        ("group:in", False),
        ("kind:check WARN", True),
        ("kind:failed kind:settings", False),
        ("WARN group:in", False),
    ],
)
def test_words_before_the_url_narrow_what_is_sent(words: str, fits: bool) -> None:
    assert target(f"{words} json://localhost").filter.wants(FAULT) is fits


def test_a_filter_without_words_wants_all() -> None:
    assert Filter().wants(Fault("failed", "lines", "a", "in", "ERROR", "", START))


def test_urls_of_another_form_are_refused_without_being_quoted() -> None:
    assert load_settings(alerts={"urls": "json://localhost"}).alerts.urls == ("json://localhost",)
    for wrong in ({"url": SECRET}, [{"url": SECRET}], [["json://localhost", SECRET]]):
        with pytest.raises(SettingsError, match=r"alerts\.urls") as caught:
            load_settings(alerts={"urls": wrong})
        assert SECRET not in str(caught.value)
