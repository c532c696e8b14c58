// The time that a test waits for an event before it fails. Most events take a second. On a busy machine,
// where each process gets a tenth of a core, some take more than a minute.
export const patienceSeconds = 240;
export const patience = patienceSeconds * 1000;
