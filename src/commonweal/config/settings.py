"""Django's settings, all from `environment.py`. Starts nothing and connects to nothing."""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from commonweal.config import environment
from commonweal.kernel.days import ZONE

PACKAGE = Path(__file__).resolve().parent.parent
VAR = Path(environment.value("COMMONWEAL_VAR")).resolve()
HTTPS = environment.yes("COMMONWEAL_HTTPS")
DEMO = environment.yes("COMMONWEAL_DEMO")

SECRET_KEY = environment.value("SECRET_KEY")
SECRET_KEY_FALLBACKS = environment.values("SECRET_KEY_FALLBACKS")
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in environment.value("COMMONWEAL_HOSTS").split(",")]
PROXIES = environment.values("COMMONWEAL_PROXIES")
ROOT_URLCONF = "commonweal.config.urls"
WSGI_APPLICATION = "commonweal.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AREAS = [
    "portal",
    "projects",
    "voting",
    "dividends",
    "membership",
    "treasury",
    "people",
    "ambitions",
    "places",
    "ledger",
    "ui",
]
INSTALLED_APPS = [
    *(f"commonweal.{area}" for area in AREAS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "csp",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "commonweal.config.health.Watched",
    "commonweal.config.log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "commonweal.config.middleware.KeptFromCaches",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "commonweal.config.middleware.HostileInput",
    "commonweal.config.signing_in.SignedIn",
    "commonweal.config.middleware.Limits",
    "commonweal.config.middleware.ReadsOnlyRead",
    "commonweal.config.middleware.PoliteRefusals",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django_cotton.templatetags.cotton",
                "commonweal.ui.templatetags.ui",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "commonweal.ui.context.site",
                "commonweal.people.access.viewer_context",
                "commonweal.config.accounts.demo_context",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

_pooled = environment.yes("COMMONWEAL_DB_POOL")
_POOL = {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 3}
_address = conninfo_to_dict(environment.value("DATABASE_URL"))
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _address.pop("dbname", "postgres"),
        "USER": _address.pop("user", ""),
        "PASSWORD": _address.pop("password", ""),
        "HOST": _address.pop("host", ""),
        "PORT": str(_address.pop("port", "") or ""),
        # A server that is away is noticed in seconds: the page says so, and the next one tries anew.
        "OPTIONS": {
            "connect_timeout": 3,
            **_address,
            **({"pool": _POOL} if _pooled else {}),
        },
        "CONN_MAX_AGE": 0,
        # Of the pool: a connection that broke while it waited is replaced before anyone meets it.
        "CONN_HEALTH_CHECKS": _pooled,
    }
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_cache",
        # Counts of tries lie here. With the usual 300 a stranger would throw them out by asking for as many things.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# A worker gives a sign of life every four seconds; what one held that was killed is found by `people.tasks.find_lost`.
PROCRASTINATE_WORKER_DEFAULTS = {
    "update_heartbeat_interval": 4,
    "stalled_worker_timeout": 20,
    "shutdown_graceful_timeout": 8,
}

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "commonweal.config.accounts.NotPublished"},
]
# Parameters of OWASP's password storage sheet: 19 MiB, two passes. Django's default of 100 MiB
# made log-in the busiest part of the site when 33 people a second arrive from a mailing.
PASSWORD_HASHERS = [
    "commonweal.config.accounts.LeanArgon2",
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]

LOGIN_REDIRECT_URL = "portal:my-page"
LOGIN_URL = "account_login"
ACCOUNT_FORMS = {"signup": "commonweal.config.accounts.SignUpForm"}
ACCOUNT_ADAPTER = "commonweal.config.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# A quarter of an hour for either code, as page and mail say: some mails take minutes.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_PREVENT_ENUMERATION = True
# By the visitor's address, or by address and account together (see `AccountAdapter`): by account alone a stranger could
# keep its owner out. The mails a stranger can have sent are held down by the hour.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "10/m/ip,60/h/ip",
    "request_login_code": "10/m/ip,60/h/ip",
    "confirm_email": "10/m/ip,60/h/ip",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
MFA_FORMS = {
    "activate_totp": "commonweal.config.accounts.SetUpAppForm",
    "add_webauthn": "commonweal.config.accounts.AddKeyForm",
    "edit_webauthn": "commonweal.config.accounts.RenameKeyForm",
}
MFA_ADAPTER = "commonweal.config.accounts.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = environment.value("COMMONWEAL_NAME")
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

LANGUAGE_CODE = "en"
LANGUAGES = [("fr", "Français"), ("nl", "Nederlands"), ("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = ZONE.key
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "commonweal.config.bodies.Counted",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 12
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SESSION_ENGINE = "commonweal.config.sessions"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "commonweal.config.refusals.csrf_failure"
LANGUAGE_COOKIE_NAME = "language"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
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

_smtp = environment.value("COMMONWEAL_SMTP")
if _smtp:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, _, _port = _smtp.partition(":")
    EMAIL_PORT = int(_port or 25)
    EMAIL_HOST_USER = environment.value("COMMONWEAL_SMTP_USER")
    EMAIL_HOST_PASSWORD = environment.value("COMMONWEAL_SMTP_PASSWORD")
    EMAIL_USE_TLS = EMAIL_PORT == 587
    EMAIL_TIMEOUT = 10
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"
DEFAULT_FROM_EMAIL = environment.value("COMMONWEAL_EMAIL_FROM")

SITE = {
    "name": environment.value("COMMONWEAL_NAME"),
    "phone": environment.value("COMMONWEAL_PHONE"),
    "address": environment.value("COMMONWEAL_ADDRESS"),
    "iban": environment.value("COMMONWEAL_IBAN").replace(" ", ""),
}
METRICS_TOKEN = environment.value("COMMONWEAL_METRICS_TOKEN")
EVENT_HANDLERS = "commonweal.config.wiring.HANDLERS"
ABOUT = "commonweal.config.wiring.ABOUT"
DESK = "commonweal.config.wiring.DESK"
EVENT_SENTENCES = "commonweal.config.wiring.EVENT_SENTENCES"
CLOSE_TO = "commonweal.config.wiring.CLOSE_TO"
RECEIVABLES = "commonweal.config.wiring.RECEIVABLES"
PAYABLES = "commonweal.config.wiring.PAYABLES"
GONE = "commonweal.config.wiring.GONE"
PROMISES = "commonweal.config.wiring.PROMISES"
RESTS_ON_SHARES = "commonweal.config.wiring.RESTS_ON_SHARES"
CAME_BACK = "commonweal.config.wiring.CAME_BACK"
DIVIDEND_PERCENT = "commonweal.config.wiring.DIVIDEND_PERCENT"
DATA = Path(environment.value("COMMONWEAL_DATA"))

DEFAULT_EXCEPTION_REPORTER_FILTER = "commonweal.config.reports.NothingTyped"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "commonweal.kernel.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "commonweal.security": {"level": "INFO"},
        "commonweal.requests": {"level": "INFO" if environment.yes("COMMONWEAL_REQUEST_LOG") else "WARNING"},
        # Its own lines about statuses of 400 and more repeat ours; what was raised comes through `django.request`.
        "django.request": {"level": "ERROR"},
        # Written in any case, whatever a debugging setting elsewhere says: statements stay out.
        "django.db.backends": {"level": "WARNING"},
    },
}
