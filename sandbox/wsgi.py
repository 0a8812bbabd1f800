"""The WSGI entry: `gunicorn sandbox.wsgi --worker-class gthread --workers 1 --threads 32`."""

import os

from sandbox.app import Sandbox
from sandbox.settings import from_env

application = Sandbox(from_env(os.environ))
