# The hub as an image: its packages in one stage, the program in the other.
FROM python:3.12-slim AS packages

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.lock ./
# Every file is checked against its hash.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes -r requirements.lock
# The command `hub`, for the program that the next stage puts at the same path.
COPY pyproject.toml README.md ./
RUN mkdir hub schema resolvers connectors \
    && /opt/venv/bin/pip install --no-deps --no-build-isolation --no-index -e .

FROM python:3.12-slim

ENV LANG=C.UTF-8 LC_ALL=C.UTF-8 \
    PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HUB_HOST=0.0.0.0 HUB_PORT=8000 HUB_DATA_DIR=/var/lib/hub
RUN groupadd --gid 10001 hub \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/hub --create-home hub
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY hub hub
COPY schema schema
COPY resolvers resolvers
COPY connectors connectors
USER 10001:10001
EXPOSE 8000
VOLUME /var/lib/hub
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["hub", "serve"]
