"""How long a provider may take to answer and how much it may say."""

from dataclasses import dataclass

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

_CHUNK = 65536


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of one call: seconds to connect, of silence and in total; bytes of the answer."""

    connect_seconds: float = 3.05
    silence_seconds: float = 10.0
    total_seconds: float = 20.0
    body_bytes: int = 5 * 1024 * 1024

    @property
    def timeout(self) -> tuple[float, float]:
        """Seconds to connect and seconds of silence."""
        return (self.connect_seconds, min(self.silence_seconds, self.total_seconds))


class TooBig(HTTPError):
    """The answer is larger than ``Limits.body_bytes``."""


def read_whole(response: BaseHTTPResponse, limit: int) -> bytes:
    """Read and unpack an answer of at most ``limit`` bytes.

    Raises ``TooBig``, and what urllib3 raises when the answer stops or is no proper answer.
    """
    body = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > limit:
            raise TooBig("the answer is too big")
    return bytes(body)
