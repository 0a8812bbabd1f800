"""Production's web application with two addresses more: the bare requests that serve as floors.

They go through the same server, middleware and authentication as everything else and do nothing.
"""

from django.urls import path

from config.wsgi import application

__all__ = ["application"]


def _add_floors() -> None:
    # Imported here: models can be imported only after the application above has set Django up.
    from bench import bare
    from config.urls import urlpatterns

    urlpatterns += [
        path(bare.GET_PATH, bare.BareGet.as_view()),
        path(bare.POST_PATH, bare.BarePost.as_view()),
    ]


_add_floors()
