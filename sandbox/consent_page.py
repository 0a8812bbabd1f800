"""The HTML a person sees while connecting."""

from html import escape

from werkzeug.wrappers import Response

from sandbox.people import Person

STYLE = """
body{margin:0;background:#f0f4f9;color:#1f1f1f;font:16px/1.5 system-ui,sans-serif}
main{max-width:30rem;margin:6vh auto;background:#fff;border-radius:1.5rem;padding:2.25rem}
h1{font-size:1.6rem;font-weight:500;margin:.25rem 0 .5rem}
p.note{color:#5f6368;font-size:.875rem;margin:.25rem 0 1.25rem}
fieldset{border:0;padding:0;margin:0 0 1.25rem}
legend{font-weight:600;padding:0;margin-bottom:.5rem}
label{display:flex;gap:.75rem;align-items:center;padding:.6rem .75rem;border-radius:.75rem}
label:hover{background:#f6f8fc}
label small{display:block;color:#5f6368}
.people{max-height:16rem;overflow:auto}
.row{display:flex;gap:.75rem;justify-content:flex-end}
button{font:inherit;border:0;border-radius:2rem;padding:.6rem 1.5rem;cursor:pointer}
button[value=allow]{background:#0b57d0;color:#fff}
button[value=deny]{background:#e8f0fe;color:#0b57d0}
code{background:#f6f8fc;border-radius:.4rem;padding:.1rem .35rem;overflow-wrap:anywhere}
"""


def page(title: str, body: str, *, status: int = 200) -> Response:
    """A whole page around `body`, which is HTML already."""
    html = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )
    return Response(html, status=status, mimetype="text/html")


def error_page(error: str, explanation: str) -> Response:
    """The 400 page for a request that must not be redirected."""
    return page(
        "Access blocked",
        "<h1>Access blocked: authorization error</h1>"
        f"<p>{escape(explanation)}</p><p>Error 400: <code>{escape(error)}</code></p>",
        status=400,
    )


def consent_page(
    *,
    people: list[Person],
    chosen: str | None,
    scopes: list[tuple[str, str]],
    carried: dict[str, str],
    service: str = "",
    choice: bool = True,
) -> Response:
    """The account list, the scopes, and the two buttons; hidden fields carry the rest.

    `service` is whose account it is, where it is not just "your account". With a `choice` each
    scope has a tick.
    """
    account = f"{escape(service)} account" if service else "account"
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in carried.items()
    )
    body = (
        f"<h1>Stepwell wants access to your {account}</h1>"
        '<p class="note">Sandbox sign-in. Nobody real lives here: pick any account.</p>'
        f'<form method="post">{hidden}'
        f'<fieldset class="people"><legend>Choose an account</legend>{_people(people, chosen)}'
        f"</fieldset>{_ticks(scopes) if choice else _list(scopes)}"
        '<div class="row"><button type="submit" name="decision" value="deny">Deny</button>'
        '<button type="submit" name="decision" value="allow">Allow</button></div></form>'
    )
    return page("Sign in - Sandbox accounts", body)


def _people(people: list[Person], chosen: str | None) -> str:
    if not people:
        return "<p>There is no account yet: make one with <code>POST /control/people</code>.</p>"
    return "".join(_radio(person, checked=person.email == chosen) for person in people)


def _radio(person: Person, *, checked: bool) -> str:
    mark = " checked" if checked else ""
    return (
        f'<label><input type="radio" name="account" value="{escape(person.email)}"{mark}>'
        f"<span>{escape(person.name)}<small>{escape(person.email)}</small></span></label>"
    )


def _ticks(scopes: list[tuple[str, str]]) -> str:
    ticks = "".join(_tick(scope, words) for scope, words in scopes)
    return f"<fieldset><legend>Select what it can access</legend>{ticks}</fieldset>"


def _list(scopes: list[tuple[str, str]]) -> str:
    items = "".join(f"<li>{escape(words)}</li>" for _, words in scopes)
    return f"<p>It will be able to:</p><ul>{items}</ul>"


def _tick(scope: str, words: str) -> str:
    return (
        f'<label><input type="checkbox" name="granted" value="{escape(scope)}" checked>'
        f"<span>{escape(words)}<small>{escape(scope.rsplit('/', maxsplit=1)[-1])}</small>"
        "</span></label>"
    )
