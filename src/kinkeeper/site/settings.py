"""Django’s settings. What an installation may change comes from `environment.py`; the rest is the house’s own rule."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF

from kinkeeper.site import environment

PACKAGE = Path(__file__).resolve().parents[1]
DATA = environment.data_folder()
SECRET_KEY = environment.secret_key(DATA)
# Opens every stored document: without this file the documents of a backup stay closed.
FILES_KEY = environment.secret(DATA, "files.key")
# Signs the head of the chain over the journal; ANCHORS is where it is written, outside the database.
ANCHOR_KEY = environment.secret(DATA, "anchor.key")
ANCHORS = environment.anchors_folder()
UNUSUAL_READING = environment.unusual_reading()
DEBUG = environment.truth("KINKEEPER_DEBUG")
ALLOWED_HOSTS = environment.words("KINKEEPER_HOSTS", "localhost,127.0.0.1,[::1]")
HTTPS = environment.truth("KINKEEPER_HTTPS")

# The rooms, from the ground up; the order is that of the floors.
ROOMS = [
    "access",
    "journal",
    "notices",
    "files",
    "drafts",
    "people",
    "families",
    "cases",
    "intake",
    "assessments",
    "decisions",
    "plans",
    "homes",
    "placements",
    "leaving",
    "sharing",
    "exchange",
    "book",
    "desk",
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "kinkeeper.ui",
    *[f"kinkeeper.{room}" for room in ROOMS],
    "kinkeeper.site.apps.SiteConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kinkeeper.site.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kinkeeper.site.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kinkeeper.site.middleware.PrivacyMiddleware",
    "kinkeeper.site.middleware.DraftMiddleware",
]

ROOT_URLCONF = "kinkeeper.site.urls"
WSGI_APPLICATION = "kinkeeper.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "kinkeeper.site.context.frame",
            ],
            "builtins": ["kinkeeper.ui.templatetags.ui", "kinkeeper.access.templatetags.gate"],
        },
    }
]
FORM_RENDERER = "kinkeeper.ui.renderer.KinkeeperRenderer"

DATABASES = {"default": environment.database(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "my_day"
LOGOUT_REDIRECT_URL = "sign_in"

LANGUAGE_CODE = "en"
LANGUAGES = environment.languages()
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = environment.time_zone()
USE_I18N = True
FORMAT_MODULE_PATH = ["kinkeeper.ui.formats"]
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(DATA / "spool")}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False
WHITENOISE_USE_FINDERS = DEBUG

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-kinkeeper" if HTTPS else "kinkeeper"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-kinkeeper-csrf" if HTTPS else "kinkeeper-csrf"
CSRF_COOKIE_SAMESITE = "Strict"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
# Not “no-referrer”: browsers would then post forms with “Origin: null”, which no check of forgery can accept.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 200

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
