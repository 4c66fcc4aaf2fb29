# Pinned by version; whoever publishes an image from it should pin the digest too.
FROM python:3.12-slim-bookworm

RUN apt-get update \
  && apt-get install --yes --no-install-recommends git=1:2.39.* \
  && rm -rf /var/lib/apt/lists/* \
  # The runner's checkout belongs to another user, and the runner sets HOME anew: hence `--system`.
  && git config --system --add safe.directory /github/workspace

COPY pyproject.toml README.md LICENSE /src/
COPY rules /src/rules
COPY templates /src/templates
COPY guardian /src/guardian
RUN pip install --no-cache-dir "/src[fast]" && rm -rf /src

# No USER: GitHub mounts the workspace and its command files for root only (GitHub Docs, "Dockerfile
# support for GitHub Actions"). Elsewhere, run it as anyone: `docker run --user "$(id -u)" …`.
ENTRYPOINT ["guardian"]
CMD ["--help"]
