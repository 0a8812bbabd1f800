"""The page at /: what the sandbox is and how to drive it."""

from html import escape

from werkzeug.wrappers import Response

STYLE = """
body{margin:0 auto;max-width:56rem;padding:2rem 1.25rem;font:16px/1.55 system-ui,sans-serif;
color:#1f1f1f}h1{font-weight:600}h2{margin-top:2.25rem;font-size:1.2rem}
pre{background:#f6f8fc;border-radius:.75rem;padding:1rem;overflow-x:auto;font-size:.85rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;
padding:.35rem .75rem .35rem 0;border-bottom:1px solid #e3e7ee}code{font-size:.9em}
"""
ENDPOINTS = (
    ("GET POST /control/people", "List people; make one, or many with {&quot;people&quot;: []}"),
    ("GET PUT PATCH DELETE /control/people/{email}", "See, replace, merge into, remove"),
    ("GET /control/people/{email}/truth?from=&amp;to=&amp;family=", "True totals, both ends in"),
    ("POST DELETE /control/people/{email}/steps", "Script a day; ?date= empties it"),
    ("POST /control/people/{email}/late", "The same, counting only from visible_at on"),
    ("POST /control/people/{email}/consent", "Consent without a browser: the token answer"),
    ("POST /control/people/{email}/revoke", "The person removes the application"),
    ("POST /control/people/{email}/expire-tokens", "Tokens run out now"),
    ("GET POST /control/clients", "OAuth clients"),
    ("GET PUT DELETE /control/faults", "Scripted failures; DELETE /control/faults/{id}"),
    ("GET PUT DELETE /control/knobs", "Behaviour of the whole sandbox, its clock included"),
    ("GET DELETE /control/log?limit=", "The latest provider requests"),
    ("GET DELETE /control/counters", "How many there were"),
    ("GET /control/clock, POST /control/reset", "What time it is; start empty"),
    ("GET /control/rooms", "Every room; name one with ?room= or &quot;room&quot;, else Google"),
    ("/control/rooms/{room}/{control}", "What only that room can be told"),
)
EXAMPLES = (
    (
        "A person who walks about 8,000 steps a day, for ever",
        """curl -X POST {host}control/people -d '{"email": "ada@example.com",
  "timezone": "America/New_York", "walk": {"daily": 8000, "variation": 0.3}}'""",
    ),
    (
        "A day set by hand, then 500 more steps, then gone",
        """curl -X POST {host}control/people/ada@example.com/steps \\
  -d '{"date": "2026-11-19", "total": 8421}'
curl -X POST {host}control/people/ada@example.com/steps -d '{"date": "2026-11-19", "add": 500}'
curl -X DELETE '{host}control/people/ada@example.com/steps?date=2026-11-19'""",
    ),
    (
        "Single points, with a source and an offset",
        """curl -X POST {host}control/people/ada@example.com/steps -d '{"points": [
  {"start": "2026-11-19T13:00:00Z", "minutes": 5, "count": 450, "source": "phone",
   "utc_offset_seconds": -18000}]}'""",
    ),
    (
        "Late data: another total from an instant on",
        """curl -X POST {host}control/people/ada@example.com/late \\
  -d '{"date": "2026-11-19", "total": 9900, "visible_at": "2026-11-21T08:00:00Z"}'""",
    ),
    (
        "The tracker stops syncing; the person removes the application",
        """curl -X PATCH {host}control/people/ada@example.com \\
  -d '{"walk": {"paused_since": "2026-11-18T20:00:00Z"}}'
curl -X POST {host}control/people/ada@example.com/revoke""",
    ),
    (
        "The next two daily rollups fail with 503; every refresh says invalid_client",
        """curl -X PUT {host}control/faults \\
  -d '{"target": "dailyRollUp", "kind": "503", "times": 2}'
curl -X PUT {host}control/faults -d '{"target": "token", "kind": "invalid_client"}'
curl -X DELETE {host}control/faults""",
    ),
)


def index_page(host: str) -> Response:
    """The page; `host` is the address the reader came to, ending in a slash."""
    rows = "".join(
        f"<tr><td><code>{path}</code></td><td>{what}</td></tr>" for path, what in ENDPOINTS
    )
    examples = "".join(
        f"<h2>{escape(title)}</h2><pre>{escape(text.replace('{host}', host))}</pre>"
        for title, text in EXAMPLES
    )
    html = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sandbox</title>'
        f"<style>{STYLE}</style></head><body><h1>Sandbox providers</h1>"
        "<p>Stand-ins that speak real HTTP and OAuth. Google Health lives under "
        f"<code>{escape(host)}google/</code>: authorize at <code>/o/oauth2/v2/auth</code>, "
        "then <code>/token</code>, <code>/revoke</code> and the API under "
        "<code>/v4/users/me/</code>. Other providers are other rooms: see "
        "<code>/control/rooms</code>. Everything is steered by the control API.</p>"
        f"<h2>Control API</h2><table>{rows}</table>{examples}</body></html>"
    )
    return Response(html, mimetype="text/html")
