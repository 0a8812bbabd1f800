"""What kind of thing wrote a phone's sample, by facts of the platforms and never by its name. Pure.

Apple devices write under ``com.apple.health.<UUID>`` with a product type; the Health app's own
hand-typed entries come from ``com.apple.Health``. Android's on-phone counter writes as ``android``
or, since June 2026, under the prefix ``com.android.healthconnect.phone.``.
"""

from steps.models import SourceKind

_APPLE_DEVICE = "com.apple.health."
_HEALTH_APP = "com.apple.Health"
_ANDROID_PHONE = "com.android.healthconnect.phone."
_PRODUCTS = {
    "watch": SourceKind.WATCH,
    "iphone": SourceKind.PHONE,
    "ipad": SourceKind.PHONE,
    "phone": SourceKind.PHONE,
    "ring": SourceKind.RING,
    "fitness_band": SourceKind.BAND,
    "band": SourceKind.BAND,
}


def kind_of(*, app: str, product: str) -> str:
    """Classify a source by the writing app and the product type."""
    if typed_by_hand(app):
        return SourceKind.MANUAL
    if app == "android" or app.startswith(_ANDROID_PHONE):
        return SourceKind.PHONE
    for prefix, kind in _PRODUCTS.items():
        if product.lower().startswith(prefix):
            return kind
    return SourceKind.PHONE if app.startswith(_APPLE_DEVICE) else SourceKind.APP


def typed_by_hand(app: str) -> bool:
    """Whether the writer is the Health app itself, where people type numbers in."""
    return app == _HEALTH_APP
