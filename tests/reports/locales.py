"""Languages that nobody speaks: longer words, and words from right to left, for whoever lays out."""

import dataclasses

from reports import words
from scanner.registry import sentences
from scanner.translate import translate

LONG = "en-XA"
MIRRORED = "ar-XB"
_ACCENTS = str.maketrans("aeiouyAEIOUYcnsz", "áéíóúýÁÉÍÓÚÝçñšž")


def lengthened(text):
    """The text with accents and two fifths longer; {placeholders} stay as they are."""
    parts = text.replace("{", "\0{").replace("}", "}\0").split("\0")
    said = "".join(one if one.startswith("{") else one.translate(_ACCENTS) for one in parts)
    return said + " " + "ŀ" * max(1, len(text) * 2 // 5)


def mirrored(text):
    """The text as Hebrew letters would stand around it."""
    return f"\u05d0\u05d1\u05d2 {text} \u05d3\u05d4"


MAKERS = {LONG: (lengthened, "ltr"), MIRRORED: (mirrored, "rtl")}


def install(monkeypatch):
    """Let reports speak both."""
    real, known = words.catalogue, words.languages()

    def catalogue(lang):
        if lang not in MAKERS:
            return real(lang)
        make, direction = MAKERS[lang]
        made = {key: make(text) for key, text in real("en").items()}
        return {**made, "language.direction": direction, "list.comma": ", "}

    monkeypatch.setattr(words, "catalogue", catalogue)
    monkeypatch.setattr(words, "languages", lambda: (*known, *MAKERS))


def said(made, language):
    """A sample run with its sentences in that language."""
    run, rows = made
    if language == "en":
        return made
    if language not in MAKERS:
        return translate(run, language, sentences(language)), rows
    make, _ = MAKERS[language]
    texts = {one: make(one) for one in run.texts.values()}
    return dataclasses.replace(translate(run, language, texts)), rows
