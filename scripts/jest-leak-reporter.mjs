const PATIENCE_MS = 30_000;

/**
 * A run whose tests are done but which does not end has left a connection, a timer or a server behind. Jest would wait
 * for ever; here it fails.
 */
export default class LeakReporter {
  #isWatching;

  constructor({ watch, watchAll }) {
    this.#isWatching = watch || watchAll;
  }

  onRunComplete() {
    if (this.#isWatching) return;
    const fail = () => {
      const left = process.getActiveResourcesInfo().filter((kind) => !/^(TTY|Pipe)Wrap$/.test(kind));
      console.error(`The tests are done, but something still runs: ${left.join(', ')}. Try jest --detectOpenHandles.`);
      process.exit(1);
    };
    setTimeout(fail, PATIENCE_MS).unref(); // does not itself keep the process alive
  }
}
