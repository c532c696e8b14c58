// For an ESP32 with the Arduino libraries WebSockets (arduinoWebSockets) 2.7 and ArduinoJson 7.
#include <ArduinoJson.h>
#include <SocketIOclient.h>
#include <WiFi.h>

SocketIOclient socketIO;
unsigned long measuredAt = 0;

void onEvent(socketIOmessageType_t type, uint8_t *payload, size_t length) {
  if (type == sIOtype_CONNECT) {
    // Socket.IO's CONNECT, with what a page has in `auth`.
    socketIO.send(sIOtype_CONNECT, "{\"token\":\"token-of-the-greenhouse\"}");
    measuredAt = millis();  // before the server accepts this, it disconnects a client that sends an event
  } else if (type == sIOtype_EVENT) {
    Serial.printf("%.*s\n", (int)length, (char *)payload);  // ["heating",{"on":true}]
  }
}

void setup() {
  Serial.begin(115200);
  WiFi.begin("your network", "its password");
  while (WiFi.status() != WL_CONNECTED) delay(100);
  // Sends `Origin: file://`, unless setExtraHeaders says something else.
  socketIO.beginSSL("api.example.com", 443, "/socket.io/?EIO=4");
  socketIO.onEvent(onEvent);
}

void loop() {
  socketIO.loop();
  if (!socketIO.isConnected() || millis() - measuredAt < 5000) return;
  measuredAt = millis();
  JsonDocument event;
  event[0] = "measured";
  event[1]["celsius"] = analogReadMilliVolts(34) / 10.0 - 50;  // a TMP36
  String text;
  serializeJson(event, text);
  socketIO.sendEVENT(text);
}
