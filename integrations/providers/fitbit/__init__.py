"""Fitbit trackers and Pixel Watches through the Google Health API, v4."""
