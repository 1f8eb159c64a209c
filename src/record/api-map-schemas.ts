/** The forms of the map's and the slider's answers of the public API; see api-schemas.ts. */
import { z } from 'zod';

const id = z.uuid().meta({ description: 'UUIDv7' });
const n = z.int();

export const mapBody = z
  .strictObject({
    request: id.nullable(),
    total: n.meta({ description: 'recipients that fit the filter' }),
    areas: z.array(
      z
        .strictObject({
          state: z.string().nullable().meta({ description: 'as the directory words it; null where it names none' }),
          usps: z
            .string()
            .nullable()
            .meta({ description: 'null where it is no state or territory of the United States' }),
          fips: z.string().nullable(),
          total: n,
          clocks: z
            .strictObject({ overdue: n, unknown: n, running: n, paused: n, revoked: n, stopped: n })
            .nullable()
            .meta({ description: 'each recipient in one of these; null where the filter asks for a clock' }),
          page: z.string().meta({ description: 'path of the board of these recipients' }),
        })
        .meta({ id: 'MapArea' }),
    ),
    places: z
      .array(
        z
          .strictObject({
            service: id,
            name: z.string(),
            kind: z.string(),
            state: z.string().nullable(),
            ocdId: z.string().nullable(),
            near: z.enum(['county', 'in county', 'state', 'nowhere']).meta({
              description: 'county: it is a county, or one with it; in county: known to lie in one; state: no nearer',
            }),
          })
          .meta({ id: 'MapPlace' }),
      )
      .nullable()
      .meta({ description: 'null above 300 recipients' }),
  })
  .meta({ id: 'RecordMap' });

export const momentList = z
  .strictObject({ moments: z.array(z.string().meta({ description: 'RFC 3339, UTC' })) })
  .meta({ id: 'MomentList' });
