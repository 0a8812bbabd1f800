"""What was read from a file that can be edited counts only on days of which nothing else is known.

Pure. It stays a fact: should everything else that was said about a day be taken back, it fills the
gap again, in whichever order the two came.
"""

from collections.abc import Collection
from dataclasses import replace

from steps.day_facts import DayFacts
from steps.day_parts import has_part


def only_fill_gaps(facts: DayFacts, imported: Collection[str]) -> DayFacts:
    """Hide the ``imported`` sources (ids) on a day about which anybody else says anything."""
    if not _is_known_otherwise(facts, imported):
        return facts
    sources = [
        replace(source, hidden=True, outdone=True)
        if source.id in imported and not source.hidden
        else source
        for source in facts.sources
    ]
    return replace(facts, sources=sources)


def _is_known_otherwise(facts: DayFacts, imported: Collection[str]) -> bool:
    return (
        any(each.source_id not in imported for each in facts.folded)
        or any(
            each.source_id not in imported and has_part(each.start, each.end, facts.marks)
            for each in facts.samples
        )
        or any(
            each.start is None or each.end is None or has_part(each.start, each.end, facts.marks)
            for each in facts.buckets
        )
    )
