"""Access: organs by a valid code, users by a hashed password, posts by their days, and a line for every act."""

from datetime import date
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction

from tests.factories import MARKET, PASSWORD, TODAY, appointed, noon, registered_organ
from xinshu.project import settings as site
from xinshu.register.access.actions import OrganRefused, UnknownOrgan, WeakPassword, appoint, employ, register_organs
from xinshu.register.access.models import Post, TrailLine, User
from xinshu.register.access.queries import OrganRow, departments_of, organ, organs, posts_of
from xinshu.register.access.roles import Role

pytestmark = pytest.mark.django_db


def test_an_organ_needs_a_valid_code() -> None:
    with pytest.raises(OrganRefused, match="not a valid"):
        register_organs([OrganRow("119999990000000000", "示范局", "990100", "FIRE")], actor="test", moment=noon(TODAY))
    assert organs() == ()


def test_registering_again_brings_an_organ_up_to_date() -> None:
    registered_organ()
    registered_organ(OrganRow(MARKET.code, "示范市市场监管局", "990101", "MARKET_REGULATION"))
    assert [row.name for row in organs()] == ["示范市市场监管局"]
    assert departments_of({MARKET.code, "unknown"}) == {MARKET.code: "MARKET_REGULATION"}
    assert organ("unknown") is None


def test_a_password_is_kept_as_a_hash_only() -> None:
    username = appointed(Role.AUDITOR)
    assert PASSWORD not in User.objects.get(username=username).password
    assert authenticate(username=username, password=PASSWORD) is not None
    assert authenticate(username=username, password="another") is None


def test_the_site_hashes_by_argon2id_at_the_full_cost(settings: Any) -> None:
    """Tests hash quickly; this one as the settings of the site say."""
    settings.PASSWORD_HASHERS = site.PASSWORD_HASHERS
    appointed(Role.AUDITOR)
    algorithm, variant, _, cost, _, _ = User.objects.get().password.split("$")
    assert (algorithm, variant) == ("argon2", "argon2id")
    assert {name: int(value) for name, value in (part.split("=") for part in cost.split(","))}["m"] >= 19 << 10
    assert "tests" not in str(site.PASSWORD_HASHERS)


def test_a_weak_password_is_refused_and_leaves_no_user() -> None:
    with pytest.raises(WeakPassword, match="12"):
        employ(
            username="clerk",
            full_name="示例甲",
            password="short",
            role=Role.AUDITOR,
            organ=None,
            actor="test",
            moment=noon(TODAY),
        )
    assert not User.objects.exists()


def test_who_cannot_be_appointed_is_not_registered_either() -> None:
    with pytest.raises(UnknownOrgan):
        employ(
            username="clerk",
            full_name="示例甲",
            password=PASSWORD,
            role=Role.CLERK,
            organ=MARKET.code,
            actor="test",
            moment=noon(TODAY),
        )
    assert not User.objects.exists()


def test_nobody_is_appointed_at_an_unknown_organ() -> None:
    username = appointed(Role.AUDITOR)
    with pytest.raises(UnknownOrgan):
        appoint(username=username, role=Role.CLERK, organ=MARKET.code, from_day=TODAY, actor="test", moment=noon(TODAY))


def test_a_post_never_overlaps_itself() -> None:
    username = appointed(Role.OPERATOR, from_day=TODAY)
    user = User.objects.get(username=username)
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(user=user, role=Role.OPERATOR, valid_from=date(2027, 1, 1))


def test_who_is_no_longer_active_holds_no_post() -> None:
    username = appointed(Role.OPERATOR)
    assert [post.role for post in posts_of(username, on_date=TODAY)] == [Role.OPERATOR]
    User.objects.filter(username=username).update(is_active=False)
    assert posts_of(username, on_date=TODAY) == ()


def test_every_act_leaves_a_line_that_names_no_secret() -> None:
    registered_organ()
    appointed(Role.CLERK, organ=MARKET.code)
    lines = list(TrailLine.objects.order_by("id").values_list("act", "matter"))
    assert [act for act, _ in lines] == ["REGISTER_ORGAN", "REGISTER_USER", "APPOINT"]
    assert not any(PASSWORD in matter for _, matter in lines)
