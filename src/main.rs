//! The command-line tool `socketio-cors`.

fn main() {}
