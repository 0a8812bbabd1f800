"""Polar watches through Polar AccessLink, v3."""
