"""Settings: one frozen model per stage, read from ``pixel.toml`` and ``PIXEL_<STAGE>_<NAME>`` variables.

Only the slices that an asset declares enter its fingerprint, so a threshold rebuilds what reads it
and nothing else. ``warehouse`` and ``build`` say where and how to work; no asset's data depends on them.
"""

from __future__ import annotations

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError as UnreadableVariable

from pixel_assets.errors import SettingsError
from pixel_assets.generation.form import FORMS, Form
from pixel_assets.quality.tables import PARTS, SCORES
from pixel_assets.safety.gate.policy import Action, ByLevel, Protocol
from pixel_assets.safety.identifiers.spans import Type as IdentifierType
from pixel_assets.sources.licences import LicenceVerdict

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Weight = Annotated[float, Field(ge=0.0)]
Category = Literal["psychology", "voice", "mental_health", "reasoning", "personality"]
MixTrait = Literal[
    "topic", "modality", "population", "emotion", "culture", "reasoning_style", "stage", "outcome", "language", "source",
    "persona",
]
CATEGORIES: tuple[Category, ...] = ("psychology", "voice", "mental_health", "reasoning", "personality")
SAMPLE_DIR = Path(__file__).parent / "sources" / "sample"
REFERENCE = "docs/settings.md lists every setting with its type and default"
NO_SETTINGS = frozenset({"PIXEL_WAREHOUSE", "PIXEL_SETTINGS"})
REGISTRY_FILE = Path(__file__).parent / "sources" / "sources.yaml"


class Stage(BaseModel):
    """Base of every stage's settings: frozen, and an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SourcesSettings(Stage):
    """Where sources lie. Their content is versioned by itself; these paths never enter a fingerprint."""

    dir: Path = Field(SAMPLE_DIR, description="folder that the registry's paths are relative to")
    registry: Path | None = Field(
        None, description="registry file; by default sources.yaml in the folder, else the one that is shipped"
    )
    withdrawals: Path | None = Field(
        None, description="file of what was withdrawn, as `pixel forget` writes it; by default beside the registry"
    )
    only: tuple[str, ...] = Field(
        (), description="sources to work with: patterns of names, `hub`, `playlist`, `local` or `category:NAME`; none is all"
    )
    skip: tuple[str, ...] = Field((), description="sources to leave out, in the same words")

    @property
    def registry_file(self) -> Path:
        """The registry in force."""
        own = self.dir / "sources.yaml"
        return self.registry or (own if own.exists() else REGISTRY_FILE)

    @property
    def withdrawals_file(self) -> Path:
        """The withdrawals in force."""
        return self.withdrawals or self.registry_file.with_name("withdrawals.yaml")


class RecordingSettings(Stage):
    """What a recording must measure to be transcribed."""

    shortest: float = Field(0.5, ge=0, description="shortest recording, in seconds")
    longest: float = Field(4 * 3600.0, gt=0, description="longest recording, in seconds")
    quietest: float = Field(-60.0, le=0, description="least loudness, in LUFS")
    least_speech_share: Share = Field(0.05, description="least share of the time in which somebody speaks")
    least_speech: float = Field(0.5, ge=0, description="least speech, in seconds")
    most_clipped: Share = Field(0.01, description="largest share of samples at full scale")
    least_signal_to_noise: float = Field(3.0, description="least ratio of speech to noise, in dB")


class TranscriptSettings(Stage):
    """How recordings are transcribed, and what counts as invented by the model."""

    model: str = Field("tiny.en", description="tiny.en, which is packaged, or the folder of a Whisper model for CTranslate2")
    least_speech: Share = Field(0.1, description="share of a segment's time in which somebody must speak")
    least_speech_for_boilerplate: Share = Field(0.5, description="the same for stock phrases, such as thanks for watching")
    most_no_speech: Share = Field(0.6, description="the model's own doubt above which an unlikely segment is dropped")
    least_log_probability: float = Field(-1.0, le=0, description="mean log probability below which a segment is unlikely")
    most_compression: float = Field(2.4, gt=1, description="length of a text by its compressed length: more is repetition")
    most_repeats: int = Field(4, ge=1, description="times that the same few words may follow each other")


class VoiceSettings(Stage):
    """What a passage of a transcript must be to become a conversation."""

    language: str = Field("en", description="language of the conversations, ISO 639; cues of style are English")
    min_words: int = Field(12, ge=1, description="fewest words of a passage")
    max_words: int = Field(220, ge=1, description="most words of a passage")
    pause_words: int = Field(80, ge=1, description="words from which on a long pause ends a passage")
    min_reply_words: int = Field(4, ge=1, description="fewest words of a reply")
    min_confidence: Share = Field(0.6, description="least mean probability of its words, where the model gives one")
    min_authenticity: Share = Field(0.35, description="least score for sounding like talk")
    min_consistency: Share = Field(0.3, description="least score for being like the voice as a whole")

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.min_words > self.max_words:
            raise ValueError(f"min_words {self.min_words} is above max_words {self.max_words}")
        return self


class ScenarioSettings(Stage):
    """Which conversations are generated from the knowledge, and how many."""

    conversations: int = Field(30_000, ge=0, description="scenarios, each for one conversation")
    forms: dict[Form, Share] = Field(
        default={
            "therapy_session": 0.30, "difficult_client": 0.10, "boundary_testing": 0.06, "safety_protocol": 0.08,
            "assessment": 0.08, "case_formulation": 0.13, "differential_diagnosis": 0.11, "ethical_dilemma": 0.07,
            "psychoeducation": 0.07,
        },
        description="share of each form of conversation; relative to each other",
    )  # fmt: skip
    seed: int = Field(20_261_122, description="seed of every choice that is open")

    @field_validator("forms")
    @classmethod
    def _of_scenarios(cls, forms: dict[Form, float]) -> dict[Form, float]:
        wrong = [form for form in forms if form not in FORMS]
        if wrong or not any(forms.values()):
            what = f"{wrong[0]!r} is not made from scenarios" if wrong else "no form has a share"
            raise ValueError(f"{what}; the forms are {', '.join(FORMS)}")
        return forms


class EdgeCaseSettings(Stage):
    """How many conversations are generated for each edge case."""

    conversations: int = Field(20, ge=0, description="conversations of each edge case")
    seed: int = Field(20_261_122, description="seed of every choice that is open")


class GenerationSettings(Stage):
    """Who writes the generated conversations."""

    backend: Literal["composer", "endpoint"] = Field(
        "composer", description="composer (by grammar, offline) or endpoint (a model behind an OpenAI-compatible server)"
    )
    model: str = Field("", description="name of the model that the endpoint is asked for")
    temperature: float = Field(0.8, ge=0, le=2, description="temperature that the endpoint is asked for")
    max_tokens: int = Field(6_000, ge=256, description="longest answer of the endpoint, in tokens")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.backend == "endpoint" and not self.model:
            raise ValueError("the endpoint needs the name of a model: set generation.model")
        return self


class EndpointSettings(Stage):
    """How the endpoint is reached; none of it changes any data."""

    url: str = Field("http://localhost:8000/v1", description="where chat/completions is found")
    key_variable: str | None = Field(None, description="name of the environment variable that holds the API key")
    timeout: float = Field(300.0, gt=0, description="seconds of silence after which a request is tried again")
    attempts: int = Field(5, ge=1, description="tries of one request")
    max_wait: float = Field(60.0, ge=0, description="longest wait before another try, in seconds")
    parallel: int = Field(4, ge=1, le=256, description="requests at once")
    offline: bool = Field(False, description="take answers from the cache alone; a prompt that is not in it is rejected")
    cache: Path | None = Field(None, description="folder of answers; by default `answers` in the warehouse")


class DiversitySettings(Stage):
    """How different generated conversations must be; beyond a bound the corpus is held back."""

    most_near_duplicates: Share = Field(0.01, description="share of conversations with another at Jaccard 0.8 of word 3-grams")
    most_nearest: Share = Field(0.5, description="mean Jaccard similarity of a conversation and its nearest in a sample")
    least_distinct_4: Share = Field(0.2, description="share of different word 4-grams among 100,000")


class IdentifierSettings(Stage):
    """How identifiers of people are found and what stands in their place."""

    recogniser: str = Field(
        "packaged", description="the thorough pass on doubtful turns: packaged, none, presidio, or a folder with safetensors"
    )
    style: Literal["typed", "tagged", "realistic"] = Field(
        "realistic", description="what replaces an identifier: [name], [NAME_1], or an invented one"
    )
    keep: tuple[IdentifierType, ...] = Field(
        ("date", "location", "title", "organisation", "nationality", "profession", "amount"),
        description="types that are found and not replaced",
    )
    allow: tuple[str, ...] = Field((), description="names and numbers that are never replaced, besides those that are shipped")
    seed: int = Field(20_261_122, description="seed of the choice of surrogates")


class BiasSettings(Stage):
    """When a group counts as over- or under-represented or badly associated, and what is done about it."""

    shares: dict[str, tuple[Share, Share]] = Field(
        {"gender:female": (0.35, 0.65), "gender:male": (0.35, 0.65)},
        description="lowest and highest share of a group among those of its axis, by axis:group",
    )
    targets: dict[str, Share] = Field({}, description="shares of all conversations that hints for the mix aim at, by axis:group")
    most_log_odds: float = Field(0.7, gt=0, description="largest log odds of a group with crisis, quarantine or a diagnosis")
    most_difference: float = Field(0.15, gt=0, description="largest difference of mean sentiments, which go from -1 to 1")
    least_count: int = Field(30, ge=1, description="conversations of a group below which nothing about it is flagged")
    most_false: Share = Field(0.05, description="share of flagged associations that may be chance")
    prior: float = Field(500.0, gt=0, description="mentions of disorders that the prior of their log odds is worth")
    most_distance: Share = Field(0.1, description="distance of an axis' shares from the last snapshot that is an alert above it")
    swap_axes: tuple[str, ...] = Field(("gender",), description="axes along which conversations are rewritten")
    swap_share: Share = Field(0.05, description="share of the conversations that are rewritten, by the hash of their id")
    seed: int = Field(20_261_122, description="seed of the choice of the other group")


class CrisisSettings(Stage):
    """Which trained model decides what the lexical pass cannot."""

    model: Literal["shipped", "fitted", "none"] = Field(
        "shipped", description="shipped coefficients; fitted anew on the labelled sources that are there; or the pass alone"
    )
    reader: Literal["shipped", "none"] = Field(
        "shipped",
        description="a small transformer reads the turns that are likely enough or left open; or coefficients decide alone",
    )


class BoundSettings(Stage):
    """What the checks of safety accept; no data depends on it."""

    most_left: Share = Field(0.01, description="share of conversations in which an identifier may be left; they are quarantined")
    least_recall: Share = Field(0.98, description="share of labelled crises that must be found")
    most_false_alarms: Share = Field(0.03, description="share of labelled harmless texts that may be taken for a crisis")
    most_hate: Share = Field(0.01, description="share of conversations with hate of level 2 or more")
    most_quarantined: Share = Field(0.2, description="share of a source's conversations in quarantine")
    least_conversations: int = Field(50, ge=1, description="conversations from which on a source's shares are judged")


class SafetySettings(Stage):
    """The policy of the gate: what each finding leads to. Changing it judges anew and looks at no text again."""

    protocol: dict[Literal["none", "concern", "risk", "imminent"], Protocol] = Field(
        {"none": "keep", "concern": "keep", "risk": "keep", "imminent": "review"},
        description="by crisis level: keep it as an example of how to meet it, send it to review by experts, or drop it",
    )
    written_to_protocol: tuple[str, ...] = Field(
        ("knowledge_conversations", "edge_case_conversations"),
        description="sources made from reviewed knowledge, which are kept at any crisis level",
    )
    crisis_score: Share = Field(0.5, description="probability of the trained model from which a conversation counts as risk")
    response: ByLevel = Field(
        ("note", "review", "quarantine"), description="what replies lead to that do not meet a crisis, by level 1 to 3"
    )
    hate_of_user: ByLevel = Field(("note", "note", "review"), description="what hate in a user's turn leads to, by level 1 to 3")
    hate_of_assistant: ByLevel = Field(
        ("review", "quarantine", "quarantine"), description="what hate in a reply leads to, by level 1 to 3"
    )
    rules: dict[str, Action] = Field({}, description='what single rules lead to instead, by their id: {model_refusal = "note"}')

    @field_validator("protocol")
    @classmethod
    def _every_level(cls, protocol: dict[str, Protocol]) -> dict[str, Protocol]:
        defaults: dict[str, Protocol] = {"none": "keep", "concern": "keep", "risk": "keep", "imminent": "review"}
        return defaults | protocol


class DecisionSettings(Stage):
    """When a conversation is dropped."""

    drop_flags: tuple[str, ...] = Field(
        ("media_omitted", "placeholder", "tool_turns_omitted"),
        description="flags of conversations that lack what their words refer to: pictures, names, results of tools",
    )
    languages: tuple[str, ...] = Field(("en",), description="languages to keep, as ISO 639-1 codes; none keeps all")
    language_confidence: Share = Field(0.5, description="below this the language is unsure, and the row is kept")
    unreviewed: Literal["hold", "use"] = Field(
        "hold", description="what happens to a conversation that waits for review by experts: it is held, or used meanwhile"
    )
    min_words: int = Field(8, ge=0, description="fewest words of speech in all (system turns do not count)")
    max_words: int = Field(20_000, ge=1, description="most words of speech in all")
    min_reply_words: int = Field(1, ge=1, description="fewest words that the assistant says in all")
    max_turns: int = Field(400, ge=2, description="most turns")
    max_unreadable: Share = Field(0.02, description="largest share of unreadable characters")

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.min_words > self.max_words:
            raise ValueError(f"min_words {self.min_words} is above max_words {self.max_words}")
        return self


class VectorSettings(Stage):
    """Which vectors of word pieces the embeddings are sums of."""

    model: str = Field(
        "shipped", description="shipped, distilled anew (with the extra distil), or a file that pixel_assets.vectors.distil wrote"
    )


class EmbeddingSettings(Stage):
    """Which vectors conversations get besides those of the static model, which all have."""

    contextual: Literal["none", "all"] = Field(
        "none", description="conversations that get a vector by a transformer: none, or all, at some 20 conversations a second"
    )


class QualitySettings(Stage):
    """Which models read the conversations for their scores."""

    model: Literal["shipped", "fitted", "none"] = Field(
        "shipped", description="shipped coefficients; fitted anew on the labelled sources that are there; or no learned scores"
    )
    reader: Literal["none", "doubtful", "all"] = Field(
        "none", description="which conversations a small transformer reads besides: none, those that are in doubt, or all"
    )


class ScoreSettings(Stage):
    """What the overall score is made of. Changing it weighs anew and reads no text again."""

    weights: dict[str, Weight] = Field(
        {
            "coherence": 0.25, "empathy": 0.2, "therapeutic_accuracy": 0.2, "clinical_compliance": 0.2, "language": 0.1,
            "persona_consistency": 0.05,
        },
        description="weight of each score in the overall one, relative to each other; of those not named the default, 0 is none",
    )  # fmt: skip

    @field_validator("weights")
    @classmethod
    def _every_part(cls, weights: dict[str, float]) -> dict[str, float]:
        unknown = [name for name in weights if name not in PARTS]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no part of the overall score; its parts are {', '.join(PARTS)}")
        default: dict[str, float] = cls.model_fields["weights"].default
        found = default | weights
        if not any(found.values()):
            raise ValueError("no score has a weight")
        return found


class ThresholdSettings(Stage):
    """Scores below which a conversation is dropped. Changing one decides anew, and scores nothing again."""

    preset: Literal["mission", "balanced", "lenient", "off"] = Field(
        "lenient",
        description="thresholds with a name (`pixel thresholds` shows what they keep); single ones can be replaced",
    )
    coherence: Share | None = Field(None, description="least coherence, instead of the preset's; 0 asks for nothing")
    empathy: Share | None = Field(None, description="least empathy, instead of the preset's")
    therapeutic_accuracy: Share | None = Field(None, description="least therapeutic accuracy, instead of the preset's")
    clinical_compliance: Share | None = Field(None, description="least clinical compliance, instead of the preset's")
    language: Share | None = Field(None, description="least score of the language, instead of the preset's")
    persona_consistency: Share | None = Field(None, description="least consistency with the voice, instead of the preset's")
    overall: Share | None = Field(None, description="least overall score, instead of the preset's")
    missing: Literal["keep", "drop"] = Field(
        "keep",
        description="what becomes of a conversation that lacks a score with a threshold; persona_consistency may lack",
    )

    @property
    def instead(self) -> dict[str, float | None]:
        """By score what replaces the preset's threshold, or nothing."""
        return {name: getattr(self, name) for name in SCORES}


class DriftSettings(Stage):
    """When scores of a source count as changed since the report that was accepted last; no data depends on it."""

    reference: str = Field(
        "", description="tag of the accepted state; without one the newest earlier report that showed no drift is compared with"
    )
    most_index: float = Field(0.25, gt=0, description="population stability index of a score above which it has drifted")
    most_fall: Share = Field(0.05, description="how much the mean score of a source may fall")
    chance: float = Field(0.01, gt=0, lt=1, description="probability of any alarm by chance alone, over all sources and scores")
    least_rows: int = Field(50, ge=1, description="conversations of a source on both sides below which nothing is said of it")


class ReportSettings(Stage):
    """What the quality report recommends to look at."""

    weak: Share = Field(0.5, description="score below which a conversation counts as weak")
    most_weak: Share = Field(0.2, description="share of weak conversations of a source above which the report says so")
    most_missing: Share = Field(0.5, description="share of conversations without a score above which the report says so")
    least_rows: int = Field(20, ge=1, description="conversations of a source below which nothing is recommended")
    examples: int = Field(5, ge=0, le=50, description="ids of conversations that a recommendation names")


class BoilerplateSettings(Stage):
    """Which runs of words are shared templates, that say nothing about whether two conversations are alike."""

    share: Share = Field(0.01, description="share of all conversations with a run of words from which that is boilerplate")
    at_least: int = Field(50, ge=2, description="conversations that it stands in at least, however few there are")
    min_rest: int = Field(12, ge=0, description="words that must be left without it; else the whole text is compared")


class NearSettings(Stage):
    """When two conversations nearly repeat each other, word by word."""

    threshold: Share = Field(0.8, gt=0, description="Jaccard coefficient of word 3-grams from which a side agrees")
    containment: Share = Field(0.9, gt=0, description="share of the shorter side in the longer from which it agrees as well")


class SemanticSettings(Stage):
    """When two conversations say the same in other words."""

    user: Share = Field(0.95, description="cosine of what the users say from which they agree")
    assistant: Share = Field(0.95, description="cosine of what the assistants say from which they agree")
    related: Share = Field(0.9, description="cosine of the whole from which two conversations are kept on one side of the splits")


class ContaminationSettings(Stage):
    """When a conversation gives away what is used for evaluation."""

    prompts: tuple[str, ...] = Field((), description="files of benchmark prompts, as patterns relative to sources.dir")
    overlap: Share = Field(0.5, gt=0, description="share of a reference's 13-grams from which what has it is contaminated")
    longest_run: int = Field(50, ge=13, description="words in a row that both have from which it is")
    cosine: Share = Field(0.9, gt=0, description="cosine of what the users say from which it is, if words confirm it")
    templates: int = Field(20, ge=1, description="different references that may have a run of words; what more have says nothing")


class RepresentativeSettings(Stage):
    """Which of several conversations that repeat each other is used."""

    order: tuple[Literal["quality", "safety", "licence", "source", "words"], ...] = Field(
        ("quality", "safety", "licence", "source", "words"),
        description="what decides, the first first: best score, safest, freest licence, best tier and oldest source, most words",
    )
    sources: tuple[str, ...] = Field((), description="sources from the oldest on, for what decides after the tier")


class MergingSettings(Stage):
    """Of which pairs one is dropped; word-by-word duplicates are always merged."""

    semantic: bool = Field(True, description="whether of two conversations that say the same in other words one is dropped")


class LicenceSettings(Stage):
    """What the release is for, and which licences it may hold."""

    use: Literal["research", "commercial"] = Field("research", description="what the release is for")
    policy: dict[str, LicenceVerdict] = Field(
        default={}, description="verdict by licence (as in the registry), instead of the one that its constraints mean"
    )
    excluded: Literal["block", "drop"] = Field(
        "block", description="when a conversation may not be released: block the exports, or drop the conversation"
    )


class MixSettings(Stage):
    """How many conversations, and in what proportion."""

    target: int = Field(100_000, ge=1, description="conversations in the full mix")
    ratios: dict[Category, Share] = Field(
        default={"psychology": 0.30, "voice": 0.25, "mental_health": 0.20, "reasoning": 0.15, "personality": 0.10},
        description="share of each category; they sum to 1",
    )
    tolerance: Share = Field(0.005, description="how far a share may be off before the ratio check warns")
    shortfall: Literal["fill", "shrink"] = Field(
        "fill",
        description="when a category is short: fill from the others up to the target, or shrink the mix to keep the ratio",
    )
    strategy: Literal["proportional", "quality_weighted", "diverse", "iterative", "hybrid"] = Field(
        "proportional", description="how conversations of a category are chosen: docs/mix.md compares the strategies"
    )
    minimum_quality: Share | None = Field(
        None, description="least overall score; what is below it is never taken, also where a category is short"
    )
    unscored: Literal["keep", "drop"] = Field(
        "keep", description="what the minimum quality does with a conversation that has no overall score"
    )
    unscored_as: Share = Field(0.5, description="what such a conversation counts as where strategies look at scores")
    quality_power: Weight = Field(
        4.0, description="quality_weighted: the weight of a conversation is its score to this power; 0 is proportional"
    )
    weights: dict[Literal["quality", "diversity", "balance"], Weight] = Field(
        {"quality": 1.0, "diversity": 1.0, "balance": 1.0}, description="hybrid: what each aim counts for; of those not named 0"
    )
    balance_by: tuple[MixTrait, ...] = Field(
        ("topic", "modality", "population"), description="iterative and hybrid: traits whose values are brought into balance"
    )
    evenness: Share = Field(
        0.5, description="iterative and hybrid: balance aimed at; 0: the shares that values have, 1: equal shares for all values"
    )
    quality_first: Share = Field(0.5, description="iterative: share of a category's quota that is taken by score alone")
    rounds: int = Field(10, ge=1, description="iterative: rounds in which the rest is taken")
    balances: dict[str, dict[Literal["at_least", "at_most"], Share]] = Field(
        {},
        description="shares of the mix that values of a trait may have, by trait (each of its values) or trait:value:"
        ' {topic = {at_most = 0.2}, "population:veteran" = {at_least = 0.01}}',
    )
    source_cap: Share | None = Field(None, description="largest share of its category that one source may give")
    seed: int = Field(20_261_122, description="seed of the order in which rows are taken")

    @field_validator("balances")
    @classmethod
    def _traits(cls, balances: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        traits = get_args(MixTrait)
        for name, bounds in balances.items():
            if name.partition(":")[0] not in traits:
                raise ValueError(f"{name!r} names no trait; the traits are {', '.join(traits)}")
            if bounds.get("at_least", 0.0) > bounds.get("at_most", 1.0):
                raise ValueError(f"{name!r} is to have at least {bounds['at_least']:g} and at most {bounds['at_most']:g}")
        return balances

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = sum(self.ratios.values())
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"ratios sum to {total:g}, not to 1")
        return self


class SplitSettings(Stage):
    """Shares of the splits, and what places a row; it stays, or comes to be held out, when data grows."""

    strategy: Literal["group", "random", "stratified", "temporal"] = Field(
        "group", description="what places a row: its opening question, its id, its opening within its stratum, or its date"
    )
    train: Share = Field(0.70, description="share of the groups in train")
    validation: Share = Field(0.15, description="share of the groups in validation")
    test: Share = Field(0.15, description="share of the groups in test")
    seed: int = Field(20_261_122, description="seed of the hash that assigns groups to splits")
    strata: tuple[Literal["category", "source", "topic", "modality", "population", "language"], ...] = Field(
        ("category", "topic"), min_length=1, description="what makes a stratum; its shares are checked under every strategy"
    )
    time_labels: tuple[str, ...] = Field(
        ("date", "created_at", "timestamp", "year"),
        description="labels of a conversation that tell its date; the first that can be read counts",
    )
    validation_from: date | None = Field(None, description="temporal: first day of validation; what is older is for training")
    test_from: date | None = Field(None, description="temporal: first day of test")
    largest_cluster: Share = Field(0.01, description="share of the mix that one cluster may have before a check warns")

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = self.train + self.validation + self.test
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"train, validation and test sum to {total:g}, not to 1")
        if self.strategy == "temporal" and (self.validation_from is None or self.test_from is None):
            raise ValueError("strategy temporal needs the dates validation_from and test_from")
        if self.validation_from and self.test_from and self.validation_from > self.test_from:
            raise ValueError(f"validation_from {self.validation_from} is after test_from {self.test_from}")
        return self


class AugmentationSettings(Stage):
    """Which variants of conversations are added to the train split."""

    kinds: tuple[Literal["context", "paraphrase", "counterfactual", "crisis"], ...] = Field(
        ("context", "paraphrase", "counterfactual", "crisis"), description="kinds of variants; none adds nothing"
    )
    share: Share = Field(0.1, description="most variants, as a share of the train split; each kind may give an equal part")
    cosine: Share = Field(0.9, description="cosine that what the user says must keep in a paraphrase")
    near: Share = Field(0.8, description="Jaccard coefficient with a held-out conversation from which a variant is left out")
    seed: int = Field(20_261_122, description="seed of the hash that chooses parents")


class ExportSettings(Stage):
    """What is written for others to read."""

    formats: tuple[Literal["jsonl", "json", "csv", "parquet", "chat", "prompt_completion", "preference"], ...] = Field(
        ("jsonl", "parquet"),
        description="formats to write: `jsonl` and `json` of messages, `csv`, `parquet` in datasets layout, `chat` as text of"
        " chat templates, `prompt_completion`, and `preference` pairs",
    )
    include_system: bool = Field(True, description="keep system turns in the exported messages")
    reasoning: Literal["field", "think", "none"] = Field(
        "field",
        description="the chain of thought: in a field of its own, in <think> tags before the last reply, or left out",
    )
    shard_rows: int = Field(50_000, ge=1, description="conversations in one file")
    compression: Literal["none", "gzip", "zstd"] = Field(
        "none", description="how files other than Parquet are compressed; Parquet is with zstd inside in any case"
    )
    json_form: Literal["array", "data"] = Field("array", description="a file of `json`: an array, or an object with it as `data`")
    tokenizers: tuple[str, ...] = Field(
        ("chatml",),
        description="chat templates of `chat`: `chatml`, `gemma`, `llama3`, `mistral`, `zephyr`, a folder with"
        " tokenizer_config.json, or `OWNER/NAME@REVISION` in the cache of the Hugging Face hub",
    )
    tokenizer_file: Path | None = Field(
        None, description="tokenizer.json by which tokens are counted; without it they are estimated from words"
    )
    max_tokens: int | None = Field(
        None, ge=1, description="tokens that training will see of a conversation; one whose replies all lie beyond is left out"
    )


class CardSettings(Stage):
    """What the card of the dataset says besides figures."""

    contact: str = Field("", description="where people ask for withdrawal; without it the card says so, and a check warns")


class HubSettings(Stage):
    """How datasets of the Hugging Face hub are acquired; none of it changes any data."""

    mirror: Path | None = Field(
        None, description="folder with datasets as `<owner>/<name>/…`; one that is in it is read from there, not from the hub"
    )
    cache: Path | None = Field(
        None, description="folder of acquired records; by default `acquired` in the warehouse. Warehouses may share one"
    )
    parallel: int = Field(4, ge=1, le=32, description="datasets acquired at once")
    attempts: int = Field(6, ge=1, description="tries of one request without a byte of progress before its source fails")
    timeout: float = Field(30.0, gt=0, description="seconds of silence after which a request is tried again")
    max_wait: float = Field(120.0, ge=0, description="longest wait before another try, in seconds; what asks for more fails")


class PlaylistSettings(Stage):
    """How playlists of recordings are acquired; none of it changes any data."""

    cache: Path | None = Field(
        None, description="folder of acquired playlists; by default `playlists` in the warehouse. Warehouses may share one"
    )
    parallel: int = Field(2, ge=1, le=16, description="playlists acquired at once")
    bytes_per_second: int = Field(2_000_000, ge=0, description="most bytes a second from one playlist; 0 is no limit")
    sleep: float = Field(1.0, ge=0, description="seconds between two requests for pages, and before each item")
    attempts: int = Field(4, ge=1, description="tries in a row without a byte of progress before an item is given up")
    timeout: float = Field(20.0, gt=0, description="seconds of silence after which a request is tried again")
    max_wait: float = Field(60.0, ge=0, description="longest wait before another try, in seconds; what asks for more fails")


class AlertSettings(Stage):
    """Who is told of what fails; none of it changes any data."""

    urls: tuple[str, ...] = Field(
        (),
        description="where alerts are sent: URLs of apprise, or `env:NAME` for one in a variable; words before it narrow what "
        "is sent: `ERROR`, `WARN`, `kind:NAME`, `group:NAME` or patterns of assets",
    )
    wait: float = Field(0.0, ge=0, description="minutes that something must fail before anybody is told")
    remind_after: float = Field(0.0, ge=0, description="hours after which what still fails is told again; 0 is never")
    stale_assets: tuple[str, ...] = Field(
        ("safety_audit",), description="assets that must not stay behind changed settings, such as those of a policy"
    )
    stale_after: float = Field(60.0, ge=0, description="minutes that they may")

    @field_validator("urls", mode="before")
    @classmethod
    def _unquoted(cls, urls: Any) -> Any:
        """One URL is a list of one, and what is no text is an error that does not quote it, for it may hold a secret."""
        items = [urls] if isinstance(urls, str) else urls if isinstance(urls, list | tuple) else [urls]
        return tuple(item if isinstance(item, str) else type(item) for item in items)


class BuildSettings(Stage):
    """How to work; none of it changes any data."""

    threads: int = Field(0, ge=0, description="threads of the query engine; 0 is one per core")
    processes: int = Field(0, ge=0, description="processes for row-wise work on 100,000 rows or more; 0 is one per core")
    memory: str = Field("2GB", description="memory of the query engine before it spills to disk")
    transcribers: int = Field(0, ge=0, description="recordings transcribed at once, each in a process; 0 is one per core")
    keep_snapshots: int = Field(3, ge=1, description="snapshots of an asset that gc keeps beside current and tagged ones")


class Settings(BaseSettings):
    """All stages. ``PIXEL_MIX_TARGET=5000`` sets ``mix.target``; ``pixel.toml`` has one table per stage."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="PIXEL_", env_nested_delimiter="_", env_nested_max_split=1
    )

    warehouse: Path = Field(Path("warehouse"), description="folder of all snapshots, manifests and the catalogue")
    sources: SourcesSettings = SourcesSettings()
    recordings: RecordingSettings = RecordingSettings()
    transcripts: TranscriptSettings = TranscriptSettings()
    voice: VoiceSettings = VoiceSettings()
    scenarios: ScenarioSettings = ScenarioSettings()
    edgecases: EdgeCaseSettings = EdgeCaseSettings()
    generation: GenerationSettings = GenerationSettings()
    endpoint: EndpointSettings = EndpointSettings()
    diversity: DiversitySettings = DiversitySettings()
    identifiers: IdentifierSettings = IdentifierSettings()
    crisis: CrisisSettings = CrisisSettings()
    bias: BiasSettings = BiasSettings()
    safety: SafetySettings = SafetySettings()
    bounds: BoundSettings = BoundSettings()
    vectors: VectorSettings = VectorSettings()
    embeddings: EmbeddingSettings = EmbeddingSettings()
    quality: QualitySettings = QualitySettings()
    scores: ScoreSettings = ScoreSettings()
    thresholds: ThresholdSettings = ThresholdSettings()
    drift: DriftSettings = DriftSettings()
    report: ReportSettings = ReportSettings()
    boilerplate: BoilerplateSettings = BoilerplateSettings()
    near: NearSettings = NearSettings()
    semantic: SemanticSettings = SemanticSettings()
    contamination: ContaminationSettings = ContaminationSettings()
    representatives: RepresentativeSettings = RepresentativeSettings()
    merging: MergingSettings = MergingSettings()
    decisions: DecisionSettings = DecisionSettings()
    licences: LicenceSettings = LicenceSettings()
    mix: MixSettings = MixSettings()
    splits: SplitSettings = SplitSettings()
    augmentation: AugmentationSettings = AugmentationSettings()
    exports: ExportSettings = ExportSettings()
    card: CardSettings = CardSettings()
    hub: HubSettings = HubSettings()
    playlists: PlaylistSettings = PlaylistSettings()
    alerts: AlertSettings = AlertSettings()
    build: BuildSettings = BuildSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=settings_file())


def settings_file() -> Path:
    """The settings file in force: ``$PIXEL_SETTINGS`` or ``pixel.toml`` in the working folder."""
    return Path(os.environ.get("PIXEL_SETTINGS", "pixel.toml"))


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises :class:`SettingsError` that names the file or variable and what is wrong."""
    file = settings_file()
    if "PIXEL_SETTINGS" in os.environ and not file.exists():
        raise SettingsError("there is no such file", where=f"{file} (in PIXEL_SETTINGS)", expected="a TOML file")
    _refuse_unknown_variables()
    try:
        return Settings(**overrides)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"not valid TOML: {error}", where=str(file), hint="Correct the line and run again") from error
    except UnreadableVariable as error:
        raise SettingsError(
            str(error.__cause__ or error),
            where=_unreadable_variable(error),
            expected='JSON, such as \'["en", "de"]\' for a list or \'{"voice": 1}\' for a table',
            hint=REFERENCE,
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"{first['msg'].removeprefix('Value error, ')}, got {first.get('input')!r}"[:300],
            where=f"setting {name} (in {file} or {variable(name)})",
            hint=REFERENCE,
        ) from error


def _refuse_unknown_variables() -> None:
    """A variable that looks like a setting and is none would be ignored in silence: say so instead."""
    stages = {name for name, field in Settings.model_fields.items() if isinstance(field.default, Stage)}
    for name in sorted(os.environ):
        stage, _, setting = name.removeprefix("PIXEL_").lower().partition("_")
        if not name.startswith("PIXEL_") or name in NO_SETTINGS or name.startswith("PIXEL_TEST_"):
            continue
        if not (stage in stages and setting):
            known = [variable(name) for name in Settings.model_fields if name not in stages]
            raise SettingsError(
                "no setting has this name",
                where=f"variable {name}",
                expected=", ".join([*known, *(f"{variable(stage)}_…" for stage in sorted(stages))]),
                hint=REFERENCE,
            )


def _unreadable_variable(error: Exception) -> str:
    """The variable that the settings library could not read: it names the field in quotes, at best the stage."""
    quoted = str(error).partition('"')[2].partition('"')[0]
    nested = [name for name in os.environ if name.startswith(variable(quoted)) and quoted]
    return f"variable {' or '.join(sorted(nested))}" if nested else "a PIXEL_ variable"


def variable(name: str) -> str:
    """Environment variable of a setting: ``mix.target`` → ``PIXEL_MIX_TARGET``."""
    return "PIXEL_" + name.replace(".", "_").upper()
