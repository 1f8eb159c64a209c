/** What the API says of the people and documents of a record. */
import { z } from 'zod';

export const peopleList = z.object({
  total: z.int(),
  page: z.int(),
  size: z.int(),
  people: z.array(
    z.object({
      person: z.uuid().nullable().meta({ description: 'null: the record knows the name alone' }),
      name: z.string(),
      offices: z.array(z.string()).meta({ description: 'as they stood when the record named them' }),
      parties: z.array(z.object({ id: z.uuid(), name: z.string() })),
      statements: z.int(),
      figures: z.int(),
      invitations: z.int(),
    }),
  ),
});

export const documentList = z.object({
  documents: z.array(
    z.object({
      what: z.enum(['order', 'source']),
      title: z.string(),
      from: z.string(),
      date: z.string().nullable(),
      bytes: z.int(),
      sha256: z.string(),
      download: z.string().nullable().meta({ description: 'path of the file; null where only its hash is public' }),
      url: z.string().nullable().meta({ description: 'where it came from' }),
      entry: z.uuid(),
      recordedAt: z.string(),
    }),
  ),
});
