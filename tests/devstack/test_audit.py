"""What pip-audit says decides; that it could not look is never taken for a clean result."""

import json

from devstack.audit import Verdict, judge
from devstack.checks import Status, audit_outcome

_FINE = {"name": "a", "version": "1", "vulns": []}
_SKIPPED = {"name": "b", "skip_reason": "not found"}
_BAD = {"name": "c", "version": "2", "vulns": [{"id": "CVE-1"}]}


def _judge(*packages: object) -> Verdict:
    return judge(json.dumps({"dependencies": packages}), "")


def test_a_clean_report_is_ok():
    assert audit_outcome(_judge(_FINE), required=True).status == Status.OK


def test_a_vulnerability_fails_also_beside_packages_that_could_not_be_audited():
    outcome = audit_outcome(_judge(_SKIPPED, _FINE, _BAD), required=False)
    assert outcome.status == Status.FAILED
    assert "vulnerable: c 2: CVE-1" in outcome.details


def test_packages_that_could_not_be_audited_are_not_ok():
    outcome = audit_outcome(_judge(_FINE, _SKIPPED), required=False)
    assert outcome.status == Status.NOT_DONE
    assert "could not audit: not found" in outcome.details


def test_where_the_audit_is_required_they_fail():
    assert audit_outcome(_judge(_SKIPPED), required=True).status == Status.FAILED


def test_an_unreachable_service_is_reported_with_its_error():
    verdict = judge("", "Traceback\nConnectionError: no route to host\n")
    assert verdict == Verdict(vulnerable=[], unaudited=["ConnectionError: no route to host"])
    assert judge("", "").unaudited == ["pip-audit said nothing"]
