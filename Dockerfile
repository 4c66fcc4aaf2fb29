# The image of the Action, and of `docker run`. Whoever publishes it pins the base by its digest:
# `--build-arg BASE=python:3.12-slim-bookworm@sha256:…` (docs/image.md says how it is found).
ARG BASE=python:3.12-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY rules rules
COPY templates templates
COPY docs/recipes docs/recipes
COPY guardian guardian
# An environment of its own, copied whole: pip stays behind, and so do other packages' tests.
# Modules are compiled here, and never looked at again: that is half of the time to start.
RUN python3 -m venv /tmp/pip \
  && python3 -m venv --without-pip /opt/guardian \
  && /tmp/pip/bin/pip --python /opt/guardian/bin/python3 install --no-cache-dir --no-compile ".[fast]" \
  && find /opt/guardian -type d -name tests -prune -exec rm -rf {} + \
  && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/guardian/lib

FROM ${BASE}
LABEL org.opencontainers.image.title="Change Guardian" \
  org.opencontainers.image.description="Tells what a change to ETL code breaks, before it merges." \
  org.opencontainers.image.source="https://github.com/change-guardian/change-guardian" \
  org.opencontainers.image.documentation="https://github.com/change-guardian/change-guardian/blob/main/docs/image.md" \
  org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
  && apt-get install --yes --no-install-recommends git=1:2.39.* \
  && rm -rf /var/lib/apt/lists/* \
  # The runner's checkout belongs to another user, and the runner sets HOME anew: hence `--system`.
  && git config --system --add safe.directory /github/workspace
COPY --from=build /opt/guardian /opt/guardian
ENV PATH="/opt/guardian/bin:${PATH}" PYTHONDONTWRITEBYTECODE=1

# No USER: GitHub mounts the workspace and its command files for root only (GitHub Docs, "Dockerfile
# support for GitHub Actions"). Elsewhere, run it as anyone: `docker run --user "$(id -u)" …`.
ENTRYPOINT ["guardian"]
CMD ["--help"]
