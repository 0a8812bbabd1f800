"""Fills an empty Stepwell with a company that walks, through the same doors real people use."""
