"""A Flask-SocketIO server behind the Worker."""

import os

from flask import Flask, request
from flask_socketio import SocketIO, emit

app = Flask(__name__)
# The Worker has checked the origin. By default, Flask-SocketIO lets in only pages of its own origin. It would
# refuse pages that the Worker lets through.
socketio = SocketIO(app, cors_allowed_origins="*")


@socketio.on("connect")
def connected():
    print(f"connected, from a page of {request.headers.get('Origin')}", flush=True)


@socketio.on("say")
def say(text):
    emit("said", text, broadcast=True)


if __name__ == "__main__":
    # Only this machine can reach the server, so nobody gets around the Worker.
    port = int(os.environ.get("PORT", 5000))
    socketio.run(app, host="127.0.0.1", port=port, allow_unsafe_werkzeug=True)
