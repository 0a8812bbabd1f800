"""The web process."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# What is loaded by now stays for good, and an upload of a thousand samples leaves no cycles behind:
# without this a fifth of its time goes into looking for some.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
