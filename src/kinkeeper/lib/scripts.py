"""One spelling for names from many scripts: what a script is, folding, romanising, and the bare sound of a word.

Romanising serves search alone and is never shown. It is coarse on purpose: what the usual transliterations of a sound
write differently (х: kh, h, x; ю: yu, iu, ju; ш: sh, š or, on a keyboard without hooks, s) becomes one letter, so that
spellings of one name meet. Two names that wrongly meet cost a longer list of candidates, which the ranking of `names.py`
puts right; two spellings that fail to meet cost a child that is not found.

`anyascii` gives the letters of every script. Own tables stand before it where its letters would not meet those in use:
Russian, Uzbek and South Slavic Cyrillic, Arabic (with Persian letters; long vowels are vowels, short ones are not
written), Greek, and Latin letters with hooks. English c before a, o, u is k; a final c is ch, for the many Jovanovićes
typed without the hook.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from anyascii import anyascii

LONGEST_WORD = 24

# ---- scripts -------------------------------------------------------------------------------------------------------

_SCRIPTS = {
    "LATIN": "Latn",
    "CYRILLIC": "Cyrl",
    "ARABIC": "Arab",
    "GREEK": "Grek",
    "HEBREW": "Hebr",
    "ARMENIAN": "Armn",
    "GEORGIAN": "Geor",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "ETHIOPIC": "Ethi",
    "THAI": "Thai",
    "HANGUL": "Hang",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "CJK": "Hani",
    "SYRIAC": "Syrc",
    "THAANA": "Thaa",
}
_RIGHT_TO_LEFT = frozenset(["Arab", "Hebr", "Syrc", "Thaa"])


@lru_cache(maxsize=4096)
def _script_of_letter(letter: str) -> str:
    return _SCRIPTS.get(unicodedata.name(letter, "").split(" ")[0], "Zyyy") if letter.isalpha() else "Zyyy"


def script_of(text: str) -> str:
    """The script most of the letters are in, by its ISO 15924 code; 'Zyyy' where there is none that we know."""
    counted = Counter(_script_of_letter(letter) for letter in text)
    del counted["Zyyy"]
    return counted.most_common(1)[0][0] if counted else "Zyyy"


def dir_of(text: str) -> str:
    """The direction a text is written in, for the `dir` attribute: 'rtl' for Arabic, Hebrew and their kin, else 'ltr'."""
    return "rtl" if script_of(text) in _RIGHT_TO_LEFT else "ltr"


# ---- folding and words ---------------------------------------------------------------------------------------------

_APOSTROPHES = "'`´‘’ʹʻʼʽʾʿˊ՚′＇ʺ"
_MARKS = re.compile("[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")
_NOT_IN_WORDS = re.compile(rf"[^\w{_APOSTROPHES}]|_")
# Letters that a Russian keyboard lacks are typed as their nearest neighbour.
_LACKING = dict(zip("қғҳңәөүұһ", "кгхнаоуух", strict=True))
_BARE_LETTERS = str.maketrans(
    {
        **dict(zip("łđøıħ", "ldoih", strict=True)),
        **_LACKING,
        **dict(zip("ٱىةکیہھە", "ايهكيههه", strict=True)),
        "ـ": "",
        **dict.fromkeys(_APOSTROPHES, ""),
    }
)


def fold(text: str) -> str:
    """A text without what people leave out or vary when they type: case, accents, apostrophes, hyphens, vowel signs.

    Stays in its script; words are parted by one space. Ё becomes Е, Й И, Ў У; Arabic alef, yeh, heh one form each.
    """
    bare = _without_marks(unicodedata.normalize("NFKC", text).casefold()).translate(_BARE_LETTERS)
    return " ".join(_NOT_IN_WORDS.sub(" ", _visible(bare)).split())


def _without_marks(text: str) -> str:
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))


def _visible(text: str) -> str:
    """Without joiners and direction marks, which copied names carry unseen."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


# ---- words ---------------------------------------------------------------------------------------------------------

_ARTICLES = frozenset(["al", "el", "ul", "ال"])
_ARTICLE_BEFORE_HYPHEN = re.compile(r"(?<!\w)(?:al|el|ul|as|ash|ar|at|ad|an|az)[-‐‑](?=\w)", re.IGNORECASE)


def bare_words(text: str) -> list[str]:
    """The words of a text as written, without punctuation around them."""
    words = _NOT_IN_WORDS.sub(" ", _visible(unicodedata.normalize("NFKC", text))).split()
    return [word for word in (word.strip(_APOSTROPHES) for word in words) if word]


@lru_cache(maxsize=16384)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that searching goes by, as written, each once: Arabic articles stand aside."""
    written = _ARTICLE_BEFORE_HYPHEN.sub("", _visible(unicodedata.normalize("NFKC", name)))
    found = [word for word in dict.fromkeys(bare_words(written)) if romanise(word)]
    return tuple([word for word in found if word.casefold() not in _ARTICLES] or found)


# ---- one romanisation ----------------------------------------------------------------------------------------------

_HOOKED = str.maketrans(
    {"š": "sh", "ş": "sh", "ș": "sh", "ś": "sh", "č": "ch", "ç": "ch", "ć": "ch", "ž": "zh", "ț": "ts", "ţ": "ts"}
)


def _table(letters: str, latin: str) -> dict[str, str]:
    return dict(zip(letters, latin.replace("-", "").split(" "), strict=True))


_CYRILLIC = str.maketrans(
    _table("абвгдезийклмноп", "a b v g d e z i i k l m n o p")
    | _table("рстуфхцчшщъыьэюя", "r s t u f kh ts ch sh sh - i - e ju ja")
    | _table("іїєґђјљњћџѕҷўж", "i i e g dzh j lj nj ch dzh dz dzh u zh")
    | _table("қғҳңәөүұһ", "k g kh n a o u u kh")
)
_ARABIC = str.maketrans(
    _table("ابتثجحخدذرزسشصضطظعغ", "a b t th dzh h kh d dh r z s sh s d t z a gh")
    | _table("فقكلمنهويةءپچژڤگٹڈڑںے", "f q k l m n h u y a - p ch zh v g t d r n y")
)
_GREEK = [
    (re.compile(pattern), letters)
    for pattern, letters in [
        ("^μπ", "b"), ("^ντ", "d"), ("^γκ", "g"), ("μπ", "mb"), ("ντ", "nt"), ("γ(?=[γκξχ])", "n"), ("ου", "u"),
        ("τζ", "dzh"), ("τσ", "ts"), ("(?<=[αε])υ", "v"), ("αι", "e"), ("ει|οι|υι", "i"), ("[ηυ]", "i"), ("χ", "h"),
        ("θ", "t"), ("ξ", "ks"), ("φ", "f"), ("β", "v"),
    ]
]  # fmt: skip
# Uzbek oʻ is Cyrillic ў; the apostrophe of O’Brien stands before a capital.
_UZBEK_O = re.compile(rf"[oO](?:[ʻʼ]|[{_APOSTROPHES}](?=[a-z]))")

# What transliterations of one sound write differently becomes one letter. Capitals are settled and stay out of the way.
_ONE_SPELLING = [
    (re.compile(pattern), letters)
    for pattern, letters in [
        ("tsch|tch", "C"),
        ("shch|sch|sh", "s"),
        ("^(?:chr|khr|hr)(?=[aeiouy])", "kr"),
        ("ch|ts|tz|cz|c(?=[eiyv]|$)", "C"),
        ("ck|c|q", "k"),
        ("dzh|zh|dj|xh|gj", "J"),
        ("(?<=e)x(?!r)|(?<=ma)x(?=im)|(?<=o)x(?=an)|^x(?=en)", "ks"),
        ("kh|x", "h"),
        ("gh", "g"),
        ("ph", "f"),
        ("th", "t"),
        ("dh", "d"),
        ("ou|oo", "u"),
        ("[iyj]+(?=[aeou])", "Y"),
        ("[iyj]+", "i"),
        ("Y[eo]", "e"),
        ("Y", "j"),
        ("ee", "i"),
        ("(?<=[aou])e", ""),
        (r"(.)\1+", r"\1"),
        ("(?<=[oe])[fw]$", "v"),
        ("(?<=[ao])h$", ""),
    ]
]


def romanise(word: str) -> str:
    """One word of a name in Latin letters a–z, so coarsely that the usual transliterations of it become one.

    Даша, Dasha and Daša are all 'dasa'; Юлия, Yulia, Julia and Iuliia 'julja'. Arabic lacks its short vowels.
    """
    return _roman(word).replace("w", "v")


@lru_cache(maxsize=65536)
def _roman(word: str) -> str:
    if word.isupper():
        word = word.capitalize()
    written = unicodedata.normalize("NFKC", _UZBEK_O.sub("u", word)).casefold().translate(_HOOKED)
    roman = re.sub("[^a-z0-9]", "", _LATIN_FROM.get(script_of(written), _from_other)(written).lower())
    for pattern, letters in _ONE_SPELLING:
        roman = pattern.sub(letters, roman)
    return roman.lower()[:LONGEST_WORD]


def _from_cyrillic(word: str) -> str:
    return anyascii(_without_marks(word).translate(_CYRILLIC))


def _from_arabic(word: str) -> str:
    letters = fold(word.replace("ة", "ا"))
    if letters.startswith("ال") and len(letters) >= 5:
        letters = letters[2:]
    # Waw is a consonant at the beginning and before a long a or i, otherwise the vowel u.
    letters = re.sub("^و|و(?=[اي])", "w", letters)
    return anyascii(re.sub("(?<=.)ه$", "ا", letters).translate(_ARABIC))


def _from_greek(word: str) -> str:
    letters = fold(word)
    for pattern, latin in _GREEK:
        letters = pattern.sub(latin, letters)
    return anyascii(letters)


def _from_other(word: str) -> str:
    return anyascii(fold(word))


_LATIN_FROM: dict[str, Callable[[str], str]] = {
    "Cyrl": _from_cyrillic,
    "Arab": _from_arabic,
    "Grek": _from_greek,
}

# Arabic writes p as b and v as f; c is ch, ts or k, whoever writes. Merging d with t or z with s gained nothing measurable
# and doubled the candidates.
_SOUNDS = str.maketrans("vpc", "fbk")


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """The consonants of a word as they sound, 'a' for any vowel in front: Mohammed, محمد and Мухаммад are 'mhmd'."""
    roman = _roman(word)
    if not roman:
        return ""
    first = "a" if roman[0] in "aeiou" else roman[0]
    rest = re.sub("w(?![aeiouj])|[aeiouj]|h$", "", roman[1:]).replace("w", "v")
    sounds = (first.replace("w", "v") + rest).translate(_SOUNDS)
    return re.sub(r"(.)\1+", r"\1", re.sub("^abdl(?=.)", "abd", sounds))
