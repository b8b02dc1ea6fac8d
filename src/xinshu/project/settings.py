"""Settings: the one place that reads the environment. Each name is explained in docs/settings.md (tested)."""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from psycopg.conninfo import conninfo_to_dict
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from xinshu.kit import postgres

SOURCE_ROOT = Path(__file__).resolve().parents[1]


class Environment(BaseSettings):
    """What the operator may set, each as XINSHU_<NAME>, and DATABASE_URL."""

    model_config = SettingsConfigDict(env_prefix="XINSHU_", frozen=True)

    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    data_folder: Path = Path.home() / ".local" / "share" / "xinshu"
    catalogue_folder: Path = SOURCE_ROOT.parents[1] / "catalogue"
    secret_key: str = ""
    allowed_hosts: str = "127.0.0.1,localhost,[::1]"
    https: bool = False
    connectors: str = ""
    endings_folder: str = ""
    publog_folder: str = ""
    publog_origin: str = "127.0.0.1:8000/log"
    publog_witnesses: str = ""
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    secrets_folder: str = ""
    contact: str = ""
    upload_limit: int = Field(default=2048, gt=0)
    rate_limit: int = Field(default=600, ge=0)
    trusted_proxies: str = ""
    agency_networks: str = ""
    repair_windows: str = ""
    own_idle: int = Field(default=30, gt=0, le=480)
    licence_issuer: str = ""
    licence_client_id: str = ""
    licence_scope: str = "openid"
    licence_code_claim: str = "unified_social_credit_code"
    licence_role_claim: str = ""
    licence_roles: str = "法定代表人,负责人,经办人"
    letter_days: int = Field(default=30, gt=0, le=90)
    check_days: int = Field(default=60, gt=0, le=366)
    repair_window: Literal["HERE", "RELAY"] = "HERE"
    site: str = ""
    smtp_host: str = ""
    smtp_port: int = Field(default=587, gt=0, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    mail_from: str = ""
    sms_gateway: str = ""
    sms_body: str = '{"mobile": "{number}", "content": "{text}"}'
    webhook_networks: str = ""
    reminder_days: int = Field(default=14, gt=0, le=90)


ENVIRONMENT = Environment()


def _database() -> dict[str, Any]:
    """Django's entry for DATABASE_URL, else for the embedded server of the data folder (not started here)."""
    if ENVIRONMENT.database_url:
        known: dict[str, Any] = conninfo_to_dict(ENVIRONMENT.database_url)
    else:
        known = dict(postgres.connection_parameters(ENVIRONMENT.data_folder))
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    options = {key: value for key, value in known.items() if key not in names}
    entry = {names[key]: value for key, value in known.items() if key in names}
    return {
        "ENGINE": "xinshu.project.database",
        **entry,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**options, "server_side_binding": True, "prepare_threshold": 5},
    }


def _secret_key() -> str:
    """The operator's key, else one made once and kept in the data folder for its owner only."""
    if ENVIRONMENT.secret_key:
        return ENVIRONMENT.secret_key
    kept = ENVIRONMENT.data_folder / "secret_key"
    if not kept.exists():
        ENVIRONMENT.data_folder.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_name(f"secret_key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        fresh.rename(kept)
    return kept.read_text(encoding="ascii")


BASE_DIR = SOURCE_ROOT
CATALOGUE_FOLDER = ENVIRONMENT.catalogue_folder
DATA_FOLDER = ENVIRONMENT.data_folder
CONNECTORS = Path(ENVIRONMENT.connectors) if ENVIRONMENT.connectors else None
SECRETS_FOLDER = Path(ENVIRONMENT.secrets_folder) if ENVIRONMENT.secrets_folder else DATA_FOLDER / "secrets"
ENDINGS_FOLDER = Path(ENVIRONMENT.endings_folder) if ENVIRONMENT.endings_folder else DATA_FOLDER / "endings"
PUBLOG_FOLDER = Path(ENVIRONMENT.publog_folder) if ENVIRONMENT.publog_folder else DATA_FOLDER / "publog"
PUBLOG_ORIGIN = ENVIRONMENT.publog_origin
PUBLOG_WITNESSES = Path(ENVIRONMENT.publog_witnesses) if ENVIRONMENT.publog_witnesses else None
METRICS_FOLDER = DATA_FOLDER / "metrics"
# The library of metrics learns where its processes count together from here only, before it is imported.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_FOLDER)
EMBEDDED_DATABASE = not ENVIRONMENT.database_url
CONTACT = ENVIRONMENT.contact
UPLOAD_LIMIT = ENVIRONMENT.upload_limit << 20
RATE_LIMIT = ENVIRONMENT.rate_limit
TRUSTED_PROXIES = tuple(proxy.strip() for proxy in ENVIRONMENT.trusted_proxies.split(",") if proxy.strip())
AGENCY_NETWORKS = tuple(one.strip() for one in ENVIRONMENT.agency_networks.split(",") if one.strip())
REPAIR_WINDOWS = frozenset(one.strip() for one in ENVIRONMENT.repair_windows.split(",") if one.strip())
OWN_IDLE = timedelta(minutes=ENVIRONMENT.own_idle)
LETTER_DAYS = ENVIRONMENT.letter_days
CHECK_DAYS = ENVIRONMENT.check_days
LICENCE_ISSUER, LICENCE_CLIENT_ID = ENVIRONMENT.licence_issuer, ENVIRONMENT.licence_client_id
LICENCE_SCOPE = ENVIRONMENT.licence_scope
LICENCE_CODE_CLAIM, LICENCE_ROLE_CLAIM = ENVIRONMENT.licence_code_claim, ENVIRONMENT.licence_role_claim
LICENCE_ROLES = frozenset(one.strip() for one in ENVIRONMENT.licence_roles.split(",") if one.strip())
REPAIR_WINDOW = ENVIRONMENT.repair_window
SITE = (
    ENVIRONMENT.site.rstrip("/")
    or f"http{'s' if ENVIRONMENT.https else ''}://{ENVIRONMENT.allowed_hosts.split(',')[0]}"
)
SMTP_HOST, SMTP_PORT, SMTP_USER = ENVIRONMENT.smtp_host, ENVIRONMENT.smtp_port, ENVIRONMENT.smtp_user
SMTP_SECURITY = ENVIRONMENT.smtp_security
MAIL_FROM = ENVIRONMENT.mail_from
SMS_GATEWAY, SMS_BODY = ENVIRONMENT.sms_gateway, ENVIRONMENT.sms_body
WEBHOOK_NETWORKS = tuple(one.strip() for one in ENVIRONMENT.webhook_networks.split(",") if one.strip())
REMINDER_DAYS = ENVIRONMENT.reminder_days
FILE_UPLOAD_HANDLERS = ["xinshu.doors.desk.upload_handler.Nameless"]
SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts.split(",")
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "xinshu.register.access",
    "xinshu.register.subjects",
    "xinshu.register.publog",
    "xinshu.register.erasures",
    "xinshu.register.catalogues",
    "xinshu.register.records",
    "xinshu.parties.mandates",
    "xinshu.parties.notices",
    "xinshu.proceedings.cases",
    "xinshu.proceedings.intake",
    "xinshu.proceedings.objections",
    "xinshu.proceedings.repair",
    "xinshu.proceedings.lists",
    "xinshu.proceedings.shield",
    "xinshu.proceedings.retention",
    "xinshu.uses.disclosure",
    "xinshu.uses.measures",
    "xinshu.uses.monitoring",
    "xinshu.uses.sharing",
    "xinshu.regimes.agencies",
    "xinshu.doors.portal",
    "xinshu.doors.desk",
    "xinshu.doors.space",
]
AUTH_USER_MODEL = "access.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "desk:sign-in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "portal:home"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xinshu.doors.passage.Passage",
    "xinshu.doors.threshold.Threshold",
    "xinshu.doors.rate_limit.RateLimit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "xinshu.doors.api.envelope.Envelope",
]
CSRF_FAILURE_VIEW = "xinshu.doors.portal.pages.forged"
ROOT_URLCONF = "xinshu.project.urls"
WSGI_APPLICATION = "xinshu.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.csrf"]},
    }
]

# Rooms bring their own `tasks`; these stand at a door. A tick that was missed for a day is made up for, once.
PROCRASTINATE_IMPORT_PATHS = [
    "xinshu.doors.connectors.tasks",
    "xinshu.doors.witnessing",
    "xinshu.doors.agency_feeds",
    "xinshu.doors.erasing",
    "xinshu.doors.notifying.reminders",
    "xinshu.doors.notifying.tasks",
]
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 86_400}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
CSRF_COOKIE_AGE = None  # gone with the window: a public form leaves nothing in a browser
SECURE_SSL_REDIRECT = ENVIRONMENT.https
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.https else None
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.https else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOG_FORMAT = ENVIRONMENT.log_format
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "xinshu.kit.log_lines.WithoutValues"},
        "json": {"()": "xinshu.kit.log_lines.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": ENVIRONMENT.log_level},
    # Django has a level of its own for its lines, which would let through what the operator does not want.
    "loggers": {"django": {"level": ENVIRONMENT.log_level}},
}
