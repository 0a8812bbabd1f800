"""All settings come from the environment (see .env.example) and fail loudly when one is missing."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF

from config.provider_env import provider_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
BASE_URL = env.str("BASE_URL").rstrip("/")
TOKEN_KEYS = env.list("TOKEN_KEYS")

INSTALLED_APPS = [
    "dashboard",  # before allauth: its templates replace allauth's
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "config.apps.ConfigConfig",
    "users",
    "steps",
    "integrations",
    "challenges",
    "notifications",
    "sync",
]

if env.bool("DEMO", default=False):
    INSTALLED_APPS.append("demo")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.problems.ProblemMiddleware",
    "config.body_limit.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# Every process is threaded, so connections are pooled per process. A pool and CONN_MAX_AGE > 0
# exclude each other; behind PgBouncer in transaction mode set DATABASE_POOL_SIZE=0.
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "application_name": env.str("PROCESS_NAME", default="stepwell"),
}
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=8)
if DATABASE_POOL_SIZE:
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 0,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": 5,
    }
    # The hottest statements prepare themselves (users/pipeline.py), mere repetition never does it.
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 1_000_000
# A connection that did not survive a restart of PostgreSQL is found before it is used.
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHE_URL = env.str("CACHE_URL")
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgetfulRedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
    }
}

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_ADAPTER = "users.adapter.InvitedOnlyAdapter"
ACCOUNT_RATE_LIMITS = {
    "login": env.str("LOGIN_RATE", default="60/m/ip"),
    "login_failed": env.str("LOGIN_FAILED_RATE", default="20/m/ip,5/5m/key"),
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/dashboard/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/dashboard/"
HEADLESS_CLIENTS = ["app"]
HEADLESS_TOKEN_STRATEGY = "allauth.headless.tokens.strategies.jwt.JWTTokenStrategy"  # noqa: S105 - a class path
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = env.int("ACCESS_TOKEN_SECONDS", default=900)
HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN = env.int("REFRESH_TOKEN_SECONDS", default=60 * 86400)
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.pages.form_refused"

SECURE_COOKIES = env.bool("SECURE_COOKIES", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE_COOKIES)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000 if SECURE_COOKIES else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
    # Swagger UI styles itself inline; nothing else does.
    "EXCLUDE_URL_PREFIXES": ["/api/docs"],
}

# auth.W004: the e-mail address is unique by its lower-case form, which the check does not know.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Stepwell <stepwell@localhost>")

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
RELAY_MAX_BODY_BYTES = env.int("RELAY_MAX_BODY_BYTES", default=8 * 1024 * 1024)
WEBHOOK_MAX_BODY_BYTES = env.int("WEBHOOK_MAX_BODY_BYTES", default=10 * 1024 * 1024)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["users.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["users.rendering.ApiJsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["users.throttling.PersonThrottle"],
    "DEFAULT_THROTTLE_RATES": {"person": env.str("API_RATE", default="600/min")},
    "EXCEPTION_HANDLER": "users.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Stepwell API",
    "DESCRIPTION": "Step challenges: connections, steps, sync, standings and relay uploads.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ConnectionStatusEnum": "integrations.models.ConnectionStatus",
        "LeaderboardVisibilityEnum": "users.models.Visibility",
        "ProviderStatusEnum": [("available",) * 2, ("retired",) * 2, ("disabled",) * 2],
        "ProviderKindEnum": [("oauth",) * 2, ("relay",) * 2],
        "SourceKindEnum": "steps.models.SourceKind",
        "ChallengeKindEnum": "challenges.kind_registry.slugs",
        "NotificationKindEnum": "notifications.kinds.KIND_CHOICES",
        "ActivityKindEnum": [
            (each, each) for each in ("wheelchair_pushes", "moderate_minutes", "vigorous_minutes")
        ],
        "BoardStateEnum": [(each, each) for each in ("upcoming", "live", "provisional", "final")],
        "ChallengeStateEnum": [(each, each) for each in ("upcoming", "live", "closing", "final")],
        "LineStateEnum": [
            (each, each) for each in ("queued", "running", "done", "failed", "waiting")
        ],
        "DayStatusEnum": [("live",) * 2, ("provisional",) * 2, ("final",) * 2],
    },
}

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
OPERATOR_EMAILS = env.list("OPERATOR_EMAILS", default=[])
PROVIDERS = provider_settings(env.ENVIRON)
RETURN_TO_ALLOWED = env.list("RETURN_TO_ALLOWED", default=[])
POLL_INTERVAL_SECONDS = env.int("POLL_INTERVAL_SECONDS", default=900)
RAW_SAMPLE_DAYS = env.int("RAW_SAMPLE_DAYS", default=90)
HISTORY_DAYS = env.int("HISTORY_DAYS", default=400)
REPORT_DAYS = env.int("REPORT_DAYS", default=HISTORY_DAYS)
TAP_COOLDOWN_SECONDS = env.int("TAP_COOLDOWN_SECONDS", default=60)

# Where messages lead to: the app's universal link; empty leads to BASE_URL.
APP_URL = env.str("APP_URL", default="")
PUSH_GATEWAY_URL = env.str("PUSH_GATEWAY_URL", default="")
PUSH_GATEWAY_SECRET = env.str("PUSH_GATEWAY_SECRET") if PUSH_GATEWAY_URL else ""
NOTIFICATION_BACKENDS = {
    "email": env.str("NOTIFICATION_EMAIL_BACKEND", default="notifications.backends.mail.send"),
    "push": env.str(
        "NOTIFICATION_PUSH_BACKEND",
        default="notifications.backends.gateway.send" if PUSH_GATEWAY_URL else "",
    ),
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "sync.tasks.run_now": {"queue": "interactive"},
    "sync.tasks.run_claimed": {"queue": "sync"},
    "sync.tasks.poll_some": {"queue": "sync"},
    "sync.webhooks.tasks.work_through": {"queue": "sync"},
    "sync.webhooks.tasks.handle": {"queue": "sync"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 180,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "health_check_interval": 10,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
}
CELERY_BEAT_SCHEDULE = {
    "poll-due": {"task": "sync.tasks.poll_due", "schedule": 5.0, "options": {"expires": 4}},
    "redispatch-taps": {
        "task": "sync.tasks.redispatch_queued",
        "schedule": 5.0,
        "options": {"expires": 4},
    },
    "sweep-closing": {
        "task": "sync.tasks.sweep_closing",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "mend-due-times": {
        "task": "sync.tasks.mend_due_times",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "rest-retired": {
        "task": "sync.tasks.rest_retired",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "revoke-pending": {
        "task": "sync.tasks.revoke_pending",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "fold-old-samples": {
        "task": "sync.tasks.fold_old_samples",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "webhook-inbox": {
        "task": "sync.webhooks.tasks.work_through",
        "schedule": 5.0,
        "options": {"expires": 4},
    },
    "webhook-subscriptions": {
        "task": "sync.webhooks.tasks.check_subscriptions",
        "schedule": 86400.0,
    },
    "look-around": {
        "task": "sync.watch.tasks.look_around",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
    "forget-old-runs": {"task": "sync.tasks.forget_old_runs", "schedule": 86400.0},
    "forget-old-reports": {"task": "sync.tasks.forget_old_reports", "schedule": 3600.0},
    "board-refill": {
        "task": "challenges.tasks.refill_boards",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
    "finalise-challenges": {
        "task": "challenges.tasks.finalise_challenges",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "catch-up-chosen-days": {
        "task": "challenges.tasks.catch_up_chosen_days",
        "schedule": 300.0,
        "options": {"expires": 250},
    },
    "remember-ranks": {
        "task": "challenges.tasks.remember_ranks",
        "schedule": 300.0,
        "options": {"expires": 250},
    },
    "reconcile-visibility": {
        "task": "challenges.tasks.reconcile_visibility",
        "schedule": 600.0,
        "options": {"expires": 500},
    },
    "watch-progress": {
        "task": "notifications.tasks.watch_progress",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "watch-challenges": {
        "task": "notifications.tasks.watch_challenges",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
    "watch-people": {
        "task": "notifications.tasks.watch_people",
        "schedule": 1800.0,
        "options": {"expires": 1700},
    },
    "send-notifications": {
        "task": "notifications.tasks.send_due",
        "schedule": 20.0,
        "options": {"expires": 18},
    },
    "forget-old-messages": {
        "task": "notifications.tasks.forget_old_messages",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
    "beat-heartbeat": {
        "task": "sync.tasks.heartbeat",
        "schedule": 10.0,
        "options": {"expires": 9},
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.log_format.JsonLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "urllib3": {"level": "WARNING"}},
}
