"""A grade is earned: every rule up to it is kept or exempt for a reason, and none is hidden."""

import pytest

from devstack.scaffold import provider_table
from integrations import grades, registry
from integrations.grades import RULES, CardBroken, Grade
from tests.contract.folders import ROOT
from tests.contract.rules import CHECKS

ALL = registry.all_providers()
NEVER_EXEMPT = {"contract", "page", "settings", "proved_live"}


def kept(provider, rule):
    return rule in grades.card_of(provider.slug).exempt or CHECKS[rule](provider)


def test_every_rule_has_a_check_and_every_check_a_rule():
    assert set(CHECKS) == {rule for rules in RULES.values() for rule in rules}


@pytest.mark.parametrize("provider", ALL, ids=lambda item: item.slug)
def test_its_grade_is_the_one_it_has_earned(provider):
    card = grades.card_of(provider.slug)
    assert [rule for rule in card.rules if not kept(provider, rule)] == []
    above = grades.after(card.grade)
    earned = above is not None and all(kept(provider, rule) for rule in RULES[above])
    assert not earned, f"it keeps every rule of {above}: say so in its quality.toml"


@pytest.mark.parametrize("provider", ALL, ids=lambda item: item.slug)
def test_nothing_is_exempt_that_is_kept_or_has_to_be(provider):
    exempt = set(grades.card_of(provider.slug).exempt)
    assert not exempt & NEVER_EXEMPT
    assert [rule for rule in exempt if CHECKS[rule](provider)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "grade = ",
        'grade = "golden"',
        'grade = "gold"\nstars = 5',
        'grade = "gold"\n[exempt]\nbeauty = "it is in the eye of the beholder"',
        'grade = "gold"\n[exempt]\nhours = "no"',
        'grade = "gold"\n[exempt]\nhours = 3',
    ],
)
def test_a_card_that_says_nonsense_is_refused(text):
    with pytest.raises(CardBroken):
        grades.read(text)


def test_grades_build_on_one_another():
    assert grades.upto(Grade.GOLD) == (Grade.BRONZE, Grade.SILVER, Grade.GOLD)
    assert grades.after(Grade.BRONZE) == Grade.SILVER
    assert grades.after(Grade.PLATINUM) is None
    card = grades.read('grade = "silver"')
    assert set(card.rules) == {*RULES[Grade.BRONZE], *RULES[Grade.SILVER]}


def test_people_see_the_grades(db, api, alice):
    shown = api(alice).get("/api/v1/providers").json()["results"]
    assert {each["slug"]: each["grade"] for each in shown} == {
        item.slug: grades.grade_of(item.slug).value for item in ALL
    }
    for each in shown:
        successor = registry.get(each["slug"]).successor
        assert each["successor"] == (successor or None)
        assert not successor or registry.get(successor)


def test_the_table_in_the_docs_is_the_table_of_today():
    text = (ROOT / "docs" / "providers" / "README.md").read_text()
    assert provider_table.renewed(text) == text, "write it anew: python3 run.py provider table"
    for grade, rules in RULES.items():
        for rule in rules:
            assert f"| {grade.value} | `{rule}` |" in text
