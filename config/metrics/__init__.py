"""``GET /metrics``: everything is read from PostgreSQL and Redis when it is asked for.

So any web process gives the same answer for all processes, and none needs to be scraped by itself.
"""
