"""Lets trouble of a provider be older than it is, instead of waiting."""

from django.utils import timezone

from integrations import outcomes_seen
from integrations.redis_door import door


def last_for(time, *, provider="fitbit"):
    """Let the trouble that nobody has been served in have begun so long ago."""
    began = int((timezone.now() - time).timestamp() * 1000)
    key = outcomes_seen._silence_key(provider)

    def age(redis):
        return redis.exists(key) and redis.hset(key, "since", began)

    door().ask(age)
