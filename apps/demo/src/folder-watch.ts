/**
 * Checks what job groups promise, from inside the work functions: never two files of one folder at a time, and first
 * attempts in the order in which they were enqueued. A retry may come later than its successors; that is the point of it.
 */
export class FolderWatch {
  readonly #busy = new Set<string>();
  readonly #lastIndex = new Map<string, number>();
  /** How often two jobs of one folder ran at the same time. */
  overlaps = 0;
  /** How often a first attempt came before that of an earlier file. */
  disorders = 0;
  /** The most folders that were worked on at the same time. */
  mostAtOnce = 0;

  /** How many jobs run now. Events would tell a little more: a job is over for them when its outcome is durable. */
  get running(): number {
    return this.#busy.size;
  }

  /** How many folders have been seen. */
  get folders(): number {
    return this.#lastIndex.size;
  }

  /** A job of this folder starts; the function returned is to be called when it ends. */
  enter(folder: string, index: number, attempt: number): () => void {
    if (this.#busy.has(folder)) this.overlaps += 1;
    this.#busy.add(folder);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#busy.size);
    if (attempt === 1) {
      if (index < (this.#lastIndex.get(folder) ?? -1)) this.disorders += 1;
      this.#lastIndex.set(folder, index);
    }
    return () => this.#busy.delete(folder);
  }
}
