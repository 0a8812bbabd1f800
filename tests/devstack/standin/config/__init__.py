"""Stands in for the application: a Celery application and a page that says that it is up."""

import os

from celery import Celery

app = Celery("config", broker=os.environ["REDIS_URL"])
