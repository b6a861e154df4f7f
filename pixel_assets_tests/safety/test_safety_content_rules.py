from __future__ import annotations

from pathlib import Path

import pytest

from pixel_assets.errors import SettingsError
from pixel_assets.safety.content.rules import read_rules

RULE = "id: one, severity: note, action: note, roles: [user], rule: It is., reason: So."


def written(folder: Path, text: str) -> Path:
    file = folder / "rules.yaml"
    file.write_text(text, "utf-8")
    return file


def test_lists_of_words_are_written_out(tmp_path: Path) -> None:
    file = written(tmp_path, f"words: {{pet: '(?:cat|<big>)', big: dog}}\nrules: [{{{RULE}, patterns: [my <pet>, <unknown>]}}]")
    assert read_rules(file).rules[0].patterns == ("my (?:cat|dog)", "<unknown>")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"rules: [{{{RULE}}}]", "rules.0: 'one' must have either patterns or a measure"),
        (f"rules: [{{{RULE}, patterns: [a], measure: looping}}]", "rules.0: 'one' must have either patterns or a measure"),
        (f"rules: [{{{RULE}, patterns: [a]}}, {{{RULE}, patterns: [a]}}]", "rules.1.id: 'one' stands twice"),
        (f"rules: [{{{RULE}, patterns: [a], unless: [nobody]}}]", "rules.0: 'one' has unknown guards nobody"),
        (f"rules: [{{{RULE}, patterns: [a], colour: red}}]", "rules.0.colour: unknown key"),
        (f"rules: [{{{RULE.replace('note', 'grave')}, patterns: [a]}}]", "rules.0.severity: "),
        ("rules: [{severity: note}]", "rules.0.id: the key is missing"),
        (f"words: {{a: <b>, b: <a>}}\nrules: [{{{RULE}, patterns: [<a>]}}]", "lists of words that name each other"),
        (f"guards: {{g: {{scope: page, patterns: [a]}}}}\nrules: [{{{RULE}, patterns: [a]}}]", "guards.g.scope: "),
    ],
)
def test_a_mistake_is_named_with_file_and_rule(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=f"rules.yaml.*{message}"):
        read_rules(written(tmp_path, text))


def test_every_rule_says_what_and_why() -> None:
    for rule in read_rules().rules:
        assert rule.rule.endswith(".")
        assert rule.reason
        assert 1 <= rule.level <= 3
