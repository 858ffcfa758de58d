"""Every setting with a safe default; `development`, `test` and `production` change little."""

from urllib.parse import urlsplit

from config import env
from config.logs import logging_settings

BASE_DIR = env.BASE_DIR

# --- Identity -------------------------------------------------------------------------------
SECRET_KEY = env.text("SECRET_KEY")
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.many("ALLOWED_HOSTS")
PUBLIC_URL = env.text("PUBLIC_URL").rstrip("/")
PROBLEM_BASE = f"{PUBLIC_URL}/problems#"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False
TRUSTED_PROXIES = env.many("TRUSTED_PROXIES")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "kernel",
    "accounts",
    "catalog",
    "exchange",
    "config",
]

MIDDLEWARE = [
    "config.middleware.ProxyMiddleware",
    "config.middleware.BrowserPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "kernel.requests.RequestMiddleware",
    "config.ratelimits.RateLimitMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.middleware.SessionMiddleware",
    "kernel.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.AuthenticationMiddleware",
    "accounts.authentication.ActorMiddleware",
    "accounts.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "kernel.problems.ProblemMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.menu.menu",
            ],
        },
    },
]

# --- PostgreSQL -----------------------------------------------------------------------------
# Milliseconds on the server, seconds on the wire: a lost peer is noticed within a minute, and
# no statement, lock or forgotten transaction outlives its limit.
STATEMENT_TIMEOUT = env.number("DATABASE_STATEMENT_TIMEOUT")


def postgresql(name: str) -> dict:
    """A database entry with the limits every connection of ours carries."""
    entry = env.database(name)
    entry.update(
        ENGINE="kernel.postgresql",
        ATOMIC_REQUESTS=False,
        CONN_MAX_AGE=60,
        CONN_HEALTH_CHECKS=True,
        OPTIONS={
            **entry.get("OPTIONS", {}),
            "connect_timeout": 5,
            "application_name": "shuqiao",
            "keepalives": 1,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT * 1000} -c lock_timeout=10000"
            " -c idle_in_transaction_session_timeout=60000",
        },
    )
    return entry


DATABASES = {"default": postgresql("DATABASE_URL")}

# --- Redis: the broker's alarm clock and the cache ------------------------------------------
REDIS_URL = env.text("REDIS_URL")


def cache_url(broker: str) -> str:
    """The database after the broker's, because clearing a cache empties its whole database."""
    address = urlsplit(broker)
    number = int(address.path.strip("/") or 0)
    return address._replace(path=f"/{number + 1}").geturl()


# Digests of notices; without a server they are written to the log.
_mail = env.mail("EMAIL_URL")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM")

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": cache_url(REDIS_URL),
        "KEY_PREFIX": "shuqiao",
        "TIMEOUT": 300,
        "OPTIONS": {"socket_timeout": 5, "socket_connect_timeout": 5, "health_check_interval": 25},
    }
}

# --- People ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.PeopleBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.PastPasswordValidator"},
]
PASSWORD_HISTORY = env.number("PASSWORD_HISTORY")
PASSWORD_MAX_DAYS = env.number("PASSWORD_MAX_DAYS")
PASSWORD_SIGN_IN = env.flag("PASSWORD_SIGN_IN")
SECOND_FACTOR_ROLES = env.many("SECOND_FACTOR_ROLES")
DORMANT_DAYS = env.number("DORMANT_DAYS")
OIDC_ISSUER = env.text("OIDC_ISSUER").rstrip("/")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET")
OIDC_CLAIM = env.text("OIDC_CLAIM")
OIDC_SCOPES = env.many("OIDC_SCOPES")
OIDC_STRONG = env.flag("OIDC_STRONG")
# Counted by name and address, and apart for a browser that the person signed in with before; the
# limit is lower while a name is tried from many addresses.
AXES_FAILURE_LIMIT = "accounts.lockout.failure_limit"
AXES_USERNAME_CALLABLE = "accounts.lockout.counted_name"
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.authentication.lockout_response"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_ENGINE = "accounts.sessionstore"
SESSION_COOKIE_AGE = env.number("SESSION_HOURS") * 3600
SESSION_IDLE_SECONDS = env.number("SESSION_IDLE_MINUTES") * 60
SESSIONS_AT_ONCE = env.number("SESSIONS_AT_ONCE")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Not in a cookie of their own, where they could be read.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "kernel.problems.form_expired"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
FORM_RENDERER = "kernel.widgets.Renderer"

# --- API ------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.signatures.SignatureAuthentication",
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.SignedIn"],
    "DEFAULT_THROTTLE_CLASSES": (
        ["config.ratelimits.CallerLimit"] if env.many("RATE_LIMITS") else []
    ),
    "DEFAULT_PARSER_CLASSES": ["kernel.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "kernel.negotiation.HouseNegotiation",
    "DEFAULT_SCHEMA_CLASS": "kernel.openapi.HouseSchema",
    # OPTIONS is a method like others that an address does not have.
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "kernel.problems.problem_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
    # The parameter format is the views' own: which file is meant, never which renderer.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shuqiao 数桥",
    "DESCRIPTION": "Catalogue, requests and grants, and data exchange between departments.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "accounts.api.serializers.people.ROLES",
        "DepartmentKindEnum": "accounts.models.Department.Kind",
        "SystemStateEnum": "accounts.states.SYSTEM.choices",
        "CredentialKindEnum": "accounts.models.Credential.Kind",
        "SignalKindEnum": "accounts.vocabulary.SignalKind",
        "AnswerEnum": "accounts.vocabulary.Answer",
        "LevelEnum": "accounts.vocabulary.Level",
        "CaseStateEnum": "accounts.states.ZOMBIE_CASE.choices",
        "ProposalStateEnum": "accounts.states.PROPOSAL.choices",
        "MergeStateEnum": "accounts.states.MERGE.choices",
        "SystemRelationEnum": "accounts.vocabulary.Relation",
        "ObligationKindEnum": "accounts.clocks.KINDS",
        "ObligationStateEnum": "accounts.states.OBLIGATION.choices",
        "EntryStateEnum": "catalog.states.ENTRY.choices",
        "ImportStateEnum": "catalog.states.INTAKE.choices",
        "LikenessStateEnum": "catalog.states.LIKENESS.choices",
        "CampaignTaskStateEnum": "catalog.states.CAMPAIGN_TASK.choices",
        "DemandStateEnum": "catalog.states.DEMAND.choices",
        "ShareModeEnum": "catalog.vocabulary.ShareMode",
        "DataFormatEnum": "exchange.dataplane.dropping.FORMATS",
        "SubscriptionModeEnum": "exchange.models.Subscription.Mode",
        "SyncModeEnum": "exchange.models.SyncJob.Mode",
        "ShareTypeEnum": "catalog.vocabulary.ShareType",
        "UpdateCycleEnum": "catalog.vocabulary.UpdateCycle",
        "DatasetKindEnum": "exchange.models.Dataset.Kind",
        "OpenStateEnum": "exchange.states.DATASET.choices",
        "BatchKindEnum": "exchange.models.Batch.Kind",
        "ConnectorKindEnum": "exchange.models.Connector.Kind",
        "ConnectorStateEnum": "exchange.states.CONNECTOR.choices",
        "RequestStateEnum": "exchange.states.REQUEST.choices",
        "GrantStateEnum": "exchange.states.GRANT.choices",
        "SubscriptionStateEnum": "exchange.states.SUBSCRIPTION.choices",
        "ObjectionStateEnum": "exchange.states.OBJECTION.choices",
        "DisputeStateEnum": "exchange.states.DISPUTE.choices",
        "ServiceChangeStateEnum": "exchange.states.SERVICE_CHANGE.choices",
        "HookStateEnum": "exchange.states.HOOK.choices",
        "InterfaceStateEnum": "exchange.states.INTERFACE.choices",
        "InterfaceKindEnum": "exchange.models.ServiceInterface.Kind",
        "InterfaceAuthEnum": "exchange.interface_terms.KINDS",
        "GatewayKeyStateEnum": "exchange.states.GATEWAY_KEY.choices",
        "ChannelEnum": "exchange.vocabulary.Channel",
        "ChangeKindEnum": "exchange.vocabulary.ChangeKind",
        "ObjectionKindEnum": "exchange.vocabulary.ObjectionKind",
        "RefusalGroundEnum": "exchange.vocabulary.RefusalGround",
        "ObjectionOutcomeEnum": "exchange.vocabulary.ObjectionOutcome",
        "DisputeOutcomeEnum": "exchange.vocabulary.DisputeOutcome",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "kernel.openapi.add_problem",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
# An entry with 500 items is a form of 15 fields each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2  # JSON and forms; batch bodies stream past this limit

# --- Bytes ----------------------------------------------------------------------------------
STORE_DIR = env.path("STORE_DIR")
MAX_BODY_BYTES = env.number("MAX_BODY_BYTES")
DUCKDB_MEMORY = env.text("DUCKDB_MEMORY")
LEASE_SECONDS = env.number("LEASE_SECONDS")
DELIVERY_CALLS = max(1, env.number("DELIVERY_CALLS"))
DELIVERY_LOADS = env.number("DELIVERY_LOADS")
SYNC_PER_HOST = env.number("SYNC_PER_HOST")
SYNC_MAX_BEHIND = env.number("SYNC_MAX_BEHIND")
SYNC_CHUNK_ROWS = env.number("SYNC_CHUNK_ROWS")
SIGNAL_RETENTION_DAYS = env.number("SIGNAL_RETENTION_DAYS")
ANSWER_RETENTION_DAYS = env.number("ANSWER_RETENTION_DAYS")
SESSION_RETENTION_DAYS = env.number("SESSION_RETENTION_DAYS")
SIGNATURE_SECONDS = env.number("SIGNATURE_SECONDS")
TOKEN_SECONDS = env.number("TOKEN_SECONDS")
CLIENT_CERTIFICATES = env.flag("CLIENT_CERTIFICATES")
RATE_LIMITS = env.many("RATE_LIMITS")
RATE_LIMITS_ADDRESS = env.many("RATE_LIMITS_ADDRESS")
ATTEMPT_RETENTION_DAYS = env.number("ATTEMPT_RETENTION_DAYS")
COMPACT_BATCHES = env.number("COMPACT_BATCHES")
COMPACT_PERCENT = env.number("COMPACT_PERCENT")
SCRUB_BYTES = env.number("SCRUB_BYTES")
INTERFACE_CALLS = env.number("INTERFACE_CALLS")
INTERFACE_CALLS_TOGETHER = env.number("INTERFACE_CALLS_TOGETHER")
LONG_POLLS = env.number("LONG_POLLS")
ACCEL_REDIRECT = env.flag("ACCEL_REDIRECT")
SEALING_KEYS = env.many("SEALING_KEYS")
SEALING_CIPHER = env.one_of("SEALING_CIPHER", "aes-256-gcm", "sm4-gcm")
SEALED_GRADES = env.some_of("SEALED_GRADES", "general", "important", "core")
EGRESS_ALLOW = env.many("EGRESS_ALLOW")
EGRESS_TEST_ADDRESSES = env.many("EGRESS_TEST_ADDRESSES")
CONNECTOR_FOLDERS = env.many("CONNECTOR_FOLDERS")
FAILPOINTS = env.text("FAILPOINTS")

# --- Trail and watch ------------------------------------------------------------------------
EVIDENCE_KEYS = env.many("EVIDENCE_KEYS")
EVIDENCE_ALGORITHM = env.hash_function("EVIDENCE_ALGORITHM", "sha256", "sm3")
AUDIT_CHECKPOINT_FILE = env.path("AUDIT_CHECKPOINT_FILE")
CHECKPOINT_COPIES = env.many("CHECKPOINT_COPIES")
CHECKPOINT_LIMIT_SECONDS = env.number("CHECKPOINT_LIMIT_SECONDS")
INCIDENT_REPORT_HOURS = env.number("INCIDENT_REPORT_HOURS")
METRICS_TOKEN = env.text("METRICS_TOKEN")
LOGGING = logging_settings(env.one_of("LOG_FORMAT", "console", "json"))

# --- Words, time, files ---------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_DIR")
