// How long a test waits for what does not come. Most comes in a second; on a busy machine, where
// each process gets a tenth of a core, some of it takes more than a minute.
export const patienceSeconds = 240;
export const patience = patienceSeconds * 1000;
