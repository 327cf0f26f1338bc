# The image of Guidang; docs/howto/docker.md explains how to use it.
ARG BASE=python:3.13-slim-trixie

FROM ${BASE} AS build
# deploy/machines.lock adds what a service of several processes needs.
ARG LOCK=deploy/requirements.lock
WORKDIR /src
RUN python -m venv --without-pip /opt/guidang
# Before the source, so that a change of the source does not reinstall the libraries.
COPY deploy/*.lock deploy/
RUN python -m pip --python /opt/guidang/bin/python install --no-cache-dir --no-deps \
    --require-hashes --requirement ${LOCK}
COPY pyproject.toml README.md LICENSE ./
COPY ingest ingest
COPY models models
COPY migrations migrations
RUN python -m pip --python /opt/guidang/bin/python install --no-cache-dir --no-deps .

FROM ${BASE}
RUN groupadd --system --gid 10001 guidang \
    && useradd --system --uid 10001 --gid guidang --home-dir /data --shell /usr/sbin/nologin guidang \
    && install --directory --owner=guidang --group=guidang /data /archive /etc/guidang
COPY --from=build /opt/guidang /opt/guidang
ENV PATH=/opt/guidang/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    GUIDANG_CONFIG=/etc/guidang/config.toml \
    GUIDANG_DATABASE__URL=sqlite:////data/guidang.db \
    GUIDANG_ARCHIVE__PATH=/archive \
    GUIDANG_WEB__LISTEN=0.0.0.0:8710 \
    CREDENTIALS_DIRECTORY=/etc/guidang/credentials
USER guidang
WORKDIR /data
EXPOSE 8710
# Healthy means that the service can use the database and the archive.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8710/readyz', timeout=8)"]
ENTRYPOINT ["guidang"]
CMD ["run"]
