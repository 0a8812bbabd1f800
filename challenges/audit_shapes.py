"""The shapes of the audit trail over HTTP."""

from typing import Any

from rest_framework import serializers

from challenges.models import AuditEntry
from users.instants import rfc3339


class AuditOut(serializers.Serializer[Any]):
    """Something that was done; ``by`` null is Stepwell itself."""

    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True)
    action = serializers.CharField()
    subject = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()
    reason = serializers.CharField()


class AuditListOut(serializers.Serializer[Any]):
    """The audit trail, newest first."""

    results = AuditOut(many=True)
    next = serializers.CharField(allow_null=True)


class WholeAuditEntryOut(AuditOut):
    """The same with the challenge it is about, without a name if it was deleted as a draft."""

    challenge_id = serializers.CharField()
    challenge = serializers.CharField(allow_null=True)


class WholeAuditOut(serializers.Serializer[Any]):
    """What was done with all challenges, newest first."""

    results = WholeAuditEntryOut(many=True)
    next = serializers.CharField(allow_null=True)


def audit_body(row: AuditEntry) -> dict[str, Any]:
    """An audit entry as staff get it."""
    return {
        "at": rfc3339(row.at),
        "by": row.actor.display_name if row.actor else None,
        "action": row.action,
        "subject": row.subject,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
    }


def whole_audit_body(row: AuditEntry) -> dict[str, Any]:
    """An audit entry with the challenge it is about."""
    return audit_body(row) | {
        "challenge_id": str(row.challenge_id),
        "challenge": row.challenge.name if row.challenge else None,
    }
