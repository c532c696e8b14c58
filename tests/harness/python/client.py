"""Has a Socket.IO server echo a text, and prints the answer: client.py URL TRANSPORT TEXT [ORIGIN]."""

import os
import sys

import socketio

url, transport, text, *origin = sys.argv[1:]
client = socketio.SimpleClient()
client.connect(url, transports=[transport], headers={"Origin": origin[0]} if origin else {})
print(client.call("echo", text), flush=True)
# Its disconnect may cross with its own poll, and then waits half a minute for that.
os._exit(0)
