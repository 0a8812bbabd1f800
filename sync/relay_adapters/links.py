"""Where foreign apps point to, ready to be pasted or tapped. Pure."""

from urllib.parse import quote, urlencode

_RELAY = "/api/v1/relay"
_AUTOMATION = "com.HealthExport://automation"


def phone_apps(*, platform: str, base_url: str, token: str) -> dict[str, str]:
    """Return the addresses for apps of ``platform`` (``ios`` or ``android``).

    Two of them are links that set Health Auto Export up by one tap, with the token inside: one for
    yesterday and today every hour, one for the week before once a day, which brings what came late.
    """
    relay = base_url + _RELAY
    addresses = {"open_wearables_host": f"{relay}/open-wearables"}
    if platform == "ios":
        url = f"{relay}/health-auto-export"
        addresses["shortcut_url"] = f"{relay}/shortcut"
        addresses["health_auto_export_url"] = url
        addresses["health_auto_export_link"] = _automation(url, token, "Stepwell", "none")
        addresses["health_auto_export_week_link"] = _automation(
            url, token, "Stepwell week", "previous7Days"
        )
    if platform == "android":
        addresses["hc_webhook_url"] = f"{relay}/hc-webhook"
    return addresses


def _automation(url: str, token: str, name: str, period: str) -> str:
    """A link in the app's own scheme; the period ``none`` means yesterday and today."""
    hourly = period == "none"
    parameters = {
        "url": url,
        "name": name,
        "headers": f"Authorization,Bearer {token}",
        "format": "json",
        "datatype": "healthmetrics",
        "aggregatedata": "true",
        "interval": "hours",
        "period": period,
        "syncinterval": "hours" if hourly else "days",
        "syncquantity": "1",
        "batchrequests": "true",
        "enabled": "true",
    }
    return f"{_AUTOMATION}?{urlencode(parameters, safe=',', quote_via=quote)}"
