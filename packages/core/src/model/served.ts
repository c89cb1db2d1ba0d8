/** What a process that lives takes: JSON, a list of channels (`null`: all), slots and names. */
export interface Serving {
  readonly takes: readonly {
    readonly channels: readonly string[] | null;
    readonly slots: number;
    readonly names: readonly string[];
  }[];
}

export interface Served {
  readonly processes: readonly Serving[];
  /** What is paused. */
  readonly pauses: readonly { readonly kind: string; readonly name: string }[];
}

/** Who takes the jobs of a lane. */
export interface ServedLane {
  /** `paused` goes before the others. */
  readonly served: 'yes' | 'paused' | 'no-process';
  readonly processes: number;
  readonly slots: number;
}

export function servedBy(channel: string, name: string, { processes, pauses }: Served): ServedLane {
  const serving = processes
    .map(({ takes }) =>
      takes.filter(({ channels, names }) => names.includes(name) && (channels?.includes(channel) ?? true)),
    )
    .filter((takes) => takes.length > 0);
  const isPaused = pauses.some(
    (pause) =>
      pause.kind === 'everything' ||
      (pause.kind === 'channel' && pause.name === channel) ||
      (pause.kind === 'name' && pause.name === name),
  );
  return {
    served: isPaused ? 'paused' : serving.length > 0 ? 'yes' : 'no-process',
    processes: serving.length,
    slots: serving.flat().reduce((sum, { slots }) => sum + slots, 0),
  };
}
