"""A mail server for tests: PyPI aiosmtpd. Its first line is its port; then each letter it takes is a line of JSON."""
import email
import email.policy
import json
import socket
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Take:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 there is no " + address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in letter.walk() if not part.is_multipart()}
        print(json.dumps({
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "login": session.auth_data,
            "headers": {name: str(value) for name, value in letter.items()},
            "parts": parts,
        }), flush=True)
        return "250 OK"


def login(server, session, envelope, mechanism, data):
    return AuthResult(success=True, auth_data=f"{data.login.decode()}:{data.password.decode()}")


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
controller = Controller(
    Take(), hostname="127.0.0.1", port=port, authenticator=login, auth_require_tls=False, auth_required=True,
)
controller.start()
print(port, flush=True)
while True:
    time.sleep(3600)
