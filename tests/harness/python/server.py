"""Serves, on a free port of 127.0.0.1, the Socket.IO server that the given Python code makes.

The code is what documents print: `sio = socketio.AsyncServer(…)` of python-socketio, or
`socketio = SocketIO(app, …)` of Flask-SocketIO. One that makes an application of ASGI, as `app`, has that
served. The query of each request is printed as it arrives.
"""

import socket
import sys

import socketio
import uvicorn
from flask import Flask
from flask_socketio import SocketIO
from werkzeug.serving import make_server


def main(code):
    names = {"socketio": socketio, "SocketIO": SocketIO, "app": Flask("app")}
    exec(code, names)
    if not isinstance(names["app"], Flask):
        serve_asgi(names["app"])
    elif "sio" in names:
        names["sio"].on("echo", lambda _sid, value: value)
        serve_asgi(socketio.ASGIApp(names["sio"]))
    else:
        serve_wsgi(names["socketio"], names["app"])


def serve_asgi(app):
    listener = socket.create_server(("127.0.0.1", 0))
    announce(listener.getsockname()[1])

    async def logged(scope, receive, send):
        print(scope.get("query_string"), flush=True)
        await app(scope, receive, send)

    uvicorn.Server(uvicorn.Config(logged)).run(sockets=[listener])


def serve_wsgi(flask_socketio, app):
    if isinstance(flask_socketio, SocketIO):
        flask_socketio.on_event("echo", lambda value: value)

    def logged(environ, start_response):
        print(environ["QUERY_STRING"], flush=True)
        return app(environ, start_response)

    server = make_server("127.0.0.1", 0, logged, threaded=True)
    announce(server.port)
    server.serve_forever()


def announce(port):
    print(f"http://127.0.0.1:{port} is listening", flush=True)


main(sys.argv[1])
