import { type Context, JobDefinition, type JobDefinitionOptions, type JobMetadata } from 'bearmq';

/** One run of a work function, as it was told. */
export interface Run<TParams> {
  readonly payload: TParams;
  readonly metadata: JobMetadata;
}

/** A registered definition that notes its runs. */
export interface NotedJob<TParams> {
  readonly definition: JobDefinition<TParams>;
  readonly runs: readonly Run<TParams>[];
}

type Settings<TParams> = Omit<JobDefinitionOptions<TParams>, 'context' | 'name' | 'workFunction' | 'repeatSecs'>;

/** Registers a definition that notes each run and then does `work`. */
export async function notedJob<TParams>(
  context: Context,
  name: string,
  work: (payload: TParams, metadata: JobMetadata) => unknown = () => {},
  settings: Partial<Settings<TParams>> = {},
): Promise<NotedJob<TParams>> {
  const runs: Run<TParams>[] = [];
  const options = {
    ...settings,
    context,
    name,
    workFunction: (payload: TParams, metadata: JobMetadata) => {
      runs.push({ payload, metadata });
      return work(payload, metadata);
    },
  };
  const definition = new JobDefinition<TParams>(options as unknown as JobDefinitionOptions<TParams>);
  await definition.register();
  return { definition, runs };
}
