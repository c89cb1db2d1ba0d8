import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARAMETERS, SEVERAL, type ToldRoute, toldRoutes } from './http-routes.ts';
import { type Schema, schemasOf } from './json-schema.ts';
import { REPOSITORY } from './repository.ts';

const DASHBOARD = 'packages/dashboard';

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The dashboard's HTTP API in OpenAPI 3.1: its routes, and the types that it declares. */
export function openApi(): OpenApi & Schema {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, DASHBOARD, 'package.json'), 'utf8'));
  const paths: Record<string, Record<string, Schema>> = {};
  for (const told of toldRoutes()) {
    const path = `/${told.route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [told.route.method.toLowerCase()]: operationOf(told) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'BearMQ dashboard',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'The API of @bearmq/dashboard. Who may do what is up to the `authorize` of the server that it is mounted in.',
    },
    servers: [
      {
        url: '{mount}/api/v1',
        description: 'Where the dashboard is mounted; with several sources, `{mount}/@label/api/v1`',
        variables: { mount: { default: '/admin/jobs' } },
      },
    ],
    paths,
    components: { schemas: Object.fromEntries(schemasOf(`${DASHBOARD}/src/api-types.ts`)) },
  };
}

const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Schema): Schema => ({ 'application/json': { schema } });

function operationOf({ route, key, about, body, answer }: ToldRoute): Schema {
  const right = rightOf(route.action);
  return {
    operationId: key
      .replace(/[^A-Za-z]+(\w)/g, (_, letter: string) => letter.toUpperCase())
      .replace(/^[A-Z]+/, (verb) => verb.toLowerCase()),
    summary: about,
    ...(right === undefined ? {} : { description: right }),
    parameters: parametersOf(route),
    ...(route.method === 'GET' ? {} : { requestBody: bodyOf(body) }),
    responses: {
      [String(route.status ?? 200)]: { description: about, content: json(answer === undefined ? {} : ref(answer)) },
      default: { description: 'Every answer that is no success', content: json(ref('ErrorAnswer')) },
    },
  };
}

/** The right that a route takes besides reading, as a sentence. */
export function rightOf(action: ToldRoute['route']['action']): string | undefined {
  if (action === undefined) return undefined;
  return action === 'by-body' ? 'Needs the right to the `action` of its body.' : `Needs the right \`${action}\`.`;
}

function parametersOf({ method, path, takes = [] }: ToldRoute['route']): readonly Schema[] {
  const text = { type: 'string' };
  return [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: text })),
    ...takes.map((name) => ({
      name,
      in: 'query',
      description: PARAMETERS[name],
      ...(path === 'series' && name === 'from' ? { required: true } : {}),
      schema: SEVERAL.includes(name) ? { type: 'array', items: text } : text,
    })),
    ...(method === 'GET'
      ? []
      : [
          {
            name: 'x-bearmq',
            in: 'header',
            required: true,
            description: 'Other sites cannot send it',
            schema: { const: '1' },
          },
        ]),
  ];
}

function bodyOf(body: string | undefined): Schema {
  return { required: true, content: json(body === undefined ? { type: 'object', maxProperties: 0 } : ref(body)) };
}
