"""Labelled sets on hate, stereotypes and counterfactual pairs."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pixel_assets.labelled.rows import Labelled, damaged, read_json_lines, read_table, read_text
from pixel_assets.labelled.split import is_fit

BBQ: Final = ("Religion", "Disability_status", "Sexual_orientation")
GENDERS: Final = ("male", "female", "neutral")
_LINE: Final = re.compile(r"\d+\s+(.*)")
_BRACKET: Final = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class HateRow(Labelled):
    """A text that is hateful or not."""

    text: str
    hateful: bool
    function: str  # functional class of HateCheck, or the template
    target: str  # the group or the term; empty where there is none


@dataclass(frozen=True, slots=True)
class PairRow(Labelled):
    """Two sentences that differ in whom they speak of; the first is the one that fits the stereotype better."""

    more: str
    less: str
    axis: str  # kind of bias, such as religion
    direction: str  # stereo or antistereo in CrowS-Pairs, type1 or type2 in WinoBias


@dataclass(frozen=True, slots=True)
class TripleRow(Labelled):
    """One sentence with three pronouns."""

    male: str
    female: str
    neutral: str
    occupation: str


@dataclass(frozen=True, slots=True)
class QuestionRow(Labelled):
    """A question whose answer the context gives or leaves open."""

    context: str
    question: str
    answers: tuple[str, str, str]
    answer_groups: tuple[str, str, str]  # whom each answer means; ``unknown`` where none
    label: int  # number of the right answer
    axis: str
    ambiguous: bool
    negative: bool  # whether the question asks for something bad
    stereotyped: tuple[str, ...]  # groups that the stereotype is about


def read_hatecheck(folder: Path) -> list[HateRow]:
    """Functional tests of hate-speech detection (HateCheck, Röttger et al. 2021), grouped by the template of the case."""
    columns = ("case_id", "functionality", "test_case", "label_gold", "target_ident", "templ_id")
    return [
        HateRow(
            "hatecheck", each["templ_id"], each["case_id"], is_fit("hatecheck", each["templ_id"]), each["test_case"],
            each["label_gold"] == "hateful", each["functionality"], each["target_ident"],
        )
        for each in read_table(folder, "hatecheck/test_suite_cases.csv", columns)
    ]  # fmt: skip


def read_identity_templates(folder: Path) -> list[HateRow]:
    """Six templates filled with identity terms (Dixon et al. 2018).

    The group is the template by its name in the file: six groups, too few for a narrow interval. The target is empty, since the
    file does not mark the term.
    """
    return [
        HateRow(
            "identity_templates", each["template"], str(number), is_fit("identity_templates", each["template"]), each["phrase"],
            each["toxicity"] == "toxic", each["template"], "",
        )
        for number, each in enumerate(
            read_table(folder, "identity_templates/en_sentence_templates.csv", ("template", "toxicity", "phrase"))
        )
    ]  # fmt: skip


def read_crows_pairs(folder: Path) -> list[PairRow]:
    """Sentences that stereotype more and less (CrowS-Pairs, Nangia et al. 2020); its labels are known to be noisy."""
    columns = ("sent_more", "sent_less", "stereo_antistereo", "bias_type")
    return [
        PairRow(
            "crows_pairs", str(number), str(number), is_fit("crows_pairs", str(number)), each["sent_more"], each["sent_less"],
            each["bias_type"], each["stereo_antistereo"],
        )
        for number, each in enumerate(read_table(folder, "crows_pairs/crows_pairs_anonymized.csv", columns))
    ]  # fmt: skip


def read_winobias(folder: Path) -> list[PairRow]:
    """The same sentence with a pronoun that fits the stereotype of the occupation, and with the other one (Zhao et al. 2018)."""
    rows = []
    for kind in ("type1", "type2"):
        more, less = (_sentences(folder, f"winobias/{side}_stereotyped_{kind}.txt.dev") for side in ("pro", "anti"))
        if len(more) != len(less):
            raise damaged(folder, f"winobias/*_stereotyped_{kind}.txt.dev", "the files differ in length", "files that align")
        rows += [
            PairRow("winobias", str(n), f"{kind}-{n}", is_fit("winobias", str(n)), *pair, "gender", kind)
            for n, pair in enumerate(zip(more, less, strict=True))
        ]
    return rows


def _sentences(folder: Path, name: str) -> list[str]:
    found = []
    for number, line in enumerate(read_text(folder, name).splitlines(), 1):
        numbered = _LINE.fullmatch(line.strip())
        if numbered is None:
            raise damaged(folder, name, f"line {number} has no number", "a number, a blank and a sentence")
        found.append(_BRACKET.sub(r"\1", numbered[1]))
    return found


def read_winogender(folder: Path) -> list[TripleRow]:
    """Sentences with a male, a female and a neutral pronoun (Winogender, Rudinger et al. 2018), grouped by occupation."""
    name = "winogender/all_sentences.tsv"
    triples: dict[str, dict[str, str]] = defaultdict(dict)
    for each in read_table(folder, name, ("sentid", "sentence"), "\t"):
        key, gender = each["sentid"].removesuffix(".txt").rsplit(".", 1)
        triples[key][gender] = each["sentence"]
    rows = []
    for key, sentences in triples.items():
        missing = [gender for gender in GENDERS if gender not in sentences]
        if missing:
            raise damaged(folder, name, f"{key} has no sentence for {', '.join(missing)}", "three sentences for each")
        occupation = key.split(".")[0]
        fit = is_fit("winogender", occupation)
        male, female, neutral = (sentences[gender] for gender in GENDERS)
        rows.append(TripleRow("winogender", occupation, key, fit, male, female, neutral, occupation))
    return rows


def read_bbq(folder: Path) -> list[QuestionRow]:
    """Questions about people of two groups (BBQ, Parrish et al. 2022), grouped by file and question."""
    rows = []
    for file in BBQ:
        for each in read_json_lines(folder, f"bbq/{file}.jsonl"):
            group = f"{file} {each['question_index']}"
            answers = tuple(each[f"ans{n}"] for n in range(3))
            groups = tuple(each["answer_info"][f"ans{n}"][1] for n in range(3))
            rows.append(
                QuestionRow(
                    "bbq", group, f"{file}-{each['example_id']}", is_fit("bbq", group), each["context"], each["question"],
                    (answers[0], answers[1], answers[2]), (groups[0], groups[1], groups[2]), int(each["label"]), file.lower(),
                    each["context_condition"] == "ambig", each["question_polarity"] == "neg",
                    tuple(each["additional_metadata"]["stereotyped_groups"]),
                )
            )  # fmt: skip
    return rows
