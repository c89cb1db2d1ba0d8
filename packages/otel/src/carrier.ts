import { type Context, propagation, ROOT_CONTEXT, type TextMapPropagator } from '@opentelemetry/api';

type Headers = Readonly<Record<string, string>>;

/** Takes a trace's context into a job's headers and out of them, and no other headers than those that are named. */
export class Carrier {
  readonly #names: ReadonlySet<string>;
  readonly #propagator: Pick<TextMapPropagator, 'inject' | 'extract'> | undefined;

  constructor(names: readonly string[], propagator: TextMapPropagator | undefined) {
    this.#names = new Set(names);
    this.#propagator = propagator;
  }

  inject(context: Context): Headers {
    const headers: Record<string, string> = {};
    const setter = {
      set: (carrier: Record<string, string>, name: string, value: string): void => {
        if (this.#names.has(name)) carrier[name] = value;
      },
    };
    if (this.#propagator === undefined) propagation.inject(context, headers, setter);
    else this.#propagator.inject(context, headers, setter);
    return headers;
  }

  /** What the headers say, and nothing of the context that it is asked in. */
  extract(headers: Headers): Context {
    const getter = {
      keys: (carrier: Headers): string[] => Object.keys(carrier).filter((name) => this.#names.has(name)),
      get: (carrier: Headers, name: string): string | undefined => (this.#names.has(name) ? carrier[name] : undefined),
    };
    return this.#propagator === undefined
      ? propagation.extract(ROOT_CONTEXT, headers, getter)
      : this.#propagator.extract(ROOT_CONTEXT, headers, getter);
  }
}
