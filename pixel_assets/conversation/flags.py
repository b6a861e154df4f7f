"""The flags of a conversation: everything that conversion changed or found odd, and what each means."""

from __future__ import annotations

from typing import Final

MEANINGS: Final[dict[str, str]] = {
    # form
    "turns_merged": "consecutive turns of one speaker became one turn, joined by a line end",
    "assistant_opens": "the assistant speaks first",
    "user_closes": "the last turn is the user's and has no reply",
    "system_inside": "a system turn stands after the beginning",
    "role_inferred": "of two speakers one had a known role; the other was given the opposite one",
    "speakers_alternated": "turns without speakers were given to user and assistant in turn",
    "unclosed_turn": "the last turn of a chat template was not closed",
    "generation_prompt_removed": "an empty last turn, which only asks a model to go on, was left out",
    "instances_dropped": "the record held further pairs that could not be read",
    "responses_paired": "a pattern of an intent was paired with one of the intent's responses",
    "rejected_unreadable": "the reply that was not preferred could not be read",
    # what is missing
    "media_omitted": "pictures or sound that the words may refer to were left out",
    "tool_turns_omitted": "calls of tools and their results were left out",
    "placeholder": "the text holds an unfilled placeholder such as {{name}}",
    # thoughts, cards and frames
    "reasoning_separated": "a chain of thought was taken out of the reply into a field of its own",
    "rejected_reasoning_removed": "the reply that was not preferred lost its chain of thought",
    "character_card_separated": "a character card in the first turn became a system turn",
    "prompt_unwrapped": "the frame of a prompt around a post was removed",
    "title_repetition_removed": "a title that the text repeats was removed",
    "marker_stripped": "marks that only separate prompt from completion were removed",
    # transcripts
    "stage_directions_removed": "stage directions such as (laughs) were removed from speech",
    "timestamps_removed": "times within the speech were removed",
    "speaker_codes_removed": "codes of speakers within the speech were removed",
    "sounds_removed": "descriptions of sounds such as [Music] were removed",
    "filler_turns_removed": "turns of nothing but fillers were left out",
    "rolling_captions_merged": "captions that repeat the line before them were merged",
    "question_made": "the question was made from what is said in a recording; nobody asked it",
    # generation
    "generated": "nobody said this: it was generated from entries of the knowledge base",
    # text
    "html_removed": "HTML tags were removed, paragraphs kept",
    "entities_decoded": "HTML entities were decoded",
    "byte_escapes_decoded": "bytes written as escapes such as \\xe2 were decoded",
    "mojibake_fixed": "text that had been decoded with the wrong encoding was repaired",
    "surrogates_replaced": "halves of surrogate pairs were replaced by the replacement character",
    "composed": "letters and combining marks were composed (Unicode NFC)",
    "spaces_normalized": "no-break and other odd spaces became plain spaces",
    "invisible_removed": "control, zero-width and direction characters were removed",
    "line_ends_normalized": "line ends of other systems became plain ones",
}

INVENTED: Final = ("generated", "question_made")  # of conversations that nobody held, or of which nobody said a part
