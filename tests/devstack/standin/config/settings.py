"""The least that Celery's link to Django asks for."""

SECRET_KEY = "stand-in"
USE_TZ = True
