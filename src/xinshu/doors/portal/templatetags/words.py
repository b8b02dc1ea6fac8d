"""Tags for the pages: Chinese with its English beside it, each in its own language for screen readers."""

import re
from typing import Final

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xinshu.doors.portal.wording import Wording, Words
from xinshu.law.public_form import law_phrase

register = template.Library()
CHINESE: Final = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")


@register.simple_tag
def pair(zh: str, en: str) -> SafeString:
    """Chinese first, then English, smaller and quieter."""
    if not en:
        return format_html("{}", zh)
    return format_html('<span class="zh">{}</span> <span class="en" lang="en">{}</span>', zh, en)


@register.simple_tag
def words(said: Words) -> SafeString:
    """The same for a pair that the view hands in."""
    return pair(*said)


@register.simple_tag
def both(sentence: str) -> SafeString:
    """A sentence that says it in Chinese and then in English, as an error does: what follows the last Chinese sign is
    the English."""
    end = max((place for place, sign in enumerate(sentence, 1) if CHINESE.match(sign)), default=0)
    return pair(sentence[:end].strip(), sentence[end:].strip())


@register.simple_tag
def choice(wording: Wording, vocabulary: str, value: str) -> SafeString:
    """The official names of one value of a vocabulary of the catalogue."""
    return pair(*wording.choice(vocabulary, value))


@register.simple_tag
def law(wording: Wording, basis: str, article: str | None) -> SafeString:
    """An article as one would cite it."""
    return pair(*law_phrase(basis, article, wording.catalogue))


@register.simple_tag
def law_at(wording: Wording, basis: str, article: str | None, asked: str = "") -> str:
    """The address of an article: its place on the page of its instrument where the text is held, else that page."""
    return reverse("portal:basis", args=[basis]) + asked + wording.place(basis, article)
