/** Answers as read: the newest disposition of each item, and each answer as it was sent. */
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../base/database.ts';
import { type Project, stamps } from '../../base/row.ts';
import { answerSent, itemAnswered } from './entries.ts';

export type SentAnswer = z.infer<typeof answerSent> & {
  readonly seq: number;
  readonly entry: string;
  readonly recordedAt: Date;
};

const storedAnswer = z.object({ entry: z.string(), sent: answerSent });

export const projectAnswers: Project = (entry, seq) => {
  if (entry.kind === 'answer.sent') {
    const b = answerSent.parse(entry.body);
    const row = {
      ...stamps(entry, seq),
      id: b.answer,
      service: b.service,
      round: b.round,
      body: { entry: entry.id, sent: b },
    };
    return [{ table: 'view.answer', row }];
  }
  if (entry.kind === 'item.answered') {
    const b = itemAnswered.parse(entry.body);
    return [
      {
        table: 'view.item_answer',
        row: {
          ...stamps(entry, seq),
          entry: entry.id,
          service: b.service,
          request: b.request,
          item: b.item,
          disposition: b.disposition,
          answer: b.answer,
          documents: b.documents,
        },
      },
    ];
  }
  return [];
};

/** Answers that were sent for a service, oldest first. For the parties' eyes: notes, documents and who acted are in it. */
export async function answersOf(db: Kysely<Database>, service: string): Promise<readonly SentAnswer[]> {
  const rows = await db.selectFrom('view.answer').selectAll().where('service', '=', service).orderBy('seq').execute();
  return rows.map((row) => {
    const stored = storedAnswer.parse(row.body);
    return { ...stored.sent, entry: stored.entry, seq: row.seq, recordedAt: row.recorded_at };
  });
}
