// What the origin server has besides Socket.IO, below the same prefix.
export const downloadPath = "/socket.io/download";
export const DOWNLOAD_SIZE = 10_000_000;
export const echoPath = "/socket.io/echo";
