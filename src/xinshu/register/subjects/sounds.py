"""How names sound: the readings of a character in pinyin without tones, and how typed letters part into syllables.

Most characters have the one reading that pypinyin's table has first, some two: 重庆 is found as chongqing and 长沙 as
changsha, whatever else is zhong and zhang.
"""

import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from pypinyin.pinyin_dict import pinyin_dict

SEVERAL: Final = (
    "乐什仔传伺便冯刨刹削剥剿劲勒匙卒卜卡厦参叨吓吭呢呱咳咽喳嗒嚼圈埋堡塞壳宿尉屏属差度弹恶扁扎扒扛折拓拗攒敦曝曾朝朴"
    "柏柚栅校椎槛模没沓泊溺澄爪牟率畜疟盛省磅禅称粘粥糜系纤纶给缪肋胖脉腌臭艾著薄藉藏蚌蛤行裳觉角调贾蹊轧还都重铛镐长"
    "阿降露靓颤会车大六铅泌番埔浚洞歙莘台秘荥侗涡枞绿石奇强翟仇解查覃沈合提巷血落杉咖炮种陂筠犍浒氏万珲虾见术龟兹佛蔚"
    "弄乘莞琢鹄俟娜茄潦莨囤拾似区"
)
"""Characters of which two readings are in use in names; of all others the first reading of the table is taken."""
PLACES: Final = {
    **{"单": ("dan", "shan"), "渑": ("mian",), "柞": ("zuo", "zha"), "句": ("ju", "gou"), "伽": ("jia", "qie")},
    **{"和": ("he", "huo"), "参": ("can", "shen"), "堡": ("bao", "pu"), "陂": ("pi", "bei"), "番": ("fan", "pan")},
}
"""Where the table has the reading of a place or of a name third or later, or a rarer one first."""
HAN: Final = range(0x3400, 0xA000)
READINGS_EACH: Final = 2
LONGEST_SYLLABLE: Final = 6
MOST_WAYS: Final = 4
"""Typed letters are parted in at most so many ways."""
SHORTEST_SOUND: Final = 2
"""Syllables that must be whole: with one alone, far too much sounds alike."""
SHORTEST_INITIALS: Final = 4

SYLLABLE_BITS: Final = 13
ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to part typed letters: whole syllables, and the beginning of one more (often empty)."""

    syllables: tuple[str, ...]
    begun: str = ""


@cache
def _syllable(reading: str) -> str:
    """A reading of the table as it is typed; empty for the few that are no syllable (hm, ng)."""
    plain = _plain(reading)
    return plain if set(plain) & set("aeiouv") else ""


def _plain(reading: str) -> str:
    """A reading without its tone; ü is v, as it is typed."""
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def _readings(character: int, said: str) -> tuple[str, ...]:
    sign = chr(character)
    if sign in PLACES:
        return PLACES[sign]
    read = said.split(",") if sign in SEVERAL else said.split(",", 1)[:1]
    return tuple(filter(None, dict.fromkeys(map(_syllable, read))))[:READINGS_EACH]


READINGS: Final[dict[str, tuple[str, ...]]] = {
    chr(character): _readings(character, said) for character, said in pinyin_dict.items() if character in HAN
}
SYLLABLES: Final = frozenset(syllable for readings in READINGS.values() for syllable in readings)
BEGINNINGS: Final = frozenset(syllable[:length] for syllable in SYLLABLES for length in range(1, len(syllable)))


@cache
def syllable_number(syllable: str) -> int:
    """A number of 13 bits, never 0, that stays the same in every edition of the table; two syllables may share one."""
    return zlib.crc32(syllable.encode()) & ((1 << SYLLABLE_BITS) - 1) or 1


def letter_number(letter: str) -> int:
    """A small letter or a digit as a number from 1 to 36."""
    return ALPHABET.index(letter) + 1


def initials_of(sign: str) -> frozenset[str]:
    """The letters with which a sign of a folded name may begin when it is said; a letter or a digit is its own."""
    return frozenset(sign) if sign in ALPHABET else frozenset(reading[0] for reading in READINGS.get(sign, ()))


def _tables() -> tuple[np.ndarray, np.ndarray]:
    """For each reading of each character of the basic plane: its syllable's number, and its letter's; 0 for none."""
    numbers = np.zeros((READINGS_EACH, 0x10000), np.uint32)
    letters = np.zeros((READINGS_EACH, 0x10000), np.uint32)
    for letter in ALPHABET:
        letters[0, ord(letter)] = letter_number(letter)
    for sign, readings in READINGS.items():
        for place, reading in enumerate(readings):
            numbers[place, ord(sign)] = syllable_number(reading)
        for place, letter in enumerate(dict.fromkeys(reading[0] for reading in readings)):
            letters[place, ord(sign)] = letter_number(letter)
    return numbers, letters


SYLLABLE_NUMBERS, LETTER_NUMBERS = _tables()


def typed_letters(text: str) -> str:
    """Small letters and apostrophes of what was typed in pinyin; empty when anything else stands in it."""
    plain = _plain(unicodedata.normalize("NFKC", text).casefold()).replace("’", "'").replace("-", " ")
    parted = "'".join(plain.replace("'", " ").split())
    return parted if parted and all("a" <= sign <= "z" or sign == "'" for sign in parted) else ""


def ways(text: str) -> tuple[Way, ...]:
    """The ways in which typed pinyin parts into syllables, those that end whole first; apostrophes and blanks part too.

    Only where no way ends whole, the last syllable may be a beginning.
    """
    letters = typed_letters(text)
    found = _parted(letters, begun=False) or _parted(letters, begun=True)
    return tuple(way for way in found if len(way.syllables) >= SHORTEST_SOUND)


def _parted(letters: str, *, begun: bool) -> list[Way]:
    """At most MOST_WAYS, the longest syllables first. From the end: of each rest only so many ways are kept."""
    kept: list[list[Way]] = [[] for _ in range(len(letters) + 1)]
    kept[-1] = [Way(())]
    for start in range(len(letters) - 1, -1, -1):
        if letters[start] == "'":
            kept[start] = kept[start + 1]
            continue
        here = [Way((), letters[start:])] if begun and letters[start:] in BEGINNINGS else []
        for end in range(min(start + LONGEST_SYLLABLE, len(letters)), start, -1):
            if letters[start:end] in SYLLABLES:
                here += [Way((letters[start:end], *rest.syllables), rest.begun) for rest in kept[end]]
        kept[start] = sorted(here, key=lambda way: len(way.syllables))[:MOST_WAYS]
    return kept[0]


def sounds_at(name: str, way: Way) -> int | None:
    """At which place of a folded name it is said so; None when nowhere."""
    count = len(way.syllables)
    for start in range(len(name) - count + 1):
        said = all(one in READINGS.get(sign, ()) for one, sign in zip(way.syllables, name[start:], strict=False))
        if said and (not way.begun or _begins(name[start + count : start + count + 1], way.begun)):
            return start
    return None


def _begins(sign: str, begun: str) -> bool:
    return any(reading.startswith(begun) for reading in READINGS.get(sign, ()))


def has_initials(name: str, letters: str) -> bool:
    """Whether a folded name begins with signs that begin with these letters, one each."""
    return len(letters) <= len(name) and all(
        letter in initials_of(sign) for letter, sign in zip(letters, name, strict=False)
    )
