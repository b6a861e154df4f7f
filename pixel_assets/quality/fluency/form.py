"""What the compiled loops count in a text, by column, and the classes of words."""

from __future__ import annotations

from typing import Final

# Columns of ``kernels.read_form``
WORDS: Final = 0
SYLLABLES: Final = 1  # of words in plain letters
SENTENCES: Final = 2
SMALL: Final = 3  # sentences that begin with a small letter
OPEN: Final = 4  # 1 if the text does not end with a sign
UNKNOWN: Final = 5  # words that nobody knows, names and numbers left out
NAMED: Final = 6  # of all words, those with a class of their own: the frequent ones
DOUBLED: Final = 7
ARTICLES: Final = 8  # "a apple", "an pear"
SMALL_I: Final = 9
SHOUTED: Final = 10  # words of four capitals and more
MARKUP: Final = 11  # tags, entities, links, escaped line ends
CONTROLS: Final = 12
MOJIBAKE: Final = 13  # text that was decoded wrongly, and what could not be decoded
EMOJI_RUNS: Final = 14
SIGN_RUNS: Final = 15  # "!!!!", ",,", "? ?"
LETTER_RUNS: Final = 16  # four times the same letter
SPACED: Final = 17  # a blank before a comma or a stop
UNBALANCED: Final = 18  # brackets and quotes that never close, or never opened
AGAIN: Final = 19  # words of sentences that the text has said before
COMMAS: Final = 20
PAIRS: Final = 21  # neighbouring words, ends of sentences included
TOGETHER: Final = 22  # sum of how much more often such pairs stand together than chance has it, in parts of STEP
ODD_PAIRS: Final = 23  # pairs that hardly ever stand together
JOINED: Final = 24  # a stop or comma without a blank between two words
COUNTED: Final = 25

STEP: Final = 16  # parts of a unit of log-odds
ODD: Final = -20  # in such parts
BOUNDARY, NUMBER, NAME, OTHER, FIRST_ENDING = 0, 1, 2, 3, 4  # classes of what is no frequent word; then endings, then words

# Where reading is, as whole numbers: of the last word, then of the text
FIRST, CAPITALS, APOSTROPHE = range(3)
LAST, SIGNS, EMOJI, BRACKETS, QUOTES, CLOSED, ARTICLE, CLASS, IN_SENTENCE, SENTENCE_WORDS, SAID = range(3, 14)
NUMBERS: Final = 14
# The same, as hashes: of the word, of the word before, and of the sentence
VALUE, BEFORE, SENTENCE = range(3)
HASHES: Final = 3
