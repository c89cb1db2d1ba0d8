import { createServer, connect as dial, type Server, type Socket } from 'node:net';

interface Pair {
  readonly inward: Socket;
  readonly outward: Socket;
  isFrozen: boolean;
  /** Its client is gone, and the server does not know. */
  isKept: boolean;
}

/** Connections to the server whose client is gone. */
export interface Kept {
  readonly count: number;
  end(): void;
}

/** Bytes on their way, and when they arrive. */
interface Parcel {
  readonly bytes: Buffer;
  readonly at: number;
}

/** A network between some processes and the server: it passes bytes on, and can cut, delay and swallow them. */
export class Link {
  readonly url: string;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #target: URL;
  #delayMs = 0;
  /** Those of which the server is not told that their client is gone. */
  #kept: Set<Pair> | undefined;

  private constructor(server: Server, url: string, target: URL) {
    this.#server = server;
    this.url = url;
    this.#target = target;
  }

  static async open(target: string): Promise<Link> {
    const sockets: { accept: (inward: Socket) => void } = { accept: (inward) => inward.destroy() };
    const server = createServer({ noDelay: true }, (inward) => sockets.accept(inward));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the link has no port');
    const url = new URL(target);
    url.port = String(address.port);
    const link = new Link(server, url.href, new URL(target));
    sockets.accept = (inward) => {
      const { hostname, port } = link.#target;
      link.#join(inward, dial({ host: hostname, port: Number(port), noDelay: true }));
    };
    return link;
  }

  /** Leads to another server from now on; the connections made so far end in an error. */
  redirect(target: string): void {
    this.#target = new URL(target);
    this.cut();
  }

  /** All connections made so far end in an error. Returns how many. */
  cut(): number {
    const { size } = this.#pairs;
    for (const pair of this.#pairs) this.#end(pair);
    return size;
  }

  /** What is sent from now on takes so much longer, each way. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** The connections made so far carry nothing any more and look as if they stood; later ones work. */
  freeze(): () => number {
    const frozen = [...this.#pairs];
    for (const pair of frozen) pair.isFrozen = true;
    return () => {
      for (const pair of frozen) this.#end(pair); // in the end every system gives such a connection up
      return frozen.length;
    };
  }

  /**
   * As a gateway does that does not notice, or keeps connections for whoever comes next: the server is not told of
   * clients that leave while something is done.
   */
  async keepingOutward(act: () => Promise<void>): Promise<Kept> {
    const kept = new Set<Pair>();
    this.#kept = kept;
    await act();
    this.#kept = undefined;
    return {
      count: kept.size,
      end: () => {
        for (const pair of kept) this.#end(pair);
      },
    };
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(inward: Socket, outward: Socket): void {
    const pair: Pair = { inward, outward, isFrozen: false, isKept: false };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      const parcels: Parcel[] = [];
      from.on('data', (bytes) => this.#pass(pair, to, bytes, parcels));
      from.on('error', () => this.#lose(pair, from));
      from.on('close', () => this.#lose(pair, from));
    }
  }

  /** Parcels arrive in their order, however the delay changes. */
  #pass(pair: Pair, to: Socket, bytes: Buffer, parcels: Parcel[]): void {
    const at = Math.max(performance.now() + this.#delayMs, parcels.at(-1)?.at ?? 0);
    parcels.push({ bytes, at });
    const deliver = (): void => {
      while ((parcels[0]?.at ?? Infinity) <= performance.now()) {
        const parcel = parcels.shift();
        if (parcel !== undefined && !pair.isFrozen && !to.destroyed) to.write(parcel.bytes);
      }
      if (parcels.length > 0) setTimeout(deliver, 1 + (parcels[0]?.at ?? 0) - performance.now());
    };
    if (parcels.length === 1) deliver(); // else the one before it has a timer
  }

  /** One side is gone: so is the other, unless nothing gets through that could tell it, or it is kept. */
  #lose(pair: Pair, side: Socket): void {
    if (side === pair.inward && this.#kept !== undefined) {
      this.#kept.add(pair);
      pair.isKept = true;
    }
    const isKept = pair.isKept && side === pair.inward;
    if (!pair.isFrozen && !isKept) this.#end(pair);
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    for (const socket of [pair.inward, pair.outward]) {
      // One that is saying goodbye cannot be reset (libuv refuses, and Node.js then never closes it, nor ends).
      if (socket.writableEnded) socket.destroy();
      else if (!socket.destroyed) socket.resetAndDestroy();
    }
  }
}
