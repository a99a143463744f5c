# syntax=docker/dockerfile:1

# The pages' scripts and the fonts of the PDFs; Node stays behind in this stage.
FROM node:22-slim AS assets
WORKDIR /src
COPY frontend frontend
RUN sh frontend/build.sh

# What the app needs at run time, exactly as locked.
FROM python:3.12-slim AS packages
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check uv
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project

FROM python:3.12-slim
LABEL org.opencontainers.image.title="Returns & Refunds for Saleor" \
      org.opencontainers.image.licenses="BSD-3-Clause"
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 RETURNS_WEB_HOST=0.0.0.0
# /data holds photos and videos unless a bucket does, and the database of those who run on SQLite:
# RETURNS_DATABASE_URL=sqlite:////data/returns.db
ENV RETURNS_STORAGE_URL=file:/data/files
RUN useradd --system --uid 10001 --no-create-home returns && install -d -o returns /data
VOLUME /data
WORKDIR /app
COPY --from=packages /app/.venv .venv
COPY manifest.json LICENSE ./
COPY graphql graphql
COPY migrations migrations
COPY saleor_returns_app saleor_returns_app
COPY --from=assets /src/saleor_returns_app/web/static/dist saleor_returns_app/web/static/dist
COPY --from=assets /src/saleor_returns_app/adapters/documents/fonts saleor_returns_app/adapters/documents/fonts
USER returns
EXPOSE 8310
# /health says that the process lives; /ready, which asks the database too, is for load balancers: a restart mends no database.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('RETURNS_WEB_PORT', '8310')}/health\", timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "saleor_returns_app"]
CMD ["web"]
