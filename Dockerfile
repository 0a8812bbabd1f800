# One image for every role; docker-compose.yml shows the commands. It serves plain HTTP on port 8000
# and expects a proxy that ends TLS in front of it. All settings come from the environment.

FROM python:3.13-slim AS build
RUN python -m venv /opt/stepwell
ENV PATH=/opt/stepwell/bin:$PATH
COPY requirements/runtime.txt /requirements.txt
RUN pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r /requirements.txt
WORKDIR /srv/stepwell
COPY . .
# The settings ask for values that play no part in collecting files.
RUN SECRET_KEY=build TOKEN_KEYS=build ALLOWED_HOSTS=build BASE_URL=https://build \
    DATABASE_URL=postgres://build/build REDIS_URL=redis://build/0 CACHE_URL=redis://build/1 \
    python manage.py collectstatic --no-input

FROM python:3.13-slim
RUN useradd --system --no-create-home --home-dir /tmp stepwell
ENV PATH=/opt/stepwell/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /opt/stepwell /opt/stepwell
COPY --from=build /srv/stepwell /srv/stepwell
WORKDIR /srv/stepwell
USER stepwell
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ['BASE_URL'].split('/')[2]}), timeout=4)"]
CMD ["gunicorn", "config.wsgi", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket", "--bind", "0.0.0.0:8000"]
