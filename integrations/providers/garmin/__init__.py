"""Garmin watches through the Garmin Health API, which sends and is never polled."""
