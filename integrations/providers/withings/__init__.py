"""Withings watches and trackers through the public Withings API."""
