"""The graph: one file per group, in the order in which data flows."""

from __future__ import annotations

from pixel_assets.assets.bias import BIAS_REPORT_STEP, COUNTERFACTUAL_PAIRS_STEP
from pixel_assets.assets.conversations import CONVERSATIONS_STEP
from pixel_assets.assets.corpus import CORPUS_STEP
from pixel_assets.assets.dedup import (
    BOILERPLATE_STEP,
    CONTAMINATION_STEP,
    DUPLICATE_CLUSTERS_STEP,
    DUPLICATE_PAIRS_STEP,
    MINHASH_SIGNATURES_STEP,
    SEMANTIC_PAIRS_STEP,
    TEXT_FINGERPRINTS_STEP,
)
from pixel_assets.assets.edge_cases import EDGE_CASE_CONVERSATIONS_STEP, EDGE_CASES_STEP
from pixel_assets.assets.generation import (
    CLIENT_SCENARIOS_STEP,
    GENERATION_COVERAGE_STEP,
    GENERATION_DIVERSITY_STEP,
    KNOWLEDGE_CONVERSATIONS_STEP,
)
from pixel_assets.assets.knowledge import PSYCHOLOGY_KNOWLEDGE_STEP
from pixel_assets.assets.preferences import REDACTED_PREFERENCES_STEP
from pixel_assets.assets.publishing import DATASET_CARD_STEP, DATASET_REPORT_STEP
from pixel_assets.assets.quality import (
    CONVERSATION_LINKS_STEP,
    CONVERSATION_TRAITS_STEP,
    EMBEDDINGS_STEP,
    QUALITY_REPORT_STEP,
    STATIC_VECTORS_STEP,
)
from pixel_assets.assets.release import DATASET_EXPORTS_STEP
from pixel_assets.assets.safety import (
    CRISIS_MODEL_STEP,
    REDACTED_CORPUS_STEP,
    SAFETY_SCORES_STEP,
    SAFETY_VERDICTS_STEP,
)
from pixel_assets.assets.scores import CLINICAL_FINDINGS_STEP, QUALITY_MODEL_STEP, QUALITY_READINGS_STEP, QUALITY_SCORES_STEP
from pixel_assets.assets.selection import AUGMENTED_TRAIN_STEP, DATASET_SPLITS_STEP, DECISIONS_STEP, TRAINING_MIX_STEP
from pixel_assets.assets.sources import RAW_RECORDS_STEP, SOURCE_FILES, SOURCE_INVENTORY_STEP
from pixel_assets.assets.voice import (
    AUDIO_FILES_STEP,
    VOICE_CONVERSATIONS_STEP,
    VOICE_PROFILE_STEP,
    VOICE_RECORDINGS_STEP,
    VOICE_TRANSCRIPTS_STEP,
)
from pixel_assets.build.graph import Graph
from pixel_assets.checks import CHECKS

GRAPH = Graph(
    externals=(SOURCE_FILES,),
    steps=(
        RAW_RECORDS_STEP,
        CONVERSATIONS_STEP,
        SOURCE_INVENTORY_STEP,
        AUDIO_FILES_STEP,
        VOICE_RECORDINGS_STEP,
        VOICE_TRANSCRIPTS_STEP,
        VOICE_PROFILE_STEP,
        VOICE_CONVERSATIONS_STEP,
        PSYCHOLOGY_KNOWLEDGE_STEP,
        CLIENT_SCENARIOS_STEP,
        KNOWLEDGE_CONVERSATIONS_STEP,
        GENERATION_COVERAGE_STEP,
        GENERATION_DIVERSITY_STEP,
        EDGE_CASES_STEP,
        EDGE_CASE_CONVERSATIONS_STEP,
        CORPUS_STEP,
        REDACTED_CORPUS_STEP,
        CRISIS_MODEL_STEP,
        SAFETY_SCORES_STEP,
        SAFETY_VERDICTS_STEP,
        BIAS_REPORT_STEP,
        COUNTERFACTUAL_PAIRS_STEP,
        STATIC_VECTORS_STEP,
        EMBEDDINGS_STEP,
        CONVERSATION_TRAITS_STEP,
        CONVERSATION_LINKS_STEP,
        QUALITY_MODEL_STEP,
        QUALITY_READINGS_STEP,
        CLINICAL_FINDINGS_STEP,
        QUALITY_SCORES_STEP,
        QUALITY_REPORT_STEP,
        TEXT_FINGERPRINTS_STEP,
        BOILERPLATE_STEP,
        MINHASH_SIGNATURES_STEP,
        DUPLICATE_PAIRS_STEP,
        SEMANTIC_PAIRS_STEP,
        DUPLICATE_CLUSTERS_STEP,
        CONTAMINATION_STEP,
        DECISIONS_STEP,
        TRAINING_MIX_STEP,
        DATASET_SPLITS_STEP,
        AUGMENTED_TRAIN_STEP,
        REDACTED_PREFERENCES_STEP,
        DATASET_EXPORTS_STEP,
        DATASET_CARD_STEP,
        DATASET_REPORT_STEP,
    ),
    checks=CHECKS,
)
