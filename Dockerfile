# One image for everything: by default scheduler and dashboard under one parent, the data in a volume.
#
#   docker build -t scenario-tracker .
#   docker run -p 127.0.0.1:8501:8501 -v tracker-data:/data --read-only --tmpfs /tmp scenario-tracker
#
# `docker logs` shows the address that lets you in. Inside the container the dashboard has to listen on every address to be
# reachable at all; publish the port on 127.0.0.1, as above, and put a proxy that speaks TLS before it: docs/installing.md.
# It answers only to 127.0.0.1 and localhost; behind a proxy that other machines reach, say by which name:
#
#   docker run -p 127.0.0.1:8501:8501 -v tracker-data:/data -e TRACKER_ALLOWED_HOSTS=forecast.example.org scenario-tracker
#
# A proxy that speaks https to browsers, or sends another Host, needs TRACKER_PUBLIC_URL, too: see docs/settings.md.
# Only /data, /backups (if TRACKER_BACKUP_DIR says so) and /tmp are written: all else may be read-only.

# Python 3.11.15 on Debian 13, for all platforms; a newer one is taken by changing this line.
ARG BASE=python:3.11-slim@sha256:90744cff8f32887f075c47d747a173ff333e9e98801667af93c357fa9f5e28ff

FROM ${BASE} AS build
WORKDIR /build
RUN apt-get update && apt-get install --yes --no-install-recommends binutils
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install --no-cache-dir --no-compile --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY dashboard dashboard
COPY forecasts forecasts
COPY tracker tracker
RUN /venv/bin/pip install --no-cache-dir --no-compile --no-build-isolation --no-deps .
COPY deploy/slim.py ./
RUN /venv/bin/python slim.py

FROM ${BASE}
RUN useradd --create-home --uid 10001 tracker \
    && install --directory --owner tracker --mode 0700 /data /backups
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TRACKER_ALLOWED_HOSTS=127.0.0.1,localhost
USER tracker
WORKDIR /home/tracker
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8501/healthz', timeout=5)"]
CMD ["tracker", "--data", "/data", "up", "--no-browser", "--address", "0.0.0.0", "--port", "8501"]
