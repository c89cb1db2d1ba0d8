import { PARAMETERS, type ToldRoute, toldRoutes } from './http-routes.ts';
import type { Schema } from './json-schema.ts';
import { code, page, table } from './markdown.ts';
import { type OpenApi, rightOf } from './openapi.ts';

type Schemas = OpenApi['components']['schemas'];

export function httpApiPage({ components }: OpenApi): string {
  const routes = toldRoutes();
  return page(
    {
      title: 'HTTP API',
      description: "Each route of the dashboard's API, with what it takes and what it answers.",
      order: 6,
    },
    [
      ...INTRODUCTION,
      ...table(
        ['Route', 'What it is for'],
        routes.map(({ key, about }) => [`[${code(key)}](#${anchorOf(key)})`, about]),
      ),
      ...routes.flatMap((told) => sectionOf(told, components.schemas)),
    ],
  );
}

const INTRODUCTION = [
  'All that the pages of the [dashboard](../operate/dashboard) show and do, they ask of this API, and so may scripts. It lies under `api/v1` of the mount: `/admin/jobs/api/v1/jobs`, for example. With several sources it lies under `@label/api/v1`.',
  '',
  'It is described in [OpenAPI 3.1](/openapi.json), too.',
  '',
  '- Answers are JSON. Times are texts in ISO 8601.',
  '- A GET takes no parameter that is not named here. The same GET by the same access is asked of the database once a second, whoever asks, and has an `etag`.',
  '- A POST needs the headers `content-type: application/json` and `x-bearmq: 1`, which other sites cannot send.',
  '- Every answer that is no success has the form `{ "error": { "code", "message" } }`.',
  '- Beside `api/v1`, `metrics` is for Prometheus, and `healthz` says `ok`, or 503 with the first error that `diagnose` finds; it asks for nothing.',
  '',
];

const anchorOf = (key: string): string => key.toLowerCase().replace(/[^a-z]+/g, '-');

function sectionOf({ route, key, about, body, answer }: ToldRoute, schemas: Schemas): readonly string[] {
  const right = rightOf(route.action);
  const takes = route.takes ?? [];
  return [
    `## ${code(key)}`,
    '',
    `${about}.${right === undefined ? '' : ` ${right}`}${route.channels === 'refused' ? ' Refused where the access is to some channels only.' : ''}`,
    '',
    ...(takes.length === 0
      ? []
      : table(
          ['Parameter', 'What it is'],
          takes.map((name) => [code(name), PARAMETERS[name] ?? '']),
        )),
    ...(body === undefined ? [] : ['Body:', '', ...fieldsOf(schemas[body] ?? {}, schemas)]),
    ...(answer === undefined
      ? []
      : [
          route.status === 201 ? 'Answer, with the status 201:' : 'Answer:',
          '',
          ...fieldsOf(schemas[answer] ?? {}, schemas),
        ]),
  ];
}

/** The fields of an object; of several kinds of objects, of all of them. */
function fieldsOf(schema: Schema, schemas: Schemas): readonly string[] {
  const fields = new Map<string, { readonly type: string; readonly about: string }>();
  const kinds = (schema['anyOf'] ?? [schema]) as readonly Schema[];
  for (const kind of kinds.map((one) => resolved(one, schemas))) {
    for (const [name, field] of Object.entries((kind['properties'] ?? {}) as Readonly<Record<string, Schema>>)) {
      const type = typeOf(field);
      const before = fields.get(name)?.type;
      const all = before === undefined || before.split(' or ').includes(type) ? type : `${before} or ${type}`;
      fields.set(name, { type: all, about: String(field['description'] ?? fields.get(name)?.about ?? '') });
    }
  }
  if (fields.size === 0) return ['An empty object.', ''];
  return table(
    ['Field', 'Type', 'What it is'],
    [...fields].map(([name, { type, about }]) => [code(name), type, about]),
  );
}

function resolved(schema: Schema, schemas: Schemas): Schema {
  const name = nameOf(schema);
  return name === undefined ? schema : (schemas[name] ?? {});
}

function nameOf(schema: Schema): string | undefined {
  return typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
}

/** In words: `string or null`, `list of JobRow`. */
function typeOf(schema: Schema): string {
  const name = nameOf(schema);
  if (name !== undefined) return name;
  if (Array.isArray(schema['anyOf'])) return schema['anyOf'].map(typeOf).join(' or ');
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => code(JSON.stringify(value))).join(', ');
  if ('const' in schema) return code(JSON.stringify(schema['const']));
  if (schema['type'] === 'array') return `list of ${typeOf(schema['items'] as Schema)}`;
  return typeof schema['type'] === 'string' ? schema['type'] : 'anything';
}
