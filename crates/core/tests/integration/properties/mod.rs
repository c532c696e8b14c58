//! What holds of every input, on inputs that are made up: the valid, the nearly
//! valid and the broken. The same is fuzzed for longer by `fuzz/`.

mod decisions;
mod documents;
mod generators;
mod old_forms;
mod origins;
mod paths;
mod servers;
