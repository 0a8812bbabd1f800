"""Misfit through the Misfit Cloud API, which its maker has left; kept for those who have it."""
