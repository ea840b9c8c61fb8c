"""A receiver of webhooks as a process: verifies signatures and appends what it has to a file.

`python -m tests.jobs.webhook_receiver PORT FILE SECRET [STATUS]`
"""

import base64
import hashlib
import hmac
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Receiver(BaseHTTPRequestHandler):
    """Stores a message before it answers, so that an answered one is never lost."""

    path_of_file: Path
    secret: str
    status: int

    def do_POST(self) -> None:
        """Verify and store one message."""
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.{body}"
        digest = hmac.digest(key, signed.encode(), hashlib.sha256)
        expected = "v1," + base64.b64encode(digest).decode()
        if expected not in self.headers["webhook-signature"].split():
            self.send_error(401)
            return
        line = json.dumps({"id": self.headers["webhook-id"], **json.loads(body)})
        with self.path_of_file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self.send_response(self.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def main() -> None:
    """Serve until killed."""
    Receiver.path_of_file = Path(sys.argv[2])
    Receiver.secret = sys.argv[3]
    Receiver.status = int(sys.argv[4]) if len(sys.argv) > 4 else 200
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
