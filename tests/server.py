"""A small web server on this machine whose faults can be programmed, to test downloads without a network.

`server.answers["/train.csv"] = [status(503), ok(b"...")]`: first this; then that, again and again. An answer is a
function of the request's handler; the functions below make the usual ones.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def ok(body):
    """The whole body."""
    return lambda handler: handler.answer(200, body)


def status(code):
    """Nothing but a status: 404, 503..."""
    return lambda handler: handler.answer(code)


def cut(body, share=0.6):
    """Announce all of the body, send a share of it, hang up."""
    return lambda handler: handler.answer(200, body, send=int(share * len(body)))


def together(clients, body):
    """Let nobody go on before so many clients have asked; then the whole body for each."""
    gate = threading.Barrier(clients, timeout=240)

    def answer(handler):
        gate.wait()
        handler.answer(200, body)

    return answer


class Server(ThreadingHTTPServer):
    """Serves .answers = {path: list of answers}, on a free port, in threads of its own; 404 elsewhere."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.answers, self.requests = {}, []

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,)).start()
        return self

    def __exit__(self, *error):
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        answers = self.server.answers.get(self.path, [status(404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(self)

    def answer(self, code, body=b"", send=None):
        """The status, and the first `send` bytes of the body (None: all of them)."""
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:send])

    def log_message(self, *args):
        pass
