/**
 * The description of the public API says what there is: every address under /api/v1 stands in it and nothing else does, and it is a sound OpenAPI
 * 3.1 document. What answers look like is held where they are made (their schemas are those of the description).
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { browser, type World, world } from './support/world.ts';

const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'];
const schema = z.union([z.boolean(), z.record(z.string(), z.unknown())]);
const reference = z.strictObject({ $ref: z.string().startsWith('#/components/') });
const media = z.record(z.string().regex(/^\w+\/[\w.+-]+$/), z.strictObject({ schema: schema }));
const parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean().optional(),
  description: z.string().optional(),
  schema,
});
const response = z.strictObject({ description: z.string().min(1), content: media.optional() });
const operation = z.strictObject({
  summary: z.string().min(1),
  operationId: z.string().optional(),
  parameters: z.array(z.union([parameter, reference])).optional(),
  responses: z.record(z.string().regex(/^([1-5](\d\d|XX)|default)$/), response),
});
/** What the specification (3.1.0, section 4.8) asks of the members that we use; a member that it does not know is refused. */
const openapi = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({
    title: z.string().min(1),
    version: z.string().min(1),
    license: z.strictObject({ name: z.string().min(1), identifier: z.string().optional() }),
  }),
  servers: z.array(z.strictObject({ url: z.url() })).min(1),
  paths: z.record(z.string().startsWith('/'), z.strictObject({ get: operation })),
  components: z.strictObject({
    schemas: z.record(z.string().regex(/^[a-zA-Z0-9._-]+$/), schema),
    parameters: z.record(z.string(), parameter).optional(),
  }),
  webhooks: z.record(z.string(), z.unknown()).optional(),
});

let w: World;
let text: string;
beforeAll(async () => {
  w = await world({ whole: true });
  text = (await browser(w.app).get('/api/openapi.json')).text;
});
afterAll(() => w.close());

it('describes every address under /api/v1, and no other', () => {
  const { paths } = openapi.parse(JSON.parse(text));
  const own = w.routes.filter((route) => route.path.startsWith('/api/v1/'));
  expect(own.length).toBeGreaterThan(8);
  expect(own.map((route) => route.method)).toEqual(own.map(() => 'GET'));
  expect(Object.keys(paths).sort()).toEqual(own.map((route) => route.path.replaceAll(/:(\w+)/g, '{$1}')).sort());
});

it('is a sound document of OpenAPI 3.1', () => {
  const { paths, components } = openapi.parse(JSON.parse(text));
  const wrong: string[] = [];
  for (const [path, { get }] of Object.entries(paths)) {
    const parameters = (get.parameters ?? []).flatMap((one) => ('$ref' in one ? [] : [one]));
    const names = parameters.map((one) => `${one.in} ${one.name}`);
    if (new Set(names).size !== names.length) wrong.push(`${path}: a parameter twice`);
    const placed = [...path.matchAll(/\{(\w+)\}/g)].map((one) => one[1]);
    const said = parameters.filter((one) => one.in === 'path');
    if (JSON.stringify(said.map((one) => one.name)) !== JSON.stringify(placed)) wrong.push(`${path}: ${names}`);
    if (said.some((one) => one.required !== true)) wrong.push(`${path}: a part of the path that may be missing`);
    if (!Object.keys(get.responses).some((status) => status.startsWith('2'))) wrong.push(`${path}: no good answer`);
  }
  /** Every schema of the document, wherever it stands: its references lead somewhere, and its words are those of JSON Schema 2020-12. */
  const walk = (at: string, one: unknown): void => {
    if (Array.isArray(one)) for (const [i, part] of one.entries()) walk(`${at}/${i}`, part);
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return;
    for (const [name, value] of Object.entries(one)) {
      const here = `${at}/${name}`;
      if (name === '$ref') {
        const found = /^#\/components\/(schemas|parameters)\/(.+)$/.exec(String(value));
        const folder = found?.[1] === 'schemas' ? components.schemas : components.parameters;
        if (!found?.[2] || !folder?.[found[2]]) wrong.push(`${here}: ${value} leads nowhere`);
      }
      if (name === 'nullable') wrong.push(`${here} is a word of OpenAPI 3.0`);
      // A property may be called `type`, too: then it is a schema.
      if (name === 'type' && (typeof value === 'string' || Array.isArray(value)))
        for (const type of [value].flat()) if (!TYPES.includes(String(type))) wrong.push(`${here}: ${type}`);
      if (name === 'required' && Array.isArray(value) && 'properties' in one) {
        const properties = z.record(z.string(), z.unknown()).parse(one.properties);
        for (const needed of value)
          if (!(String(needed) in properties)) wrong.push(`${here}: ${needed} is no property`);
      }
      if (name === 'enum' && !(Array.isArray(value) && value.length > 0) && !at.endsWith('/properties'))
        wrong.push(`${here} is empty`);
      walk(here, value);
    }
  };
  walk('#', JSON.parse(text));
  expect(wrong).toEqual([]);
});
