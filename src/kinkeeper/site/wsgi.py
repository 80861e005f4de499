"""The application that a web server runs."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
application = get_wsgi_application()

# What is loaded by now stays until the end; looking for garbage among it, again and again, took about a twentieth of a page’s processor time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 100)
