"""Send one message to a webhook: signed, to a checked address, within 15 seconds."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

import httpx2

from hub.domain.time import Clock
from hub.domain.webhooks import DeliveryAttempt, build_headers
from hub.services.webhooks.addresses import AddressRefused, IpAddress, resolve_host
from hub.services.webhooks.secret_box import SecretBox
from hub.store.webhooks.queue import WebhookTarget

TIMEOUT: Final = 15.0
"""Seconds in which a receiver must answer."""


class WebhookSender:
    """Sends messages; `allow_loopback` permits receivers on this machine, for development."""

    def __init__(self, box: SecretBox, clock: Clock, *, allow_loopback: bool) -> None:
        self._box = box
        self._clock = clock
        self.allow_loopback = allow_loopback

    def open_client(self) -> httpx2.AsyncClient:
        """Return a client for one webhook.

        Its connections are not shared with others: they are found by address, and two hosts with
        one address have different certificates. Proxies of the environment are not used, because
        they would resolve the name again.
        """
        return httpx2.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False)

    async def send(
        self, client: httpx2.AsyncClient, target: WebhookTarget, message_id: str, body: str
    ) -> DeliveryAttempt:
        """Send a message once, and return what happened; it never raises what the receiver does."""
        at, started = self._clock(), time.monotonic()
        secrets = [self._box.open(target.secret)]
        if target.previous_secret and target.previous_until and at < target.previous_until:
            secrets.append(self._box.open(target.previous_secret))
        headers = build_headers(secrets, message_id, int(at.timestamp()), body)
        status: int | None = None
        error: str | None = None
        try:
            async with asyncio.timeout(TIMEOUT):
                status = await self._post(client, target.url, headers, body)
        except TimeoutError:
            error = f"no answer within {TIMEOUT:.0f} s"
        except AddressRefused as refusal:
            error = str(refusal)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as failure:
            error = f"no answer ({type(failure).__name__})"  # the text may quote the address
        if status is not None and not 200 <= status < 300:
            error = f"HTTP {status}"
        return DeliveryAttempt(at, status, error, round((time.monotonic() - started) * 1000))

    async def _post(
        self, client: httpx2.AsyncClient, address: str, headers: Mapping[str, str], body: str
    ) -> int:
        """Return the status of the answer, whose body is not read."""
        url = httpx2.URL(address)
        port = url.port or (443 if url.scheme == "https" else 80)
        [ip, *_] = await resolve_host(url.host, port, allow_loopback=self.allow_loopback)
        request = client.build_request(
            "POST",
            url.copy_with(host=format_host(ip)),
            headers={**headers, "host": url.netloc.decode()},
            content=body.encode(),
            extensions={"sni_hostname": url.host},
        )
        response = await client.send(request, stream=True)
        await response.aclose()
        return response.status_code


def format_host(address: IpAddress) -> str:
    """Return an address as the host of a URL."""
    return f"[{address}]" if address.version == 6 else str(address)
