import type { Feature, MetaAnswer } from '../../api-types.ts';
import type { Call, Route } from '../route.ts';
import { release } from '../web-files.js';

export const metaRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'meta',
    channels: 'narrowed',
    handle: async ({ source, settings, granted }): Promise<MetaAnswer> => ({
      release,
      title: settings.title,
      environment: settings.environment,
      schema: source.context.schema,
      sources: settings.sources.flatMap(({ label }) => label ?? []),
      source: source.label,
      access: granted,
      features: featuresOf(source, granted),
      now: new Date().toISOString(),
      refreshSecs: settings.refreshSecs,
      bulkLimit: settings.bulkLimit,
    }),
  },
];

/** What is about all channels is not for whoever may see some. */
function featuresOf({ context }: Call['source'], { channels }: Call['granted']): readonly Feature[] {
  if (channels !== null) return [];
  return [
    ...(context.health === undefined ? [] : (['health'] as const)),
    'groups',
    'schedules',
    'processes',
    'metrics',
  ];
}
