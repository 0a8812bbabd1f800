"""The lock files: hashes, no addresses, and in agreement with pyproject.toml."""

from devstack import requirements
from devstack.places import ROOT

_GOOD = r"""django==5.2.19 \
    --hash=sha256:aa
psycopg[pool]==3.3.9 ; x == 'y' \
    --hash=sha256:bb
"""


def test_our_own_lock_files_are_in_order():
    assert requirements.problems(ROOT) == []


def test_a_file_in_order_has_no_problem():
    assert requirements.problems_of(_GOOD, ["Django>=5.2,<6", "psycopg[binary,pool]>=3"]) == []


def test_each_problem_is_named():
    text = _GOOD + "kombu==5.7.0\n--index-url https://example.org/simple\n"
    assert requirements.problems_of(text, ["django<5.2", "celery"]) == [
        "has an address of an index or a file",
        "kombu has no hash",
        "--index-url has no hash",
        "django 5.2.19 is not <5.2",
        "celery is not pinned",
    ]
