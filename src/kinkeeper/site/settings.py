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
BACKUPS = environment.backup_folder(DATA)
# Signs the head of the chain over the journal; ANCHORS is where it is written, outside the database.
ANCHOR_KEY = environment.secret(DATA, "anchor.key")
ANCHORS = environment.anchors_folder()
# Opens the secrets of second factors: a stolen database alone does not let anybody make a code.
FACTORS_KEY = environment.secret(DATA, "factors.key")
UNUSUAL_READING = environment.unusual_reading()
DEBUG = environment.truth("KINKEEPER_DEBUG")
CERTIFICATE = environment.certificate()
METRICS_TOKEN = environment.metrics_token()
MAY_FORGET = environment.truth("KINKEEPER_MAY_FORGET")
ALLOWED_HOSTS = environment.words("KINKEEPER_HOSTS", "localhost,127.0.0.1,[::1]")
HTTPS = environment.truth("KINKEEPER_HTTPS")

# The rooms, from the ground up; the order is that of the floors.
ROOMS = [
    "keys",
    "access",
    "journal",
    "entrance",
    "notices",
    "files",
    "drafts",
    "upkeep",
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
    "interface",
    "retention",
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
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "kinkeeper.ui",
    *[f"kinkeeper.{room}" for room in ROOMS],
    "kinkeeper.site.apps.SiteConfig",
]

MIDDLEWARE = [
    "kinkeeper.site.middleware.DoorMiddleware",
    "kinkeeper.site.watching.WatchMiddleware",
    "kinkeeper.site.middleware.MethodsMiddleware",
    "kinkeeper.site.middleware.ProgramsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "kinkeeper.site.middleware.AddressMiddleware",
    "kinkeeper.site.middleware.KeyringMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "kinkeeper.site.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kinkeeper.site.middleware.SessionTimesMiddleware",
    "kinkeeper.site.middleware.ActorMiddleware",
    "kinkeeper.site.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "kinkeeper.site.middleware.PrivacyMiddleware",
    "kinkeeper.site.middleware.DraftMiddleware",
    "kinkeeper.site.middleware.StandingMiddleware",
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
# The roles of PostgreSQL before the second wall: the application’s own, which owns nothing, and the one that copies.
BACKUP_DATABASE = environment.backup_database()
APPLICATION_ROLE = environment.role_name("KINKEEPER_APPLICATION_ROLE", "kinkeeper_app")
BACKUP_ROLE = environment.role_name("KINKEEPER_BACKUP_ROLE", "kinkeeper_backup")
# Counts how often something was tried; in the database, because every worker process must count the same.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kinkeeper_cache",
        # Where more is counted than this, the oldest is forgotten: nobody must be able to flood a count away.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
}
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
    {"NAME": "kinkeeper.access.passwords.OwnWordsValidator"},
    {"NAME": "kinkeeper.access.passwords.KnownElsewhereValidator"},
]
BREACHED_PASSWORDS = environment.breached_passwords()
# How many web servers stand in front; without it everybody behind one would be counted as one guesser.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
# Second factors through django-allauth, whose pages and addresses are not used (docs/why/decisions/0024).
SECOND_FACTOR = environment.one_of("KINKEEPER_SECOND_FACTOR", ("required", "offered"))
MFA_ADAPTER = "kinkeeper.access.factors.Keeper"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# A telephone’s clock may be half a minute wrong in either direction.
MFA_TOTP_TOLERANCE = 1
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# The directory of the association: single sign-on by OpenID Connect, and provisioning by SCIM. None where there is none.
DIRECTORY = environment.directory()
SCIM_TOKEN = environment.long_secret("KINKEEPER_SCIM_TOKEN")
SOCIALACCOUNT_ADAPTER = "kinkeeper.entrance.directory.Reception"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [DIRECTORY] if DIRECTORY else []}}
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
SESSION_COOKIE_AGE = environment.number("KINKEEPER_SESSION_HOURS", 10, 1, 24) * 60 * 60
SESSION_IDLE_SECONDS = environment.number("KINKEEPER_IDLE_MINUTES", 30, 5, 240) * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
# The sentences for the next page wait in the session: in a cookie of their own they would travel with every request.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_NAME = "__Host-kinkeeper" if HTTPS else "kinkeeper"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-kinkeeper-csrf" if HTTPS else "kinkeeper-csrf"
CSRF_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_NAME = "__Host-kinkeeper-language" if HTTPS else "kinkeeper-language"
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
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *environment.origin_of("KINKEEPER_OIDC_SERVER")],
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
    "formatters": {"lines": {"()": "kinkeeper.site.logs.JsonLines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["lines"], "level": "WARNING"},
    "loggers": {
        "kinkeeper": {"level": environment.log_level()},
        # Django’s own handlers go: one would write messages as they are, the other would send them by mail.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
