/** Blocks the event loop, as a job that computes does, without taking the processor from the tests beside. */
export function blockThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
